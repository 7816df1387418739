//! One clock for our deadlines, our pauses and the SDK's signatures.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource, TimeSource};

/// Now and pauses. Cheap to clone; every clone is the same clock.
///
/// Nothing else in the functions asks the system for the time, so that a test or the local stack can let an hour pass
/// by handing in another source.
#[derive(Debug, Clone)]
pub struct Clock {
    time: SharedTimeSource,
    sleep: SharedAsyncSleep,
    unused: Arc<Mutex<Vec<Timer>>>,
}

/// A timer that runs.
#[derive(Debug)]
struct Timer {
    rings_at_ms: i64,
    sleep: Sleep,
}

/// Timers kept for the next limit; as many as there are calls side by side.
const MOST_UNUSED: usize = 8;

/// A limited time ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("out of time")]
pub struct TimedOut;

impl Clock {
    /// The system's time, and tokio's timers for pauses.
    pub fn system() -> Self {
        Self::from_source(SystemTimeSource::new())
    }

    /// Another time, real pauses.
    pub fn from_source(time: impl TimeSource + 'static) -> Self {
        Self::from_parts(time, TokioSleep::new())
    }

    /// Another time and other pauses, for simulations.
    pub fn from_parts(time: impl TimeSource + 'static, sleep: impl AsyncSleep + 'static) -> Self {
        Self {
            time: SharedTimeSource::new(time),
            sleep: SharedAsyncSleep::new(sleep),
            unused: Arc::new(Mutex::new(Vec::new())),
        }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn now_ms(&self) -> i64 {
        unix_ms(self.time.now())
    }

    /// Pauses the calling task.
    pub async fn sleep(&self, duration: Duration) {
        self.sleep.sleep(duration).await;
    }

    /// Gives `future` at most `limit`, then drops it.
    ///
    /// Most futures end long before their limit. Their timer is kept running and taken over by the next limit that ends
    /// after it, because starting one wakes the runtime: two system calls, of the dozen that a delivery costs.
    ///
    /// # Errors
    /// [`TimedOut`]; whatever the future had set in motion outside may still happen.
    pub async fn limit<F: Future>(&self, limit: Duration, future: F) -> Result<F::Output, TimedOut> {
        let ends_at_ms = self.now_ms().saturating_add(millis(limit));
        let mut future = pin!(future);
        let mut timer = None;
        let output = poll_fn(|context| {
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                return Poll::Ready(Ok(output));
            }
            let timer = timer.get_or_insert_with(|| self.timer(ends_at_ms));
            while Pin::new(&mut timer.sleep).poll(context).is_ready() {
                if self.now_ms() >= ends_at_ms {
                    return Poll::Ready(Err(TimedOut));
                }
                *timer = self.start_timer(ends_at_ms);
            }
            Poll::Pending
        })
        .await;
        if output.is_ok() {
            self.keep(timer);
        }
        output
    }

    /// A timer that rings at `at_ms` or sooner.
    fn timer(&self, at_ms: i64) -> Timer {
        let now = self.now_ms();
        let mut unused = self.unused.lock().unwrap_or_else(PoisonError::into_inner);
        unused.retain(|timer| timer.rings_at_ms > now);
        match unused.iter().position(|timer| timer.rings_at_ms <= at_ms) {
            Some(place) => unused.swap_remove(place),
            None => self.start_timer(at_ms),
        }
    }

    fn start_timer(&self, at_ms: i64) -> Timer {
        let wait = Duration::from_millis(u64::try_from(at_ms.saturating_sub(self.now_ms())).unwrap_or(0));
        Timer { rings_at_ms: at_ms, sleep: self.sleep.sleep(wait) }
    }

    fn keep(&self, timer: Option<Timer>) {
        let mut unused = self.unused.lock().unwrap_or_else(PoisonError::into_inner);
        if unused.len() < MOST_UNUSED {
            unused.extend(timer);
        }
    }

    /// The moment `budget` from now, or Lambda's own deadline less `margin` if that is sooner.
    ///
    /// `lambda_ms` is Lambda's deadline in milliseconds since 1970. One in the past counts as none: `cargo lambda watch`
    /// sends a duration in its place (tried 2026-11-22), and a function that has no time left is not running.
    pub fn deadline(&self, budget: Duration, lambda_ms: u64, margin: Duration) -> Deadline {
        let now = self.now_ms();
        let own = now.saturating_add(millis(budget));
        let lambda = i64::try_from(lambda_ms).ok().filter(|at| *at > now);
        let at_ms = lambda.map_or(own, |at| own.min(at.saturating_sub(millis(margin))));
        Deadline { clock: self.clone(), at_ms }
    }

    /// The time source, for SDK clients.
    pub fn time_source(&self) -> SharedTimeSource {
        self.time.clone()
    }

    /// The pauses, for SDK clients.
    pub fn async_sleep(&self) -> SharedAsyncSleep {
        self.sleep.clone()
    }
}

/// A moment after which it is no use to go on.
#[derive(Debug, Clone)]
pub struct Deadline {
    clock: Clock,
    at_ms: i64,
}

impl Deadline {
    /// What is left; zero once it has passed.
    pub fn remaining(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.at_ms.saturating_sub(self.clock.now_ms())).unwrap_or(0))
    }

    /// Runs `future` until the deadline, then drops it.
    ///
    /// # Errors
    /// [`TimedOut`], without touching the future if nothing is left.
    pub async fn limit<F: Future>(&self, future: F) -> Result<F::Output, TimedOut> {
        let remaining = self.remaining();
        if remaining.is_zero() {
            return Err(TimedOut);
        }
        self.clock.limit(remaining, future).await
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn unix_ms(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => millis(since),
        Err(before) => -millis(before.duration()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use aws_smithy_async::time::StaticTimeSource;

    use super::*;

    fn clock_at(seconds: u64) -> Clock {
        Clock::from_source(StaticTimeSource::from_secs(seconds))
    }

    #[test]
    fn the_sooner_deadline_counts_and_one_in_the_past_counts_as_none() {
        let now_ms = 1_700_000_000_000;
        let cases = [
            ("Lambda leaves more than the budget", now_ms + 10_000, 4_000),
            ("Lambda leaves less", now_ms + 3_000, 2_800),
            ("Lambda leaves less than the margin", now_ms + 100, 0),
            ("a duration instead of a moment", 600_000, 4_000),
            ("in the past", now_ms - 1, 4_000),
            ("absent", 0, 4_000),
            ("beyond what fits", u64::MAX, 4_000),
        ];
        for (case, lambda_ms, expected) in cases {
            let deadline =
                clock_at(1_700_000_000).deadline(Duration::from_secs(4), lambda_ms, Duration::from_millis(200));
            assert_eq!(deadline.remaining(), Duration::from_millis(expected), "{case}");
        }
    }

    /// Time that stands still until it is moved, and sleeps that end when it is.
    #[derive(Debug, Clone, Default)]
    struct Hand {
        now_ms: Arc<AtomicI64>,
        moved: Arc<tokio::sync::Notify>,
        started: Arc<AtomicI64>,
    }

    impl Hand {
        fn advance(&self, ms: i64) {
            self.now_ms.fetch_add(ms, Ordering::SeqCst);
            self.moved.notify_waiters();
        }

        fn clock(&self) -> Clock {
            Clock::from_parts(self.clone(), self.clone())
        }
    }

    impl TimeSource for Hand {
        fn now(&self) -> SystemTime {
            UNIX_EPOCH + Duration::from_millis(self.now_ms.load(Ordering::SeqCst).try_into().unwrap())
        }
    }

    impl AsyncSleep for Hand {
        fn sleep(&self, duration: Duration) -> Sleep {
            self.started.fetch_add(1, Ordering::SeqCst);
            let hand = self.clone();
            let at_ms = hand.now_ms.load(Ordering::SeqCst) + millis(duration);
            Sleep::new(async move {
                loop {
                    let moved = hand.moved.notified();
                    if hand.now_ms.load(Ordering::SeqCst) >= at_ms {
                        return;
                    }
                    moved.await;
                }
            })
        }
    }

    /// A future that takes `ms` of the hand's time.
    async fn takes(hand: &Hand, ms: i64) {
        tokio::task::yield_now().await;
        hand.advance(ms);
        tokio::task::yield_now().await;
    }

    #[tokio::test]
    async fn a_limit_ends_what_takes_longer_and_nothing_else() {
        for (ms, in_time) in [(0, true), (999, true), (1_000, false), (5_000, false)] {
            let hand = Hand::default();
            let limited = hand.clock().limit(Duration::from_secs(1), takes(&hand, ms)).await;
            assert_eq!(limited.is_ok(), in_time, "{ms} ms");
        }
    }

    #[tokio::test]
    async fn a_limit_takes_over_a_running_timer_and_still_ends_when_it_should() {
        let hand = Hand::default();
        let clock = hand.clock();
        for _ in 0..100 {
            clock.limit(Duration::from_secs(1), takes(&hand, 1)).await.unwrap();
        }
        assert_eq!(hand.started.load(Ordering::SeqCst), 1);

        // The timer taken over rings after 900 ms, the limit after 1,000.
        assert!(clock.limit(Duration::from_secs(1), takes(&hand, 950)).await.is_ok());
        assert!(clock.limit(Duration::from_secs(1), takes(&hand, 1_000)).await.is_err());
        // A limit that ends before the running timer gets one of its own.
        clock.limit(Duration::from_secs(9), takes(&hand, 1)).await.unwrap();
        assert!(clock.limit(Duration::from_secs(2), takes(&hand, 2_000)).await.is_err());
    }

    #[tokio::test]
    async fn nothing_is_started_when_no_time_is_left() {
        let deadline = clock_at(1).deadline(Duration::ZERO, 0, Duration::ZERO);
        let mut started = false;
        assert_eq!(deadline.limit(async { started = true }).await, Err(TimedOut));
        assert!(!started);
    }
}
