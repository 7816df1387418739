//! What the records of a batch add up to, counted by groups that run side by side.

use std::sync::{Mutex, PoisonError};

use boot::{Metric, Sheet, shared};
use outbox::{Alarm, Attempt};

boot::catalogue! {
    /// What is counted of events and of what people ask for in them.
    pub(crate) METRICS: Service;

    /// Records that could not be applied now and come again.
    RETURNED: Count "Returned";
    /// Records whose processing panicked; they come again.
    PANICS: Count "Panics";
    /// Records kept in quarantine instead of being applied.
    QUARANTINED: Count "Quarantined";
    /// Events signed with another app's secret than the account's; nothing of them is stored.
    FOREIGN_APP: Count "ForeignApp";
    /// Events of people or accounts that were erased since; nothing of them is stored.
    ERASED_EVENTS: Count "ErasedEvents";
    /// Events of accounts that are not connected any more; nothing of them is stored.
    FORMER_ACCOUNT: Count "FormerAccount";
    /// Events left unanswered because their account's stored rules cannot be read by this version.
    RULES_UNREADABLE: Count "RulesUnreadable";
    /// Conversations in which automatic answers stopped because they had become too many.
    LOOPS_BROKEN: Count "LoopsBroken";
    /// People who asked to be forgotten.
    ERASURES_REQUESTED: Count "ErasuresRequested";
    /// People who asked for no more automatic answers.
    OPT_OUTS: Count "OptOuts";
    /// Conversations handed over to a person of the office.
    HAND_OVERS: Count "HandOvers";
}

/// The batch's metrics in the making.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<Sheet>);

impl Tally {
    pub(crate) fn count(&self, metric: Metric, by: usize) {
        let mut sheet = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sheet.count(metric, u64::try_from(by).unwrap_or(u64::MAX));
    }

    /// What came of a reply: the same metrics as the caretaker's.
    pub(crate) fn attempted(&self, attempt: &Attempt) {
        let metrics = shared::attempt_metrics(attempt.progress.name(), attempt.alarm.map(Alarm::name));
        metrics.for_each(|metric| self.count(metric, 1));
    }

    pub(crate) fn into_sheet(self) -> Sheet {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
