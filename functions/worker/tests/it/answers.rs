//! What becomes of a reply by what Meta answers.

use std::time::Duration;

use http::StatusCode;
use job::Job;
use sandbox::meta::{Echo, RepeatedReply, Reply};
use serde_json::json;
use store::ReplyState::{Failed, Planned, Sent, Unknown};

use crate::world::{MetaFate as Fate, OFFICE, POST, World};

/// Long enough for every due time but that of an account without token.
const LATER: Duration = Duration::from_secs(200);

async fn world() -> World {
    let world = World::start().await;
    world.meta.set_echo(Echo::Drop);
    world
}

#[tokio::test]
async fn cases_58_to_65_each_answer_of_meta_has_one_meaning() {
    let refuse = |code, subcode| Fate::Refuse(Reply::refusal(code, subcode));
    let instead = |status, body: &'static str| Fate::AnswerInstead(Reply::raw(status, body));
    let cases = [
        ("case 58: time-out after the effect", Fate::HangAfter, Unknown, "no_answer", 1),
        ("case 58: time-out before the effect", Fate::Hang, Unknown, "no_answer", 0),
        ("case 58: the connection breaks", Fate::LoseAnswer, Unknown, "no_answer", 1),
        (
            "case 59: 500 although delivered",
            instead(StatusCode::INTERNAL_SERVER_ERROR, "{}"),
            Unknown,
            "server_error",
            1,
        ),
        (
            "case 59: code 2 although delivered",
            Fate::AnswerInstead(Reply::refusal(2, None)),
            Unknown,
            "server_error/2",
            1,
        ),
        ("case 60: 500, not delivered", refuse(2, None), Unknown, "server_error/2", 0),
        ("case 61: 200 with junk", instead(StatusCode::OK, "<html>"), Unknown, "unreadable", 1),
        ("case 61: 200 with nothing", instead(StatusCode::OK, ""), Unknown, "unreadable", 1),
        (
            "case 61: 200 without an id",
            Fate::AnswerInstead(Reply::ok(&json!({"recipient_id": "9"}))),
            Unknown,
            "unreadable",
            1,
        ),
        ("an error nobody listed", refuse(12_345, None), Unknown, "unlisted/12345", 0),
        ("case 62: 429", Fate::Refuse(Reply::raw(StatusCode::TOO_MANY_REQUESTS, "")), Planned, "throttled", 0),
        ("case 62: code 4", refuse(4, None), Planned, "throttled/4", 0),
        ("case 62: code 613", refuse(613, Some(2_534_040)), Planned, "throttled/613/2534040", 0),
        ("case 63: a dead token", refuse(190, Some(463)), Planned, "token/190/463", 0),
        ("case 64: the window", refuse(10, Some(2_534_022)), Failed, "window/10/2534022", 0),
        ("case 65: another app's thread", refuse(100, Some(2_534_037)), Failed, "not_owner/100/2534037", 0),
        ("case 65: another app's thread", refuse(10, Some(2_018_300)), Failed, "not_owner/10/2018300", 0),
        ("a person who is gone", refuse(551, Some(1_545_041)), Failed, "person_unavailable/551/1545041", 0),
        ("an account that is blocked", refuse(368, None), Planned, "policy_block/368", 0),
    ];
    let world = world().await;
    for (number, (case, fate, state, reason, arrived)) in cases.into_iter().enumerate() {
        // What Meta said before may let the account wait: that is over, and its token is new.
        world.clock.advance(Duration::from_secs(48 * 3600));
        world.change(OFFICE, |account| account.broken = None).await;
        let person = format!("9200000000000{number:02}");
        world.graph.script("SendMessage", [fate]);
        let job = world.writes(&person, "agenda");
        world.apply(std::slice::from_ref(&job)).await;
        check(&world, &job, case, state, reason).await;
        assert_eq!(world.sent_to(&person).len(), arrived, "{case}");

        // Delivered again, before it is due and after: nothing in doubt is sent again.
        let calls = world.attempts();
        world.apply(std::slice::from_ref(&job)).await;
        assert_eq!(world.attempts(), calls, "{case}: again at once");
        if state != Planned {
            world.clock.advance(LATER);
            world.apply(std::slice::from_ref(&job)).await;
            assert_eq!(world.attempts(), calls, "{case}: again when due");
            check(&world, &job, case, state, reason).await;
        }
    }
}

async fn check(world: &World, job: &Job, case: &str, state: store::ReplyState, reason: &str) {
    let reply = world.reply(job).await;
    assert_eq!((reply.state, reply.reason.as_deref()), (state, Some(reason)), "{case}");
    let due_at = world.item(job).await.due_at;
    assert_eq!(due_at.is_some(), !state.is_final(), "{case}: due exactly while it is open");
    assert!(world.item(job).await.content.body.is_some(), "{case}: what the person wrote is stored");
}

#[tokio::test]
async fn case_62_a_reply_that_waited_goes_out_once_when_it_is_due() {
    let world = world().await;
    world.graph.script("SendMessage", [Fate::Refuse(Reply::refusal(613, None))]);
    let job = world.writes("921", "agenda");
    world.apply(std::slice::from_ref(&job)).await;
    world.clock.advance(LATER);
    world.apply(std::slice::from_ref(&job)).await;
    world.apply(std::slice::from_ref(&job)).await;
    assert_eq!(world.sent_to("921"), ["A agenda da semana."]);
    let item = world.item(&job).await;
    assert_eq!((item.is_done(), item.due_at), (true, None));
}

#[tokio::test]
async fn case_70_what_waited_too_long_is_not_sent() {
    let world = world().await;
    world.graph.script("SendMessage", [Fate::Refuse(Reply::refusal(190, None))]);
    let job = world.writes("921", "agenda");
    world.apply(std::slice::from_ref(&job)).await;
    world.clock.advance(Duration::from_secs(61 * 60));
    world.apply(std::slice::from_ref(&job)).await;
    let reply = world.reply(&job).await;
    assert_eq!((reply.state, reply.reason.as_deref()), (Failed, Some("expired")));
    assert!(world.sent_to("921").is_empty());
}

#[tokio::test]
async fn case_71_an_event_of_last_week_is_stored_and_not_answered() {
    let world = world().await;
    let job = world.writes("921", "agenda");
    world.clock.advance(Duration::from_secs(7 * 24 * 3600));
    world.apply(std::slice::from_ref(&job)).await;
    let item = world.item(&job).await;
    assert!(item.content.body.is_some());
    assert_eq!(item.decision.unwrap().why, "too_old");
    assert_eq!(world.attempts(), 0);
}

#[tokio::test]
async fn case_66_a_comment_that_has_its_private_reply_already_fails_by_name() {
    let world = world().await;
    for (case, refusal, reason) in [
        ("10900", RepeatedReply::Named, "already_replied/10900"),
        ("100/2534025", RepeatedReply::Unnamed, "comment_unusable/100/2534025"),
    ] {
        world.meta.set_repeated_reply(refusal);
        let job = world.comments("922", "quero");
        let comment = instagram::CommentId::parse(key_sk(&job)).unwrap();
        world.meta.world(|w| w.comment_mut(comment.as_str()).unwrap().private_reply = Some("by.hand".to_owned()));
        world.apply(std::slice::from_ref(&job)).await;
        let reply = world.reply(&job).await;
        assert_eq!((reply.state, reply.reason.as_deref()), (Failed, Some(reason)), "{case}");
    }
}

#[tokio::test]
async fn case_67_a_comment_deleted_before_its_reply_fails_and_what_follows_fails_with_it() {
    let world = world().await;
    let job = world.comments("922", "buraco");
    let comment = key_sk(&job);
    world.meta.world(|w| w.comment_mut(&comment).unwrap().deleted = true);
    world.apply(std::slice::from_ref(&job)).await;
    let replies = world.replies(&job).await;
    assert_eq!([replies[0].state, replies[1].state], [Failed, Failed]);
    assert_eq!(replies[0].reason.as_deref(), Some("comment_unusable/100/2534025"));
    assert_eq!(replies[1].reason.as_deref(), Some("earlier_step"));
    assert_eq!(world.attempts(), 1, "the second step is not tried");
}

#[tokio::test]
async fn a_private_reply_in_doubt_is_not_tried_again_and_its_public_reply_waits() {
    let world = world().await;
    world.graph.script("PrivateReply", [Fate::LoseAnswer]);
    let job = world.comments("922", "buraco");
    for _ in 0..3 {
        world.apply(std::slice::from_ref(&job)).await;
        world.clock.advance(LATER);
    }
    let replies = world.replies(&job).await;
    assert_eq!([replies[0].state, replies[1].state], [Unknown, Planned]);
    assert!(world.item(&job).await.due_at.is_some());
    assert_eq!(world.meta.private_replies(&key_sk(&job)).len(), 1);
    assert_eq!(world.attempts(), 1);
}

#[tokio::test]
async fn the_steps_of_a_plan_go_out_in_order_and_each_once() {
    let world = world().await;
    let message = world.writes("923", "passos");
    let comment = world.comments("924", "buraco");
    world.apply(&[message.clone(), comment.clone()]).await;
    world.apply(&[message.clone(), comment.clone()]).await;
    assert_eq!(world.sent_to("923"), ["Primeiro passo.", "Segundo passo."]);
    assert_eq!(world.meta.private_replies(&key_sk(&comment)).len(), 1);
    assert_eq!(world.meta.public_replies(&key_sk(&comment)).len(), 1);
    for job in [&message, &comment] {
        let replies = world.replies(job).await;
        assert!(replies.iter().all(|reply| reply.state == Sent && reply.mid.is_some()));
    }
}

#[tokio::test]
async fn a_plan_whose_first_step_is_out_when_the_second_has_to_wait_goes_on_there() {
    let world = world().await;
    world.graph.script("SendMessage", [Fate::Serve, Fate::Refuse(Reply::refusal(613, None))]);
    let job = world.writes("923", "passos");
    world.apply(std::slice::from_ref(&job)).await;
    let states: Vec<_> = world.replies(&job).await.iter().map(|reply| reply.state).collect();
    assert_eq!(states, [Sent, Planned]);
    world.clock.advance(LATER);
    world.apply(std::slice::from_ref(&job)).await;
    assert_eq!(world.sent_to("923"), ["Primeiro passo.", "Segundo passo."]);
}

#[tokio::test]
async fn case_62_one_accounts_limit_does_not_slow_another() {
    let world = world().await;
    world.meta.set_usage(OFFICE, 100, 5);
    let slowed = world.writes("925", "agenda");
    world.meta.person_writes(crate::world::OTHER_OFFICE, "926", "agenda");
    let other = world.only_told();
    world.apply(&[slowed.clone(), other.clone()]).await;
    assert_eq!([world.reply(&slowed).await.state, world.reply(&other).await.state], [Planned, Sent]);
    let due_at = world.item(&slowed).await.due_at.unwrap();
    assert!(due_at > world.clock.now_ms() + 4 * 60_000, "as long as Meta says");
}

#[tokio::test]
async fn a_live_comment_is_answered_once_whichever_field_brings_it() {
    let world = World::of(
        json!({
            "apps": [{"name": "politicall", "app_id": crate::world::APP, "app_secrets": ["secret"]}],
            "accounts": [{"account": OFFICE, "username": "office", "app_id": crate::world::APP, "token": "IGAA", "mode": "answer", "customer": "c"}],
            "media": [{"account": OFFICE, "id": POST, "product": "FEED"}],
        }),
        |_| Some(r#"{"version":1,"rules":[{"id":"live","on":["comment","live_comment"],"do":[{"private_reply":"Oi!"}]}]}"#.to_owned()),
    )
    .await;
    world.meta.person_comments_live(OFFICE, POST, "927", "quero");
    let live = world.only_told();
    let body = live.body().replace("live_comments", "comments");
    let plain = Job::parse(&body).unwrap();
    assert_eq!(live.key, plain.key, "case 103: one key");
    world.apply(&[plain, live.clone()]).await;
    assert_eq!(world.meta.private_replies(&key_sk(&live)).len(), 1);
    assert!(world.item(&live).await.content.live, "case 103: the live flag is kept");
}

/// The comment that a job is about.
fn key_sk(job: &Job) -> String {
    crate::world::key_of(job).sk.trim_start_matches("C#").to_owned()
}

#[tokio::test]
async fn case_51_a_delivery_that_is_replayed_months_later_changes_nothing_and_sends_nothing() {
    // 60 days: the queue forgot it long ago. 181 days: so did the table's retention, whatever time to live has deleted.
    for days in [60, 181] {
        let world = world().await;
        let job = world.writes("921", "agenda");
        world.apply(std::slice::from_ref(&job)).await;
        let before = world.replies(&job).await;
        world.clock.advance(Duration::from_secs(days * 24 * 3600));
        world.apply(std::slice::from_ref(&job)).await;
        assert_eq!(world.sent_to("921"), ["A agenda da semana."], "after {days} days");
        if days == 60 {
            assert_eq!(world.replies(&job).await, before);
        }
    }
}

#[tokio::test]
async fn case_72_rules_that_change_while_a_reply_waits_do_not_change_it() {
    let world = world().await;
    world.graph.script("SendMessage", [Fate::Refuse(Reply::refusal(613, None))]);
    let job = world.writes("921", "agenda");
    world.apply(std::slice::from_ref(&job)).await;
    let account = instagram::AccountId::parse(OFFICE).unwrap();
    let other = crate::world::RULES.replace("A agenda da semana.", "Outra agenda.");
    let version = world.store.put_rules(&account, &other, world.clock.now_ms()).await.unwrap();
    world.clock.advance(LATER);
    world.apply(std::slice::from_ref(&job)).await;
    assert_eq!(world.sent_to("921"), ["A agenda da semana."]);
    assert!(world.item(&job).await.decision.unwrap().rules < version, "the plan names the rules it was made by");
}
