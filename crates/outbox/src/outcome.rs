//! What an attempt came to, and what that does to the reply: pure.

use std::time::Duration;

use graph::{Doubt, NotSent, Said, SendError};
use instagram::AccountId;
use store::ReplyState;

use crate::{ACCOUNT_RETRY_MS, LEASE_MS, RETRY_MS, SETTLE_MS};

/// Where a reply stands after somebody worked on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// It is out.
    Sent,
    /// It will not go out.
    Failed {
        /// Why.
        reason: String,
    },
    /// It may be out; it is never sent again without evidence that it is not.
    Unknown {
        /// Why nobody knows.
        reason: String,
        /// Whether such evidence may send it again.
        may_go_again: bool,
    },
    /// Nobody can tell; a person must.
    Parked {
        /// Why not.
        reason: String,
    },
    /// It waits: for Meta, for the account, or for another reply of the conversation.
    Waiting {
        /// What for.
        reason: String,
        /// Until when, in milliseconds since 1970.
        due_at: i64,
    },
}

/// One attempt to send a reply, for logs and metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The reply.
    pub reply: String,
    /// Its place in the plan.
    pub step: usize,
    /// What came of it.
    pub progress: Progress,
    /// How long the Graph call took; `None` if none was made.
    pub graph_ms: Option<i64>,
    /// Meta's numbers, where it refused or broke down and said so.
    pub said: Option<Said>,
    /// The message or comment it became.
    pub message: Option<String>,
    /// What a person should know.
    pub alarm: Option<Alarm>,
}

impl Attempt {
    /// Writes the one line per attempt, whoever made it: by its event's key or, where nobody knows that, its account's id.
    /// The trace id of the event's delivery is known to who has the event at hand.
    pub fn log(&self, account: &AccountId, event_key: Option<&str>, trace_id: Option<&str>) {
        let said = self.said.as_ref();
        tracing::info!(
            trace.id = trace_id,
            event.key = event_key,
            account.id = event_key.is_none().then(|| account.as_str()),
            reply.id = %self.reply,
            reply.state = self.progress.name(),
            reply.reason = self.progress.reason(),
            graph_ms = self.graph_ms,
            graph.code = said.and_then(|said| said.code),
            graph.subcode = said.and_then(|said| said.subcode),
            graph.trace = said.and_then(|said| said.trace.as_deref()),
        );
    }
}

/// Something that a person should know, reported once when it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// Meta takes the account's token no more.
    TokenDead,
    /// Meta does not let the account send.
    Restricted,
    /// Meta slows the account or its app down.
    Throttled,
    /// A reply was parked.
    Parked,
}

impl Alarm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::TokenDead, Self::Restricted, Self::Throttled, Self::Parked];

    /// A short word for logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::TokenDead => "token_dead",
            Self::Restricted => "restricted",
            Self::Throttled => "throttled",
            Self::Parked => "parked",
        }
    }
}

/// What a failed send means for the reply. No arm is a wildcard: a new error has to choose.
///
/// `now` is when the attempt ended, in milliseconds since 1970; `waits_until` until when sends like this one wait because
/// of it.
pub(crate) fn after(error: &SendError, now: i64, waits_until: Option<i64>) -> Progress {
    let reason = reason(error);
    let wait = |ms: i64| {
        let due_at = waits_until.unwrap_or_else(|| now.saturating_add(ms));
        Progress::Waiting { reason: reason.clone(), due_at }
    };
    match error {
        SendError::NotSent(_) | SendError::Throttled { .. } => wait(RETRY_MS),
        SendError::TokenDead { .. } | SendError::AccountBlocked { .. } => wait(ACCOUNT_RETRY_MS),
        SendError::WindowClosed(_)
        | SendError::Refused { .. }
        | SendError::AlreadyReplied(_)
        | SendError::CommentUnusable(_)
        | SendError::NotOwner(_) => Progress::Failed { reason },
        SendError::OutcomeUnknown(doubt) => Progress::Unknown { may_go_again: doubt.may_send_again(), reason },
    }
}

/// When the lease of an attempt that begins at `claimed_at` ends.
pub(crate) fn lease_until(claimed_at: i64) -> i64 {
    claimed_at.saturating_add(LEASE_MS)
}

/// When an attempt that began at `claimed_at` can be judged: its lease is over and Meta has settled.
pub(crate) fn settled_at(claimed_at: i64) -> i64 {
    lease_until(claimed_at).saturating_add(SETTLE_MS)
}

/// A short code for the table: what happened and Meta's numbers, never its words.
pub fn reason(error: &SendError) -> String {
    let name = match error {
        SendError::NotSent(NotSent::Unreachable(_)) => "unreachable",
        SendError::NotSent(NotSent::AttachmentFailed(_)) => "attachment",
        SendError::Throttled { .. } => "throttled",
        SendError::WindowClosed(_) => "window",
        SendError::Refused { reason, .. } => reason.name(),
        SendError::AlreadyReplied(_) => "already_replied",
        SendError::CommentUnusable(_) => "comment_unusable",
        SendError::NotOwner(_) => "not_owner",
        SendError::TokenDead { .. } => "token",
        SendError::AccountBlocked { condition, .. } => condition.name(),
        SendError::OutcomeUnknown(Doubt::NoAnswer(_)) => "no_answer",
        SendError::OutcomeUnknown(Doubt::ServerError(_)) => "server_error",
        SendError::OutcomeUnknown(Doubt::SaidMaybe(_)) => "not_sure",
        SendError::OutcomeUnknown(Doubt::CreatedUnnamed(_)) => "created_unnamed",
        SendError::OutcomeUnknown(Doubt::Unreadable(_)) => "unreadable",
        SendError::OutcomeUnknown(Doubt::Unlisted(_)) => "unlisted",
    };
    let numbers = error.said().map(|said| [said.code, said.subcode]).into_iter().flatten().flatten();
    numbers.fold(name.to_owned(), |text, number| format!("{text}/{number}"))
}

pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl Progress {
    /// The state to record.
    pub(crate) fn state(&self) -> ReplyState {
        match self {
            Self::Sent => ReplyState::Sent,
            Self::Failed { .. } => ReplyState::Failed,
            Self::Unknown { .. } => ReplyState::Unknown,
            Self::Parked { .. } => ReplyState::Parked,
            Self::Waiting { .. } => ReplyState::Planned,
        }
    }

    /// The same for a reply that may be out by an earlier attempt: that this one failed is no end.
    pub(crate) fn not_ended(self) -> Self {
        match self {
            Self::Failed { reason } => Self::Parked { reason },
            Self::Sent | Self::Unknown { .. } | Self::Parked { .. } | Self::Waiting { .. } => self,
        }
    }

    /// A short word for logs and metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Failed { .. } => "failed",
            Self::Unknown { .. } => "unknown",
            Self::Parked { .. } => "parked",
            Self::Waiting { .. } => "waiting",
        }
    }

    /// Why, where there is a why.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Sent => None,
            Self::Failed { reason }
            | Self::Unknown { reason, .. }
            | Self::Parked { reason }
            | Self::Waiting { reason, .. } => Some(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use graph::{Condition, Refusal, Said, Scope, TokenTrouble};

    use super::*;

    const NOW: i64 = 1_767_225_600_000;

    fn said(code: impl Into<Option<u32>>, subcode: impl Into<Option<u32>>) -> Said {
        Said { status: 400, code: code.into(), subcode: subcode.into(), ..Said::default() }
    }

    /// What stands in the table afterwards: state, reason, and how long it waits in milliseconds.
    fn row(error: &SendError) -> (ReplyState, String, Option<i64>) {
        let progress = after(error, NOW, None);
        let wait = match &progress {
            Progress::Waiting { due_at, .. } => Some(due_at - NOW),
            _ => None,
        };
        (progress.state(), progress.reason().unwrap_or_default().to_owned(), wait)
    }

    #[test]
    fn every_error_decides_what_becomes_of_the_reply() {
        use ReplyState::{Failed, Planned, Unknown};
        let doubt = SendError::OutcomeUnknown;
        let refused = |reason| SendError::Refused { reason, said: said(100, 33) };
        let cases = [
            (
                SendError::NotSent(NotSent::AttachmentFailed(said(100, 2_018_047))),
                Planned,
                "attachment/100/2018047",
                Some(RETRY_MS),
            ),
            (
                SendError::Throttled { scope: Scope::Account, wait: None, said: said(613, None) },
                Planned,
                "throttled/613",
                Some(RETRY_MS),
            ),
            (
                SendError::TokenDead { trouble: TokenTrouble::Expired, said: said(190, 463) },
                Planned,
                "token/190/463",
                Some(ACCOUNT_RETRY_MS),
            ),
            (
                SendError::AccountBlocked { condition: Condition::PolicyBlock, said: said(368, None) },
                Planned,
                "policy_block/368",
                Some(ACCOUNT_RETRY_MS),
            ),
            (SendError::WindowClosed(said(10, 2_534_022)), Failed, "window/10/2534022", None),
            (refused(Refusal::ObjectMissing), Failed, "object_missing/100/33", None),
            (SendError::AlreadyReplied(said(10_900, None)), Failed, "already_replied/10900", None),
            (SendError::CommentUnusable(said(100, 2_534_025)), Failed, "comment_unusable/100/2534025", None),
            (SendError::NotOwner(said(10, 2_018_300)), Failed, "not_owner/10/2018300", None),
            (doubt(Doubt::ServerError(said(None, None))), Unknown, "server_error", None),
            (doubt(Doubt::SaidMaybe(said(2, None))), Unknown, "not_sure/2", None),
            (doubt(Doubt::CreatedUnnamed(said(20, 1_772_107))), Unknown, "created_unnamed/20/1772107", None),
            (doubt(Doubt::Unreadable(said(None, None))), Unknown, "unreadable", None),
            (doubt(Doubt::Unlisted(said(12_345, None))), Unknown, "unlisted/12345", None),
        ];
        for (error, state, reason, wait) in cases {
            assert_eq!(row(&error), (state, reason.to_owned(), wait), "{error:?}");
        }
    }

    #[test]
    fn an_attempt_is_judged_when_its_lease_and_metas_settling_are_over() {
        assert_eq!(settled_at(NOW) - NOW, LEASE_MS + SETTLE_MS);
        assert_eq!(settled_at(i64::MAX), i64::MAX);
    }
}
