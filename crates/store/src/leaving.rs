//! Accounts that leave.

use instagram::{AccountId, AppId};

use crate::update::Update;
use crate::{Account, Connection, Store, StoreError, keys};

impl Store {
    /// Disconnects: the token is dropped and `login.left_at` set. Changes nothing (`Ok(false)`) if there is no such
    /// account, or it was connected again after `asked_at`.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn disconnect(&self, account: &AccountId, asked_at: i64, now_ms: i64) -> Result<bool, StoreError> {
        let mut update = Update::of(keys::account(account));
        update.set("connection", Connection::Disconnected)?;
        update.set("login.left_at", now_ms)?;
        update.remove("sealed_token");
        update.require("attribute_exists(pk)");
        let connected = update.compare("connection", "=", Connection::Connected)?;
        update.require(&connected);
        let older = update.compare("login.connected_at", "<=", asked_at)?;
        update.require(&older);
        match self.update(update).await {
            Ok(()) => Ok(true),
            Err(StoreError::Conflict) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Accounts of an app that a signed request may mean: by either id.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn accounts_named(&self, app: &AppId, user_id: &str) -> Result<Vec<Account>, StoreError> {
        let mut named = Vec::new();
        for id in self.account_ids().await? {
            let account = self.account(&id).await?.filter(|account| account.app == *app);
            named.extend(account.filter(|account| {
                account.id.as_str() == user_id
                    || account.login.scoped_id.as_ref().is_some_and(|scoped| scoped.as_str() == user_id)
            }));
        }
        Ok(named)
    }
}
