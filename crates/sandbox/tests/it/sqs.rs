//! SQS, asked by the AWS SDK, which checks every digest itself.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::{
    BatchResultErrorEntry, Message, MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName,
    SendMessageBatchRequestEntry, SendMessageBatchResultEntry,
};
use sandbox::clock::Clock;
use sandbox::fault::{Call, Fate};
use sandbox::sqs::{Counts, Door, Sqs};
use tokio::sync::Notify;

const FIFO: &str = "jobs.fifo";

/// How long a test waits for what should happen at once.
const SOON: Duration = Duration::from_secs(10);

/// A client that tries once, so that a test sees what one call does.
fn client(endpoint: &str) -> Client {
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new("sa-east-1"))
        .credentials_provider(Credentials::new("key", "secret", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Client::from_conf(config)
}

struct Bench {
    clock: Clock,
    sqs: Sqs,
    client: Client,
    url: String,
}

async fn bench() -> Bench {
    let clock = Clock::default();
    let sqs = Sqs::start(clock.clone(), None).await.unwrap();
    let url = sqs.create_queue(FIFO, &[("VisibilityTimeout", "60")]).await.unwrap();
    let client = client(&sqs.endpoint());
    Bench { clock, sqs, client, url }
}

impl Bench {
    async fn send(&self, group: &str, body: &str) {
        let send = self.client.send_message().queue_url(&self.url).message_body(body);
        send.message_group_id(group).message_deduplication_id(body).send().await.unwrap();
    }

    async fn receive(&self, wait_s: i32) -> Vec<Message> {
        receive(&self.client, &self.url, wait_s).await
    }

    async fn receive_at(&self, door: &Door, wait_s: i32) -> Vec<Message> {
        receive(&client(&door.endpoint()), &self.url, wait_s).await
    }

    /// A door, and what it tells when a call has arrived there.
    async fn door_that_tells(&self) -> (Door, Arc<Notify>) {
        let arrived = Arc::new(Notify::new());
        let tells = Arc::clone(&arrived);
        let faults = move |_: &Call| {
            tells.notify_one();
            Fate::Serve
        };
        (self.sqs.door("waiting", faults).await.unwrap(), arrived)
    }

    /// What a receive of 20 seconds gives when `cause` happens after its arrival; it has to give it soon.
    async fn wakes_by(&self, cause: impl AsyncFnOnce(&Self)) -> Vec<Message> {
        let (door, arrived) = self.door_that_tells().await;
        let started = Instant::now();
        let cause = async {
            arrived.notified().await;
            cause(self).await;
        };
        let (got, ()) = tokio::join!(self.receive_at(&door, 20), cause);
        assert!(started.elapsed() < SOON);
        got
    }
}

async fn receive(client: &Client, url: &str, wait_s: i32) -> Vec<Message> {
    let receive = client.receive_message().queue_url(url).max_number_of_messages(10).wait_time_seconds(wait_s);
    let receive =
        receive.message_attribute_names("All").message_system_attribute_names(MessageSystemAttributeName::All);
    receive.send().await.unwrap().messages.unwrap_or_default()
}

fn bodies(messages: &[Message]) -> Vec<&str> {
    messages.iter().filter_map(Message::body).collect()
}

fn entry(id: &str, group: &str) -> SendMessageBatchRequestEntry {
    let entry = SendMessageBatchRequestEntry::builder().id(id).message_body(id);
    entry.message_group_id(group).message_deduplication_id(id).build().unwrap()
}

#[tokio::test]
async fn the_sdk_makes_finds_and_describes_queues() {
    let bench = bench().await;
    let made = bench.client.create_queue().queue_name("plain").send().await.unwrap();
    assert_eq!(made.queue_url().unwrap(), bench.sqs.queue_url("plain"));
    let found = bench.client.get_queue_url().queue_name(FIFO).send().await.unwrap();
    assert_eq!(found.queue_url().unwrap(), bench.url);
    let listed = bench.client.list_queues().send().await.unwrap();
    assert_eq!(listed.queue_urls(), [bench.url.clone(), bench.sqs.queue_url("plain")]);
    let asked = bench.client.get_queue_attributes().queue_url(&bench.url).attribute_names(QueueAttributeName::All);
    let shown = asked.send().await.unwrap().attributes.unwrap();
    assert_eq!(shown[&QueueAttributeName::QueueArn], bench.sqs.queue_arn(FIFO));
    assert_eq!(bench.sqs.queue_names(), ["jobs.fifo", "plain"]);
}

#[tokio::test]
async fn a_message_travels_with_its_attributes() {
    let bench = bench().await;
    let text = MessageAttributeValue::builder().data_type("String").string_value("olá 👋").build().unwrap();
    let bytes = aws_sdk_sqs::primitives::Blob::new([0u8, 159, 255]);
    let bytes = MessageAttributeValue::builder().data_type("Binary").binary_value(bytes).build().unwrap();
    let send = bench.client.send_message().queue_url(&bench.url).message_body("corpo à vista");
    let send = send.message_attributes("text", text.clone()).message_attributes("bytes", bytes.clone());
    send.message_group_id("g").message_deduplication_id("d").send().await.unwrap();
    let got = bench.receive(0).await.remove(0);
    assert_eq!(got.body(), Some("corpo à vista"));
    let attributes = got.message_attributes().unwrap();
    assert_eq!((&attributes["text"], &attributes["bytes"]), (&text, &bytes));
    assert_eq!(got.attributes().unwrap()[&MessageSystemAttributeName::MessageGroupId], "g");
}

#[tokio::test]
async fn errors_carry_the_codes_that_the_sdk_knows() {
    let bench = bench().await;
    let missing = bench.client.send_message().queue_url(bench.sqs.queue_url("none")).message_body("x").send().await;
    let missing = missing.unwrap_err().into_service_error();
    assert!(missing.is_queue_does_not_exist());
    assert_eq!(missing.code(), Some("AWS.SimpleQueueService.NonExistentQueue"));

    let refused = bench.client.send_message().queue_url(&bench.url).message_body("a\u{ffff}");
    let refused = refused.message_group_id("g").message_deduplication_id("d").send().await;
    assert!(refused.unwrap_err().into_service_error().is_invalid_message_contents());

    let empty = bench.client.send_message_batch().queue_url(&bench.url).set_entries(Some(vec![])).send().await;
    assert!(empty.unwrap_err().into_service_error().is_empty_batch_request());

    let handle = bench.client.delete_message().queue_url(&bench.url).receipt_handle("nonsense").send().await;
    assert!(handle.unwrap_err().into_service_error().is_receipt_handle_is_invalid());
}

#[tokio::test]
async fn a_waiting_receive_wakes_when_a_message_is_sent() {
    let bench = bench().await;
    let sent = async |bench: &Bench| bench.send("g", "x").await;
    assert_eq!(bodies(&bench.wakes_by(sent).await), ["x"]);
}

#[tokio::test]
async fn a_waiting_receive_wakes_when_the_clock_ends_a_visibility_timeout() {
    let bench = bench().await;
    bench.send("g", "x").await;
    bench.receive(0).await;
    let moved = async |bench: &Bench| bench.clock.advance(Duration::from_secs(60));
    assert_eq!(bodies(&bench.wakes_by(moved).await), ["x"]);
}

#[tokio::test]
async fn a_waiting_receive_wakes_when_its_group_is_free() {
    let bench = bench().await;
    bench.send("g", "first").await;
    bench.send("g", "second").await;
    let one = bench.client.receive_message().queue_url(&bench.url).max_number_of_messages(1).send().await.unwrap();
    let handle = one.messages()[0].receipt_handle().unwrap();
    let deleted = async |bench: &Bench| {
        let delete = bench.client.delete_message().queue_url(&bench.url).receipt_handle(handle);
        delete.send().await.unwrap();
    };
    assert_eq!(bodies(&bench.wakes_by(deleted).await), ["second"]);
}

#[tokio::test]
async fn a_waiting_receive_ends_empty_when_the_clock_passes_its_time() {
    let bench = bench().await;
    let moved = async |bench: &Bench| bench.clock.advance(Duration::from_secs(20));
    assert!(bench.wakes_by(moved).await.is_empty());
}

#[tokio::test]
async fn a_caller_that_hung_up_takes_no_message() {
    let bench = bench().await;
    let (door, arrived) = bench.door_that_tells().await;
    tokio::select! {
        _ = bench.receive_at(&door, 20) => panic!("there was nothing to receive"),
        () = arrived.notified() => {}
    }
    // Calls over other connections: the server sees the closed one while it serves them.
    for _ in 0..5 {
        bench.client.list_queues().send().await.unwrap();
    }
    bench.send("g", "x").await;
    assert_eq!(bodies(&bench.receive(0).await), ["x"]);
}

#[tokio::test]
async fn a_refused_call_has_no_effect_and_a_lost_answer_has_one() {
    for (fate, effect) in [(Fate::BROKEN, 0), (Fate::HangUp, 0), (Fate::LoseAnswer, 1)] {
        let bench = bench().await;
        let given = fate.clone();
        let door = bench.sqs.door("ingest", move |_: &Call| given.clone()).await.unwrap();
        let send = client(&door.endpoint()).send_message_batch().queue_url(&bench.url).entries(entry("a", "g"));
        assert!(send.send().await.is_err(), "{fate:?}");
        assert_eq!(bench.sqs.messages(FIFO).len(), effect, "{fate:?}");
    }
}

#[tokio::test]
async fn some_entries_of_a_batch_fail_with_or_without_their_effect() {
    for (applied, kept) in [(false, vec!["b"]), (true, vec!["a", "b", "c"])] {
        let bench = bench().await;
        let faults = move |_: &Call| Fate::FailEntries { places: vec![0, 2], applied };
        let door = bench.sqs.door("ingest", faults).await.unwrap();
        let send = client(&door.endpoint()).send_message_batch().queue_url(&bench.url);
        let send = send.entries(entry("a", "1")).entries(entry("b", "2")).entries(entry("c", "3"));
        let answer = send.send().await.unwrap();
        assert_eq!(answer.successful().iter().map(SendMessageBatchResultEntry::id).collect::<Vec<_>>(), ["b"]);
        assert_eq!(answer.failed().iter().map(BatchResultErrorEntry::id).collect::<Vec<_>>(), ["a", "c"]);
        assert!(answer.failed().iter().all(|e| !e.sender_fault()));
        let bodies: Vec<String> = bench.sqs.messages(FIFO).into_iter().map(|m| m.body).collect();
        assert_eq!(bodies, kept, "applied: {applied}");
    }
}

#[tokio::test]
async fn queues_survive_a_restart_in_their_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("queues.jsonl");
    let clock = Clock::default();
    let sqs = Sqs::start(clock.clone(), Some(&file)).await.unwrap();
    let url = sqs.create_queue(FIFO, &[]).await.unwrap();
    let send = client(&sqs.endpoint()).send_message_batch().queue_url(url);
    send.entries(entry("a", "g")).entries(entry("b", "g")).send().await.unwrap();
    assert!(Sqs::start(clock.clone(), Some(&file)).await.is_err(), "one process at a time");
    sqs.stop().await;

    let sqs = Sqs::start(clock, Some(&file)).await.unwrap();
    let bodies: Vec<String> = sqs.messages(FIFO).into_iter().map(|message| message.body).collect();
    assert_eq!(bodies, ["a", "b"]);
}

#[tokio::test]
async fn a_stopping_server_ends_waiting_receives_with_an_empty_answer() {
    let bench = bench().await;
    let (door, arrived) = bench.door_that_tells().await;
    let url = bench.url.clone();
    let waiting = tokio::spawn(async move { receive(&client(&door.endpoint()), &url, 20).await });
    arrived.notified().await;
    let started = Instant::now();
    bench.sqs.stop().await;
    assert!(waiting.await.unwrap().is_empty());
    assert!(started.elapsed() < SOON);
}

#[tokio::test]
async fn one_can_wait_until_a_queue_is_empty() {
    let bench = bench().await;
    bench.send("g", "x").await;
    let empty = |counts: Counts| counts == Counts::default();
    let finish = async {
        let got = bench.receive(0).await;
        let handle = got[0].receipt_handle().unwrap();
        bench.client.delete_message().queue_url(&bench.url).receipt_handle(handle).send().await.unwrap();
    };
    let (is_empty, ()) = tokio::join!(bench.sqs.wait_for(FIFO, SOON, empty), finish);
    assert!(is_empty);
}

#[tokio::test]
async fn what_is_in_flight_can_be_made_to_come_twice() {
    let bench = bench().await;
    bench.send("g", "x").await;
    bench.receive(0).await;
    bench.sqs.return_in_flight(FIFO).unwrap();
    assert_eq!(bodies(&bench.receive(0).await), ["x"]);
}
