//! Comments that we created: what tells a public reply of our own from a stranger's comment where its author does not.

use instagram::{AccountId, CommentId};
use serde::{Deserialize, Serialize};

use crate::{Store, StoreError, keys};

#[derive(Serialize, Deserialize)]
struct Created {
    expires_at: i64,
}

impl Store {
    /// Remembers that a comment is ours, until `expires_at` (seconds since 1970).
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn own_comment(
        &self,
        account: &AccountId,
        comment: &CommentId,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        self.put(&keys::own_comment(account, comment), &Created { expires_at }).await
    }

    /// Whether a comment is one that we created, as far as that is remembered.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn is_own_comment(
        &self,
        account: &AccountId,
        comment: &CommentId,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let created: Option<Created> = self.get(&keys::own_comment(account, comment)).await?;
        Ok(created.is_some_and(|created| created.expires_at.saturating_mul(1000) > now_ms))
    }
}
