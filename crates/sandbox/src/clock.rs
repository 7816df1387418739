//! The one clock that everything in the sandbox reads.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_async::time::TimeSource;
use tokio::sync::Notify;

/// Real time plus an offset that a test or an operator can move: a day passes by adding a day.
///
/// Implements the SDK's [`TimeSource`], so that the same clock feeds our deadlines and the SDK's signatures.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    offset_ms: Arc<AtomicI64>,
    moved: Arc<Notify>,
}

impl Clock {
    /// Milliseconds since 1970, by this clock.
    pub fn now_ms(&self) -> i64 {
        let real = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX));
        real.saturating_add(self.offset_ms.load(Ordering::Relaxed))
    }

    /// Moves this clock, and every clone of it, forward, and wakes who sleeps by it.
    pub fn advance(&self, by: Duration) {
        self.offset_ms.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::Relaxed);
        self.moved.notify_waiters();
    }

    /// Returns when this clock shows `at_ms` or more, by passing time or by being moved.
    pub async fn sleep_until(&self, at_ms: i64) {
        loop {
            // Listening before looking: a move in between is not missed.
            let moved = self.moved.notified();
            let left_ms = at_ms.saturating_sub(self.now_ms());
            let Ok(left_ms @ 1..) = u64::try_from(left_ms) else {
                return;
            };
            tokio::select! {
                () = moved => {}
                () = tokio::time::sleep(Duration::from_millis(left_ms)) => {}
            }
        }
    }
}

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(u64::try_from(self.now_ms()).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_sleeper_wakes_when_the_clock_is_moved_far_enough() {
        let clock = Clock::default();
        let hour = Duration::from_secs(3600);
        let sleep = clock.sleep_until(clock.now_ms() + 3_600_000);
        tokio::pin!(sleep);
        assert!(sleep.as_mut().now_or_never().is_none());
        clock.advance(hour / 2);
        assert!(sleep.as_mut().now_or_never().is_none());
        clock.advance(hour);
        sleep.await;
    }
}
