//! A schedule around functions in this process.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use sandbox::clock::Clock;
use sandbox::invoke::{FunctionError, Invoke};
use sandbox::schedule::{Schedule, Tally};
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};

const LIMIT: Duration = Duration::from_secs(10);
const MINUTE: Duration = Duration::from_mins(1);

/// A function that notes its events.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<Value>>>);

impl Notes {
    fn function(&self) -> impl Invoke + use<> {
        let notes = self.clone();
        move |event: Bytes| {
            notes.0.lock().unwrap().push(serde_json::from_slice(&event).unwrap());
            std::future::ready(Ok::<_, FunctionError>("null"))
        }
    }

    fn events(&self) -> Vec<Value> {
        self.0.lock().unwrap().clone()
    }
}

/// A function that says when it began, and ends when it may.
fn slow() -> (impl Invoke, Arc<Notify>, Arc<Semaphore>) {
    let (began, may_end) = (Arc::new(Notify::new()), Arc::new(Semaphore::new(0)));
    let signals = (Arc::clone(&began), Arc::clone(&may_end));
    let function = move |_: Bytes| {
        let (began, may_end) = signals.clone();
        async move {
            began.notify_one();
            may_end.acquire().await.unwrap().forget();
            Ok::<_, FunctionError>("null")
        }
    };
    (function, began, may_end)
}

#[tokio::test]
async fn a_schedule_runs_once_a_period_by_its_clock_and_not_before() {
    let (clock, notes) = (Clock::default(), Notes::default());
    let schedule = Schedule::every(MINUTE, notes.function()).clock(clock.clone()).start();
    for runs in 1..=3 {
        assert_eq!(schedule.tally().runs, runs - 1, "nothing before its turn");
        clock.advance(MINUTE);
        assert!(schedule.wait_for(LIMIT, |tally| tally.runs == runs).await);
    }
    clock.advance(MINUTE * 30);
    assert!(schedule.wait_for(LIMIT, |tally| tally.runs == 4).await, "half an hour at once is one run");
    assert_eq!(schedule.stop().await, Tally { runs: 4, ..Tally::default() });
    let sources: Vec<Value> = notes.events().into_iter().map(|event| event["source"].clone()).collect();
    assert_eq!(sources, ["aws.scheduler"; 4]);
}

#[tokio::test]
async fn by_hand_every_run_is_asked_for_and_answered() {
    let notes = Notes::default();
    let schedule = Schedule::every(MINUTE, notes.function()).input(&json!({"task": "due"})).by_hand();
    assert_eq!(schedule.run_once().await.unwrap(), "null");
    assert_eq!(notes.events(), [json!({"task": "due"})]);
    assert_eq!(schedule.stop().await.runs, 1);
}

#[tokio::test]
async fn a_turn_is_passed_over_while_a_run_is_under_way() {
    let clock = Clock::default();
    let (function, began, may_end) = slow();
    let schedule = Schedule::every(MINUTE, function).clock(clock.clone()).start();
    clock.advance(MINUTE);
    began.notified().await;
    clock.advance(MINUTE);
    assert!(schedule.wait_for(LIMIT, |tally| tally.passed_over == 1).await);
    may_end.add_permits(2);
    assert!(schedule.wait_for(LIMIT, |tally| tally.runs == 1).await);
    clock.advance(MINUTE);
    assert!(schedule.wait_for(LIMIT, |tally| tally.runs == 2).await, "the next turn has a run again");
}

#[tokio::test]
async fn runs_overlap_when_asked_to() {
    let clock = Clock::default();
    let (function, began, may_end) = slow();
    let schedule = Schedule::every(MINUTE, function).clock(clock.clone()).overlapping().start();
    for _ in 0..2 {
        clock.advance(MINUTE);
        tokio::time::timeout(LIMIT, began.notified()).await.unwrap();
    }
    may_end.add_permits(2);
    assert_eq!(schedule.stop().await, Tally { runs: 2, ..Tally::default() });
}

#[tokio::test]
async fn stopping_waits_for_the_run_under_way_and_takes_no_turn_more() {
    let clock = Clock::default();
    let (function, began, may_end) = slow();
    let schedule = Schedule::every(MINUTE, function).clock(clock.clone()).start();
    clock.advance(MINUTE);
    began.notified().await;
    let stopping = tokio::spawn(schedule.stop());
    tokio::task::yield_now().await;
    assert!(!stopping.is_finished());
    may_end.add_permits(1);
    assert_eq!(stopping.await.unwrap().runs, 1);
}

#[tokio::test]
async fn a_run_that_fails_is_counted_and_the_next_turn_comes() {
    let clock = Clock::default();
    let failing = |_: Bytes| std::future::ready(Err::<Bytes, _>(FunctionError::TimedOut(LIMIT)));
    let schedule = Schedule::every(MINUTE, failing).clock(clock.clone()).start();
    for failed in 1..=2 {
        clock.advance(MINUTE);
        assert!(schedule.wait_for(LIMIT, |tally| tally.failed == failed).await);
    }
    assert!(schedule.run_once().await.is_err());
}
