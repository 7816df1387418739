//! Replies nobody knows the end of.

use futures::future::Either;
use outbox::{OnUnknown, Settings};
use sandbox::meta::Reply;
use store::{ReplyAction, ReplyState, Scope};

use crate::world::{MetaFate, OFFICE, PERSON, Plan, World};

/// Reads of conversations.
const READS: [&str; 3] = ["ReadConversations", "ReadConversation", "ReadMessage"];

/// A reply whose send met this fate.
async fn in_doubt(world: &World, person: &str, fate: MetaFate) -> Plan {
    let plan = world.plan(person, "A agenda.").await;
    world.workers_graph.script("SendMessage", [fate]);
    world.attempt(&plan).await;
    world.workers_graph.mend();
    assert_eq!(world.state(&plan).await.0, ReplyState::Unknown);
    plan
}

/// It fails, and nothing has happened.
fn not_delivered() -> MetaFate {
    MetaFate::Refuse(Reply::refusal(2, None))
}

#[tokio::test]
async fn case_56_and_58_a_reply_that_is_out_is_found() {
    let world = World::start().await;
    let plan = in_doubt(&world, PERSON, MetaFate::LoseAnswer).await;
    world.pass(40);
    world.run().await;
    assert_eq!(world.state(&plan).await.0, ReplyState::Unknown, "Meta has not settled yet");
    assert!(world.meta.calls().iter().all(|call| call.operation == "SendMessage"), "and nobody looks before");
    world.minutes(1).await;
    assert_eq!(world.state(&plan).await, (ReplyState::Sent, Some("found".to_owned())));
    assert_eq!(world.sent_to(OFFICE, PERSON), ["A agenda."]);
    assert!(world.reply(&plan).await.mid.is_some());
}

#[tokio::test]
async fn case_60_a_reply_that_is_not_out_is_sent_once_more() {
    let world = World::start().await;
    let plan = in_doubt(&world, PERSON, not_delivered()).await;
    world.minutes(3).await;
    assert_eq!(world.state(&plan).await.0, ReplyState::Sent);
    assert_eq!(world.sent_to(OFFICE, PERSON), ["A agenda."]);
}

#[tokio::test]
async fn a_reply_in_doubt_twice_is_not_sent_a_third_time() {
    let world = World::start().await;
    let plan = in_doubt(&world, PERSON, not_delivered()).await;
    world.graph.always(&["SendMessage"], not_delivered());
    world.minutes(8).await;
    assert_eq!(world.state(&plan).await, (ReplyState::Parked, Some("not_found".to_owned())));
    let sends = world.meta.calls().iter().filter(|call| call.operation == "SendMessage").count();
    assert_eq!(sends, 2);
    assert_eq!(world.metric("RepliesParked"), 1);
}

#[tokio::test]
async fn where_nothing_is_believed_of_meta_a_reply_not_found_is_parked() {
    let settings = Settings { on_unknown: OnUnknown::Park, ..Settings::default() };
    let world = World::of(&[OFFICE], settings).await;
    let plan = in_doubt(&world, PERSON, not_delivered()).await;
    world.minutes(3).await;
    assert_eq!(world.state(&plan).await, (ReplyState::Parked, Some("not_found".to_owned())));
    assert!(world.sent_to(OFFICE, PERSON).is_empty());
}

#[tokio::test]
async fn a_stop_ends_a_doubt_by_what_meta_shows() {
    let cases = [
        ("it was out before the stop", MetaFate::LoseAnswer, ReplyState::Sent, "found", 1),
        ("it was not out", not_delivered(), ReplyState::Failed, "cancelled", 0),
    ];
    for (case, fate, state, reason, sent) in cases {
        let world = World::start().await;
        let plan = in_doubt(&world, PERSON, fate).await;
        world.store.set_stopped(Scope::Everything, Some(world.clock.now_ms())).await.unwrap();
        world.minutes(3).await;
        assert_eq!(world.state(&plan).await, (state, Some(reason.to_owned())), "{case}");
        assert_eq!(world.sent_to(OFFICE, PERSON).len(), sent, "{case}");
    }
}

#[tokio::test]
async fn case_66_a_private_reply_is_tried_again_and_metas_refusal_is_proof() {
    let world = World::start().await;
    let plan = world.plan_comment(PERSON, ReplyAction::PrivateReply, "Segue.").await;
    world.workers_graph.script("PrivateReply", [MetaFate::LoseAnswer]);
    world.attempt(&plan).await;
    world.minutes(3).await;
    assert_eq!(world.state(&plan).await, (ReplyState::Sent, Some("inferred".to_owned())));
    assert_eq!(world.meta.private_replies(plan.key.sk.trim_start_matches("C#")).len(), 1);
}

#[tokio::test]
async fn a_public_reply_is_found_below_its_comment() {
    let world = World::start().await;
    let plan = world.plan_comment(PERSON, ReplyAction::PublicReply, "Obrigado!").await;
    world.workers_graph.script("ReplyToComment", [MetaFate::LoseAnswer]);
    world.attempt(&plan).await;
    world.minutes(3).await;
    assert_eq!(world.state(&plan).await, (ReplyState::Sent, Some("found".to_owned())));
    assert_eq!(world.meta.public_replies(plan.key.sk.trim_start_matches("C#")).len(), 1);
}

#[tokio::test]
async fn case_68_more_than_twenty_newer_messages_hide_a_reply() {
    let world = World::start().await;
    let plan = in_doubt(&world, PERSON, MetaFate::LoseAnswer).await;
    for _ in 0..21 {
        world.pass(1);
        world.meta.person_writes(OFFICE, PERSON, "oi?");
    }
    world.minutes(3).await;
    assert_eq!(world.state(&plan).await, (ReplyState::Parked, Some("history_too_long".to_owned())));
    assert_eq!(world.sent_to(OFFICE, PERSON).len(), 1, "and it is not sent again");
    assert_eq!(world.metric("RepliesParked"), 1);
    world.minutes(1).await;
    assert_eq!(world.level("ParkedReplies"), Some(1));
}

#[tokio::test]
async fn after_a_quarter_of_an_hour_without_reads_a_reply_is_parked() {
    let world = World::start().await;
    world.graph.always(&READS, MetaFate::Refuse(Reply::refusal(1, None)));
    let plan = in_doubt(&world, PERSON, MetaFate::LoseAnswer).await;
    world.minutes(14).await;
    assert_eq!(world.state(&plan).await.0, ReplyState::Unknown, "evidence may come yet");
    world.minutes(3).await;
    assert_eq!(world.state(&plan).await, (ReplyState::Parked, Some("no_evidence".to_owned())));
}

#[tokio::test]
async fn a_worker_that_died_while_it_sent_leaves_a_reply_that_is_found() {
    let world = World::start().await;
    let plan = world.due(PERSON, "A agenda.").await;
    // It claimed, Meta has the message, and nothing was recorded.
    world.workers_graph.script("SendMessage", [MetaFate::HangAfter]);
    let arrived = async {
        while world.sent_to(OFFICE, PERSON).is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    {
        let (attempt, arrived) = (Box::pin(world.attempt(&plan)), Box::pin(arrived));
        assert!(matches!(futures::future::select(attempt, arrived).await, Either::Right(_)), "it dies first");
    }
    world.minutes(4).await;
    assert_eq!(world.state(&plan).await, (ReplyState::Sent, Some("found".to_owned())));
    assert_eq!(world.sent_to(OFFICE, PERSON).len(), 1);
}

#[tokio::test]
async fn nearly_all_unknowns_are_known_again_within_three_minutes() {
    const OFFICES: [&str; 10] = ["101", "102", "103", "104", "105", "106", "107", "108", "109", "110"];
    let world = World::of(&OFFICES, Settings::default()).await;
    // Now this, now that, each second.
    world.workers_graph.set(|call| match call.number % 3 {
        0 => not_delivered(),
        1 => MetaFate::LoseAnswer,
        _ => MetaFate::AnswerInstead(Reply::refusal(1, None)),
    });
    let mut plans = Vec::new();
    for person in 0..10 {
        for office in OFFICES {
            let plan = world.plan_at(office, &format!("9{person}"), &["A agenda."]).await;
            world.attempt(&plan).await;
            plans.push(plan);
        }
        world.pass(4);
    }
    world.minutes(4).await;
    let mut late = 0;
    for plan in &plans {
        let reply = world.reply(plan).await;
        assert_eq!(reply.state, ReplyState::Sent);
        let known_at = reply.tries.iter().find(|entry| matches!(&*entry.what, "found" | "not_found")).unwrap().at;
        late += usize::from(known_at - reply.unknown_since.unwrap() > 180_000);
    }
    assert!(late <= plans.len() / 100, "{late} of {}", plans.len());
    for office in OFFICES {
        for person in 0..10 {
            assert_eq!(world.sent_to(office, &format!("9{person}")).len(), 1, "each once");
        }
    }
}
