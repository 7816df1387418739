//! What became of an event, and what can go wrong on the way.

use boot::Metric;
use outbox::{Attempt, OutboxError};
use store::StoreError;
use vault::VaultError;

/// What became of an event that can be acknowledged.
#[derive(Debug)]
pub(crate) struct Applied {
    /// A short word: a decision's code, or why nothing was applied.
    pub(crate) outcome: String,
    /// The attempts to send that were made.
    pub(crate) attempts: Vec<Attempt>,
    /// Counted in this metric, besides the queue's own of what is done.
    pub(crate) counted: Option<Metric>,
}

impl Applied {
    pub(crate) fn as_outcome(outcome: impl Into<String>) -> Self {
        Self { outcome: outcome.into(), attempts: Vec::new(), counted: None }
    }

    pub(crate) fn counted(outcome: &'static str, metric: Metric) -> Self {
        Self { counted: Some(metric), ..Self::as_outcome(outcome) }
    }
}

/// Why an event could not be applied now. All of these pass: the event comes again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The replies could not be worked on.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// The token could not be opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The CRM's queue did not take an event.
    #[error(transparent)]
    NotTold(#[from] announce::NotTold),
    /// The queue did not take a message.
    #[error("the queue did not take the message")]
    Queue(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The Graph API did not say whose post a comment stands below.
    #[error("whose post it is, is not known")]
    MediaUnknown,
    /// The stored rules cannot be read by this version.
    #[error("rules version {0} cannot be read")]
    Rules(u32),
    /// The event was looked at in passing, and there is more to it: it is to be looked at closely, at once.
    #[error("a glance is not enough")]
    Glanced,
}

impl Trouble {
    /// True if somebody else wrote first: what is known has to be read again.
    pub(crate) fn is_conflict(&self) -> bool {
        matches!(self, Self::Store(StoreError::Conflict) | Self::Outbox(OutboxError::Store(StoreError::Conflict)))
    }

    /// True if trying again at once may help; otherwise waiting longer is better.
    pub(crate) fn is_momentary(&self) -> bool {
        match self {
            Self::Store(StoreError::Conflict | StoreError::Unavailable { .. })
            | Self::Outbox(
                OutboxError::Busy | OutboxError::Store(StoreError::Conflict | StoreError::Unavailable { .. }),
            )
            | Self::Vault(VaultError::Kms(..))
            | Self::Queue(_)
            | Self::NotTold(_)
            | Self::MediaUnknown
            | Self::Glanced => true,
            Self::Store(StoreError::Refused { .. } | StoreError::Unreadable(_))
            | Self::Outbox(
                OutboxError::OutOfTime | OutboxError::Store(StoreError::Refused { .. } | StoreError::Unreadable(_)),
            )
            | Self::Vault(VaultError::BadSetting | VaultError::KeyFile(_) | VaultError::BadKey | VaultError::NotOurs)
            | Self::Rules(_) => false,
        }
    }
}
