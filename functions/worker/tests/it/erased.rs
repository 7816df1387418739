//! What was erased stays erased, however an event of it comes again.

use std::time::Duration;

use instagram::{AccountId, Peer, UnixMillis};
use job::{Holds, Job, Quarantined};
use serde_json::json;
use store::{CHORES_SHARD, Connection, ErasureOrder, ErasureState, Page, ReplyState, keys};

use crate::world::{APP, MetaFate, OFFICE, PERSON, Record, World};

const WORDS: &str = "CANARIO agenda";
const CODE: &str = "c0de";

fn office() -> AccountId {
    AccountId::parse(OFFICE).unwrap()
}

async fn open(world: &World, person: Option<&str>) {
    let peer = person.map(|person| Peer::parse(person).unwrap());
    let asked_at = world.clock.now_ms();
    let order = ErasureOrder { code: CODE.to_owned(), account: office(), peer, asked_at, by: "operator".to_owned() };
    assert!(world.store.open_erasure(&order).await.unwrap());
}

/// What the caretaker does, minute by minute.
async fn finish(world: &World) {
    while world.store.receipt(CODE).await.unwrap().unwrap().state != ErasureState::Done {
        let now = world.clock.now_ms();
        for key in world.store.due_keys(CHORES_SHARD, now, 10).await.unwrap().iter().filter(|key| keys::is_order(key)) {
            while world.store.erase_page(key, now).await.unwrap() == Page::More {}
        }
        world.clock.advance(Duration::from_secs(60));
    }
}

/// Ids and words of the person in the table: none.
async fn assert_gone(world: &World, case: &str) {
    for item in world.everything().await {
        let item = item.to_string();
        assert!(!item.contains("CANARIO") && !item.contains(PERSON), "{case}: {item}");
    }
}

/// Through the queue, given up there, and moved back by an operator.
async fn redriven(world: &World, job: &Job) -> Job {
    // Queues of its own each time: what was moved back stays there.
    let number = world.sqs.queue_names().len();
    let (queue, dead) = (format!("tried{number}.fifo"), format!("dead{number}.fifo"));
    world.sqs.create_queue(&dead, &[]).await.unwrap();
    let redrive = json!({"deadLetterTargetArn": world.sqs.queue_arn(&dead), "maxReceiveCount": 1}).to_string();
    world.sqs.create_queue(&queue, &[("RedrivePolicy", redrive.as_str())]).await.unwrap();
    let url = world.sqs.queue_url(&queue);
    let send = json!({"QueueUrl": url, "MessageBody": job.body(), "MessageGroupId": job.group_id(),
                      "MessageDeduplicationId": job.deduplication_id()});
    world.sqs.call("SendMessage", &send).await.unwrap();
    for _ in 0..2 {
        world.sqs.call("ReceiveMessage", &json!({"QueueUrl": url, "VisibilityTimeout": 0})).await.unwrap();
    }
    assert_eq!(world.sqs.messages(&dead).len(), 1, "given up");
    world.sqs.call("StartMessageMoveTask", &json!({"SourceArn": world.sqs.queue_arn(&dead)})).await.unwrap();
    let back = world.sqs.messages(&queue).pop().unwrap();
    Job::parse(&back.body).unwrap()
}

/// From quarantine, as the command sends it again.
fn replayed(world: &World, job: &Job) -> Job {
    let now = UnixMillis(world.clock.now_ms());
    let kept = Quarantined::parts_of(Holds::Job, job.body().as_bytes(), "unknown_account", now, None, None).remove(0);
    let kept = Quarantined::parse(&kept.body()).unwrap();
    job::replay::jobs(&kept, &kept.bytes().unwrap()).unwrap().remove(0)
}

#[tokio::test]
async fn case_99_an_erased_persons_old_events_only_count_however_they_come_again() {
    let world = World::start().await;
    let mid = world.meta.person_writes(OFFICE, PERSON, WORDS);
    let message = world.told_last();
    let edit = world.edits(PERSON, &mid, 1, WORDS);
    let reaction = world.reacts(PERSON, &mid, "love");
    let comment = world.comments(PERSON, "CANARIO quero");
    let old = [message, edit, reaction, comment];
    world.apply(&old).await;
    let answers = world.attempts();
    assert_eq!(answers, 2, "a message and a private reply");
    let echoes = world.told();
    world.apply(&echoes).await;

    world.clock.advance(Duration::from_secs(1));
    open(&world, Some(PERSON)).await;
    finish(&world).await;
    assert_gone(&world, "erased").await;
    let left = world.everything().await;

    let mut counted = 0;
    for job in old.iter().chain(&echoes) {
        for (case, again) in [
            ("delivered again", job.clone()),
            ("moved back from the dead letters", redriven(&world, job).await),
            ("replayed from quarantine", replayed(&world, job)),
        ] {
            world.apply(std::slice::from_ref(&again)).await;
            counted += 1;
            assert_eq!(world.metric("ErasedEvents"), counted, "{case}: {}", job.kind);
            assert_eq!(world.everything().await, left, "{case}: {} leaves nothing", job.kind);
        }
    }
    assert_eq!(world.attempts(), answers, "and nothing is answered again");
    assert!(world.quarantined().is_empty());
}

#[tokio::test]
async fn an_event_without_a_time_counts_by_its_receipt() {
    let world = World::start().await;
    let job = world.writes(PERSON, WORDS);
    let timeless = job.event.get().replace("\"timestamp\"", "\"no_timestamp\"");
    let mut job = job;
    job.event = serde_json::value::RawValue::from_string(timeless).unwrap();
    job.entry_time = None;
    world.clock.advance(Duration::from_secs(1));
    open(&world, Some(PERSON)).await;
    world.apply(std::slice::from_ref(&job)).await;
    assert_eq!(world.metric("ErasedEvents"), 1);
    job.received_at = UnixMillis(world.clock.now_ms() + 1);
    world.clock.advance(Duration::from_secs(1));
    world.apply(&[job]).await;
    assert_eq!(world.metric("ErasedEvents"), 1, "received afterwards, it is new");
}

#[tokio::test]
async fn who_was_erased_and_writes_again_is_answered_like_anybody() {
    let world = World::start().await;
    world.apply(&[world.writes(PERSON, "PARAR")]).await;
    world.clock.advance(Duration::from_secs(1));
    open(&world, Some(PERSON)).await;
    for during in [true, false] {
        world.clock.advance(Duration::from_secs(101));
        let job = world.writes(PERSON, if during { "um" } else { "dois" });
        world.apply(std::slice::from_ref(&job)).await;
        assert_eq!(world.reply(&job).await.state, ReplyState::Sent, "while it is under way: {during}");
        finish(&world).await;
        assert_eq!(world.reply(&job).await.state, ReplyState::Sent, "and it stays");
    }
    assert_eq!(world.sent_to(PERSON).iter().filter(|text| text.starts_with("Resposta")).count(), 2);
}

#[tokio::test]
async fn an_account_connected_again_takes_newer_events_alone() {
    let world = World::start().await;
    let old = world.writes(PERSON, WORDS);
    world.apply(std::slice::from_ref(&old)).await;
    world.clock.advance(Duration::from_secs(6));
    let before = world.store.account(&office()).await.unwrap().unwrap();
    open(&world, None).await;
    // What the worker believes of the account is over.
    world.clock.advance(Duration::from_secs(6));
    world.apply(std::slice::from_ref(&old)).await;
    assert_eq!(world.metric("ErasedEvents"), 1);
    finish(&world).await;
    assert_gone(&world, "erased").await;

    let now = world.clock.now_ms();
    let erased_before = world.store.account(&office()).await.unwrap().unwrap().erased_before;
    world
        .change(OFFICE, |account| {
            *account = before;
            account.rules = 0;
            account.erased_before = erased_before;
            account.login.connected_at = now;
        })
        .await;
    world.apply(std::slice::from_ref(&old)).await;
    assert_eq!(world.metric("ErasedEvents"), 2);
    assert_gone(&world, "connected again").await;
    let new = world.writes(PERSON, "bom dia");
    world.apply(std::slice::from_ref(&new)).await;
    assert_eq!(world.why(&new).await.as_deref(), Some("no_rules"), "stored and decided on");
}

#[tokio::test]
async fn case_89_a_reply_in_flight_ends_and_leaves_no_words() {
    let world = World::start().await;
    let job = world.writes(PERSON, WORDS);
    world.trap.set_at("SendMessage", 1, true);
    let records = [Record::from(&job)];
    let sending = world.hand_to(&world.worker, &records);
    let erasing = async {
        world.trap.sprung().await;
        world.clock.advance(Duration::from_secs(1));
        open(&world, Some(PERSON)).await;
        world.trap.release();
    };
    let (returned, ()) = futures::join!(sending, erasing);
    assert!(returned.is_empty(), "{returned:?}");
    assert_eq!(world.sent_to(PERSON).len(), 1, "it was on its way");
    // Its echo, too, is of what is erased.
    world.apply(&world.told()).await;
    assert_eq!(world.metric("ErasedEvents"), 1);
    finish(&world).await;
    assert_gone(&world, "in flight").await;
}

#[tokio::test]
async fn case_89_what_is_planned_or_waits_is_not_claimed_any_more() {
    let mut world = World::start().await;
    let planned = world.writes(PERSON, WORDS);
    crate::kills::crash_at_claim(&mut world, &planned).await;
    let waiting = world.comments(PERSON, "CANARIO quero");
    world.graph.script("PrivateReply", [MetaFate::Refuse(sandbox::meta::Reply::refusal(613, None))]);
    world.apply(std::slice::from_ref(&waiting)).await;
    assert_eq!(world.reply(&waiting).await.state, ReplyState::Planned);
    let attempts = world.attempts();
    world.clock.advance(Duration::from_secs(1));
    open(&world, Some(PERSON)).await;
    world.clock.advance(Duration::from_secs(181));
    world.apply(&[planned, waiting]).await;
    assert_eq!(world.attempts(), attempts, "no attempt since");
    finish(&world).await;
    assert_gone(&world, "planned").await;
}

#[tokio::test]
async fn case_89_a_worker_that_read_before_the_erasure_brings_nothing_back() {
    for k in 1..=2 {
        for first_message in [true, false] {
            let case = format!("write {k}, first message: {first_message}");
            let world = World::start().await;
            if !first_message {
                world.apply(&[world.writes(PERSON, "CANARIO oi")]).await;
            }
            let job = world.writes(PERSON, WORDS);
            world.trap.set_at("UpdateItem", k, false);
            let records = [Record::from(&job)];
            let working = world.hand_to(&world.worker, &records);
            let erasing = async {
                world.trap.sprung().await;
                world.clock.advance(Duration::from_secs(1));
                open(&world, Some(PERSON)).await;
                world.trap.release();
            };
            let (returned, ()) = futures::join!(working, erasing);
            assert!(returned.is_empty(), "{case}: {returned:?}");
            world.apply(&world.told()).await;
            finish(&world).await;
            assert_gone(&world, &case).await;
        }
    }
}

#[tokio::test]
async fn what_a_customer_keeps_short_goes_early() {
    let world = World::start().await;
    let days = |days: i64, received: i64| received / 1000 + days * 86_400;
    for (kept, expected) in [(None, 180), (Some(1), 1), (Some(730), 730)] {
        if let Some(kept) = kept {
            world.store.set_retention(&office(), kept).await.unwrap();
            world.clock.advance(Duration::from_secs(6));
        }
        let person = format!("95{expected}");
        let job = world.writes(&person, "bom dia");
        world.apply(std::slice::from_ref(&job)).await;
        let (item, conversation) = (world.item(&job).await, world.conversation(&job).await);
        assert_eq!(item.expires_at, days(expected, job.received_at.0));
        assert_eq!(conversation.expires_at, days(expected, job.received_at.0));
    }
}

#[tokio::test]
async fn a_former_account_keeps_nothing() {
    let world = World::start().await;
    world.store.disconnect(&office(), world.clock.now_ms(), world.clock.now_ms()).await.unwrap();
    world.clock.advance(Duration::from_secs(6));
    let before = world.everything().await;
    world.apply(&[world.writes(PERSON, WORDS), world.comments(PERSON, "CANARIO quero")]).await;
    assert_eq!(world.everything().await, before);
    let account = world.store.account(&office()).await.unwrap().unwrap();
    assert_eq!((account.connection, account.app.as_str()), (Connection::Disconnected, APP));
    assert_eq!((world.metric("FormerAccount"), world.attempts()), (2, 0));
}
