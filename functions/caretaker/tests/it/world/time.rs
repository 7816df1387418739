//! Pauses of a world whose clock moves.

use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use sandbox::clock::Clock;

/// Longest pause that is skipped: the caretaker's own are shorter.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// Pauses take no time: the clock moves to their end instead. What lasts longer is a watch over something else, such as a
/// deadline: it ends when the clock has come there.
#[derive(Debug, Clone)]
pub(crate) struct Skip(pub(crate) Clock);

impl AsyncSleep for Skip {
    fn sleep(&self, duration: Duration) -> Sleep {
        let clock = self.0.clone();
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
