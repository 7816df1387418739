//! The account's own messages coming back.

use graph::Graph;
use outbox::{Echo, Outbox, Settings, Whose};
use sandbox::meta::fault::{Fate, Script};
use store::ReplyAction::Message;
use store::ReplyState::{Parked, Sent, Unknown};
use store::{Ended, Mark};

use crate::fixtures::{World, place};

async fn hear(world: &World, mid: &str, text: Option<&str>, marker: Option<&str>) -> Whose {
    let echo = Echo { mid, text, at: world.clock.now_ms(), marker };
    let conversation = world.conversation().await;
    world.outbox.hear(&World::key("").pk, &conversation, &echo, world.clock.now_ms()).await.unwrap()
}

/// A reply with the id "reply oi" whose answer was lost.
async fn in_doubt() -> World {
    let mut world = World::start().await;
    world.meta_meets(Script::new("SendMessage", [Fate::LoseAnswer])).await;
    world.plan("M#1", vec![world.reply(Message, "oi")]).await;
    world.drive("M#1").await.unwrap();
    assert_eq!(world.state("M#1").await.0, Unknown);
    world
}

#[tokio::test]
async fn an_echo_proves_a_reply_in_doubt_by_its_words_or_by_the_name_it_carries() {
    let cases = [
        ("its words", Some(" oi "), None, Whose::Ours, Some("echo_text")),
        ("its name", None, Some("reply oi"), Whose::Ours, Some("echo")),
        ("its name, whatever the words", Some("Oi!"), Some("reply oi"), Whose::Ours, Some("echo")),
        ("other words", Some("Bom dia"), None, Whose::SomebodyElses, None),
        ("another name", Some("Bom dia"), Some("reply"), Whose::SomebodyElses, None),
        ("no words", None, None, Whose::SomebodyElses, None),
    ];
    for (case, text, marker, whose, by) in cases {
        let world = in_doubt().await;
        assert_eq!(hear(&world, "mid.1", text, marker).await, whose, "{case}");
        let reply = world.item("M#1").await.replies()[0].clone();
        match by {
            Some(_) => {
                assert_eq!((reply.state, reply.reason.as_deref(), reply.mid.as_deref()), (Sent, by, Some("mid.1")));
                assert_eq!(world.item("M#1").await.due_at, None, "{case}");
                assert_eq!(hear(&world, "mid.1", None, None).await, Whose::Ours, "{case}: again");
                let twin = hear(&world, "mid.2", Some("oi"), None).await;
                assert_eq!(twin, Whose::SomebodyElses, "{case}: the same words of a person later");
            }
            None => assert_eq!(reply.state, Unknown, "{case}"),
        }
    }
}

#[tokio::test]
async fn a_name_is_proof_even_for_what_was_given_up_and_words_are_not() {
    for (marker, expected) in [(None, Parked), (Some("reply oi"), Sent)] {
        let world = in_doubt().await;
        let now = world.clock.now_ms();
        let parked = Ended {
            state: Parked,
            reason: "x".to_owned(),
            due_at: None,
            again: None,
            replies: 1,
            word: store::Word::Nobody,
            at: now,
        };
        world.store.record_judged(&place("M#1"), 1, &parked).await.unwrap();
        hear(&world, "mid.1", Some("oi"), marker).await;
        assert_eq!(world.state("M#1").await.0, expected);
    }
}

#[tokio::test]
async fn what_one_of_several_replies_became_leaves_the_next_ones_due() {
    let mut world = World::start().await;
    world.meta_meets(Script::new("SendMessage", [Fate::LoseAnswer])).await;
    world.plan("M#1", vec![world.reply(Message, "oi"), world.reply(Message, "e mais")]).await;
    world.drive("M#1").await.unwrap();
    hear(&world, "mid.1", Some("oi"), None).await;
    world.wait_for("M#1").await;
    world.judge("M#1").await;
    assert!(world.item("M#1").await.is_done());
    assert_eq!(world.texts(), ["oi", "e mais"]);
}

#[tokio::test]
async fn cases_55_97_an_expected_private_reply_is_ours_before_anybody_knows_its_id() {
    let world = World::start().await;
    let until = world.clock.now_ms() + 60_000;
    world.learn(|next| next.expect("Segue  o link.", until)).await;
    for (case, text, later_ms, whose) in [
        ("other words", "Bom dia", 0, Whose::SomebodyElses),
        ("its words", " Segue o\nlink. ", 0, Whose::Ours),
        ("too late", "Segue o link.", 60_000, Whose::SomebodyElses),
    ] {
        world.pass(later_ms);
        assert_eq!(hear(&world, "mid.1", Some(text), None).await, whose, "{case}");
    }
    assert_eq!(hear(&world, "mid.1", None, None).await, Whose::SomebodyElses, "no words");
}

#[tokio::test]
async fn case_97_a_private_reply_that_lands_elsewhere_is_known_there() {
    let world = World::start().await;
    let direct = world.with("900000000000007").await;
    let sk = world.plan_comment(world.reply(store::ReplyAction::PrivateReply, "oi")).await;
    world.meta.world(|known| {
        known.person_mut(world.account.as_str(), world.peer.as_str()).unwrap().direct_id =
            Some(direct.peer.to_string());
    });
    let before = world.clock.now_ms();
    world.drive(&sk).await.unwrap();
    assert_eq!(world.state(&sk).await.0, Sent);
    let mid = &world.meta.sent()[0].mid;
    let conversation = direct.conversation().await;
    assert!(conversation.is_own(mid), "its echo pauses nothing");
    assert!(!conversation.facts.foreign.contains(&Mark::new(instagram::UnixMillis(before), mid)));
    assert_eq!((conversation.linked, world.conversation().await.linked), (vec![world.peer.clone()], vec![direct.peer]));
}

#[tokio::test]
async fn a_private_reply_that_nobody_expected_is_remembered_and_an_expected_one_costs_no_write() {
    for is_expected in [false, true] {
        let world = World::start().await;
        let until = world.clock.now_ms() + 60_000;
        if is_expected {
            world.learn(|next| next.expect("oi", until)).await;
        }
        let before = world.conversation().await;
        let sk = world.plan_comment(world.reply(store::ReplyAction::PrivateReply, "oi")).await;
        world.drive(&sk).await.unwrap();
        let after = world.conversation().await;
        assert_eq!(after.is_own(&world.meta.sent()[0].mid), !is_expected);
        assert_eq!(after == before, is_expected);
        assert_eq!(after.linked, [], "one person, one id");
    }
}

#[tokio::test]
async fn messages_carry_their_replys_name_only_where_that_is_switched_on() {
    for marker in [false, true] {
        let mut world = World::start().await;
        let settings = Settings { marker, ..Settings::default() };
        world.outbox = Outbox::new(world.store.clone(), Graph::new(world.meta.endpoint()).unwrap(), settings);
        world.plan("M#1", vec![world.reply(Message, "oi")]).await;
        world.drive("M#1").await.unwrap();
        assert_eq!(world.meta.sent()[0].metadata.as_deref(), marker.then_some("reply oi"));
    }
}
