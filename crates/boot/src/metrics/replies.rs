//! What becomes of replies, counted by the worker and the caretaker under the same names.
//!
//! The room that sends replies knows nothing of metrics: it gives words for what happened, and here the words become
//! metrics. That every word of it has one is held by a test of `cli`, which knows both sides.

use super::Metrics;
use super::catalogue::Metric;

crate::catalogue! {
    /// What became of replies. Of attempts, the last known state counts; one reply may be counted several times on its way.
    pub REPLIES: Service;

    /// Replies that are out, as an answer or a later look proved.
    REPLIES_SENT: Count "RepliesSent";
    /// Replies that will not go out.
    REPLIES_FAILED: Count "RepliesFailed";
    /// Attempts whose outcome nobody knows yet.
    REPLIES_UNKNOWN: Count "RepliesUnknown";
    /// Replies that nobody can tell about, each time an attempt or a look ended so.
    REPLIES_GIVEN_UP: Count "RepliesGivenUp";
    /// Attempts that ended in waiting: for Meta, for the account, or for another reply.
    REPLIES_WAITING: Count "RepliesWaiting";
    /// Accounts whose token Meta takes no more: their owner must log in again. Counted when it is found.
    ACCOUNTS_BROKEN: Count "AccountsBroken";
    /// Accounts that Meta does not let send. Counted when a restriction begins.
    ACCOUNTS_RESTRICTED: Count "AccountsRestricted";
    /// Waits at Meta's request that were news.
    THROTTLED: Count "Throttled";
    /// Replies parked for a person.
    REPLIES_PARKED: Count "RepliesParked";
    /// Replies that left the doubt whether they are out, whichever way.
    UNKNOWNS_RESOLVED: Count "UnknownsResolved";
    /// Messages of ours seen twice in a conversation, or below a comment, for one reply. Must be 0.
    DUPLICATES_DETECTED: Count "DuplicatesDetected";
}

crate::catalogue! {
    /// How long people wait for replies, whoever sends them.
    pub REPLY_TIMES: Everywhere;

    /// From the receipt of an event to the moment its reply was proven to be out.
    REPLY_MS: Distribution "ReplyMs" in Milliseconds;
}

/// The metric for where a reply stands after somebody worked on it.
pub fn reply_metric(state: &str) -> Option<Metric> {
    Some(match state {
        "sent" => REPLIES_SENT,
        "failed" => REPLIES_FAILED,
        "unknown" => REPLIES_UNKNOWN,
        "parked" => REPLIES_GIVEN_UP,
        "waiting" => REPLIES_WAITING,
        _ => return None,
    })
}

/// The metric for something that a person should know.
pub fn alarm_metric(alarm: &str) -> Option<Metric> {
    Some(match alarm {
        "token_dead" => ACCOUNTS_BROKEN,
        "restricted" => ACCOUNTS_RESTRICTED,
        "throttled" => THROTTLED,
        "parked" => REPLIES_PARKED,
        _ => return None,
    })
}

/// What an attempt counts in: what a person should know of it, and where it left its reply.
pub fn attempt_metrics(state: &str, alarm: Option<&str>) -> impl Iterator<Item = Metric> + use<> {
    [alarm.and_then(alarm_metric), reply_metric(state)].into_iter().flatten()
}

impl Metrics {
    /// Notes for the next line what happened to a reply besides what its attempts came to; `after_ms` is how long the
    /// person waited, where that is what it tells.
    pub fn reply_notice(&self, notice: &str, after_ms: Option<i64>) {
        self.beside(|sheet| match (notice, after_ms) {
            ("proven", Some(after_ms)) => sheet.observe(REPLY_MS, u64::try_from(after_ms).unwrap_or(0)),
            ("doubt_over", _) => sheet.count(UNKNOWNS_RESOLVED, 1),
            ("doubled", _) => sheet.count(DUPLICATES_DETECTED, 1),
            _ => {}
        });
    }
}
