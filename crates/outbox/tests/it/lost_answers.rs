//! Writes whose answers are lost, and writes that do not come through.

use outbox::{LEASE_MS, OutboxError};
use sandbox::fault::{Fate, Script};
use store::ReplyAction::{Message, PrivateReply, PublicReply};
use store::ReplyState::{Planned, Sending, Sent, Unknown};
use store::StoreError;

use crate::fixtures::World;

const LOST: Fate = Fate::LoseAnswer;

#[tokio::test]
async fn case_78_a_claim_whose_answer_was_lost_sends_at_once_and_once() {
    // The table's client repeats a call twice: one lost answer ends in "somebody was faster", three in none at all.
    for lost in [1, 2, 3] {
        for action in [Message, PrivateReply, PublicReply] {
            let mut world = World::start().await;
            // A private reply takes a moment of the account's pace before.
            let before = vec![Fate::Serve; usize::from(action == PrivateReply)];
            world.table_meets(Script::new("UpdateItem", before.into_iter().chain(vec![LOST; lost]))).await;
            let sk = match action {
                Message => {
                    world.plan("M#1", vec![world.reply(action, "oi")]).await;
                    "M#1".to_owned()
                }
                PrivateReply | PublicReply => world.plan_comment(world.reply(action, "oi")).await,
            };
            let attempts = world.drive(&sk).await.unwrap();
            assert_eq!((attempts.len(), world.state(&sk).await.0), (1, Sent), "{action:?}, {lost} lost");
            assert_eq!(world.meta.calls().len(), 1, "{action:?}, {lost} lost");
            assert_eq!(world.item(&sk).await.replies()[0].att, 1, "{action:?}, {lost} lost");
        }
    }
}

#[tokio::test]
async fn a_claim_that_the_table_does_not_take_sends_nothing() {
    for action in [Message, PrivateReply] {
        let mut world = World::start().await;
        let before = vec![Fate::Serve; usize::from(action == PrivateReply)];
        world.table_meets(Script::new("UpdateItem", before.into_iter().chain(vec![Fate::BROKEN; 3]))).await;
        let sk = match action {
            Message => {
                world.plan("M#1", vec![world.reply(action, "oi")]).await;
                "M#1".to_owned()
            }
            _ => world.plan_comment(world.reply(action, "oi")).await,
        };
        let outcome = world.drive(&sk).await;
        assert!(matches!(outcome, Err(OutboxError::Store(StoreError::Unavailable { .. }))), "{action:?}");
        assert_eq!((world.state(&sk).await.0, world.meta.calls().len()), (Planned, 0), "{action:?}");
        world.drive(&sk).await.unwrap();
        assert_eq!((world.state(&sk).await.0, world.meta.calls().len()), (Sent, 1), "{action:?}: the event came again");
    }
}

#[tokio::test]
async fn a_claim_that_is_lost_again_and_again_gives_way() {
    let mut world = World::start().await;
    let lost = Fate::Refuse { status: 400, code: "ConditionalCheckFailedException" };
    world.table_meets(Script::new("UpdateItem", vec![lost; 100])).await;
    world.plan("M#1", vec![world.reply(Message, "oi")]).await;
    let outcome = world.drive("M#1").await;
    assert!(matches!(outcome, Err(OutboxError::Busy)), "the event comes again");
    assert!(world.meta.calls().is_empty());
}

#[tokio::test]
async fn case_74_of_two_claims_at_once_one_sends_and_the_other_learns_of_it() {
    for action in [Message, PrivateReply] {
        let world = World::start().await;
        let sk = match action {
            Message => {
                world.plan("M#1", vec![world.reply(action, "oi")]).await;
                "M#1".to_owned()
            }
            _ => world.plan_comment(world.reply(action, "oi")).await,
        };
        let (one, other) = (world.another_outbox(), world.another_outbox());
        let way = world.way();
        let (first, second) = futures::join!(world.drive_with(&one, &way, &sk), world.drive_with(&other, &way, &sk));
        assert_eq!(first.unwrap().len() + second.unwrap().len(), 1, "{action:?}");
        assert_eq!((world.state(&sk).await.0, world.meta.sent().len()), (Sent, 1), "{action:?}");
    }
}

#[tokio::test]
async fn case_78_a_record_whose_answer_was_lost_counts() {
    for lost in [1, 3] {
        let mut world = World::start().await;
        let fates = std::iter::once(Fate::Serve).chain(vec![LOST; lost]);
        world.table_meets(Script::new("UpdateItem", fates)).await;
        world.plan("M#1", vec![world.reply(Message, "oi"), world.reply(Message, "e mais")]).await;
        world.drive("M#1").await.unwrap();
        assert!(world.item("M#1").await.is_done(), "{lost} lost");
        assert_eq!(world.texts(), ["oi", "e mais"], "{lost} lost");
    }
}

#[tokio::test]
async fn case_54_a_reply_whose_record_never_came_through_is_found_and_not_sent_again() {
    for action in [Message, PublicReply] {
        let mut world = World::start().await;
        let fates = std::iter::once(Fate::Serve).chain(vec![Fate::BROKEN; 9]);
        world.table_meets(Script::new("UpdateItem", fates)).await;
        let sk = match action {
            Message => {
                world.plan("M#1", vec![world.reply(action, "oi")]).await;
                "M#1".to_owned()
            }
            _ => world.plan_comment(world.reply(action, "oi")).await,
        };
        assert!(world.drive(&sk).await.is_err(), "{action:?}: the event comes again");
        assert!(matches!(world.state(&sk).await.0, Planned | Sending), "{action:?}");
        world.pass(LEASE_MS);
        world.drive(&sk).await.unwrap();
        assert_eq!(world.state(&sk).await.0, Unknown, "{action:?}");
        world.wait_for(&sk).await;
        world.judge(&sk).await;
        assert_eq!(world.state(&sk).await, (Sent, Some("found".to_owned())), "{action:?}");
        let sends = world.meta.calls().iter().filter(|call| !call.operation.starts_with("Read")).count();
        assert_eq!(sends, 1, "{action:?}");
    }
}
