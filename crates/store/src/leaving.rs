//! Accounts that leave: found by what a signed request names, and stopped at once.

use instagram::{AccountId, AppId, AppScopedId};
use serde::{Deserialize, Serialize};

use crate::erasures::Order;
use crate::retention::{DAYS_AFTER_LEAVING, days_ms};
use crate::update::Update;
use crate::{Account, Connection, Store, StoreError, keys, upkeep};

/// Which account has an id within an app.
#[derive(Serialize, Deserialize)]
struct Named {
    account: AccountId,
}

impl Store {
    /// The accounts of an app that a signed request may mean: by either id. Nothing but the two keys is looked at.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn accounts_named(&self, app: &AppId, user_id: &str) -> Result<Vec<Account>, StoreError> {
        let mut accounts: Vec<Account> = Vec::new();
        if let Ok(id) = AccountId::parse(user_id) {
            accounts.extend(self.account(&id).await?);
        }
        if let Ok(scoped_id) = AppScopedId::parse(user_id)
            && let Some(named) = self.get::<Named>(&keys::scoped(app, &scoped_id)).await?
            && let Some(account) = self.account(&named.account).await?
            // It may have another id by now, or be connected through another app.
            && account.login.scoped_id.as_ref() == Some(&scoped_id)
        {
            accounts.push(account);
        }
        accounts.retain(|account| account.app == *app);
        accounts.dedup_by(|one, other| one.id == other.id);
        Ok(accounts)
    }

    /// Notes which account has an id within an app. To be written before the account itself says so.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub(crate) async fn name_account(
        &self,
        app: &AppId,
        scoped_id: &AppScopedId,
        account: &AccountId,
    ) -> Result<(), StoreError> {
        self.put(&keys::scoped(app, scoped_id), &Named { account: account.clone() }).await
    }

    /// Forgets which account has an id within an app, if it is this one.
    pub(crate) async fn unname_account(
        &self,
        app: &AppId,
        scoped_id: &AppScopedId,
        account: &AccountId,
    ) -> Result<(), StoreError> {
        let key = keys::scoped(app, scoped_id);
        match self.get::<Named>(&key).await? {
            Some(named) if named.account == *account => self.delete(&key).await,
            _ => Ok(()),
        }
    }

    /// Disconnects: sending stops at once, the token is dropped, and the conversations end 30 days later. Changes nothing
    /// (`false`) if the account was connected again after `asked_at`, or never.
    ///
    /// The end of the conversations is noted first: should the account stay, nothing comes of it.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn disconnect(&self, account: &AccountId, asked_at: i64, now_ms: i64) -> Result<bool, StoreError> {
        loop {
            let Some(read) = self.account(account).await?.filter(|read| read.login.connected_at <= asked_at) else {
                return Ok(false);
            };
            if read.connection != Connection::Connected {
                return Ok(true);
            }
            let end = Order::of_leaving(account, now_ms, now_ms.saturating_add(days_ms(DAYS_AFTER_LEAVING)));
            self.put(&end.key(), &end).await?;
            let mut update = Update::of(keys::account(account));
            update.set("connection", Connection::Disconnected)?;
            stop(&mut update, &read, now_ms)?;
            match self.update(update).await {
                // It left, or was connected, in this very moment.
                Err(StoreError::Conflict) => {}
                outcome => return outcome.map(|()| true),
            }
        }
    }
}

/// What leaving in either way changes of an account, which neither left nor was connected since it was read.
pub(crate) fn stop(update: &mut Update, read: &Account, now_ms: i64) -> Result<(), StoreError> {
    // Whole: an account of before may have none, and an attribute of nothing cannot be set.
    let mut login = read.login.clone();
    login.left_at = login.left_at.filter(|left_at| *left_at >= login.connected_at).or(Some(now_ms));
    update.set("login", &login)?;
    for gone in ["sealed_token", "broken"] {
        update.remove(gone);
    }
    // The CRM is to be told; nothing else is done for it any more.
    upkeep::set_due(update, now_ms)?;
    let never_connected = update.absent("login.connected_at");
    let not_connected_since = update.compare("login.connected_at", "=", read.login.connected_at)?;
    let not_left_since = update.compare("connection", "=", read.connection)?;
    update.require("attribute_exists(pk)");
    update.require(&format!("{never_connected} OR {not_connected_since}"));
    update.require(&not_left_since);
    Ok(())
}
