//! Which table an operator's command works on: the running stack's, the data folder's, or a deployment's.

use std::path::Path;

use anyhow::{Context, Result, bail};
use boot::{CallLimits, Clock, Env};
use instagram::{AccountId, AppId};
use sandbox::dynamo::Dynamo;
use store::{Account, Audit, Store};

use crate::data::DataFolder;
use crate::say;
use crate::stack;

/// Who types, by the machine's word.
pub(crate) fn user() -> Result<String> {
    Ok(Env::process().optional("USER", "a user name")?.unwrap_or_else(|| "unknown".to_owned()))
}

/// A table to work on.
pub(crate) struct Target {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    place: Place,
}

enum Place {
    /// This machine. The data folder's database is open here if no stack runs on it.
    Local { _opened: Option<Dynamo> },
    /// AWS, or what the environment says it is.
    Deployment,
}

impl Target {
    /// A deployment if `TABLE_NAME` is set, with the AWS settings of the environment; else the local data, beside a
    /// running stack too.
    pub(crate) async fn find(data: &Path) -> Result<Self> {
        let clock = Clock::system();
        if let Some(table) = Env::process().optional("TABLE_NAME", "the name of a DynamoDB table")? {
            say::progress(format_args!("on the table {table} of a deployment"));
            let config = boot::aws_config(&clock, CallLimits::default()).await?;
            let store = Store::new(aws_sdk_dynamodb::Client::new(&config), table);
            return Ok(Self { store, clock, place: Place::Deployment });
        }
        let folder = DataFolder::existing(data)?;
        let (endpoint, opened) = match folder.running() {
            Some(running) => (running.dynamodb, None),
            None => {
                let dynamo =
                    Dynamo::file(&folder.file("table.db")).await.context("the local table cannot be opened")?;
                (dynamo.endpoint().to_owned(), Some(dynamo))
            }
        };
        let config = boot::aws_config_at(&endpoint, &clock, CallLimits::default()).await;
        let store = Store::new(aws_sdk_dynamodb::Client::new(&config), stack::TABLE);
        Ok(Self { store, clock, place: Place::Local { _opened: opened } })
    }

    /// Another table of the same deployment.
    pub(crate) async fn beside(&self, table: &str) -> Result<Store> {
        let Place::Deployment = self.place else {
            bail!("only a deployment has other tables: set TABLE_NAME");
        };
        let config = boot::aws_config(&self.clock, CallLimits::default()).await?;
        Ok(Store::new(aws_sdk_dynamodb::Client::new(&config), table))
    }

    /// The account with this id.
    pub(crate) async fn account(&self, id: &str) -> Result<Account> {
        let id = AccountId::parse(id).with_context(|| format!("{id:?} is no account id"))?;
        match self.store.account(&id).await? {
            Some(account) => Ok(account),
            None => bail!("the account {id} is not connected here"),
        }
    }

    /// All accounts that were ever connected here.
    pub(crate) async fn accounts(&self) -> Result<Vec<Account>> {
        let mut accounts = Vec::new();
        for id in self.store.account_ids().await? {
            accounts.extend(self.store.account(&id).await?);
        }
        Ok(accounts)
    }

    /// True if an account is, or was, connected through the app.
    pub(crate) async fn has_app(&self, app: &AppId) -> Result<bool> {
        Ok(self.accounts().await?.iter().any(|account| account.app == *app))
    }

    /// Notes on a deployment that somebody looks at what people wrote to an account. To be called before it is shown.
    pub(crate) async fn note_reveal(&self, account: &AccountId, what: &str) -> Result<()> {
        match self.place {
            Place::Local { .. } => Ok(()),
            Place::Deployment => {
                let by = &user()?;
                let entry = Audit { at: self.clock.now_ms(), by, what };
                let noted = self.store.audit(account, &entry).await;
                noted.context("nothing is shown, because it cannot be noted that somebody looked")
            }
        }
    }
}
