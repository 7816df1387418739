//! A person's word on replies that were parked.

use outbox::{OnUnknown, Resolution, ResolveError, Settings};
use sandbox::meta::fault::{Fate, Script};
use store::ReplyAction::{Message, PrivateReply};
use store::ReplyState::{Failed, Parked, Planned, Sent, Unknown};
use store::{Ended, ReplyRef, ReplyState};

use crate::fixtures::{World, place};

/// Two replies of which the first was tried once and ended in this state.
async fn ended(state: ReplyState) -> World {
    let world = World::start().await;
    world.plan("M#1", vec![world.reply(Message, "oi"), world.reply(Message, "e mais")]).await;
    let now = world.clock.now_ms();
    let due_at = (!state.is_final()).then_some(now);
    let ended = |state| Ended {
        state,
        reason: "test".to_owned(),
        due_at,
        again: None,
        replies: 2,
        word: store::Word::Nobody,
        at: now,
    };
    world.outbox.resolve(&world.account, &place("M#1"), Resolution::Drop, now).await.unwrap_err();
    if state == Parked {
        // As it comes about: in doubt first, and listed.
        let doubt = Ended { due_at: Some(now), ..ended(Unknown) };
        world.store.record_ended(&place("M#1"), 1, &doubt).await.unwrap();
        world.store.list(&store::Listed::new(&world.account, &place("M#1"), Parked, "test", now)).await.unwrap();
        world.store.record_judged(&place("M#1"), 1, &ended(Parked)).await.unwrap();
    } else {
        world.store.record_ended(&place("M#1"), 1, &ended(state)).await.unwrap();
    }
    world
}

async fn resolve(world: &World, resolution: Resolution) -> Result<(), ResolveError> {
    world.outbox.resolve(&world.account, &place("M#1"), resolution, world.clock.now_ms()).await
}

#[tokio::test]
async fn a_parked_reply_becomes_what_a_person_says() {
    let resend = Resolution::Resend { not_after: 0 };
    let cases = [
        (Resolution::Sent, Sent, "resolved_sent"),
        (Resolution::Drop, Failed, "resolved_drop"),
        (resend, Planned, "resolved_resend"),
    ];
    for (resolution, state, reason) in cases {
        let world = ended(Parked).await;
        let before = world.item("M#1").await.replies()[0].clone();
        resolve(&world, resolution).await.unwrap();
        assert_eq!(world.state("M#1").await, (state, Some(reason.to_owned())));
        let item = world.item("M#1").await;
        assert!(item.due_at.is_some() && item.untold.is_some(), "{resolution:?}: to be sent, or to be told");
        assert_eq!(item.replies()[1].state, Failed, "{resolution:?}: it failed with the first");
        assert_eq!(item.replies()[0].not_after, before.not_after, "{resolution:?}");
        assert!(
            world.store.parked(None, world.clock.now_ms()).await.unwrap().is_empty(),
            "{resolution:?}: off the list"
        );
        let again = resolve(&world, resolution).await;
        assert!(matches!(again, Err(ResolveError::NotParked)), "{resolution:?}: once");
        world.judge("M#1").await;
        let sent = if resolution == resend { vec!["oi".to_owned()] } else { vec![] };
        assert_eq!(world.texts(), sent, "{resolution:?}");
    }
}

#[tokio::test]
async fn only_what_is_parked_can_be_resolved() {
    for state in [Planned, Unknown, Failed] {
        let world = ended(state).await;
        let before = world.item("M#1").await;
        for resolution in [Resolution::Sent, Resolution::Drop, Resolution::Resend { not_after: i64::MAX }] {
            let outcome = resolve(&world, resolution).await;
            assert!(matches!(outcome, Err(ResolveError::NotParked)), "{state:?}, {resolution:?}");
        }
        assert_eq!(world.item("M#1").await, before, "{state:?}");
    }
    let world = ended(Parked).await;
    for nowhere in [ReplyRef { step: 7, ..place("M#1") }, place("M#7")] {
        let now = world.clock.now_ms();
        let outcome = world.outbox.resolve(&world.account, &nowhere, Resolution::Drop, now).await;
        assert!(matches!(outcome, Err(ResolveError::NotParked)), "{nowhere:?}");
    }
}

#[tokio::test]
async fn what_is_sent_again_may_have_more_time_and_is_as_if_it_had_never_been_in_doubt() {
    let mut world = World::start().await;
    let settings = Settings { on_unknown: OnUnknown::Park, ..Settings::default() };
    world.meta_meets_with(settings, Script::new("SendMessage", [Fate::HangUp])).await;
    world.plan("M#1", vec![world.reply(Message, "oi")]).await;
    world.drive("M#1").await.unwrap();
    world.wait_for("M#1").await;
    world.judge("M#1").await;
    assert_eq!(world.state("M#1").await.0, Parked);
    world.pass(3_600_000);
    let not_after = world.clock.now_ms() + 1_000_000;
    resolve(&world, Resolution::Resend { not_after }).await.unwrap();
    let reply = world.item("M#1").await.replies()[0].clone();
    assert_eq!((reply.not_after, reply.unknown_since), (not_after, None));
    world.meta_meets(Script::new("SendMessage", [Fate::LoseAnswer])).await;
    world.judge("M#1").await;
    assert_eq!(world.state("M#1").await.0, Unknown);
    world.wait_for("M#1").await;
    world.judge("M#1").await;
    assert_eq!((world.state("M#1").await.0, world.texts().len()), (Sent, 1), "it has its own time to be found");
}

#[tokio::test]
async fn a_parked_private_reply_that_is_out_after_all_is_not_sent_twice_by_a_wrong_word() {
    let mut world = World::start().await;
    world.meta_meets(Script::new("PrivateReply", [Fate::LoseAnswer])).await;
    let sk = world.plan_comment(world.reply(PrivateReply, "oi")).await;
    world.drive(&sk).await.unwrap();
    let (now, at) = (world.clock.now_ms(), place(&sk));
    let parked = Ended {
        state: Parked,
        reason: "x".to_owned(),
        due_at: None,
        again: None,
        replies: 1,
        word: store::Word::Nobody,
        at: now,
    };
    world.store.record_judged(&at, 1, &parked).await.unwrap();
    world.outbox.resolve(&world.account, &at, Resolution::Resend { not_after: 0 }, now).await.unwrap();
    world.judge(&sk).await;
    assert_eq!((world.state(&sk).await.0, world.meta.sent().len()), (Sent, 1));
}
