//! EventBridge Scheduler in this process: invokes a function every so often, by the sandbox's clock.
//!
//! Turns lie one period apart from the start on. A clock that is moved over several of them has one run, not a burst.
//! A run that fails is not repeated as Lambda repeats asynchronous invocations: the next turn is the repeat.

mod input;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::{Mutex, MutexGuard, watch};
use tokio::task::{JoinHandle, JoinSet};

use self::input::{Input, Turn};
use crate::clock::Clock;
use crate::invoke::{FunctionError, Invoke};

/// A schedule with its function. Dropped, it stops at once and cuts off the run under way.
#[derive(Debug)]
pub struct Schedule {
    plan: Arc<Plan>,
    stop: watch::Sender<bool>,
    /// Nothing if every run is by hand.
    ticking: Option<JoinHandle<()>>,
}

/// What became of a schedule's turns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Runs that ended, by turn and by hand.
    pub runs: u64,
    /// Those of them that the function failed.
    pub failed: u64,
    /// Turns without a run, because the one before was still under way.
    pub passed_over: u64,
}

/// A schedule before it starts.
pub struct Builder {
    period: Duration,
    target: Arc<dyn Invoke>,
    clock: Clock,
    input: Input,
    overlapping: bool,
}

impl Builder {
    /// The clock that the turns follow; real time unless said otherwise.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// What the function gets: the `Input` of a target in a template, with Scheduler's placeholders
    /// (`<aws.scheduler.scheduled-time>`, `…execution-id>`, `…attempt-number>`, `…schedule-arn>`) filled in.
    ///
    /// Unless said otherwise, the event that Scheduler sends by itself: `"detail-type": "Scheduled Event"`.
    #[must_use]
    pub fn input(mut self, input: &Value) -> Self {
        self.input = Input::written(input);
        self
    }

    /// Lets a turn's run begin while the one before is still under way, as Scheduler does where nothing limits the
    /// function's concurrency.
    #[must_use]
    pub fn overlapping(mut self) -> Self {
        self.overlapping = true;
        self
    }

    /// A schedule that does nothing by itself.
    pub fn by_hand(self) -> Schedule {
        let plan = Plan {
            period_ms: i64::try_from(self.period.as_millis()).unwrap_or(i64::MAX).max(1),
            target: self.target,
            clock: self.clock,
            input: self.input,
            overlapping: self.overlapping,
            one_at_a_time: Mutex::default(),
            turns: AtomicU64::new(0),
            tally: watch::Sender::default(),
        };
        Schedule { plan: Arc::new(plan), stop: watch::Sender::new(false), ticking: None }
    }

    /// Starts to take turns in the background of the current tokio runtime; the first is one period away.
    pub fn start(self) -> Schedule {
        let mut schedule = self.by_hand();
        // Counted from here, not from when the task gets to run: the clock may be moved in between.
        let first_ms = schedule.plan.clock.now_ms().saturating_add(schedule.plan.period_ms);
        let ticking = tokio::spawn(tick(Arc::clone(&schedule.plan), first_ms, schedule.stop.subscribe()));
        schedule.ticking = Some(ticking);
        schedule
    }
}

impl Schedule {
    /// Describes a schedule that invokes `target` every `period`, counted in whole milliseconds.
    pub fn every(period: Duration, target: impl Invoke) -> Builder {
        Builder {
            period,
            target: Arc::new(target),
            clock: Clock::default(),
            input: Input::default(),
            overlapping: false,
        }
    }

    /// Runs the function now, whatever the turn; after the run under way, if runs do not overlap.
    ///
    /// # Errors
    /// The function's failure, which a schedule that runs by itself only counts.
    pub async fn run_once(&self) -> Result<Bytes, FunctionError> {
        let turn = if self.plan.overlapping { None } else { Some(self.plan.one_at_a_time.lock().await) };
        self.plan.run(self.plan.clock.now_ms(), turn).await
    }

    /// What became of the turns so far.
    pub fn tally(&self) -> Tally {
        *self.plan.tally.borrow()
    }

    /// Waits until the tally is as wished, and says whether it was within `limit` of real time.
    pub async fn wait_for(&self, limit: Duration, is_wished: impl FnMut(&Tally) -> bool) -> bool {
        let mut tally = self.plan.tally.subscribe();
        matches!(tokio::time::timeout(limit, tally.wait_for(is_wished)).await, Ok(Ok(_)))
    }

    /// Takes no more turns, and returns when the runs under way have ended.
    pub async fn stop(mut self) -> Tally {
        self.stop.send_replace(true);
        if let Some(ticking) = &mut self.ticking {
            // Cancelled, panicked or come to its end: no turn is taken any more.
            let _ended = ticking.await;
        }
        self.tally()
    }
}

impl Drop for Schedule {
    fn drop(&mut self) {
        if let Some(ticking) = &self.ticking {
            ticking.abort();
        }
    }
}

struct Plan {
    period_ms: i64,
    target: Arc<dyn Invoke>,
    clock: Clock,
    input: Input,
    overlapping: bool,
    /// Held by the run under way, unless runs may overlap.
    one_at_a_time: Mutex<()>,
    turns: AtomicU64,
    tally: watch::Sender<Tally>,
}

impl Plan {
    /// One run. `turn` is held until its end.
    async fn run(&self, scheduled_ms: i64, turn: Option<MutexGuard<'_, ()>>) -> Result<Bytes, FunctionError> {
        let number = self.turns.fetch_add(1, Ordering::Relaxed) + 1;
        let event = self.input.event(&Turn { number, scheduled_ms });
        let answer = self.target.invoke(event).await;
        drop(turn);
        self.tally.send_modify(|tally| {
            tally.runs += 1;
            tally.failed += u64::from(answer.is_err());
        });
        answer
    }

    /// The run of a turn, or the note that there is none.
    async fn take_turn(self: Arc<Self>, scheduled_ms: i64) {
        let turn = if self.overlapping { None } else { self.one_at_a_time.try_lock().ok() };
        if turn.is_none() && !self.overlapping {
            self.tally.send_modify(|tally| tally.passed_over += 1);
            return;
        }
        // A failure is counted; nobody is there to hear of it.
        let _counted = self.run(scheduled_ms, turn).await;
    }
}

/// Takes turns until told to stop, each in a task of its own, and waits for those.
async fn tick(plan: Arc<Plan>, first_ms: i64, mut stopped: watch::Receiver<bool>) {
    // Owned here, so that dropping the schedule ends the runs with it.
    let mut running = JoinSet::new();
    let mut next_ms = first_ms;
    loop {
        tokio::select! {
            () = plan.clock.sleep_until(next_ms) => {}
            _ = stopped.wait_for(|stop| *stop) => break,
        }
        while running.try_join_next().is_some() {}
        let late_ms = plan.clock.now_ms().saturating_sub(next_ms).max(0);
        let scheduled_ms = next_ms.saturating_add(late_ms - late_ms % plan.period_ms);
        running.spawn(Arc::clone(&plan).take_turn(scheduled_ms));
        next_ms = scheduled_ms.saturating_add(plan.period_ms);
    }
    while running.join_next().await.is_some() {}
}

impl std::fmt::Debug for Plan {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Plan").field("period_ms", &self.period_ms).finish_non_exhaustive()
    }
}
