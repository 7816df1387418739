//! Accounts, their rules and tokens.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use automation::RuleSet;
use boot::Chain;
use instagram::{AccountId, AppId};
use secrecy::SecretString;
use store::{Account, BELIEVED_MS, Heard, Standing, Standings, Store, StoreError};
use vault::Vault;

use crate::outcome::Trouble;

/// Most rule sets kept at once.
const MAX_KEPT: usize = 1_000;

#[derive(Debug)]
pub(crate) struct Accounts {
    store: Store,
    vault: Arc<Vault>,
    standings: Standings,
    rules: Mutex<HashMap<(AccountId, u32), Arc<RuleSet>>>,
    /// When this process last tried to note that it heard of an app: a standing shows it only when it is read again.
    heard: Mutex<HashMap<AppId, i64>>,
}

impl Accounts {
    pub(crate) fn new(store: Store, vault: Arc<Vault>) -> Self {
        Self {
            standings: Standings::new(store.clone()),
            store,
            vault,
            rules: Mutex::default(),
            heard: Mutex::default(),
        }
    }

    /// The account and what decides about its sending, as it was some seconds ago at most; `None` if it was never
    /// connected here.
    pub(crate) async fn get(&self, id: &AccountId, app: &AppId, now_ms: i64) -> Result<Option<Arc<Standing>>, Trouble> {
        Ok(self.standings.get(id, app, now_ms).await?)
    }

    /// The rules in force for the account, ready for use. A stored version never changes, so it is kept.
    pub(crate) async fn rules(&self, account: &Account) -> Result<Option<Arc<RuleSet>>, Trouble> {
        if account.rules == 0 {
            return Ok(None);
        }
        let key = (account.id.clone(), account.rules);
        if let Some(rules) = self.rules.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Some(Arc::clone(rules)));
        }
        let Some(stored) = self.store.rules(&account.id, account.rules).await? else {
            return Err(Trouble::Rules(account.rules));
        };
        let rules = Arc::new(RuleSet::parse(&stored.document).map_err(|_| Trouble::Rules(account.rules))?);
        let mut held = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MAX_KEPT {
            held.clear();
        }
        held.insert(key, Arc::clone(&rules));
        Ok(Some(rules))
    }

    /// The account's token, opened; `None` if it has none.
    pub(crate) async fn token(&self, account: &Account) -> Result<Option<SecretString>, Trouble> {
        match &account.sealed_token {
            Some(sealed) => Ok(Some(self.vault.open(account.id.as_str(), sealed).await?)),
            None => Ok(None),
        }
    }

    /// Notes, once an hour, that an event came through the account's app, which is how its silence is found. Nothing else
    /// hangs on it, and a later event tries again.
    pub(crate) async fn hear(&self, standing: &Standing, received_at: i64, now_ms: i64) {
        let app = &standing.account.app;
        let read = standing.app.heard.as_ref();
        let Some(heard) = read.unwrap_or(&Heard::default()).then(received_at) else {
            return;
        };
        {
            let mut tried = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
            if tried.get(app).is_some_and(|at| (0..=BELIEVED_MS).contains(&now_ms.saturating_sub(*at))) {
                return;
            }
            tried.insert(app.clone(), now_ms);
        }
        match self.store.note_heard(app, read, &heard).await {
            // Somebody else was faster: the standing soon shows it.
            Ok(()) | Err(StoreError::Conflict) => {}
            Err(error) => tracing::warn!(app.id = %app, error = %Chain(&error), "that an app is heard of is not noted"),
        }
    }
}
