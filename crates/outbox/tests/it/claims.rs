//! Who may send, and who waits.

use outbox::{LEASE_MS, OutboxError, SETTLE_MS};
use store::ReplyAction::{Message, PrivateReply, PublicReply};
use store::ReplyState::{Failed, Parked, Planned, Sending, Sent, Unknown};
use store::{Ended, Gate, GateClaim, ReplyState, SentAs};

use crate::fixtures::{Way, World, place};

/// Somebody claims the gate for a reply and is not heard of any more.
async fn claim(world: &World, sk: &str) -> i64 {
    let read = world.conversation().await;
    let until = world.clock.now_ms() + LEASE_MS;
    let gate = Gate { item: sk.to_owned(), step: 0, k: read.fence + 1, until, by: "somebody".to_owned() };
    let (account, peer) = (&world.account, &world.peer);
    let claim = GateClaim { account, peer, read: &read, gate: &gate, sent: &[], goes_first: None, discloses_at: None };
    world.store.claim_gate(claim).await.unwrap();
    until
}

async fn end(world: &World, sk: &str, k: u64, state: ReplyState) {
    let due_at = (!state.is_final()).then_some(world.clock.now_ms());
    let ended = Ended {
        state,
        reason: "test".to_owned(),
        due_at,
        again: None,
        replies: 1,
        word: store::Word::Nobody,
        at: world.clock.now_ms(),
    };
    world.store.record_ended(&place(sk), k, &ended).await.unwrap();
}

#[tokio::test]
async fn a_gate_is_closed_by_the_recorded_end_of_its_attempt_and_by_nothing_else() {
    let cases = [
        ("under way", None, 0, Planned),
        ("its lease is over", None, LEASE_MS + 1, Planned),
        ("long over", None, 10 * LEASE_MS, Planned),
        ("in doubt", Some(Unknown), 10 * LEASE_MS, Planned),
        ("to be tried later", Some(Planned), 0, Planned),
        ("failed", Some(Failed), 0, Sent),
        ("given up", Some(Parked), 0, Sent),
    ];
    for (case, ended, later_ms, expected) in cases {
        let world = World::start().await;
        for sk in ["M#first", "M#second"] {
            world.plan(sk, vec![world.reply(Message, sk)]).await;
        }
        let until = claim(&world, "M#first").await;
        if let Some(state) = ended {
            end(&world, "M#first", 1, state).await;
        }
        world.pass(later_ms);
        world.drive("M#second").await.unwrap();
        assert_eq!(world.state("M#second").await.0, expected, "{case}");
        let due_at = world.item("M#second").await.due_at;
        if expected == Planned {
            let settled = until + SETTLE_MS;
            let earliest = if later_ms > LEASE_MS { settled } else { world.clock.now_ms() };
            assert!(due_at.is_some_and(|at| (earliest..=settled.max(world.clock.now_ms())).contains(&at)), "{case}");
        } else {
            assert_eq!(due_at, None, "{case}");
        }
        if later_ms > LEASE_MS {
            assert_eq!(world.state("M#first").await.0, Unknown, "{case}: nobody knows how it ended");
            assert!(world.item("M#first").await.due_at.is_some(), "{case}");
        }
    }
}

#[tokio::test]
async fn an_own_claim_whose_end_nobody_recorded_is_not_repeated() {
    let world = World::start().await;
    world.plan("M#1", vec![world.reply(Message, "oi")]).await;
    let until = claim(&world, "M#1").await;
    world.drive("M#1").await.unwrap();
    assert_eq!((world.state("M#1").await.0, world.item("M#1").await.due_at), (Planned, Some(until + SETTLE_MS)));
    world.pass(LEASE_MS + SETTLE_MS);
    world.drive("M#1").await.unwrap();
    assert_eq!(world.state("M#1").await, (Unknown, Some("lease_over".to_owned())));
    world.pass(LEASE_MS);
    world.drive("M#1").await.unwrap();
    assert!(world.meta.sent().is_empty());
}

#[tokio::test]
async fn a_gate_whose_reply_was_erased_is_free_once_meta_has_settled() {
    let world = World::start().await;
    world.plan("M#1", vec![world.reply(Message, "oi")]).await;
    claim(&world, "M#erased").await;
    world.pass(LEASE_MS);
    world.drive("M#1").await.unwrap();
    assert_eq!(world.state("M#1").await.0, Planned);
    world.pass(SETTLE_MS);
    world.drive("M#1").await.unwrap();
    assert_eq!(world.state("M#1").await.0, Sent);
}

#[tokio::test]
async fn the_message_that_the_gates_reply_became_is_remembered_at_the_next_claim() {
    let world = World::start().await;
    for sk in ["M#1", "M#2"] {
        world.plan(sk, vec![world.reply(Message, sk)]).await;
        world.drive(sk).await.unwrap();
    }
    let conversation = world.conversation().await;
    assert!(conversation.is_own(&world.meta.sent()[0].mid));
    assert_eq!(conversation.gate.unwrap().item, "M#2", "the latest is found through the gate");
}

#[tokio::test]
async fn a_reply_claimed_on_its_comment_is_judged_by_its_own_lease() {
    for action in [PrivateReply, PublicReply] {
        let world = World::start().await;
        world.plan("C#11", vec![world.reply(action, "oi")]).await;
        let until = world.clock.now_ms() + LEASE_MS;
        world.store.claim_reply(&place("C#11"), 0, until, "somebody").await.unwrap();
        world.drive("C#11").await.unwrap();
        assert_eq!((world.state("C#11").await.0, world.item("C#11").await.due_at), (Sending, Some(until + SETTLE_MS)));
        world.pass(LEASE_MS + 1);
        world.drive("C#11").await.unwrap();
        assert_eq!(world.state("C#11").await, (Unknown, Some("lease_over".to_owned())));
        assert!(world.meta.calls().is_empty());
    }
}

#[tokio::test]
async fn case_96_a_claim_with_an_old_fence_learns_what_happened_since() {
    let world = World::start().await;
    world.plan("M#1", vec![world.reply(Message, "oi")]).await;
    let key = World::key("M#1");
    let conversation = world.conversation().await;
    let item = world.item("M#1").await;
    world.drive("M#1").await.unwrap();
    let attempts = world.drive_as_read(&key, conversation, item).await;
    assert!(attempts.is_empty());
    assert_eq!(world.meta.sent().len(), 1);
}

#[tokio::test]
async fn nothing_begins_that_there_is_no_time_for() {
    let world = World::start().await;
    world.plan("M#1", vec![world.reply(Message, "oi")]).await;
    let now = world.clock.now_ms();
    let way = Way { begin_before: now, ..Way::default() };
    let outcome = world.drive_with(&world.outbox, &way, "M#1").await;
    assert!(matches!(outcome, Err(OutboxError::OutOfTime)));
    assert_eq!(world.conversation().await.fence, 0, "nothing was claimed");
    // What is over needs no time.
    world
        .store
        .record_sent(
            &place("M#1"),
            1,
            &SentAs { mid: Some("m"), by: None, is_last: true, word: store::Word::Nobody, at: now },
        )
        .await
        .unwrap();
    assert!(world.drive_with(&world.outbox, &way, "M#1").await.is_ok());
}
