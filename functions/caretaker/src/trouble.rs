//! What can go wrong with one item. All of it passes, or needs a person: the item stays due, and the next run sees it.

use outbox::OutboxError;
use store::StoreError;
use vault::VaultError;

/// Why an item could not be worked on now.
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
    /// It is being erased, and goes with that.
    #[error("it is being erased")]
    BeingErased,
    /// The queue did not take a message.
    #[error("the events queue did not take a message")]
    Queue(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Trouble {
    /// True if it is no trouble at all: the run is over, or somebody else works on the same, or erases it.
    pub(crate) fn is_expected(&self) -> bool {
        matches!(
            self,
            Self::Outbox(OutboxError::OutOfTime | OutboxError::Busy | OutboxError::Store(StoreError::Conflict))
                | Self::Store(StoreError::Conflict)
                | Self::BeingErased
        )
    }
}
