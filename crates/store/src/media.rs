//! Posts: whose they are, looked up once.

use instagram::{AccountId, MediaId};
use serde::{Deserialize, Serialize};

use crate::{Store, StoreError, keys};

#[derive(Serialize, Deserialize)]
struct Ownership {
    own: bool,
    expires_at: i64,
}

impl Store {
    /// Whether a post is the account's own; `None` if nobody looked, or too long ago.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn owns_media(
        &self,
        account: &AccountId,
        media: &MediaId,
        now_ms: i64,
    ) -> Result<Option<bool>, StoreError> {
        let known: Option<Ownership> = self.get(&keys::media(account, media)).await?;
        Ok(known.filter(|known| known.expires_at.saturating_mul(1000) > now_ms).map(|known| known.own))
    }

    /// Remembers whether a post is the account's own, until `expires_at` (seconds since 1970).
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn put_media(
        &self,
        account: &AccountId,
        media: &MediaId,
        own: bool,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        self.put(&keys::media(account, media), &Ownership { own, expires_at }).await
    }
}
