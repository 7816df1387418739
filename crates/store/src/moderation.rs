//! What somebody of the office did about a comment: hidden, shown again, deleted. It stands beside what events say of it.

use instagram::{AccountId, CommentId, Peer};
use serde::{Deserialize, Serialize};

use crate::update::Update;
use crate::{Item, Key, Store, StoreError, keys};

/// What somebody of the office did about a comment. All times in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Moderated {
    /// When it was hidden, while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden_at: Option<i64>,
    /// When it was deleted below the post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed_at: Option<i64>,
}

/// What is noted of a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deal {
    /// It is hidden, or shown again.
    Hidden(bool),
    /// It is deleted below the post. What it said stays here as long as anything else, unless the person is erased.
    Removed,
}

impl Store {
    /// Where a comment of a person's lies.
    pub fn comment_key(account: &AccountId, peer: &Peer, comment: &CommentId) -> Key {
        Key { pk: keys::thread_partition(account, peer), sk: format!("{}{comment}", keys::COMMENT) }
    }

    /// A comment and what the office did about it, read consistently; `None` if there is none, or it has expired.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn comment(&self, key: &Key, now_ms: i64) -> Result<Option<(Item, Moderated)>, StoreError> {
        let attributes = self.attributes(key).await?.filter(|held| !crate::threads::is_expired(held, now_ms));
        let Some(attributes) = attributes else { return Ok(None) };
        let moderated = crate::table::from_attributes(attributes.clone())?;
        let item: Item = crate::table::from_attributes(attributes)?;
        Ok(item.content.kind.is_some().then_some((item, moderated)))
    }

    /// Notes what the office did about a comment. False if the comment is gone meanwhile.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn note_deal(&self, key: &Key, deal: Deal, now_ms: i64) -> Result<bool, StoreError> {
        let mut update = Update::of(key.clone());
        match deal {
            Deal::Hidden(true) => update.set("hidden_at", now_ms)?,
            Deal::Hidden(false) => update.remove("hidden_at"),
            Deal::Removed => update.set("removed_at", now_ms)?,
        }
        update.require("attribute_exists(pk)");
        match self.update(update).await {
            Ok(()) => Ok(true),
            Err(StoreError::Conflict) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
