//! What somebody of the office writes by the CRM: the same protocol, with other rules.

use instagram::{AppId, UnixMillis, Words};
use outbox::{Attempt, ByHand, Outbox, OutboxError};
use sandbox::meta::fault::{Fate, Script};
use secrecy::SecretString;
use store::ReplyAction::{Message, PublicReply};
use store::ReplyState::{Failed, Sent, Unknown};
use store::{Item, Key, Reply, ReplyAction, keys};

use crate::fixtures::{ACCOUNT, APP, PERSON, POST, Way, World};

const WORDS: &str = "Bom dia! Aqui é a Ana, do gabinete.";

/// Written and not sent yet.
async fn written(world: &World, name: &str, reply: Reply) -> Key {
    let key = keys::written(&world.account, &world.peer, name);
    let expires_at = world.clock.now_ms() / 1000 + 86_400;
    let (_, is_new) = world.store.write_answer(&key, reply, expires_at, world.clock.now_ms()).await.unwrap();
    assert!(is_new);
    key
}

fn by_ana(world: &World, action: ReplyAction) -> Reply {
    Reply { author: Some("ana".to_owned()), rule: String::new(), ..world.reply(action, WORDS) }
}

/// Silenced by the person, and by another answer of the office.
async fn hushed() -> World {
    let world = World::start().await;
    let now = UnixMillis(world.clock.now_ms());
    world.store.take_wish(&world.account, &world.peer, true, "key", now).await.unwrap();
    world.store.hold(&world.account, &world.peer, now.plus_ms(3_600_000), "answer").await.unwrap();
    world
}

#[tokio::test]
async fn people_answer_whom_machines_must_leave_alone() {
    let world = hushed().await;
    let key = written(&world, "one", by_ana(&world, Message)).await;
    world.drive(&key.sk).await.unwrap();
    assert_eq!((world.state(&key.sk).await.0, world.texts()), (Sent, vec![WORDS.to_owned()]));

    let world = hushed().await;
    world.plan("M#1", vec![world.reply(Message, "automático")]).await;
    world.drive("M#1").await.unwrap();
    assert_eq!((world.state("M#1").await.0, world.texts().len()), (Failed, 0), "a machine's");
}

#[tokio::test]
async fn a_stop_is_for_people_too() {
    let world = World::start().await;
    let key = written(&world, "one", by_ana(&world, Message)).await;
    let stopped = Way { change: |standing| standing.everything.stopped_at = Some(1), ..Way::default() };
    world.drive_with(&world.outbox, &stopped, &key.sk).await.unwrap();
    assert_eq!(world.state(&key.sk).await, (Failed, Some("cancelled".to_owned())));
}

#[tokio::test]
async fn only_a_persons_late_answer_bears_the_tag() {
    for (case, reply, tag) in [
        ("late", |world: &World| Reply { human_agent: true, ..by_ana(world, Message) }, Some("HUMAN_AGENT")),
        ("in the window", |world: &World| by_ana(world, Message), None),
        (
            "a rule's, whatever its item says",
            |world: &World| Reply { human_agent: true, ..world.reply(Message, WORDS) },
            None,
        ),
    ] as [(&str, fn(&World) -> Reply, Option<&str>); 3]
    {
        let world = World::start().await;
        world.meta.world(|known| known.account_mut(ACCOUNT).unwrap().human_agent = true);
        let key = written(&world, "one", reply(&world)).await;
        world.drive(&key.sk).await.unwrap();
        let sent = world.meta.sent();
        assert_eq!(sent.last().unwrap().body["tag"].as_str(), tag, "{case}");
    }
}

#[tokio::test]
async fn the_same_name_is_the_same_answer() {
    let world = World::start().await;
    let key = written(&world, "one", by_ana(&world, Message)).await;
    world.drive(&key.sk).await.unwrap();
    let other = Reply { text: Some("Outras palavras.".into()), ..by_ana(&world, Message) };
    let (item, is_new) = world.store.write_answer(&key, other, i64::MAX, world.clock.now_ms()).await.unwrap();
    assert!(!is_new);
    assert_eq!((item.replies()[0].state, item.replies()[0].text.as_ref().unwrap().expose()), (Sent, WORDS));
    world.drive(&key.sk).await.unwrap();
    assert_eq!(world.texts().len(), 1);
}

#[tokio::test]
async fn an_answer_below_a_comment_lies_in_an_item_of_its_own_and_is_found_there() {
    for (case, fate, reason) in [("answered", Fate::Serve, None), ("unheard", Fate::LoseAnswer, Some("found"))] {
        let mut world = World::start().await;
        world.meta_meets(Script::new("ReplyToComment", [fate])).await;
        let comment = world.meta.person_comments(ACCOUNT, POST, PERSON, "linda foto");
        let reply = Reply { comment: Some(comment.clone()), ..by_ana(&world, PublicReply) };
        let key = written(&world, "one", reply).await;
        world.drive(&key.sk).await.unwrap();
        if reason.is_some() {
            assert_eq!(world.state(&key.sk).await.0, Unknown, "{case}");
            world.wait_for(&key.sk).await;
            world.judge(&key.sk).await;
        }
        assert_eq!(world.state(&key.sk).await, (Sent, reason.map(str::to_owned)), "{case}");
        assert_eq!(world.meta.public_replies(&comment).len(), 1, "{case}");
    }
}

async fn send_by_hand(world: &World, outbox: &Outbox, name: &str) -> Result<(Key, Item, Vec<Attempt>), OutboxError> {
    let app = AppId::parse(APP).unwrap();
    let standing = world.store.standing(&world.account, &app).await.unwrap().unwrap();
    let (token, text) = (SecretString::from("IGAA"), Words::from(WORDS));
    let answer = ByHand {
        standing: &standing,
        token: Some(&token),
        peer: &world.peer,
        name,
        action: Message,
        comment: None,
        text: &text,
        author: "ana",
        human_agent: false,
        not_after: UnixMillis(world.clock.now_ms() + 3_600_000),
        begin_before: i64::MAX,
    };
    let clock = world.clock.clone();
    Box::pin(outbox.send_by_hand(&answer, &move || clock.now_ms())).await
}

#[tokio::test]
async fn what_is_written_goes_out_at_once_and_once_and_machines_keep_silent_after_it() {
    let world = World::start().await;
    let (key, item, attempts) = send_by_hand(&world, &world.outbox, "one").await.unwrap();
    assert_eq!((item.replies()[0].state, attempts.len(), world.texts().len()), (Sent, 1, 1));
    let (again, item, attempts) = send_by_hand(&world, &world.outbox, "one").await.unwrap();
    assert_eq!((again == key, item.replies()[0].state, attempts.len(), world.texts().len()), (true, Sent, 0, 1));
    let (other, ..) = send_by_hand(&world, &world.outbox, "two").await.unwrap();
    assert!(other != key && world.texts().len() == 2, "another name is another answer, whatever it says");
    world.plan("M#1", vec![world.reply(Message, "automático")]).await;
    world.drive("M#1").await.unwrap();
    assert_eq!(world.state("M#1").await, (Failed, Some("paused".to_owned())));
}

#[tokio::test]
async fn what_could_not_be_sent_is_due() {
    let mut world = World::start().await;
    world.meta_meets(Script::new("SendMessage", [Fate::LoseAnswer])).await;
    let (key, item, _) = send_by_hand(&world, &world.outbox, "one").await.unwrap();
    assert_eq!(item.replies()[0].state, Unknown);
    assert!(item.due_at.is_some());
    let (_, item, _) = send_by_hand(&world, &world.outbox, "one").await.unwrap();
    assert_eq!(item.replies()[0].state, Unknown, "asked again it is not sent again");
    world.wait_for(&key.sk).await;
    world.judge(&key.sk).await;
    assert_eq!((world.state(&key.sk).await.0, world.texts().len()), (Sent, 1));
}
