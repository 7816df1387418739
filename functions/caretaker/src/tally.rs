//! What a run adds up to, counted by conversations that are worked on side by side.

use std::sync::{Mutex, MutexGuard, PoisonError};

use boot::Sheet;
use outbox::Attempt;

/// A run's metrics in the making.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    sheet: Sheet,
    /// Items with replies that were due, and for how long the one that waits longest was, in milliseconds.
    due: u64,
    oldest_ms: u64,
}

impl Tally {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn count(&self, name: &'static str, by: u64) {
        self.counts().sheet.count(name, by);
    }

    /// How much there is of something, nothing included.
    pub(crate) fn level(&self, name: &'static str, value: u64) {
        self.counts().sheet.level(name, value);
    }

    /// An item with replies that was due for this long, in milliseconds.
    pub(crate) fn due(&self, for_ms: i64) {
        let mut counts = self.counts();
        counts.due += 1;
        counts.oldest_ms = counts.oldest_ms.max(u64::try_from(for_ms).unwrap_or(0));
    }

    /// What came of a reply: the same names as the worker's.
    pub(crate) fn attempted(&self, attempt: &Attempt) {
        let mut counts = self.counts();
        if let Some(alarm) = attempt.alarm {
            counts.sheet.count(alarm.metric(), 1);
        }
        let name = match attempt.progress.name() {
            "sent" => "RepliesSent",
            "failed" => "RepliesFailed",
            "unknown" => "RepliesUnknown",
            "parked" => "RepliesGivenUp",
            _ => "RepliesWaiting",
        };
        counts.sheet.count(name, 1);
    }

    pub(crate) fn into_sheet(self) -> Sheet {
        let Counts { mut sheet, due, oldest_ms } = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        sheet.level("DueReplies", due);
        sheet.level("OldestDueSeconds", oldest_ms / 1000);
        sheet
    }
}
