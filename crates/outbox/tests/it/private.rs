//! Private replies: one per comment by Meta's own rule, so the next try tells whether an earlier one is out.

use outbox::{DOUBT_MS, OnUnknown, Settings};
use sandbox::meta::RepeatedReply;
use sandbox::meta::Reply as Answer;
use sandbox::meta::fault::{Fate, Script};
use store::ReplyAction::PrivateReply;
use store::ReplyState::{Failed, Parked, Planned, Sent, Unknown};
use store::{ItemContent, Reply};

use crate::fixtures::{ACCOUNT, PERSON, POST, Way, World};

async fn tried(fates: impl IntoIterator<Item = Fate>) -> (World, String) {
    let world = World::start().await;
    let reply = world.reply(PrivateReply, "Segue aqui.");
    tried_with(world, reply, fates).await
}

async fn tried_with(mut world: World, reply: Reply, fates: impl IntoIterator<Item = Fate>) -> (World, String) {
    let settings = Settings { on_unknown: OnUnknown::Park, ..Settings::default() };
    world.meta_meets_with(settings, Script::new("PrivateReply", fates)).await;
    let sk = world.plan_comment(reply).await;
    world.drive(&sk).await.unwrap();
    assert_eq!(world.state(&sk).await.0, Unknown);
    world.wait_for(&sk).await;
    (world, sk)
}

fn comment(sk: &str) -> &str {
    sk.trim_start_matches("C#")
}

fn delete(world: &World, sk: &str) {
    world.meta.world(|known| known.comment_mut(comment(sk)).unwrap().deleted = true);
}

#[tokio::test]
async fn case_66_a_private_reply_in_doubt_is_tried_again_and_what_meta_says_then_counts() {
    use RepeatedReply::{Named, Unnamed};
    // Even where doubt is parked: Meta lets no second one through.
    for (case, fate, said, reason) in [
        ("not out", Fate::HangUp, Named, None),
        ("out: 10900", Fate::LoseAnswer, Named, Some("inferred")),
        ("out: 100/2534025, and the comment is there", Fate::LoseAnswer, Unnamed, Some("inferred")),
    ] {
        let (world, sk) = tried([fate]).await;
        world.meta.set_repeated_reply(said);
        world.judge(&sk).await;
        assert_eq!(world.state(&sk).await, (Sent, reason.map(str::to_owned)), "{case}");
        assert_eq!(world.meta.private_replies(comment(&sk)).len(), 1, "{case}");
        assert_eq!(world.item(&sk).await.due_at, None, "{case}");
    }
}

#[tokio::test]
async fn case_67_a_comment_that_is_gone_fails_the_reply_and_parks_one_that_may_be_out() {
    for (case, fate) in [("out", Fate::LoseAnswer), ("not out", Fate::HangUp)] {
        let (world, sk) = tried([fate]).await;
        world.meta.set_repeated_reply(RepeatedReply::Unnamed);
        delete(&world, &sk);
        world.judge(&sk).await;
        assert_eq!(world.state(&sk).await, (Parked, Some("comment_gone".to_owned())), "{case}");
    }
    let world = World::start().await;
    let sk = world.plan_comment(world.reply(PrivateReply, "oi")).await;
    delete(&world, &sk);
    world.drive(&sk).await.unwrap();
    assert_eq!(world.state(&sk).await, (Failed, Some("comment_unusable/100/2534025".to_owned())), "never in doubt");
}

#[tokio::test]
async fn a_comment_that_had_its_private_reply_before_the_first_try_fails_it() {
    let world = World::start().await;
    let sk = world.plan_comment(world.reply(PrivateReply, "oi")).await;
    world.meta.world(|known| known.comment_mut(comment(&sk)).unwrap().private_reply = Some("m".to_owned()));
    world.drive(&sk).await.unwrap();
    assert_eq!(world.state(&sk).await, (Failed, Some("already_replied/10900".to_owned())));
}

#[tokio::test]
async fn an_unusable_live_comment_proves_nothing_for_its_broadcast_may_be_over() {
    let mut world = World::start().await;
    world.meta_meets(Script::new("PrivateReply", [Fate::HangUp])).await;
    let sk = format!("C#{}", world.meta.person_comments_live(ACCOUNT, POST, PERSON, "quero"));
    let content = ItemContent { kind: Some("comment".to_owned()), live: true, ..ItemContent::default() };
    world.plan_for(&sk, &content, vec![world.reply(PrivateReply, "oi")]).await;
    world.drive(&sk).await.unwrap();
    world.meta.world(|known| known.media_mut(POST).unwrap().ended = true);
    world.wait_for(&sk).await;
    world.judge(&sk).await;
    assert_eq!(world.state(&sk).await, (Parked, Some("comment_unusable".to_owned())));
    assert!(world.meta.sent().is_empty());
}

#[tokio::test]
async fn a_second_try_that_fails_for_good_does_not_make_the_first_one_undone() {
    let refusals = [
        ("the person blocked the account", Answer::refusal(551, Some(1_545_041)), "person_unavailable/551/1545041"),
        ("too late", Answer::refusal(10, Some(2_534_022)), "window/10/2534022"),
        ("case 65: another app", Answer::refusal(10, Some(2_018_300)), "not_owner/10/2018300"),
    ];
    for (case, refusal, reason) in refusals {
        let (world, sk) = tried([Fate::LoseAnswer, Fate::Refuse(refusal)]).await;
        world.judge(&sk).await;
        assert_eq!(world.state(&sk).await, (Parked, Some(reason.to_owned())), "{case}");
    }
    let (world, sk) = tried([Fate::HangUp, Fate::Refuse(Answer::refusal(613, None))]).await;
    world.judge(&sk).await;
    assert_eq!(world.state(&sk).await.0, Planned, "a limit is no end");
}

#[tokio::test]
async fn what_must_not_go_out_any_more_but_may_be_out_is_parked_and_never_called_failed() {
    type Arrange = fn(&mut store::Standing);
    let nothing: Arrange = |_| {};
    let cases: [(_, Arrange, Option<bool>, i64, _); 6] = [
        ("account stopped", |standing| standing.account.stopped_at = Some(1), None, 0, "cancelled"),
        ("app stopped", |standing| standing.app.stopped_at = Some(1), None, 0, "cancelled"),
        ("everything stopped", |standing| standing.everything.stopped_at = Some(1), None, 0, "cancelled"),
        ("opted out", nothing, Some(true), 0, "cancelled"),
        ("paused", nothing, Some(false), 0, "paused"),
        ("too late", nothing, None, 120_000, "expired"),
    ];
    for (case, change, wish, later_ms, reason) in cases {
        for fate in [Fate::LoseAnswer, Fate::HangUp] {
            let world = World::start().await;
            let not_after = world.clock.now_ms() + 200_000;
            let reply = Reply { not_after, ..world.reply(PrivateReply, "oi") };
            let (world, sk) = tried_with(world, reply, [fate]).await;
            world.pass(later_ms);
            let now = world.clock.now_ms();
            world
                .learn(|next| match wish {
                    Some(true) => next.facts.take_wish(true, "msg|1|m2", instagram::UnixMillis(now)),
                    Some(false) => next.facts.elsewhere = Some(now),
                    None => {}
                })
                .await;
            let way = Way { judges: true, change, ..Way::default() };
            world.drive_with(&world.outbox, &way, &sk).await.unwrap();
            assert_eq!(world.state(&sk).await, (Parked, Some(reason.to_owned())), "{case}");
            let calls = world.meta.calls();
            let tries = calls.iter().filter(|call| call.operation == "PrivateReply").count();
            assert_eq!(tries, 1, "{case}: not tried again");
            assert!(!world.store.parked(None, world.clock.now_ms()).await.unwrap().is_empty(), "{case}");
        }
    }
}

#[tokio::test]
async fn a_private_reply_that_nobody_ever_answers_is_parked_after_a_quarter_of_an_hour() {
    let since = std::time::Duration::from_millis(DOUBT_MS.unsigned_abs());
    let (mut world, sk) = tried([Fate::HangUp]).await;
    let began = world.clock.now_ms();
    world
        .meta_meets(|call: &sandbox::fault::Call| match call.operation == "PrivateReply" {
            true => Fate::HangUp,
            false => Fate::Serve,
        })
        .await;
    world.judge(&sk).await;
    while world.state(&sk).await.0 == Unknown {
        world.wait_for(&sk).await;
        world.judge(&sk).await;
    }
    assert_eq!(world.state(&sk).await, (Parked, Some("no_evidence".to_owned())));
    let lasted = world.clock.now_ms() - began;
    assert!(lasted > DOUBT_MS - 110_000 && lasted < DOUBT_MS + 110_000, "{lasted} of {since:?}");
}
