//! Accounts: what they allow, and their tokens.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use boot::Chain;
use instagram::{AccountId, AppId};
use secrecy::SecretString;
use store::{Account, Connection, Mode, Pace, Standing, Standings, Store, Switch};
use vault::{Vault, VaultError};

use crate::trouble::Trouble;

/// Most apps remembered.
const MAX_KEPT: usize = 10_000;

#[derive(Debug)]
pub(crate) struct Accounts {
    standings: Standings,
    vault: Vault,
    /// Through which app each account was connected when it was last read: right, it saves a call.
    apps: Mutex<HashMap<AccountId, AppId>>,
}

impl Accounts {
    pub(crate) fn new(store: Store, vault: Vault) -> Self {
        Self { standings: Standings::new(store), vault, apps: Mutex::default() }
    }

    fn apps(&self) -> MutexGuard<'_, HashMap<AccountId, AppId>> {
        self.apps.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The account and what decides about its sending, as it was some seconds ago at most. One that is not there (any
    /// more) counts as erased, so that what was planned for it is ended.
    pub(crate) async fn standing(&self, id: &AccountId, now_ms: i64) -> Result<Arc<Standing>, Trouble> {
        let app = self.apps().get(id).cloned().unwrap_or_else(no_app);
        let Some(standing) = self.standings.get(id, &app, now_ms).await? else {
            return Ok(Arc::new(absent(id)));
        };
        if standing.account.app != app {
            let mut apps = self.apps();
            if apps.len() >= MAX_KEPT {
                apps.clear();
            }
            apps.insert(id.clone(), standing.account.app.clone());
        }
        Ok(standing)
    }

    /// Seals a new token of the account.
    pub(crate) async fn seal(&self, account: &Account, token: &SecretString) -> Result<String, Trouble> {
        Ok(self.vault.seal(account.id.as_str(), token).await?)
    }

    /// The account's token, opened; `None` if it has none that can be used: the account's owner must log in again.
    pub(crate) async fn token(&self, account: &Account) -> Result<Option<SecretString>, Trouble> {
        let Some(sealed) = account.sealed_token.as_ref().filter(|_| account.broken.is_none()) else {
            return Ok(None);
        };
        match self.vault.open(account.id.as_str(), sealed).await {
            Ok(token) => Ok(Some(token)),
            Err(error @ (VaultError::NotOurs | VaultError::BadKey)) => {
                tracing::error!(
                    account.id = %account.id, error = %Chain(&error),
                    "an account's token cannot be opened; its replies wait"
                );
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Stands for an app that is not known yet.
fn no_app() -> AppId {
    AppId::parse("0").expect("a digit is an identifier")
}

fn absent(id: &AccountId) -> Standing {
    let account =
        Account { mode: Mode::Off, connection: Connection::Erased, ..Account::new(id.clone(), no_app(), "", "") };
    Standing { account, pace: Pace::default(), app: Switch::default(), everything: Switch::default() }
}
