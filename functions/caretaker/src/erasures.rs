//! People who asked to be forgotten: the law's clock runs from the moment they asked.

use boot::Chain;

use crate::Caretaker;
use crate::tally::Tally;

impl Caretaker {
    /// Tells how many requests are open and how old the oldest is. A failure is logged, and the next run tells again.
    pub(crate) async fn count_erasure_requests(&self, tally: &Tally) {
        let requests = match self.store.erasure_requests().await {
            Ok(requests) => requests,
            Err(error) => {
                tracing::warn!(error = %Chain(&error), "requests for erasure are not counted");
                return;
            }
        };
        let now = self.clock.now_ms();
        let oldest_ms = requests.iter().map(|request| now - request.at).max().unwrap_or(0);
        tally.level("ErasuresOpen", u64::try_from(requests.len()).unwrap_or(u64::MAX));
        tally.level("ErasureOldestHours", u64::try_from(oldest_ms / 3_600_000).unwrap_or(0));
    }
}
