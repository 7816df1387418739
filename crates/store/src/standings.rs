//! What is believed of accounts for a few seconds, so that a busy one costs no read per event.
//!
//! Two readings are kept apart. A *standing* is all that decides whether replies may leave, read consistently: it is dear,
//! and only what is sent needs it. A *glance* is the account alone, eventually consistent: enough to store what happens and
//! to see that nothing is to be answered, which is what becomes of most events.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use instagram::{AccountId, AppId};

use crate::{Account, Standing, Store, StoreError};

/// How long a standing is believed, in milliseconds. A stop takes effect within this time, plus calls in flight.
pub const BELIEVED_MS: i64 = 5_000;

/// Most accounts kept at once.
const MAX_KEPT: usize = 1_000;

/// What is known of an account.
#[derive(Debug, Clone)]
pub enum Sight {
    /// The account as it was some seconds ago; whether anything may be sent is not known.
    Glance(Arc<Account>),
    /// The account and all that decides about its sending.
    Standing(Arc<Standing>),
}

impl Sight {
    /// The account.
    pub fn account(&self) -> &Account {
        match self {
            Self::Glance(account) => account,
            Self::Standing(standing) => &standing.account,
        }
    }
}

/// What is believed of the accounts.
#[derive(Debug)]
pub struct Standings {
    store: Store,
    standings: Believed<Option<Arc<Standing>>>,
    glances: Believed<Arc<Account>>,
}

impl Standings {
    /// Nothing is believed yet.
    pub fn new(store: Store) -> Self {
        Self { store, standings: Believed::default(), glances: Believed::default() }
    }

    /// The standing as it was at most [`BELIEVED_MS`] ago; `None` if the account was never connected here. `app` is the
    /// app it is likely connected through.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn get(&self, id: &AccountId, app: &AppId, now_ms: i64) -> Result<Option<Arc<Standing>>, StoreError> {
        if let Some(standing) = self.standings.get(id, now_ms) {
            return Ok(standing);
        }
        let standing = self.store.standing(id, app).await?.map(Arc::new);
        self.standings.keep(id, standing.clone(), now_ms);
        Ok(standing)
    }

    /// What is believed of an account already, or else a glance at it. `None` says nothing for sure.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn glance(&self, id: &AccountId, now_ms: i64) -> Result<Option<Sight>, StoreError> {
        if let Some(Some(standing)) = self.standings.get(id, now_ms) {
            return Ok(Some(Sight::Standing(standing)));
        }
        if let Some(account) = self.glances.get(id, now_ms) {
            return Ok(Some(Sight::Glance(account)));
        }
        let account = self.store.glance(id).await?.map(Arc::new);
        if let Some(account) = &account {
            self.glances.keep(id, Arc::clone(account), now_ms);
        }
        Ok(account.map(Sight::Glance))
    }
}

/// Readings and when each was made, in milliseconds since 1970.
#[derive(Debug)]
struct Believed<T>(Mutex<HashMap<AccountId, (i64, T)>>);

impl<T> Default for Believed<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Believed<T> {
    fn get(&self, id: &AccountId, now_ms: i64) -> Option<T> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, reading) = held.get(id)?;
        (0..BELIEVED_MS).contains(&now_ms.saturating_sub(*read_at)).then(|| reading.clone())
    }

    fn keep(&self, id: &AccountId, reading: T, now_ms: i64) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MAX_KEPT {
            held.clear();
        }
        held.insert(id.clone(), (now_ms, reading));
    }
}
