//! Direct messages of which nobody knows whether they are out.

use instagram::Words;
use outbox::{Alarm, DOUBT_MS, LEASE_MS, OnUnknown, OutboxError, Progress, SETTLE_MS, Settings};
use sandbox::meta::Reply as Answer;
use sandbox::meta::fault::{Fate, Script};
use store::ReplyAction::Message;
use store::ReplyState::{Parked, Sent, Unknown};
use store::{Ended, Gate, GateClaim, Reply};

use crate::fixtures::{ACCOUNT, PERSON, Way, World, place};

const WORDS: &str = "A agenda\n está aqui.";
/// The request is lost before Meta has it.
const LOST: Fate = Fate::HangUp;
/// Meta has it, and its answer is lost.
const UNHEARD: Fate = Fate::LoseAnswer;

/// A reply to a message was tried, and met this fate; so will those after it.
async fn in_doubt(fates: impl IntoIterator<Item = Fate>) -> World {
    let world = World::start().await;
    let reply = world.reply(Message, WORDS);
    tried(world, Settings::default(), reply, fates).await
}

async fn tried(mut world: World, settings: Settings, reply: Reply, fates: impl IntoIterator<Item = Fate>) -> World {
    // What was said before is no part of what is looked at.
    world.pass(120_000);
    world.meta_meets_with(settings, Script::new("SendMessage", fates)).await;
    world.plan("M#1", vec![reply]).await;
    let claimed_at = world.clock.now_ms();
    world.drive("M#1").await.unwrap();
    assert_eq!(world.state("M#1").await.0, Unknown);
    let due_at = world.item("M#1").await.due_at.unwrap();
    assert!(due_at >= claimed_at + LEASE_MS + SETTLE_MS, "it is waited out");
    world
}

/// 200 with a body that is not Meta's.
fn said(body: &'static str) -> Answer {
    Answer { body: body.into(), ..Answer::ok(&serde_json::Value::Null) }
}

fn reads(world: &World) -> usize {
    world.meta.calls().iter().filter(|call| call.operation.starts_with("Read")).count()
}

fn sends(world: &World) -> usize {
    world.meta.calls().iter().filter(|call| call.operation == "SendMessage").count()
}

#[tokio::test]
async fn cases_54_56_58_59_a_message_that_is_out_is_found_and_not_sent_again() {
    let answers = [
        ("case 58: no answer", UNHEARD),
        ("case 59: error 2", Fate::AnswerInstead(Answer::refusal(2, None))),
        ("case 59: error 1", Fate::AnswerInstead(Answer::refusal(1, Some(1_357_046)))),
        ("case 61: junk", Fate::AnswerInstead(said("<html>"))),
        ("case 61: nothing", Fate::AnswerInstead(said(""))),
        ("a code nobody knows", Fate::AnswerInstead(Answer::refusal(12_345, None))),
    ];
    for (case, fate) in answers {
        let world = in_doubt([fate]).await;
        world.wait_for("M#1").await;
        let attempts = world.judge("M#1").await;
        let mid = world.meta.sent()[0].mid.clone();
        assert_eq!((world.meta.sent().len(), sends(&world)), (1, 1), "{case}");
        assert_eq!(world.state("M#1").await, (Sent, Some("found".to_owned())), "{case}");
        let item = world.item("M#1").await;
        assert_eq!((item.replies()[0].mid.as_ref(), item.due_at), (Some(&mid), None), "{case}");
        assert_eq!((&attempts[0].progress, &attempts[0].message), (&Progress::Sent, &Some(mid)), "{case}");
    }
}

#[tokio::test]
async fn case_60_a_message_that_is_not_out_is_sent_once_more_and_after_a_second_doubt_never() {
    let world = in_doubt([LOST]).await;
    world.wait_for("M#1").await;
    let attempts = world.judge("M#1").await;
    assert_eq!((attempts.len(), world.state("M#1").await.0, world.texts().len()), (1, Sent, 1));
    assert_eq!(world.item("M#1").await.replies()[0].again, 1);

    let world = in_doubt([LOST, LOST]).await;
    world.wait_for("M#1").await;
    world.judge("M#1").await;
    assert_eq!((world.state("M#1").await.0, sends(&world)), (Unknown, 2));
    world.wait_for("M#1").await;
    let attempts = world.judge("M#1").await;
    assert_eq!(world.state("M#1").await, (Parked, Some("not_found".to_owned())));
    assert_eq!(attempts[0].alarm, Some(Alarm::Parked));
    let parked = world.store.parked(Some(&world.account), world.clock.now_ms()).await.unwrap();
    assert_eq!(parked.iter().map(store::Listed::reply).collect::<Vec<_>>(), [place("M#1")]);
    assert_eq!((sends(&world), world.item("M#1").await.due_at), (2, None));
}

#[tokio::test]
async fn the_second_try_is_found_too() {
    let world = in_doubt([LOST, UNHEARD]).await;
    for _ in 0..2 {
        world.wait_for("M#1").await;
        world.judge("M#1").await;
    }
    assert_eq!((world.state("M#1").await.0, world.texts().len()), (Sent, 1));
}

#[tokio::test]
async fn nothing_is_read_before_meta_has_settled() {
    let world = in_doubt([UNHEARD]).await;
    world.pass(LEASE_MS + SETTLE_MS - 10_000);
    world.judge("M#1").await;
    // Somebody had it looked at too early: by their clock, or by hand.
    let k = world.item("M#1").await.replies()[0].att;
    let now = world.clock.now_ms();
    let early = Ended {
        state: Unknown,
        reason: "early".to_owned(),
        due_at: Some(now),
        again: None,
        replies: 1,
        word: store::Word::Nobody,
        at: now,
    };
    world.store.record_judged(&place("M#1"), k, &early).await.unwrap();
    world.judge("M#1").await;
    assert_eq!((world.state("M#1").await, reads(&world)), ((Unknown, Some("settling".to_owned())), 0));
    world.wait_for("M#1").await;
    world.judge("M#1").await;
    assert_eq!(world.state("M#1").await.0, Sent);
}

#[tokio::test]
async fn a_look_that_there_is_no_time_for_does_not_begin() {
    let world = in_doubt([UNHEARD]).await;
    world.wait_for("M#1").await;
    let way = Way { judges: true, begin_before: world.clock.now_ms(), ..Way::default() };
    let outcome = world.drive_with(&world.outbox, &way, "M#1").await;
    assert!(matches!(outcome, Err(OutboxError::OutOfTime)));
    assert_eq!((world.state("M#1").await.0, reads(&world)), (Unknown, 0));
}

#[tokio::test]
async fn a_worker_leaves_doubt_to_the_caretaker() {
    let world = in_doubt([UNHEARD]).await;
    world.wait_for("M#1").await;
    world.drive("M#1").await.unwrap();
    assert_eq!((world.state("M#1").await.0, reads(&world)), (Unknown, 0));
}

#[tokio::test]
async fn while_meta_does_not_show_it_the_doubt_stays_and_after_a_quarter_of_an_hour_it_is_parked() {
    for (read, fate) in [("ReadConversations", LOST), ("ReadConversation", UNHEARD), ("ReadMessage", UNHEARD)] {
        let mut world = in_doubt([fate]).await;
        let since = world.clock.now_ms();
        world
            .meta_meets(move |call: &sandbox::fault::Call| match call.operation == read {
                true => Fate::Refuse(Answer::refusal(2, None)),
                false => Fate::Serve,
            })
            .await;
        let mut looks = 0;
        while world.state("M#1").await.0 == Unknown {
            world.wait_for("M#1").await;
            world.judge("M#1").await;
            looks += 1;
        }
        assert_eq!(world.state("M#1").await, (Parked, Some("no_evidence".to_owned())), "{read}");
        let lasted = world.clock.now_ms() - since;
        assert!((DOUBT_MS - 5_000..DOUBT_MS + 60_000).contains(&lasted), "{read}: {lasted}");
        assert!(looks > 10, "{read}: {looks}");
        assert_eq!(sends(&world), 1, "{read}");
    }
}

#[tokio::test]
async fn a_doubt_is_over_when_meta_answers_again() {
    let mut world = in_doubt([UNHEARD]).await;
    world.meta_meets(Script::new("ReadConversations", [Fate::HangUp])).await;
    for expected in [Unknown, Sent] {
        world.wait_for("M#1").await;
        world.judge("M#1").await;
        assert_eq!(world.state("M#1").await.0, expected);
    }
    let way = Way { judges: true, token: None, ..Way::default() };
    let world = in_doubt([UNHEARD]).await;
    world.wait_for("M#1").await;
    world.drive_with(&world.outbox, &way, "M#1").await.unwrap();
    assert_eq!(world.state("M#1").await, (Unknown, Some("no_evidence".to_owned())), "no token, no look");
}

#[tokio::test]
async fn case_68_what_more_than_twenty_newer_messages_hide_is_parked() {
    for (newer, expected) in [(20, Sent), (21, Parked), (30, Parked)] {
        let world = in_doubt([LOST]).await;
        for n in 0..newer {
            world.meta.person_writes(ACCOUNT, PERSON, &format!("e {n}?"));
        }
        world.wait_for("M#1").await;
        world.judge("M#1").await;
        let (state, reason) = world.state("M#1").await;
        assert_eq!(state, expected, "{newer}");
        if expected == Parked {
            assert_eq!(reason.as_deref(), Some("history_too_long"), "{newer}");
        }
        assert_eq!(sends(&world), if expected == Sent { 2 } else { 1 }, "{newer}");
    }
}

#[tokio::test]
async fn case_57_the_same_words_of_a_person_count_as_the_reply_and_twice_the_words_as_neither() {
    let world = in_doubt([LOST]).await;
    world.meta.human_writes(ACCOUNT, PERSON, "A agenda está aqui.");
    world.wait_for("M#1").await;
    world.judge("M#1").await;
    assert_eq!((world.state("M#1").await.0, world.texts().len()), (Sent, 0), "once in effect");

    let world = in_doubt([UNHEARD]).await;
    world.meta.human_writes(ACCOUNT, PERSON, "A agenda está aqui.");
    world.wait_for("M#1").await;
    world.judge("M#1").await;
    assert_eq!(world.state("M#1").await, (Parked, Some("several_candidates".to_owned())));
    assert_eq!(sends(&world), 1);
}

#[tokio::test]
async fn words_of_the_person_and_of_replies_that_are_known_are_no_evidence() {
    let mut world = World::start().await;
    world.meta_meets(Script::new("SendMessage", [Fate::Serve, LOST])).await;
    world.plan("M#1", vec![world.reply(Message, WORDS)]).await;
    world.drive("M#1").await.unwrap();
    world.plan("M#2", vec![world.reply(Message, WORDS)]).await;
    world.drive("M#2").await.unwrap();
    world.meta.person_writes(ACCOUNT, PERSON, WORDS);
    world.wait_for("M#2").await;
    world.judge("M#2").await;
    assert_eq!((world.state("M#2").await.0, world.texts().len()), (Sent, 2), "an earlier item's");

    let mut world = World::start().await;
    world.meta_meets(Script::new("SendMessage", [Fate::Serve, LOST])).await;
    world.plan("M#1", vec![world.reply(Message, WORDS), world.reply(Message, WORDS)]).await;
    world.drive("M#1").await.unwrap();
    world.wait_for("M#1").await;
    world.judge("M#1").await;
    assert_eq!((world.item("M#1").await.replies()[1].state, world.texts().len()), (Sent, 2), "the step before");
}

/// A reply without words.
fn wordless(world: &World, message: &str) -> Reply {
    Reply { text: None, message: Some(Words::from(message)), ..world.reply(Message, "") }
}

#[tokio::test]
async fn what_shows_no_words_is_found_if_it_is_the_only_one_without() {
    let picture = r#"{"attachment":{"type":"image","payload":{"url":"https://example.com/a.png"}}}"#;
    let template = concat!(
        r#"{"attachment":{"type":"template","payload":{"template_type":"generic","elements":["#,
        r#"{"title":"Agenda","subtitle":"Hoje","image_url":"https://files.example.com/a.png","#,
        r#""buttons":[{"type":"postback","title":"Mais","payload":"MAIS"}]}]}}}"#
    );
    for message in [picture, template] {
        for (case, fate, chat, state, messages) in [
            ("out", UNHEARD, None, Sent, 1),
            ("out, and somebody wrote", UNHEARD, Some("Bom dia"), Sent, 1),
            ("not out", LOST, None, Sent, 1),
            // It might be what Meta shows for a template.
            ("not out, and somebody wrote", LOST, Some("Bom dia"), Parked, 0),
        ] {
            let world = World::start().await;
            let reply = wordless(&world, message);
            let world = tried(world, Settings::default(), reply, [fate]).await;
            if let Some(text) = chat {
                world.meta.human_writes(ACCOUNT, PERSON, text);
            }
            world.wait_for("M#1").await;
            world.judge("M#1").await;
            assert_eq!((world.state("M#1").await.0, world.meta.sent().len()), (state, messages), "{case}: {message}");
        }
    }
}

#[tokio::test]
async fn where_doubt_is_parked_nothing_is_sent_a_second_time() {
    let settings = Settings { on_unknown: OnUnknown::Park, ..Settings::default() };
    for (fate, expected) in [(LOST, Parked), (UNHEARD, Sent)] {
        let world = World::start().await;
        let reply = world.reply(Message, WORDS);
        let world = tried(world, settings, reply, [fate]).await;
        world.wait_for("M#1").await;
        world.judge("M#1").await;
        assert_eq!((world.state("M#1").await.0, sends(&world)), (expected, 1));
    }
}

#[tokio::test]
async fn an_attempt_of_which_nothing_was_heard_is_judged_by_its_lease_and_then_made_again() {
    let world = World::start().await;
    world.plan("M#1", vec![world.reply(Message, WORDS)]).await;
    let read = world.conversation().await;
    let until = world.clock.now_ms() + LEASE_MS;
    let gate = Gate { item: "M#1".to_owned(), step: 0, k: 1, until, by: "somebody".to_owned() };
    let (account, peer) = (&world.account, &world.peer);
    let claim = GateClaim { account, peer, read: &read, gate: &gate, sent: &[], goes_first: None, discloses_at: None };
    world.store.claim_gate(claim).await.unwrap();
    world.pass(LEASE_MS);
    world.judge("M#1").await;
    assert_eq!((world.state("M#1").await.0, world.item("M#1").await.due_at), (Unknown, Some(until + SETTLE_MS)));
    world.wait_for("M#1").await;
    world.judge("M#1").await;
    assert_eq!((world.state("M#1").await.0, world.texts().len()), (Sent, 1));
}

#[tokio::test]
async fn a_reply_in_doubt_whose_words_are_gone_is_parked_without_a_look() {
    let world = in_doubt([LOST]).await;
    world.unsend("M#1").await;
    world.wait_for("M#1").await;
    world.judge("M#1").await;
    assert_eq!(world.state("M#1").await, (Parked, Some("words_gone".to_owned())));
    assert_eq!(reads(&world), 0);
}

#[tokio::test]
async fn what_is_found_missing_after_a_stop_is_cancelled_and_what_is_out_is_sent() {
    for (fate, expected) in [(LOST, "cancelled"), (UNHEARD, "found")] {
        let world = in_doubt([fate]).await;
        world.learn(|next| next.facts.take_wish(true, "msg|1|m2", instagram::UnixMillis(1))).await;
        world.wait_for("M#1").await;
        world.judge("M#1").await;
        assert_eq!((world.state("M#1").await.1.as_deref(), sends(&world)), (Some(expected), 1));
    }
}

#[tokio::test]
async fn case_84_clocks_that_differ_by_half_a_minute_double_nothing() {
    const SKEW_MS: i64 = 30_000;
    for (fate, is_out) in [(UNHEARD, true), (LOST, false)] {
        for sender in [-SKEW_MS, 0, SKEW_MS] {
            for judge in [-SKEW_MS, 0, SKEW_MS] {
                let case = format!("out: {is_out}, sender {sender} ms ahead, judge {judge} ms");
                let mut world = World::start().await;
                world.pass(120_000);
                world.meta_meets_with(Settings::default(), Script::new("SendMessage", [fate.clone()])).await;
                world.plan("M#1", vec![world.reply(Message, WORDS)]).await;
                let sends = Way { ahead_ms: sender, ..Way::default() };
                world.drive_with(&world.outbox, &sends, "M#1").await.unwrap();
                let judges = Way { ahead_ms: judge, judges: true, ..Way::default() };
                for _ in 0..6 {
                    world.pass(60_000);
                    world.drive_with(&world.outbox, &judges, "M#1").await.unwrap();
                }
                let messages = world.meta.sent().len();
                let state = world.state("M#1").await.0;
                assert!(messages <= 1, "{case}: at most once");
                assert!(state == Parked || (state == Sent && messages == 1), "{case}: {state:?}, {messages} messages");
            }
        }
    }
}
