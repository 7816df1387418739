//! Accounts, their rules and tokens, kept for a few seconds so that a busy account costs no read per event.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use automation::RuleSet;
use instagram::AccountId;
use secrecy::SecretString;
use store::{Account, Store};
use vault::Vault;

use crate::outcome::Trouble;

/// How long an account is believed, in milliseconds. A stop takes effect within this time, plus calls in flight.
const BELIEVED_MS: i64 = 5_000;

/// Most accounts and rule sets kept at once.
const MAX_KEPT: usize = 1_000;

/// An account and when it was read, in milliseconds since 1970.
type Believed = (i64, Option<Arc<Account>>);

#[derive(Debug)]
pub(crate) struct Accounts {
    store: Store,
    vault: Arc<Vault>,
    accounts: Mutex<HashMap<AccountId, Believed>>,
    rules: Mutex<HashMap<(AccountId, u32), Arc<RuleSet>>>,
}

impl Accounts {
    pub(crate) fn new(store: Store, vault: Arc<Vault>) -> Self {
        Self { store, vault, accounts: Mutex::default(), rules: Mutex::default() }
    }

    /// The account as it was at most [`BELIEVED_MS`] ago; `None` if it was never connected here.
    pub(crate) async fn get(&self, id: &AccountId, now_ms: i64) -> Result<Option<Arc<Account>>, Trouble> {
        let held = self.accounts.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if let Some((read_at, account)) = held
            && now_ms.saturating_sub(read_at) < BELIEVED_MS
        {
            return Ok(account);
        }
        let account = self.store.account(id).await?.map(Arc::new);
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if accounts.len() >= MAX_KEPT {
            accounts.clear();
        }
        accounts.insert(id.clone(), (now_ms, account.clone()));
        Ok(account)
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
}
