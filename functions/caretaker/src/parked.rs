//! What waits for a person: replies that nobody can tell about.

use boot::Chain;
use store::{Listed, ReplyState, StoreError};

use crate::Caretaker;
use crate::tally::{PARKED_OLDEST_SECONDS, PARKED_REPLIES, Tally};

/// Most entries that one run holds against their replies: a longer list is gone through run by run.
const MOST_CHECKED: usize = 100;

/// An entry is written before its reply's record. Only one that is older than any such writer can be stale.
const WRITTEN_BY_MS: i64 = 5 * 60 * 1000;

impl Caretaker {
    /// Counts the parked replies, and strikes off entries whose reply is not parked (any more). Nothing hangs on it but
    /// what people see, so a failure is logged and the next run tries again.
    pub(crate) async fn count_parked(&self, tally: &Tally) {
        if let Err(error) = self.try_count_parked(tally).await {
            tracing::warn!(error = %Chain(&error), "parked replies are not counted");
        }
    }

    async fn try_count_parked(&self, tally: &Tally) -> Result<(), StoreError> {
        let now = self.clock.now_ms();
        let mut listed = self.store.parked(None, now).await?;
        if !listed.is_empty() {
            let first = fastrand::usize(..listed.len());
            listed.rotate_left(first);
        }
        let mut parked: u64 = 0;
        let mut oldest_ms = 0;
        for (place, entry) in listed.iter().enumerate() {
            if place < MOST_CHECKED && self.is_stale(entry, now).await? {
                self.store.unlist(entry).await?;
                continue;
            }
            parked += 1;
            oldest_ms = oldest_ms.max(now - entry.at);
        }
        tally.level(PARKED_REPLIES, parked);
        tally.level(PARKED_OLDEST_SECONDS, u64::try_from(oldest_ms / 1000).unwrap_or(0));
        Ok(())
    }

    async fn is_stale(&self, entry: &Listed, now: i64) -> Result<bool, StoreError> {
        if now - entry.at < WRITTEN_BY_MS {
            return Ok(false);
        }
        let reply = entry.reply();
        let item = self.store.item(&reply.item, now).await?;
        Ok(item.replies().get(reply.step).is_none_or(|reply| reply.state != ReplyState::Parked))
    }
}
