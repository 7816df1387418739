//! What keeps a planned reply from leaving, looked at when it is claimed.

use instagram::UnixMillis;
use sandbox::meta::Reply as Answer;
use sandbox::meta::fault::{Fate, Script};
use store::ReplyAction::{Message, PrivateReply, PublicReply};
use store::ReplyState::{Failed, Sent};
use store::{Connection, Conversation, Holder, Mark, Mode, PAUSE_MS, Reply, Standing, Wish};

use crate::fixtures::{APP, Way, World};

fn wish(next: &mut Conversation, at: i64, silence: bool) {
    next.facts.wish = Some(Wish { at, silence, id: "w".to_owned() });
}

fn holder(next: &mut Conversation, app: Option<&str>) {
    next.facts.holder = Some(Holder { at: 1, app: app.map(str::to_owned) });
}

/// What an event teaches of a conversation at a moment.
type Learn = fn(&mut Conversation, i64);

/// A message of the account that nobody here sent.
fn foreign(next: &mut Conversation, mid: &str, at: i64) {
    next.facts.foreign.insert(Mark::new(UnixMillis(at), mid));
}

#[tokio::test]
async fn cases_65_73_a_reply_that_must_not_leave_any_more_fails_and_says_why() {
    type Stop = fn(&mut Standing);
    let (no_stop, nothing): (Stop, Learn) = (|_| {}, |_, _| {});
    let cases: [(_, Stop, Learn, _); 16] = [
        ("nothing", no_stop, nothing, None),
        ("account stopped", |standing| standing.account.stopped_at = Some(1), nothing, Some("cancelled")),
        ("app stopped", |standing| standing.app.stopped_at = Some(1), nothing, Some("cancelled")),
        ("everything stopped", |standing| standing.everything.stopped_at = Some(1), nothing, Some("cancelled")),
        ("observing", |standing| standing.account.mode = Mode::Observe, nothing, Some("cancelled")),
        ("off", |standing| standing.account.mode = Mode::Off, nothing, Some("cancelled")),
        ("left", |standing| standing.account.connection = Connection::Disconnected, nothing, Some("cancelled")),
        ("erased", |standing| standing.account.connection = Connection::Erased, nothing, Some("cancelled")),
        ("opted out", no_stop, |next, now| wish(next, now, true), Some("cancelled")),
        ("opted in again", no_stop, |next, now| wish(next, now, false), None),
        ("somebody answered", no_stop, |next, now| foreign(next, "m", now - 10_000), Some("paused")),
        ("somebody answered long ago", no_stop, |next, now| foreign(next, "m", now - PAUSE_MS - 1), None),
        ("held elsewhere", no_stop, |next, now| next.facts.elsewhere = Some(now), Some("paused")),
        ("another app holds the thread", no_stop, |next, _| holder(next, Some("1")), Some("not_owner")),
        ("our app holds the thread", no_stop, |next, _| holder(next, Some(APP)), None),
        ("nobody holds the thread", no_stop, |next, _| holder(next, None), None),
    ];
    for (case, change, learn, reason) in cases {
        for action in [Message, PrivateReply, PublicReply] {
            let world = World::start().await;
            let sk = match action {
                Message => "M#1".to_owned(),
                PrivateReply | PublicReply => format!(
                    "C#{}",
                    world.meta.person_comments(
                        world.account.as_str(),
                        crate::fixtures::POST,
                        world.peer.as_str(),
                        "quero",
                    )
                ),
            };
            world.plan(&sk, vec![world.reply(action, "oi")]).await;
            let now = world.clock.now_ms();
            world.learn(|next| learn(next, now)).await;
            world.drive_with(&world.outbox, &Way { change, ..Way::default() }, &sk).await.unwrap();
            let expected = if reason.is_some() { Failed } else { Sent };
            assert_eq!(world.state(&sk).await, (expected, reason.map(str::to_owned)), "{case}: {action:?}");
            assert_eq!(world.meta.calls().len(), usize::from(reason.is_none()), "{case}: {action:?}");
            assert_eq!(world.item(&sk).await.due_at, None, "{case}: {action:?}");
        }
    }
}

#[tokio::test]
async fn what_confirms_an_opt_out_leaves_in_spite_of_it() {
    let world = World::start().await;
    let now = world.clock.now_ms();
    world
        .learn(|next| {
            wish(next, now, true);
            foreign(next, "m", now - 10_000);
        })
        .await;
    world.plan("M#1", vec![Reply { confirms: true, ..world.reply(Message, "Não escrevemos mais.") }]).await;
    world.drive("M#1").await.unwrap();
    assert_eq!(world.state("M#1").await.0, Sent);
}

#[tokio::test]
async fn case_98_an_opt_out_ends_all_that_was_planned_before_it() {
    let world = World::start().await;
    let sks = ["M#1", "M#2", "M#3", "M#4", "M#5"];
    for sk in sks {
        world.plan(sk, vec![world.reply(Message, sk)]).await;
        world.drive_with(&world.outbox, &Way { token: None, ..Way::default() }, sk).await.unwrap();
    }
    let now = world.clock.now_ms();
    world.learn(|next| wish(next, now, true)).await;
    for sk in sks {
        world.judge(sk).await;
        assert_eq!(world.state(sk).await, (Failed, Some("cancelled".to_owned())), "{sk}");
    }
    assert!(world.meta.calls().is_empty());
    let failed = world.store.failed(&world.account, world.clock.now_ms()).await.unwrap();
    assert_eq!((failed.len(), world.conversation().await.queue), (5, vec![]));
}

#[tokio::test]
async fn case_73_what_was_unsent_is_not_answered() {
    let world = World::start().await;
    world.plan("M#1", vec![world.reply(Message, "oi")]).await;
    world.unsend("M#1").await;
    world.drive("M#1").await.unwrap();
    assert_eq!(world.state("M#1").await, (Failed, Some("cancelled".to_owned())));
    assert!(world.meta.calls().is_empty());
}

#[tokio::test]
async fn case_73_what_is_learnt_between_reading_and_claiming_refuses_the_claim() {
    let changes: [(_, Learn, _); 3] = [
        ("an opt-out", |next, now| wish(next, now, true), "cancelled"),
        ("an answer by hand", |next, now| foreign(next, "m", now - 10_000), "paused"),
        ("a handover", |next, _| holder(next, Some("1")), "not_owner"),
    ];
    for (case, change, reason) in changes {
        let world = World::start().await;
        world.plan("M#1", vec![world.reply(Message, "oi")]).await;
        let (conversation, item) = (world.conversation().await, world.item("M#1").await);
        let now = world.clock.now_ms();
        world.learn(|next| change(next, now)).await;
        world.drive_as_read(&World::key("M#1"), conversation, item).await;
        assert_eq!(world.state("M#1").await, (Failed, Some(reason.to_owned())), "{case}");
        assert!(world.meta.calls().is_empty(), "{case}");
    }
}

#[tokio::test]
async fn case_55_a_pause_by_our_own_message_holds_back_nothing() {
    let world = World::start().await;
    for (place, sk) in ["M#1", "M#2", "M#3"].into_iter().enumerate() {
        world.plan(sk, vec![world.reply(Message, sk)]).await;
        world.drive(sk).await.unwrap();
        assert_eq!(world.state(sk).await.0, Sent, "{sk}");
        // The latest is known by the gate's reply, the one before it by the conversation.
        let sent = world.meta.sent();
        for message in &sent[place.saturating_sub(1)..] {
            world.learn(|next| foreign(next, &message.mid, message.at + 10_000)).await;
        }
        assert!(world.conversation().await.facts.paused_until().is_some(), "until the next is sent");
    }
}

#[tokio::test]
async fn case_65_where_another_app_holds_the_thread_the_bot_pauses() {
    for refusal in [Answer::refusal(10, Some(2_018_300)), Answer::refusal(100, Some(2_534_037))] {
        let mut world = World::start().await;
        world.meta_meets(Script::new("SendMessage", [Fate::Refuse(refusal)])).await;
        for sk in ["M#1", "M#2"] {
            world.plan(sk, vec![world.reply(Message, sk)]).await;
            world.drive(sk).await.unwrap();
            assert_eq!(world.state(sk).await.0, Failed, "{sk}");
        }
        assert!(world.state("M#1").await.1.unwrap().starts_with("not_owner/"));
        assert_eq!(world.state("M#2").await.1.as_deref(), Some("paused"));
        assert_eq!(world.meta.calls().len(), 1, "Meta is not asked a second time");
        let elsewhere = world.with("900000000000002").await;
        elsewhere.plan("M#1", vec![world.reply(Message, "oi")]).await;
        elsewhere.drive("M#1").await.unwrap();
        assert_eq!(elsewhere.state("M#1").await.0, Sent, "there only");
        world.pass(PAUSE_MS);
        world.plan("M#3", vec![world.reply(Message, "oi")]).await;
        world.drive("M#3").await.unwrap();
        assert_eq!(world.state("M#3").await.0, Sent, "for a while only");
    }
}

#[tokio::test]
async fn case_64_a_closed_window_is_not_knocked_at_again() {
    let world = World::start().await;
    world.pass(25 * 3_600_000);
    world.plan("M#1", vec![world.reply(Message, "oi")]).await;
    for _ in 0..2 {
        world.drive("M#1").await.unwrap();
        assert_eq!(world.state("M#1").await, (Failed, Some("window/10/2534022".to_owned())));
    }
    assert_eq!(world.meta.calls().len(), 1);
}
