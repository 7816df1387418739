//! Accounts, their rules and tokens.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use automation::RuleSet;
use boot::Chain;
use instagram::{AccountId, AppId};
use secrecy::SecretString;
use store::{Account, BELIEVED_MS, Heard, Scope, Sight, Standing, Standings, Store, StoreError};
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
    heard: Mutex<HashMap<AppId, Known>>,
}

/// What this process knows of an app's being heard of.
#[derive(Debug, Clone, Default)]
struct Known {
    /// When it last looked, or tried to note it, in milliseconds since 1970.
    tried_at: i64,
    heard: Heard,
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

    /// What is believed of the account, or a glance at it; `None` says nothing for sure.
    pub(crate) async fn glance(&self, id: &AccountId, now_ms: i64) -> Result<Option<Sight>, Trouble> {
        Ok(self.standings.glance(id, now_ms).await?)
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

    /// Notes, once an hour, that an event came through an app, which is how its silence is found. Nothing else hangs on it,
    /// and a later event tries again.
    pub(crate) async fn hear(&self, app: &AppId, received_at: i64, now_ms: i64) {
        {
            let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
            let known = heard.get(app).cloned().unwrap_or_default();
            let was_tried = (0..=BELIEVED_MS).contains(&now_ms.saturating_sub(known.tried_at));
            if was_tried || known.heard.then(received_at).is_none() {
                return;
            }
            heard.insert(app.clone(), Known { tried_at: now_ms, ..known });
        }
        match self.note_heard(app, received_at).await {
            Ok(noted) => {
                let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
                heard.insert(app.clone(), Known { tried_at: now_ms, heard: noted });
            }
            // Somebody else was faster.
            Err(StoreError::Conflict) => {}
            Err(error) => tracing::warn!(app.id = %app, error = %Chain(&error), "that an app is heard of is not noted"),
        }
    }

    /// What is noted then, by whomever.
    async fn note_heard(&self, app: &AppId, received_at: i64) -> Result<Heard, StoreError> {
        let read = self.store.switch(Scope::App(app)).await?.heard;
        let Some(heard) = read.clone().unwrap_or_default().then(received_at) else {
            return Ok(read.unwrap_or_default());
        };
        self.store.note_heard(app, read.as_ref(), &heard).await?;
        Ok(heard)
    }
}
