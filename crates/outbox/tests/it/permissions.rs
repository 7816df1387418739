//! What is done with a reply that cannot, or must not, go out.

use graph::Graph;
use outbox::{ACCOUNT_RETRY_MS, Outbox, RETRY_MS, Settings};
use store::ReplyAction::{Message, PrivateReply, PublicReply};
use store::ReplyState::{Failed, Planned, Unknown};
use store::{Reply, ReplyRef};

use crate::fixtures::{Way, World};

fn waiting() -> Way {
    Way { token: None, ..Way::default() }
}

fn stopped() -> Way {
    Way { change: |standing| standing.account.stopped_at = Some(1), ..Way::default() }
}

#[tokio::test]
async fn an_account_that_cannot_send_lets_its_replies_wait() {
    let world = World::start().await;
    world.plan("M#1", vec![world.reply(Message, "oi")]).await;
    let before = world.clock.now_ms();
    world.drive_with(&world.outbox, &waiting(), "M#1").await.unwrap();
    assert_eq!(world.state("M#1").await.0, Planned);
    assert!(world.item("M#1").await.due_at.unwrap() >= before + ACCOUNT_RETRY_MS);
}

#[tokio::test]
async fn case_73_a_stopped_account_cancels_its_replies_even_those_that_wait() {
    for waits in [false, true] {
        let world = World::start().await;
        world.plan("M#1", vec![world.reply(Message, "oi"), world.reply(Message, "e mais")]).await;
        if waits {
            world.drive_with(&world.outbox, &waiting(), "M#1").await.unwrap();
        }
        world.drive_with(&world.outbox, &stopped(), "M#1").await.unwrap();
        assert_eq!(world.state("M#1").await, (Failed, Some("cancelled".to_owned())));
        let item = world.item("M#1").await;
        assert!(item.is_done() && item.due_at.is_none());
        assert_eq!(world.conversation().await.fence, 1, "as holder of the gate");
        assert!(world.meta.calls().is_empty());
    }
}

#[tokio::test]
async fn case_89_what_an_erasure_has_yet_to_come_to_is_cancelled() {
    let erased_account =
        Way { change: |standing| standing.account.erased_before = Some(i64::MAX / 2), ..Way::default() };
    for (sk, action) in [("M#1", Message), ("C#2", PrivateReply), ("C#3", PublicReply)] {
        let world = World::start().await;
        world.plan(sk, vec![world.reply(action, "oi")]).await;
        world.drive_with(&world.outbox, &erased_account, sk).await.unwrap();
        assert_eq!(world.state(sk).await, (Failed, Some("cancelled".to_owned())), "{sk}: an erased account's");

        let world = World::start().await;
        world.plan(sk, vec![world.reply(action, "oi")]).await;
        let read = world.conversation().await;
        let emptied = read.clone().forget(world.clock.now_ms());
        world.store.save_facts(&world.account, &world.peer, &read, emptied).await.unwrap();
        world.drive_with(&world.outbox, &Way::default(), sk).await.unwrap();
        assert_eq!(world.state(sk).await, (Failed, Some("cancelled".to_owned())), "{sk}: an erased person's");
        assert!(world.meta.calls().is_empty(), "{sk}");
    }
}

#[tokio::test]
async fn a_reply_in_doubt_is_not_cancelled() {
    let world = World::start().await;
    world.plan("M#1", vec![world.reply(Message, "oi")]).await;
    let ended = store::Ended {
        state: Unknown,
        reason: "no_answer".to_owned(),
        due_at: Some(0),
        again: None,
        replies: 1,
        word: store::Word::Nobody,
        at: 0,
    };
    world.store.record_ended(&ReplyRef { item: World::key("M#1"), step: 0 }, 1, &ended).await.unwrap();
    world.drive_with(&world.outbox, &stopped(), "M#1").await.unwrap();
    assert_eq!(world.state("M#1").await.0, Unknown, "it may be out");
}

#[tokio::test]
async fn what_cannot_be_sent_fails_without_a_call() {
    let world = World::start().await;
    let text = |action, text: &str| world.reply(action, text);
    let cases = [
        ("case 69: too long a message", "M#1", text(Message, &"á".repeat(501)), "too_long"),
        ("case 69: too long a private reply", "C#2", text(PrivateReply, &"á".repeat(501)), "too_long"),
        ("too long a comment", "C#3", text(PublicReply, &"á".repeat(2201)), "too_long"),
        ("a private reply to no comment", "M#4", text(PrivateReply, "oi"), "no_address"),
        ("a public reply to no comment", "M#5", text(PublicReply, "oi"), "no_address"),
        ("case 70: too late", "M#6", Reply { not_after: world.clock.now_ms(), ..text(Message, "oi") }, "expired"),
        ("a text that is gone", "M#7", Reply { text: None, ..text(Message, "oi") }, "cancelled"),
    ];
    for (case, sk, reply, reason) in cases {
        world.plan(sk, vec![reply]).await;
        world.drive(sk).await.unwrap();
        assert_eq!(world.state(sk).await, (Failed, Some(reason.to_owned())), "{case}");
        assert_eq!(world.item(sk).await.due_at, None, "{case}");
    }
    assert!(world.meta.calls().is_empty());
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent_and_the_reply_waits_a_minute() {
    let world = World::start().await;
    world.plan("M#1", vec![world.reply(Message, "oi")]).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let outbox =
        Outbox::new(world.store.clone(), Graph::new(&format!("http://{closed}")).unwrap(), Settings::default());
    let before = world.clock.now_ms();
    world.drive_with(&outbox, &Way::default(), "M#1").await.unwrap();
    assert_eq!(world.state("M#1").await, (Planned, Some("unreachable".to_owned())));
    assert!(world.item("M#1").await.due_at.unwrap() >= before + RETRY_MS);
}

#[tokio::test]
async fn a_token_that_is_refused_lets_the_reply_wait_for_a_new_one() {
    let world = World::start().await;
    world.plan("M#1", vec![world.reply(Message, "oi")]).await;
    let before = world.clock.now_ms();
    let old = Way { token: Some(secrecy::SecretString::from("IGAA-old")), ..Way::default() };
    world.drive_with(&world.outbox, &old, "M#1").await.unwrap();
    assert_eq!(world.state("M#1").await, (Planned, Some("token/190".to_owned())));
    assert!(world.item("M#1").await.due_at.unwrap() >= before + ACCOUNT_RETRY_MS);
}
