//! What a run adds up to, counted by conversations that are worked on side by side.

use std::sync::{Mutex, MutexGuard, PoisonError};

use boot::{Metric, Sheet, shared};
use outbox::{Alarm, Attempt};

boot::catalogue! {
    /// What is counted of replies that are due, and of what accounts need.
    pub(crate) METRICS: Service;

    /// Runs that ended well. A gap is a caretaker that does not come.
    HEARTBEAT: Count "Heartbeat";
    /// Runs that took too long and were cut off; what they did not end is still due.
    RUNS_CUT_OFF: Count "CutOff";
    /// Conversations or chores that panicked; they stay due.
    PANICS: Count "Panics";
    /// Items and erasures that could not be worked on and stay due.
    LEFT_DUE: Count "LeftDue";
    /// Items with replies that were due in the run.
    DUE_REPLIES: Level "DueReplies";
    /// For how long the one of these had been due that waited longest.
    OLDEST_DUE_SECONDS: Level "OldestDueSeconds" in Seconds;
    /// Replies that wait for a person.
    PARKED_REPLIES: Level "ParkedReplies";
    /// For how long the oldest of these has waited.
    PARKED_OLDEST_SECONDS: Level "ParkedOldestSeconds" in Seconds;
    /// Messages that Meta only hinted at, found and queued.
    HINTS_FOUND: Count "HintsFound";
    /// Messages that Meta only hinted at and that cannot be read.
    HINTS_NOT_FOUND: Count "HintsNotFound";
    /// Erasures that came to their end.
    ERASURES_DONE: Count "ErasuresDone";
    /// People who asked to be forgotten and are not yet.
    ERASURES_OPEN: Level "ErasuresOpen";
    /// For how many hours the oldest of these requests has been open.
    ERASURE_OLDEST_HOURS: Level "ErasureOldestHours" in None;
    /// Erasures that were ordered and are not done.
    ERASURE_ORDERS_OPEN: Level "ErasureOrdersOpen";
    /// For how many hours the oldest of these orders has been open.
    ERASURE_ORDER_OLDEST_HOURS: Level "ErasureOrderOldestHours" in None;
    /// Runs that could not read what accounts need.
    CHORES_UNREAD: Count "ChoresUnread";
    /// What an account needed and did not get; it stays due.
    CHORES_LEFT: Count "ChoresLeft";
    /// Events about accounts that the CRM was told.
    ACCOUNTS_ANNOUNCED: Count "AccountsAnnounced";
    /// Accounts whose owner must log in again.
    BROKEN_ACCOUNTS: Level "BrokenAccounts";
    /// Apps through which events used to come, and for a day none did.
    APPS_SILENT: Level "AppsSilent";
    /// Days until the first token in use ends.
    TOKEN_DAYS_LEFT: Level "TokenDaysLeft" in None;
    /// Tokens renewed.
    TOKENS_REFRESHED: Count "TokensRefreshed";
    /// Tokens that were not renewed this time.
    TOKEN_REFRESH_FAILED: Count "TokenRefreshFailed";
    /// Subscriptions that had fallen off and were set again.
    SUBSCRIPTIONS_REPAIRED: Count "SubscriptionsRepaired";
    /// Subscriptions that could not be looked at this time.
    SUBSCRIPTION_CHECK_FAILED: Count "SubscriptionCheckFailed";
    /// Looks at a subscription in which Meta refused some of its fields.
    FIELDS_REFUSED: Count "FieldsRefused";
    /// Replies that became too old while their account was broken, as listed for people after a login.
    REPLIES_UNANSWERED: Count "RepliesUnanswered";
    /// Replies made due at once because their account has a token again.
    REPLIES_WOKEN: Count "RepliesWoken";
}

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

    pub(crate) fn count(&self, metric: Metric, by: u64) {
        self.counts().sheet.count(metric, by);
    }

    /// How much there is of something, nothing included.
    pub(crate) fn level(&self, metric: Metric, value: u64) {
        self.counts().sheet.level(metric, value);
    }

    /// An item with replies that was due for this long, in milliseconds.
    pub(crate) fn due(&self, for_ms: i64) {
        let mut counts = self.counts();
        counts.due += 1;
        counts.oldest_ms = counts.oldest_ms.max(u64::try_from(for_ms).unwrap_or(0));
    }

    /// What came of a reply: the same metrics as the worker's.
    pub(crate) fn attempted(&self, attempt: &Attempt) {
        let metrics = shared::attempt_metrics(attempt.progress.name(), attempt.alarm.map(Alarm::name));
        metrics.for_each(|metric| self.count(metric, 1));
    }

    /// Something that a person should know.
    pub(crate) fn alarmed(&self, alarm: Alarm) {
        if let Some(metric) = shared::alarm_metric(alarm.name()) {
            self.count(metric, 1);
        }
    }

    pub(crate) fn into_sheet(self) -> Sheet {
        let Counts { mut sheet, due, oldest_ms } = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        sheet.level(DUE_REPLIES, due);
        sheet.level(OLDEST_DUE_SECONDS, oldest_ms / 1000);
        sheet
    }
}
