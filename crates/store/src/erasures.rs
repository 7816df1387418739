//! What people asked to be erased, until it is.

use instagram::{AccountId, Peer};
use serde::{Deserialize, Serialize};

use crate::update::Update;
use crate::{Store, StoreError, keys};

/// A person's wish to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureRequest {
    /// Of which account.
    pub account: AccountId,
    /// Who.
    pub peer: Peer,
    /// When they asked, in milliseconds since 1970.
    pub at: i64,
}

impl Store {
    /// Notes that a person asked to be forgotten. The earliest request counts.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn request_erasure(&self, account: &AccountId, peer: &Peer, at: i64) -> Result<(), StoreError> {
        let mut update = Update::of(keys::erasure(account, peer));
        update.set("account", account)?;
        update.set("peer", peer)?;
        update.set("at", at)?;
        let first = update.absent("at");
        let earlier = update.compare("at", ">", at)?;
        update.require(&format!("{first} OR {earlier}"));
        match self.update(update).await {
            Err(StoreError::Conflict) => Ok(()),
            outcome => outcome,
        }
    }

    /// The requests that nobody has fulfilled.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn erasure_requests(&self) -> Result<Vec<ErasureRequest>, StoreError> {
        self.query(keys::ERASURES, "").await
    }
}
