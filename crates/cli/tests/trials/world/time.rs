//! Time as one actor sees it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_async::time::TimeSource;
use sandbox::clock::Clock;

/// Longest pause that is skipped: the actors' own are shorter.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// A clock that goes wrong by some milliseconds, and pauses that take no time: the clock moves to their end instead. What
/// lasts longer is a watch over something else, such as a deadline: it ends when the clock has come there.
#[derive(Debug, Clone)]
pub(crate) struct Own {
    pub(crate) clock: Clock,
    pub(crate) skew_ms: i64,
}

impl Own {
    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now_ms() + self.skew_ms
    }
}

impl TimeSource for Own {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(u64::try_from(self.now_ms()).unwrap())
    }
}

impl AsyncSleep for Own {
    fn sleep(&self, duration: Duration) -> Sleep {
        let clock = self.clock.clone();
        let ends_at = clock.now_ms() + i64::try_from(duration.as_millis()).unwrap();
        Sleep::new(async move {
            tokio::task::yield_now().await;
            if duration <= LONGEST_PAUSE {
                let left = u64::try_from(ends_at - clock.now_ms()).unwrap_or(0);
                clock.advance(Duration::from_millis(left));
            } else {
                clock.sleep_until(ends_at).await;
            }
        })
    }
}
