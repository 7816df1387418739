//! Who looked at what people wrote.

use instagram::AccountId;
use serde::Serialize;

use crate::{Key, Store, StoreError, keys};

/// How often an entry that falls on another one's moment is moved to the next.
const TRIES: usize = 100;

/// One entry. It holds no words of the people it is about, and nothing deletes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Audit<'a> {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Who: the user name on the machine that asked.
    pub by: &'a str,
    /// What: the command, and what it was about.
    pub what: &'a str,
}

impl Store {
    /// Notes that somebody looks at what people wrote to an account. Returns once it is written, so that nothing is shown
    /// that is not noted.
    ///
    /// # Errors
    /// Any [`StoreError`]; `Conflict` only if a hundred entries were made in this moment.
    pub async fn audit(&self, account: &AccountId, entry: &Audit<'_>) -> Result<(), StoreError> {
        let mut outcome = Err(StoreError::Conflict);
        for at in (entry.at..).take(TRIES) {
            let key = Key { pk: keys::account_partition(account), sk: format!("{}{at:014}", keys::AUDIT) };
            outcome = self.put_new(&key, entry).await;
            if !matches!(outcome, Err(StoreError::Conflict)) {
                break;
            }
        }
        outcome
    }
}
