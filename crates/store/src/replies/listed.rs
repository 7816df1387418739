//! Lists of replies that a person should know of: an entry is written before the reply's own record says so, and is worth
//! no more than what that record says when it is read.

use instagram::AccountId;
use serde::{Deserialize, Serialize};

use crate::replies::ReplyRef;
use crate::retention::{LIST_DAYS, list_end};
use crate::table::is_over;
use crate::{Key, ReplyState, Store, StoreError, keys};

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Whose reply.
    pub account: AccountId,
    /// Partition of the item it lies in.
    pub thread: String,
    /// Sort key of that item.
    pub item: String,
    /// Its place among the item's replies.
    pub step: usize,
    /// `Parked` or `Failed`.
    pub state: ReplyState,
    /// Why.
    pub reason: String,
    /// Since when, in milliseconds since 1970.
    pub at: i64,
    /// Seconds since 1970 when the entry may go.
    #[serde(default)]
    pub expires_at: i64,
}

impl Listed {
    /// An entry for a reply that is about to be parked or to fail.
    pub fn new(account: &AccountId, reply: &ReplyRef, state: ReplyState, reason: &str, at: i64) -> Self {
        Self {
            account: account.clone(),
            thread: reply.item.pk.clone(),
            item: reply.item.sk.clone(),
            step: reply.step,
            state,
            reason: reason.to_owned(),
            at,
            expires_at: list_end(at, LIST_DAYS),
        }
    }

    /// The same of an account that keeps its messages for so many days: the entry is not kept longer.
    #[must_use]
    pub fn kept_for(self, days: u16) -> Self {
        Self { expires_at: list_end(self.at, days), ..self }
    }

    /// The reply.
    pub fn reply(&self) -> ReplyRef {
        ReplyRef { item: Key { pk: self.thread.clone(), sk: self.item.clone() }, step: self.step }
    }

    fn key(&self) -> Key {
        Self::key_of(&self.account, &self.reply(), self.state)
    }

    /// Where the entry of a reply in this state lies.
    pub(crate) fn key_of(account: &AccountId, reply: &ReplyRef, state: ReplyState) -> Key {
        let name = keys::digest(&format!("{}|{}|{}", reply.item.pk, reply.item.sk, reply.step));
        match state {
            // Few, and needed over all accounts: one partition.
            ReplyState::Parked => Key { pk: keys::PARKED.to_owned(), sk: format!("{account}#{name}") },
            _ => Key { pk: keys::account_partition(account), sk: format!("{}{name}", keys::FAILED) },
        }
    }
}

impl Store {
    /// Enters a reply in the list of its state.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn list(&self, entry: &Listed) -> Result<(), StoreError> {
        self.put(&entry.key(), entry).await
    }

    /// Strikes a reply off its list.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn unlist(&self, entry: &Listed) -> Result<(), StoreError> {
        self.delete(&entry.key()).await
    }

    /// The replies that were parked, of one account or of all.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn parked(&self, account: Option<&AccountId>, now_ms: i64) -> Result<Vec<Listed>, StoreError> {
        let prefix = account.map_or_else(String::new, |account| format!("{account}#"));
        Ok(unexpired(self.query(keys::PARKED, &prefix).await?, now_ms))
    }

    /// The replies of an account that failed within the last 35 days, or as long as its messages are kept.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn failed(&self, account: &AccountId, now_ms: i64) -> Result<Vec<Listed>, StoreError> {
        Ok(unexpired(self.query(&keys::account_partition(account), keys::FAILED).await?, now_ms))
    }
}

fn unexpired(mut entries: Vec<Listed>, now_ms: i64) -> Vec<Listed> {
    entries.retain(|entry| !is_over(entry.expires_at, now_ms));
    entries
}
