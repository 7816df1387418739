//! The mapping between the sandbox's own queues and functions.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lambda_events::sqs::SqsMessage;
use bytes::Bytes;
use sandbox::clock::Clock;
use sandbox::fault::{Call, Fate};
use sandbox::invoke::{FunctionError, Invoke};
use sandbox::mapping::{Mapping, NotDrained, Tally};
use sandbox::runtime::{self, Function};
use sandbox::sqs::Sqs;
use serde_json::{Value, json};
use tokio::sync::{Barrier, Notify};

const LIMIT: Duration = Duration::from_secs(10);

/// A function that notes every batch's bodies and gives back those that `fails` names.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<Vec<String>>>>);

impl Notes {
    fn function(&self, fails: &'static str) -> impl Invoke + use<> {
        let notes = self.clone();
        move |event: Bytes| {
            let records = records(&event);
            notes.0.lock().unwrap().push(records.iter().map(|record| body(record).to_owned()).collect());
            let failed = records.iter().filter(|record| body(record) == fails);
            let failures: Vec<_> = failed.map(|record| json!({"itemIdentifier": record["messageId"]})).collect();
            std::future::ready(Ok::<_, FunctionError>(json!({ "batchItemFailures": failures }).to_string()))
        }
    }

    fn batches(&self) -> Vec<Vec<String>> {
        self.0.lock().unwrap().clone()
    }
}

fn records(event: &[u8]) -> Vec<Value> {
    let event: Value = serde_json::from_slice(event).unwrap();
    event["Records"].as_array().unwrap().clone()
}

fn body(record: &Value) -> &str {
    record["body"].as_str().unwrap()
}

async fn queue(clock: &Clock) -> (Sqs, String) {
    let sqs = Sqs::start(clock.clone(), None).await.unwrap();
    let attributes = [("VisibilityTimeout", "180"), ("ContentBasedDeduplication", "true")];
    let url = sqs.create_queue("events.fifo", &attributes).await.unwrap();
    (sqs, url)
}

async fn send(sqs: &Sqs, url: &str, group: &str, body: &str) {
    let input = json!({"QueueUrl": url, "MessageGroupId": group, "MessageBody": body});
    sqs.call("SendMessage", &input).await.unwrap();
}

#[tokio::test]
async fn what_the_function_finished_is_deleted_and_the_rest_comes_back() {
    let clock = Clock::default();
    let (sqs, url) = queue(&clock).await;
    let notes = Notes::default();
    let poller = Mapping::of(&url, notes.function("a2")).poller().await.unwrap();
    assert_eq!(poller.poll().await.unwrap(), Tally::default(), "the queue is empty");
    for (group, body) in [("a", "a1"), ("a", "a2"), ("b", "b1")] {
        send(&sqs, &url, group, body).await;
    }
    let expected = Tally { received: 3, invocations: 1, deleted: 2, returned: 1 };
    assert_eq!(poller.poll().await.unwrap(), expected);
    assert_eq!(poller.poll().await.unwrap().received, 0, "a2 waits for its visibility timeout");
    clock.advance(Duration::from_secs(181));
    assert_eq!(poller.poll().await.unwrap(), Tally { received: 1, invocations: 1, deleted: 0, returned: 1 });
    assert_eq!(notes.batches().last().unwrap(), &["a2"]);
    assert_eq!(poller.tally(), Tally { received: 4, invocations: 2, deleted: 2, returned: 2 });
}

#[tokio::test]
async fn the_whole_batch_comes_back_when_the_function_fails() {
    type Answer = fn() -> Result<&'static str, FunctionError>;
    let cases: [(&str, Answer); 3] = [
        ("an error", || Err(FunctionError::TimedOut(LIMIT))),
        ("not JSON", || Ok("{")),
        ("an id of no message", || Ok(r#"{"batchItemFailures":[{"itemIdentifier":"other"}]}"#)),
    ];
    for (reason, answer) in cases {
        let (sqs, url) = queue(&Clock::default()).await;
        let poller = Mapping::of(&url, move |_: Bytes| std::future::ready(answer())).poller().await.unwrap();
        for body in ["1", "2"] {
            send(&sqs, &url, body, body).await;
        }
        assert_eq!(poller.poll().await.unwrap().returned, 2, "{reason}");
    }
}

#[tokio::test]
async fn a_record_says_what_lambda_says() {
    let (sqs, url) = queue(&Clock::default()).await;
    let seen = Arc::new(Mutex::new(Value::Null));
    let note = Arc::clone(&seen);
    let function = move |event: Bytes| {
        *note.lock().unwrap() = records(&event).remove(0);
        std::future::ready(Ok::<_, FunctionError>("{}"))
    };
    send(&sqs, &url, "group", "olá").await;
    Mapping::of(&url, function).poller().await.unwrap().poll().await.unwrap();
    let record = seen.lock().unwrap().clone();
    let attributes =
        ["ApproximateReceiveCount", "SentTimestamp", "MessageGroupId", "MessageDeduplicationId", "SequenceNumber"];
    for attribute in attributes {
        assert!(record["attributes"][attribute].is_string(), "{attribute}");
    }
    assert_eq!(record["attributes"]["MessageGroupId"], "group");
    assert_eq!(record["body"], "olá");
    let understood: SqsMessage = serde_json::from_value(record.clone()).unwrap();
    assert_eq!(understood.body.as_deref(), Some("olá"));
    assert_eq!(record["md5OfBody"].as_str().unwrap().len(), 32);
    assert_eq!(record["eventSource"], "aws:sqs");
    assert_eq!(record["eventSourceARN"], sqs.queue_arn("events.fifo"));
    assert_eq!(record["awsRegion"], sqs.queue_arn("events.fifo").split(':').nth(3).unwrap());
}

#[tokio::test]
async fn a_running_mapping_drains_the_queue_in_the_order_of_each_group() {
    let (sqs, url) = queue(&Clock::default()).await;
    let notes = Notes::default();
    for number in 0..60 {
        send(&sqs, &url, &(number % 3).to_string(), &format!("{} {number:02}", number % 3)).await;
    }
    let mapping = Mapping::of(&url, notes.function("")).maximum_concurrency(4).start().await.unwrap();
    mapping.drain(LIMIT).await.unwrap();
    assert_eq!(mapping.stop().await.deleted, 60);
    let mut groups: HashMap<String, Vec<String>> = HashMap::new();
    for body in notes.batches().into_iter().flatten() {
        groups.entry(body[..1].to_owned()).or_default().push(body);
    }
    for bodies in groups.values() {
        assert!(bodies.is_sorted() && bodies.len() == 20, "{bodies:?}");
    }
    assert!(notes.batches().iter().all(|batch| batch.len() <= 10));
}

#[tokio::test]
async fn groups_run_side_by_side_up_to_the_limit_and_never_one_group_twice() {
    let (sqs, url) = queue(&Clock::default()).await;
    let (together, most) = (Arc::new(Barrier::new(2)), Arc::new(AtomicUsize::new(0)));
    let running: Arc<Mutex<Vec<String>>> = Arc::default();
    let (noted, gate, peak) = (Arc::clone(&running), Arc::clone(&together), Arc::clone(&most));
    let function = move |event: Bytes| {
        let (running, together, most) = (Arc::clone(&noted), Arc::clone(&gate), Arc::clone(&peak));
        async move {
            let group = records(&event)[0]["attributes"]["MessageGroupId"].as_str().unwrap().to_owned();
            {
                let mut running = running.lock().unwrap();
                assert!(!running.contains(&group), "{group} is with another invocation");
                running.push(group.clone());
                most.fetch_max(running.len(), Ordering::Relaxed);
            }
            // Passes only in pairs, so two invocations really run at once.
            together.wait().await;
            running.lock().unwrap().retain(|other| *other != group);
            Ok::<_, FunctionError>("{}")
        }
    };
    for group in ["a", "b", "c", "d"] {
        for number in 0..2 {
            send(&sqs, &url, group, &format!("{group}{number}")).await;
        }
    }
    let mapping = Mapping::of(&url, function).batch_size(1).maximum_concurrency(2).start().await.unwrap();
    mapping.drain(LIMIT).await.unwrap();
    assert_eq!(mapping.tally(), Tally { received: 8, invocations: 8, deleted: 8, returned: 0 });
    assert_eq!(most.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_stopping_mapping_waits_for_what_runs_and_takes_no_more() {
    let (sqs, url) = queue(&Clock::default()).await;
    let (began, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let signals = (Arc::clone(&began), Arc::clone(&finish));
    let function = move |_: Bytes| {
        let (began, finish) = signals.clone();
        async move {
            began.notify_one();
            finish.notified().await;
            Ok::<_, FunctionError>("{}")
        }
    };
    send(&sqs, &url, "a", "1").await;
    let mapping = Mapping::of(&url, function).start().await.unwrap();
    began.notified().await;
    let stopping = tokio::spawn(mapping.stop());
    finish.notify_one();
    assert_eq!(stopping.await.unwrap().deleted, 1);
    send(&sqs, &url, "a", "2").await;
    assert_eq!(sqs.counts("events.fifo").unwrap().waiting, 1);
}

#[tokio::test]
async fn draining_gives_up_when_the_time_is_up() {
    let (sqs, url) = queue(&Clock::default()).await;
    send(&sqs, &url, "a", "1").await;
    let mapping = Mapping::of(&url, Notes::default().function("1")).start().await.unwrap();
    assert_eq!(mapping.drain(Duration::from_millis(300)).await, Err(NotDrained { left: 1 }));
}

#[tokio::test]
async fn a_queue_that_fails_now_and_then_is_asked_again() {
    let (sqs, url) = queue(&Clock::default()).await;
    let door = sqs
        .door("mapping", |call: &Call| match (call.operation.as_str(), call.number % 3) {
            ("ReceiveMessage", 0) => Fate::BROKEN,
            ("ReceiveMessage", 1) => Fate::HangUp,
            _ => Fate::Serve,
        })
        .await
        .unwrap();
    send(&sqs, &url, "a", "1").await;
    let mapping = Mapping::of(&url, Notes::default().function("")).endpoint(&door.endpoint()).start().await.unwrap();
    mapping.drain(LIMIT).await.unwrap();
}

#[tokio::test]
async fn a_batch_over_six_megabytes_becomes_several_events() {
    let (sqs, url) = queue(&Clock::default()).await;
    let notes = Notes::default();
    for number in 0..8 {
        send(&sqs, &url, "a", &format!("{number}{}", "x".repeat(1_000_000))).await;
    }
    let poller = Mapping::of(&url, notes.function("")).poller().await.unwrap();
    let tally = poller.poll().await.unwrap();
    assert_eq!(tally, Tally { received: 8, invocations: 2, deleted: 8, returned: 0 });
}

#[tokio::test]
async fn a_mapping_feeds_a_real_process() {
    let (sqs, url) = queue(&Clock::default()).await;
    let binary = runtime::built("examples/probe");
    assert!(binary.exists(), "cargo build -p sandbox --examples");
    let function = Function::of(binary).build();
    send(&sqs, &url, "a", "1").await;
    let poller = Mapping::of(&url, function.clone()).poller().await.unwrap();
    assert_eq!(poller.poll().await.unwrap().returned, 1, "the probe finds nothing to do in a batch and says so");
    assert_eq!(function.starts(), 1);
}
