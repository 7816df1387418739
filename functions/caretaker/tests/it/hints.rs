//! Messages that Meta only hinted at.

use std::time::Duration;

use instagram::{Kind, Words};
use sandbox::meta::Reply;
use store::{Connection, Item, Key, Mode};

use crate::world::{MetaFate, OFFICE, PERSON, TableFate, World};

/// A person writes, and all that Meta tells is a hint without sender and text. Gives the place of the hint.
async fn hinted(world: &World, text: &str) -> Key {
    world.meta.person_writes_unannounced(OFFICE, PERSON, text);
    world.store_event(&world.told_last()).await
}

async fn item(world: &World, key: &Key) -> Item {
    world.store.item(key, world.clock.now_ms()).await.unwrap()
}

async fn outcome(world: &World, key: &Key) -> Option<String> {
    item(world, key).await.hint
}

#[tokio::test]
async fn case_100_a_message_that_was_only_hinted_at_is_enqueued_within_two_minutes() {
    let world = World::start().await;
    let key = hinted(&world, "Olá 👋").await;
    let written_at = world.clock.now_ms();
    world.minutes(1).await;
    assert!(world.clock.now_ms() - written_at < 120_000);
    let [job] = &*world.jobs() else { panic!("one job") };
    assert_eq!((job.peer.as_str(), &*job.kind), (PERSON, "message"));
    let Kind::MessageReceived(message) = job.event().unwrap().kind else { panic!("a message") };
    assert_eq!(message.content.text.as_ref().map(Words::expose), Some("Olá 👋"));
    assert_eq!(format!("M#{}", message.mid), key.sk);
    let group = world.sqs.messages("events.fifo")[0].group.clone();
    assert_eq!(group, Some(job.group_id()), "behind what the person wrote before");
    assert_eq!(outcome(&world, &key).await.as_deref(), Some("enqueued"));
    assert_eq!(world.metric("HintsFound"), 1);

    let place = world.store_event(job).await;
    assert_eq!(place.pk, format!("T#{OFFICE}#{PERSON}"));
    world.minutes(3).await;
    assert_eq!(world.jobs().len(), 1, "once");
}

#[tokio::test]
async fn a_message_that_comes_both_ways_in_either_order_is_not_doubled() {
    for message_first in [true, false] {
        let world = World::start().await;
        let mid = world.meta.person_writes(OFFICE, PERSON, "oi");
        let message = world.told_last();
        let hint = hint_of(&world, &mid);
        let key = if message_first {
            world.store_event(&message).await;
            world.store_event(&hint).await
        } else {
            let key = world.store_event(&hint).await;
            world.store_event(&message).await;
            key
        };
        world.minutes(2).await;
        assert!(world.jobs().is_empty(), "message first: {message_first}");
        assert_eq!(outcome(&world, &key).await.as_deref(), Some("already_here"));
    }
}

#[tokio::test]
async fn a_hint_with_a_sender_is_the_messages_own_item_and_comes_to_nothing_once_it_is_there() {
    let world = World::start().await;
    let mid = world.meta.person_writes(OFFICE, PERSON, "oi");
    let message = world.told_last();
    let mut hint = hint_of(&world, &mid);
    hint.peer = message.peer.clone();
    let key = world.store_event(&hint).await;
    assert!(item(&world, &key).await.is_hint());
    assert_eq!(world.store_event(&message).await, key);
    world.minutes(2).await;
    assert!(world.jobs().is_empty());
    let calls = world.meta.calls();
    assert!(calls.is_empty(), "nobody is asked");
}

#[tokio::test]
async fn a_message_still_missing_with_a_known_sender_is_enqueued_too() {
    let world = World::start().await;
    let mid = world.meta.person_writes(OFFICE, PERSON, "oi");
    let message = world.told_last();
    let mut hint = hint_of(&world, &mid);
    hint.peer = message.peer.clone();
    let key = world.store_event(&hint).await;
    world.minutes(2).await;
    assert_eq!(world.jobs().len(), 1);
    assert_eq!(world.jobs()[0].key, message.key, "under the message's own key");
    assert_eq!(world.store_event(&world.jobs()[0]).await, key);
    assert!(item(&world, &key).await.content.kind.is_some());
}

#[tokio::test]
async fn a_search_ends_with_its_reason() {
    let cases = ["own", "missing", "unsent", "former_account", "off"];
    for case in cases {
        let world = World::start().await;
        let key = if case == "own" {
            let mid = world.meta.human_writes(OFFICE, PERSON, "oi");
            world.store_event(&hint_of(&world, &mid)).await
        } else {
            hinted(&world, "oi").await
        };
        let mid = key.sk.trim_start_matches("M#").to_owned();
        match case {
            "missing" => world.meta.world(|world| world.messages.retain(|message| message.mid != mid)),
            "unsent" => {
                let job = hint_of(&world, &mid);
                let message = instagram::MessageId::parse(&mid).unwrap();
                world.store.bury(&job.account, &message, world.clock.now_ms(), i64::MAX / 2000).await.unwrap();
            }
            "former_account" => {
                world.change(OFFICE, |account| account.connection = Connection::Disconnected).await;
            }
            "off" => world.change(OFFICE, |account| account.mode = Mode::Off).await,
            _ => {}
        }
        world.minutes(3).await;
        assert_eq!(outcome(&world, &key).await.as_deref(), Some(case));
        assert_eq!(item(&world, &key).await.due_at, None, "{case}");
        assert!(world.jobs().is_empty(), "{case}");
        assert_eq!(world.metric("HintsNotFound"), u64::from(case == "missing"), "{case}");
    }
}

#[tokio::test]
async fn an_account_that_only_observes_misses_no_message() {
    let world = World::start().await;
    world.change(OFFICE, |account| account.mode = Mode::Observe).await;
    hinted(&world, "oi").await;
    world.minutes(2).await;
    assert_eq!(world.jobs().len(), 1);
}

#[tokio::test]
async fn a_message_that_shows_late_is_found_all_the_same() {
    let world = World::start().await;
    world.meta.set_read_lag(Duration::from_secs(60));
    let key = hinted(&world, "oi").await;
    world.pass(46);
    world.run().await;
    world.minutes(1).await;
    assert_eq!(outcome(&world, &key).await.as_deref(), Some("enqueued"));
}

#[tokio::test]
async fn a_passing_trouble_is_looked_at_again_and_a_lasting_one_given_up_after_a_day() {
    let world = World::start().await;
    world.graph.always(&["ReadMessage"], MetaFate::Refuse(Reply::refusal(1, None)));
    let key = hinted(&world, "oi").await;
    world.minutes(4).await;
    let looks = world.meta.calls().len();
    assert!((2..=3).contains(&looks), "{looks} looks");
    assert!(item(&world, &key).await.is_hint());
    for _ in 0..30 {
        world.pass(3_600);
        world.run().await;
    }
    assert_eq!(outcome(&world, &key).await.as_deref(), Some("given_up"));
    assert_eq!(world.metric("HintsNotFound"), 1);

    let late = hinted(&world, "oi").await;
    world.minutes(1).await;
    world.graph.mend();
    world.minutes(3).await;
    assert_eq!(outcome(&world, &late).await.as_deref(), Some("enqueued"));
}

#[tokio::test]
async fn without_a_token_a_message_is_looked_for_after_the_next_login() {
    let world = World::start().await;
    world.change(OFFICE, |account| account.sealed_token = None).await;
    let key = hinted(&world, "oi").await;
    world.minutes(2).await;
    assert!(item(&world, &key).await.is_hint());
    assert!(world.meta.calls().is_empty());
    world.connect(OFFICE).await;
    world.minutes(17).await;
    assert_eq!(outcome(&world, &key).await.as_deref(), Some("enqueued"));
}

#[tokio::test]
async fn a_crash_after_the_queue_took_it_enqueues_it_under_the_same_key_again() {
    let world = World::start().await;
    let key = hinted(&world, "oi").await;
    world.table.always(&["UpdateItem"], TableFate::BROKEN);
    world.minutes(1).await;
    assert_eq!(world.jobs().len(), 1);
    assert!(item(&world, &key).await.is_hint(), "nothing says so yet");
    world.table.mend();
    // Later than the queue remembers what it took.
    world.pass(400);
    world.run().await;
    let jobs = world.jobs();
    assert_eq!(jobs.len(), 2);
    assert_eq!(jobs[0].key, jobs[1].key);
    assert_eq!(outcome(&world, &key).await.as_deref(), Some("enqueued"));
}

#[tokio::test]
async fn what_the_queue_refuses_is_looked_up_again() {
    let world = World::start().await;
    let key = hinted(&world, "oi").await;
    world.queue.always(&["SendMessage"], TableFate::BROKEN);
    world.minutes(1).await;
    assert!(item(&world, &key).await.is_hint());
    assert_eq!(world.metric("LeftDue"), 1);
    world.queue.mend();
    world.minutes(1).await;
    assert_eq!(world.jobs().len(), 1);
}

/// The hint that Meta would give of a message.
fn hint_of(world: &World, mid: &str) -> job::Job {
    let now = world.clock.now_ms();
    let body = serde_json::json!({"object": "instagram", "entry": [{"id": OFFICE, "time": now, "messaging": [
        {"timestamp": now, "message_edit": {"mid": mid, "num_edit": 0}}
    ]}]})
    .to_string();
    let delivery = instagram::split(body.as_bytes()).unwrap();
    let receipt = job::Receipt {
        received_at: instagram::UnixMillis(now),
        app: instagram::AppId::parse(crate::world::APP).unwrap(),
        trace: None,
    };
    job::Job::new(&delivery.elements[0], &delivery.elements[0].event().unwrap(), &receipt)
}
