//! What is told of replies besides what their attempts come to: once each, and for the right reasons.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use outbox::{Echo, LEASE_MS, Notice, SETTLE_MS, Settings, Whose};
use sandbox::meta::fault::{Fate, Script};
use store::ReplyAction::{Message, PrivateReply, PublicReply};
use store::ReplyState::{Parked, Sent, Unknown};
use store::{ItemContent, Reply};

use crate::fixtures::World;

type Told = Arc<Mutex<Vec<Notice>>>;

/// A world whose outbox's calls to Meta meet these fates, and what the outbox tells from now on.
async fn world(settings: Settings, operation: &'static str, fates: impl IntoIterator<Item = Fate>) -> (World, Told) {
    let mut world = World::start().await;
    world.meta_meets_with(settings, Script::new(operation, fates)).await;
    let told = Told::default();
    let ear = Arc::clone(&told);
    world.outbox = world.outbox.observed(move |notice| ear.lock().unwrap().push(notice));
    (world, told)
}

/// A planned answer to an event that is received just now.
fn asked(world: &World, reply: Reply) -> Reply {
    Reply { received_at: Some(world.clock.now_ms()), ..reply }
}

async fn plan(world: &World, text: &str) {
    let content =
        ItemContent { kind: Some("message".to_owned()), at: Some(world.clock.now_ms()), ..Default::default() };
    world.plan_for("M#1", &content, vec![asked(world, world.reply(Message, text))]).await;
}

fn told(told: &Told) -> Vec<Notice> {
    std::mem::take(&mut told.lock().unwrap())
}

async fn hear(world: &World, mid: &str, text: &str, marker: Option<&str>) -> Whose {
    let now = world.clock.now_ms();
    let echo = Echo { mid, text: Some(text), at: now, marker };
    world.outbox.hear(&World::key("").pk, &world.conversation().await, &echo, now).await.unwrap()
}

#[tokio::test]
async fn a_reply_is_proven_once_whoever_hears_of_it_first() {
    for marker in [false, true] {
        let (world, notices) = world(Settings { marker, ..Settings::default() }, "SendMessage", []).await;
        plan(&world, "oi").await;
        world.pass(1_200);
        world.drive("M#1").await.unwrap();
        let mid = world.meta.sent()[0].mid.clone();
        assert!(matches!(told(&notices)[..], [Notice::Proven { after_ms: 1_200.. }]));
        hear(&world, &mid, "oi", marker.then_some("reply oi")).await;
        assert_eq!(told(&notices), [], "its echo is no news");
    }
}

#[tokio::test]
async fn an_echo_before_the_answer_proves_and_the_answer_is_no_news_then() {
    let (mut world, notices) = world(Settings::default(), "SendMessage", []).await;
    plan(&world, "oi").await;
    // Meta's answer is there, and its record waits for the table.
    let before = Script::new(
        "UpdateItem",
        std::iter::once(sandbox::fault::Fate::Serve).chain(vec![sandbox::fault::Fate::BROKEN; 9]),
    );
    let store = world.store_meeting(before).await;
    let slow = outbox::Outbox::new(store, graph::Graph::new(world.meta.endpoint()).unwrap(), Settings::default());
    assert!(world.drive_with(&slow, &world.way(), "M#1").await.is_err());
    let mid = world.meta.sent()[0].mid.clone();
    assert_eq!(hear(&world, &mid, "oi", None).await, Whose::Ours);
    assert!(matches!(told(&notices)[..], [Notice::Proven { .. }]), "it was under way and never in doubt");
}

#[tokio::test]
async fn a_doubt_is_over_once_by_an_echo_by_a_look_or_by_giving_up() {
    let lost = Fate::LoseAnswer;
    let (echoed, notices) = world(Settings::default(), "SendMessage", [lost.clone()]).await;
    plan(&echoed, "oi").await;
    echoed.drive("M#1").await.unwrap();
    assert_eq!((echoed.state("M#1").await.0, told(&notices)), (Unknown, vec![]));
    hear(&echoed, &echoed.meta.sent()[0].mid, "oi", None).await;
    assert!(matches!(told(&notices)[..], [Notice::DoubtOver, Notice::Proven { .. }]));

    let (found, notices) = world(Settings::default(), "SendMessage", [lost]).await;
    plan(&found, "oi").await;
    found.drive("M#1").await.unwrap();
    found.wait_for("M#1").await;
    found.judge("M#1").await;
    assert_eq!(found.state("M#1").await.0, Sent);
    let notices = told(&notices);
    assert!(
        matches!(notices[..], [Notice::DoubtOver, Notice::Proven { after_ms }] if after_ms >= LEASE_MS + SETTLE_MS)
    );

    let (missing, notices) = world(Settings::default(), "SendMessage", [Fate::HangUp, Fate::HangUp]).await;
    plan(&missing, "oi").await;
    for expected in [vec![], vec![Notice::DoubtOver], vec![Notice::DoubtOver]] {
        if !expected.is_empty() {
            missing.wait_for("M#1").await;
        }
        missing.judge("M#1").await;
        assert_eq!(told(&notices), expected);
    }
    assert_eq!(missing.state("M#1").await.0, Parked);
}

#[tokio::test]
async fn a_private_reply_leaves_the_doubt_by_trying_again() {
    let (world, notices) = world(Settings::default(), "PrivateReply", [Fate::LoseAnswer]).await;
    let sk = world.plan_comment(asked(&world, world.reply(PrivateReply, "oi"))).await;
    world.drive(&sk).await.unwrap();
    world.wait_for(&sk).await;
    world.judge(&sk).await;
    assert_eq!(world.state(&sk).await, (Sent, Some("inferred".to_owned())));
    let notices = told(&notices);
    assert!(matches!(notices[..], [Notice::DoubtOver, Notice::Proven { .. }]), "{notices:?}");
}

/// What the outbox assumes of Meta does not hold: a request is accepted long after its connection broke.
#[tokio::test]
async fn a_message_that_meta_accepts_late_is_seen_to_be_there_twice() {
    let late = Duration::from_millis(u64::try_from(LEASE_MS + SETTLE_MS + 20_000).unwrap());
    for marker in [false, true] {
        let settings = Settings { marker, ..Settings::default() };
        let (world, notices) = world(settings, "SendMessage", [Fate::ApplyAfter(late)]).await;
        plan(&world, "oi").await;
        world.drive("M#1").await.unwrap();
        world.wait_for("M#1").await;
        world.judge("M#1").await;
        assert_eq!(world.texts(), ["oi"], "it was not there, and was sent again");
        world.pass(20_000);
        assert_eq!(world.texts(), ["oi", "oi"]);
        told(&notices);
        for message in world.meta.sent() {
            hear(&world, &message.mid, "oi", message.metadata.as_deref()).await;
        }
        let doubled = told(&notices).into_iter().filter(|notice| *notice == Notice::Doubled).count();
        assert!(doubled >= 1, "marker {marker}");
    }
}

#[tokio::test]
async fn two_messages_of_one_reply_in_a_read_are_a_double_and_the_same_words_of_before_or_later_are_none() {
    let (world, notices) = world(Settings::default(), "SendMessage", [Fate::LoseAnswer]).await;
    plan(&world, "oi").await;
    world.drive("M#1").await.unwrap();
    world.meta.human_writes(world.account.as_str(), world.peer.as_str(), "oi");
    world.wait_for("M#1").await;
    world.judge("M#1").await;
    assert_eq!(world.state("M#1").await, (Parked, Some("several_candidates".to_owned())));
    assert_eq!(told(&notices), [Notice::Doubled, Notice::DoubtOver]);

    let (world, notices) = self::world(Settings::default(), "SendMessage", []).await;
    let before = world.clock.now_ms() - 1;
    plan(&world, "oi").await;
    world.drive("M#1").await.unwrap();
    told(&notices);
    let now = world.clock.now_ms();
    for (case, at) in [("before it was asked for", before), ("much later", now + LEASE_MS + SETTLE_MS + 1)] {
        let echo = Echo { mid: "mid.other", text: Some("oi"), at, marker: None };
        world.outbox.hear(&World::key("").pk, &world.conversation().await, &echo, now).await.unwrap();
        assert_eq!(told(&notices), [], "{case}");
    }
    hear(&world, "mid.other", "Outra coisa", None).await;
    assert_eq!(told(&notices), [], "other words");
    hear(&world, "mid.other", " oi ", None).await;
    assert_eq!(told(&notices), [Notice::Doubled]);
}

#[tokio::test]
async fn a_public_reply_that_stands_there_twice_is_a_double() {
    let (world, notices) = world(Settings::default(), "ReplyToComment", [Fate::LoseAnswer]).await;
    let sk = world.plan_comment(asked(&world, world.reply(PublicReply, "Obrigado!"))).await;
    world.drive(&sk).await.unwrap();
    let token = secrecy::SecretString::from("IGAA");
    let comment = instagram::CommentId::parse(&sk[2..]).unwrap();
    let text = instagram::outgoing::CommentText::parse("Obrigado!").unwrap();
    let graph = graph::Graph::new(world.meta.endpoint()).unwrap();
    graph.reply_to_comment(&token, &comment, &text).await.result.unwrap();
    world.wait_for(&sk).await;
    world.judge(&sk).await;
    assert_eq!(told(&notices), [Notice::Doubled, Notice::DoubtOver]);
}
