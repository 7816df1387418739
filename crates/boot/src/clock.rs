//! One clock for our deadlines, our pauses and the SDK's signatures.

use std::future::Future;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_async::future::timeout::Timeout;
use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource, TimeSource};

/// Now and pauses. Cheap to clone; every clone is the same clock.
///
/// Nothing else in the functions asks the system for the time, so that a test or the local stack can let an hour pass
/// by handing in another source.
#[derive(Debug, Clone)]
pub struct Clock {
    time: SharedTimeSource,
    sleep: SharedAsyncSleep,
}

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
        Self { time: SharedTimeSource::new(time), sleep: SharedAsyncSleep::new(sleep) }
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
    /// # Errors
    /// [`TimedOut`]; whatever the future had set in motion outside may still happen.
    pub async fn limit<F: Future>(&self, limit: Duration, future: F) -> Result<F::Output, TimedOut> {
        Timeout::new(future, self.sleep.sleep(limit)).await.map_err(|_| TimedOut)
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

    #[tokio::test]
    async fn nothing_is_started_when_no_time_is_left() {
        let deadline = clock_at(1).deadline(Duration::ZERO, 0, Duration::ZERO);
        let mut started = false;
        assert_eq!(deadline.limit(async { started = true }).await, Err(TimedOut));
        assert!(!started);
    }
}
