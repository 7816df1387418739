//! Standings, kept for a few seconds so that a busy account costs no read per event.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use instagram::{AccountId, AppId};

use crate::{Standing, Store, StoreError};

/// How long a standing is believed, in milliseconds. A stop takes effect within this time, plus calls in flight.
pub const BELIEVED_MS: i64 = 5_000;

/// Most accounts kept at once.
const MAX_KEPT: usize = 1_000;

/// A standing and when it was read, in milliseconds since 1970.
type Believed = (i64, Option<Arc<Standing>>);

/// What is believed of the accounts.
#[derive(Debug)]
pub struct Standings {
    store: Store,
    held: Mutex<HashMap<AccountId, Believed>>,
}

impl Standings {
    /// Nothing is believed yet.
    pub fn new(store: Store) -> Self {
        Self { store, held: Mutex::default() }
    }

    /// The standing as it was at most [`BELIEVED_MS`] ago; `None` if the account was never connected here. `app` is the
    /// app it is likely connected through.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn get(&self, id: &AccountId, app: &AppId, now_ms: i64) -> Result<Option<Arc<Standing>>, StoreError> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if let Some((read_at, standing)) = held
            && (0..BELIEVED_MS).contains(&now_ms.saturating_sub(read_at))
        {
            return Ok(standing);
        }
        let standing = self.store.standing(id, app).await?.map(Arc::new);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MAX_KEPT {
            held.clear();
        }
        held.insert(id.clone(), (now_ms, standing.clone()));
        Ok(standing)
    }
}
