//! SQS refuses, is slow, is down, or loses its answers.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::post;
use bytes::Bytes;
use futures::future::BoxFuture;
use sandbox::clock::Clock;
use sandbox::fault::{Call, Fate, Faults};
use sandbox::sqs::Sqs;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::stage::{Stage, message, messages};

/// Counts the calls and how many of them are under way at once.
#[derive(Clone, Default)]
struct Census {
    calls: Arc<AtomicUsize>,
    under_way: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

impl Faults for Census {
    fn judge<'a>(&'a self, _: &'a Call) -> BoxFuture<'a, Fate> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let now = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        Box::pin(async {
            // Lets the other calls of the delivery arrive before this one goes on.
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            self.under_way.fetch_sub(1, Ordering::SeqCst);
            Fate::Serve
        })
    }
}

#[tokio::test]
async fn a_delivery_costs_a_call_for_ten_events_and_eight_go_side_by_side_case_25() {
    for (events, calls) in [(1, 1), (10, 1), (11, 2), (60, 6), (1_000, 100)] {
        let census = Census::default();
        let stage = Stage::with_faults(census.clone()).await;
        assert_eq!(stage.deliver(messages(events)).await, 200, "{events} events");
        assert_eq!(stage.jobs().len(), events, "{events} events");
        assert_eq!(census.calls.load(Ordering::SeqCst), calls, "{events} events");
        let most = census.most.load(Ordering::SeqCst);
        assert!(most <= 8 && (calls < 8 || most > 1), "{events} events: {most} calls at once");
    }
}

/// A front to SQS that refuses, at first, the entries of every batch that `picky` names.
async fn picky_front(sqs: Arc<Sqs>, picky: fn(usize) -> bool, seen: Arc<Mutex<Vec<usize>>>) -> String {
    type Shared = (Arc<Sqs>, fn(usize) -> bool, Arc<Mutex<Vec<usize>>>);
    async fn answer(State((sqs, picky, seen)): State<Shared>, body: Bytes) -> impl IntoResponse {
        let mut input: Value = serde_json::from_slice(&body).unwrap();
        let entries = input["Entries"].as_array().unwrap().clone();
        let is_first = {
            let mut seen = seen.lock().unwrap();
            seen.push(entries.len());
            seen.len() == 1
        };
        let (refused, taken): (Vec<_>, Vec<_>) =
            entries.into_iter().enumerate().partition(|(place, _)| is_first && picky(*place));
        input["Entries"] = taken.into_iter().map(|(_, entry)| entry).collect();
        let mut answer = sqs.call("SendMessageBatch", &input).await.unwrap();
        answer["Failed"] = refused
            .iter()
            .map(|(_, entry)| json!({"Id": entry["Id"], "Code": "ServiceUnavailable", "SenderFault": false}))
            .collect();
        ([(CONTENT_TYPE, "application/x-amz-json-1.0")], answer.to_string())
    }

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/", post(answer)).with_state((sqs, picky, seen));
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

#[tokio::test]
async fn only_the_refused_entries_are_sent_again_case_45() {
    let clock = Clock::default();
    let sqs = Sqs::start(clock.clone(), None).await.unwrap();
    let behind = Arc::new(Sqs::start(clock.clone(), None).await.unwrap());
    behind.create_queue("events.fifo", &[]).await.unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let front = picky_front(Arc::clone(&behind), |place| place % 4 == 0, Arc::clone(&seen)).await;
    let stage = Stage::with_endpoint(sqs, clock, &front).await;

    assert_eq!(stage.deliver(messages(10)).await, 200);
    assert_eq!(*seen.lock().unwrap(), [10, 3], "three of ten were refused and sent again");
    let kept: BTreeSet<_> = behind.messages("events.fifo").iter().map(|seen| seen.body.clone()).collect();
    assert_eq!(kept.len(), 10);
}

#[tokio::test]
async fn while_the_queue_is_down_meta_is_told_so_within_the_budget_and_nothing_is_lost_case_46() {
    let clock = Clock::default();
    let is_down = Arc::new(AtomicBool::new(true));
    let down = Arc::clone(&is_down);
    let stage = Stage::with_clock_and_faults(clock.clone(), move |_: &Call| {
        if down.load(Ordering::SeqCst) { Fate::BROKEN } else { Fate::Serve }
    })
    .await;

    for _ in 0..6 {
        let started = clock.now_ms();
        assert_eq!(stage.deliver(messages(25)).await, 503);
        assert!(clock.now_ms() - started <= 4_000, "took {} ms", clock.now_ms() - started);
        clock.advance(Duration::from_secs(300));
    }
    assert_eq!(stage.jobs().len(), 0);
    is_down.store(false, Ordering::SeqCst);
    assert_eq!(stage.deliver(messages(25)).await, 200);
    assert_eq!(stage.jobs().len(), 25);
    assert_eq!(stage.metric("QueueUnavailable"), 6);
}

#[tokio::test]
async fn a_slow_queue_is_waited_for_until_the_budget_ends_case_47() {
    for (case, events, status) in [("3 s for the only call", 10, 200), ("3 s for each of two", 90, 503)] {
        let clock = Clock::default();
        let slow = clock.clone();
        let stage = Stage::with_clock_and_faults(clock.clone(), move |_: &Call| {
            slow.advance(Duration::from_secs(3));
            Fate::Serve
        })
        .await;
        let started = clock.now_ms();
        assert_eq!(stage.deliver(messages(events)).await, status, "{case}");
        if status == 200 {
            assert!(clock.now_ms() - started <= 4_000, "{case}");
        }
    }
}

/// Tells when the first call had its effect, and keeps its answer back.
struct Holdup(Arc<Notify>);

impl Faults for Holdup {
    fn judge<'a>(&'a self, _: &'a Call) -> BoxFuture<'a, Fate> {
        Box::pin(std::future::ready(Fate::Serve))
    }

    fn took_effect<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, ()> {
        if call.number > 1 {
            return Box::pin(std::future::ready(()));
        }
        self.0.notify_one();
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn a_delivery_whose_answer_never_left_comes_again_under_the_same_keys_case_48() {
    let took_effect = Arc::new(Notify::new());
    let stage = Stage::with_faults(Holdup(Arc::clone(&took_effect))).await;
    tokio::select! {
        _ = stage.deliver(messages(3)) => panic!("answered although the queue was held up"),
        () = took_effect.notified() => {}
    }
    // Beyond the queue's own five minutes, so that the event keys are all there is.
    stage.clock.advance(Duration::from_secs(600));
    assert_eq!(stage.deliver(messages(3)).await, 200);
    let jobs = stage.jobs();
    assert_eq!(jobs.len(), 6);
    assert_eq!(jobs.iter().map(|job| &job.key).collect::<BTreeSet<_>>().len(), 3);
}

#[tokio::test]
async fn an_accepted_batch_whose_answer_is_lost_is_not_doubled_by_trying_again_case_49() {
    let stage = Stage::with_faults(|call: &Call| if call.number == 1 { Fate::LoseAnswer } else { Fate::Serve }).await;
    assert_eq!(stage.deliver(messages(10)).await, 200);
    assert_eq!(stage.jobs().len(), 10);
}

#[tokio::test]
async fn a_delivery_is_not_acknowledged_while_its_quarantine_is_down_case_18() {
    let is_down = Arc::new(AtomicBool::new(true));
    let down = Arc::clone(&is_down);
    let stage = Stage::with_faults(move |call: &Call| {
        let is_quarantine = call.body.windows(10).any(|window| window == b"quarantine");
        if is_quarantine && down.load(Ordering::SeqCst) { Fate::BROKEN } else { Fate::Serve }
    })
    .await;
    let with_broken = format!("{}]", message("mid-1", "900001", "Bom dia"));
    assert_eq!(stage.deliver(&with_broken).await, 503);
    assert_eq!(stage.metric("Quarantined"), 0, "what is not kept is not counted as kept");
    is_down.store(false, Ordering::SeqCst);
    assert_eq!(stage.deliver(&with_broken).await, 200);
    assert_eq!(stage.quarantined().1, with_broken.into_bytes());
}

#[tokio::test]
async fn a_connection_that_breaks_is_opened_again() {
    let stage = Stage::with_faults(|call: &Call| if call.number == 2 { Fate::HangUp } else { Fate::Serve }).await;
    stage.ingest.warm_up().await.unwrap();
    assert_eq!(stage.deliver(messages(1)).await, 200);
    assert_eq!((stage.jobs().len(), stage.metric_lines()), (1, 0));
}

#[tokio::test]
async fn the_function_starts_although_the_queue_cannot_be_reached() {
    let clock = Clock::default();
    let sqs = Sqs::start(clock.clone(), None).await.unwrap();
    // Nobody listens on a port that was just given back.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let stage = Stage::with_endpoint(sqs, clock, &endpoint).await;
    stage.ingest.warm_up().await.unwrap();
    assert_eq!(stage.deliver(messages(1)).await, 503);
}
