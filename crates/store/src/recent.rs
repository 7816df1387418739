//! The list of an account's conversations, newest first.
//!
//! A table lists an account's conversations in the order of their peers, and a list in the order of time would have to be
//! written with every event. So one entry is written for each hour in which something happens in a conversation, with the
//! first event of it: there is always one for the hour of [`Facts::last_at`](crate::Facts::last_at). Those of earlier hours
//! stay until they expire, and whoever reads the list leaves them out.

use instagram::{AccountId, Peer};
use serde::{Deserialize, Serialize};

use crate::{Conversation, Facts, Store, StoreError, keys};

/// That something happened in a conversation.
#[derive(Debug, Serialize, Deserialize)]
struct Recent {
    /// When, in milliseconds since 1970.
    at: i64,
    /// Seconds since 1970 when the entry may go.
    expires_at: i64,
}

impl Store {
    /// Enters a conversation for the hour of its last event, unless what was `read` of it is in the list for that hour
    /// already. Comes before the conversation is written: a crash in between enters it twice, which is the same.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn enter_recent(
        &self,
        account: &AccountId,
        peer: &Peer,
        read: &Facts,
        next: &Conversation,
    ) -> Result<(), StoreError> {
        let Some(at) = next.facts.last_at() else {
            return Ok(());
        };
        let is_entered = read.last_at().is_some_and(|before| keys::hour(before.0) >= keys::hour(at.0));
        if is_entered {
            return Ok(());
        }
        self.put_recent(account, peer, at.0, next.expires_at).await
    }

    pub(crate) async fn put_recent(
        &self,
        account: &AccountId,
        peer: &Peer,
        at: i64,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        self.put(&keys::recent(account, peer, at), &Recent { at, expires_at }).await
    }
}
