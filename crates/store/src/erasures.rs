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

/// The erasure of an account, or of one person of it, as it is ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureOrder {
    /// Names its receipt: random, and known to who asked.
    pub code: String,
    /// Of which account.
    pub account: AccountId,
    /// Of whom; of everybody, and the account's own things, if nobody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<Peer>,
    /// When it was asked for, in milliseconds since 1970.
    pub asked_at: i64,
    /// By whom: a short word.
    pub by: String,
}

/// How far an erasure is, without a word about whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// When it was asked for, in milliseconds since 1970.
    pub asked_at: i64,
    /// When it was done, in milliseconds since 1970; nothing while it is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<i64>,
}

impl Store {
    /// Opens an erasure under its receipt code, and stops the account's sending. Changes nothing (`Ok(false)`) if the
    /// account was connected again after it was asked for, or the code is known already.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn open_erasure(&self, order: &ErasureOrder) -> Result<bool, StoreError> {
        if order.peer.is_none() && !self.disconnect(&order.account, order.asked_at, order.asked_at).await? {
            let account = self.account(&order.account).await?;
            if account.is_none_or(|account| account.login.connected_at > order.asked_at) {
                return Ok(false);
            }
        }
        let receipt = Receipt { asked_at: order.asked_at, done_at: None };
        match self.put_new(&keys::receipt(&order.code), &receipt).await {
            Ok(()) => Ok(true),
            Err(StoreError::Conflict) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// How far the erasure with this code is; `None` if nobody gave out such a code.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn receipt(&self, code: &str) -> Result<Option<Receipt>, StoreError> {
        self.get(&keys::receipt(code)).await
    }

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
