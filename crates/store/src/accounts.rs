//! Accounts and their rules.

use instagram::{AccountId, AppId, AppScopedId};
use serde::{Deserialize, Serialize};

use crate::batch::MOST_KEYS;
use crate::item::is_false;
use crate::table::{Consistency, from_attributes};
use crate::update::Update;
use crate::upkeep::{Told, Upkeep};
use crate::{CHORES_SHARD, Key, Store, StoreError, keys};

/// What the system does for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Events are counted only.
    Off,
    /// Events are stored and decided on; nothing is sent. The mode of a new account.
    Observe,
    /// Replies are sent.
    Answer,
}

/// Whether an account belongs to somebody here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Connection {
    /// A customer's account.
    Connected,
    /// It was disconnected: events are counted, no content is kept.
    Disconnected,
    /// Its data was erased: events are counted, no content is kept.
    Erased,
}

/// An Instagram professional account of a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// Its id: `entry.id`.
    pub id: AccountId,
    /// The Meta app it is connected through: only deliveries signed with that app's secret count.
    pub app: AppId,
    /// The customer (tenant) of the CRM.
    pub customer: String,
    /// Its user name, to recognise its own comments.
    pub username: String,
    /// What to do for it.
    pub mode: Mode,
    /// Whether it is still a customer's.
    pub connection: Connection,
    /// The access token, sealed by `vault`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_token: Option<String>,
    /// The version of the rules in force; 0 for none.
    #[serde(default)]
    pub rules: u32,
    /// When a person stopped its sending, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<i64>,
    /// Meta does not take its token any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<Broken>,
    /// What its latest login came to.
    #[serde(default)]
    pub login: Login,
    /// When there is something to do for the account itself, in milliseconds since 1970: see [`CHORES_SHARD`](crate::CHORES_SHARD).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<i64>,
    /// Breaks that the CRM was not told of yet, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub untold: Vec<Broken>,
    /// What it was told last.
    #[serde(default)]
    pub told: Told,
    /// What the caretaker remembers of its chores.
    #[serde(default)]
    pub upkeep: Upkeep,
    /// How long its conversations and messages are kept, in days; see [`retention`](crate::retention) for what holds
    /// unless it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u16>,
    /// Meta gave its app the Human Agent feature for it: people may answer for seven days (fact sheet 9.3).
    #[serde(default, skip_serializing_if = "is_false")]
    pub human_agent: bool,
    /// All that happened up to this moment was erased, in milliseconds since 1970: older events only count, whoever
    /// connects the account again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_before: Option<i64>,
}

/// What an account's latest login came to. All times in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Login {
    /// The account by the id scoped to its app: what signed requests name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scoped_id: Option<AppScopedId>,
    /// When it was last connected; 0 if that is not known. Requests to leave that are older change nothing.
    pub connected_at: i64,
    /// When the token in use was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_at: Option<i64>,
    /// When the token in use ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
    /// What its owner granted, by Meta's names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<String>,
    /// When its subscription was last seen to be as it should.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<i64>,
    /// When it was disconnected or erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_at: Option<i64>,
}

impl Account {
    /// True if its data was erased, or is being erased.
    pub fn is_erased(&self) -> bool {
        self.connection == Connection::Erased
    }

    /// An account that was just connected: observed, without a token and without rules.
    pub fn new(id: AccountId, app: AppId, customer: impl Into<String>, username: impl Into<String>) -> Self {
        Self {
            id,
            app,
            customer: customer.into(),
            username: username.into(),
            mode: Mode::Observe,
            connection: Connection::Connected,
            sealed_token: None,
            rules: 0,
            stopped_at: None,
            broken: None,
            login: Login::default(),
            due_at: None,
            untold: Vec::new(),
            told: Told::default(),
            upkeep: Upkeep::default(),
            retention_days: None,
            human_agent: false,
            erased_before: None,
        }
    }
}

/// Why an account needs a new login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    /// Since when, in milliseconds since 1970.
    pub at: i64,
    /// What Meta said: a code such as `token/190/463`.
    pub why: String,
}

/// An account with its place in the list of what is due.
#[derive(Serialize)]
struct Stored<'a> {
    #[serde(flatten)]
    account: &'a Account,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_shard: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct AccountEntry {
    id: AccountId,
}

/// One immutable version of an account's rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesVersion {
    /// Counted from 1.
    pub version: u32,
    /// When it was stored, in milliseconds since 1970.
    pub stored_at: i64,
    /// The rule set as JSON, opaque here.
    pub document: String,
}

impl Store {
    /// The account, read consistently; `None` if it was never connected here.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn account(&self, account: &AccountId) -> Result<Option<Account>, StoreError> {
        self.get(&keys::account(account)).await
    }

    /// An account as it was a moment ago, for half the price.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn glance(&self, account: &AccountId) -> Result<Option<Account>, StoreError> {
        let attributes = self.attributes_at(&keys::account(account), Consistency::Eventual).await?;
        attributes.map(from_attributes).transpose()
    }

    /// The ids of all accounts that were ever connected here.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn account_ids(&self) -> Result<Vec<AccountId>, StoreError> {
        self.query(keys::ALL, keys::ACCOUNT_ENTRY)
            .await
            .map(|entries| entries.into_iter().map(|entry: AccountEntry| entry.id).collect())
    }

    /// All accounts that were ever connected here, in no order: one call per hundred.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let keys: Vec<Key> = self.account_ids().await?.iter().map(keys::account).collect();
        let mut accounts = Vec::new();
        for keys in keys.chunks(MOST_KEYS) {
            let found = self.get_all(keys).await?;
            accounts.extend(found.into_iter().map(from_attributes).collect::<Result<Vec<Account>, _>>()?);
        }
        Ok(accounts)
    }

    /// Writes an account whole: connecting, importing, or the local stack's world.
    ///
    /// Its entry in the list of accounts comes first: an entry without an account does no harm.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn put_account(&self, account: &Account) -> Result<(), StoreError> {
        self.list_account(&account.id).await?;
        if let Some(scoped_id) = &account.login.scoped_id {
            self.name_account(&account.app, scoped_id, &account.id).await?;
        }
        let due_shard = account.due_at.map(|_| CHORES_SHARD);
        self.put(&keys::account(&account.id), &Stored { account, due_shard }).await
    }

    /// Puts an account on the list of accounts.
    pub(crate) async fn list_account(&self, account: &AccountId) -> Result<(), StoreError> {
        self.put(&keys::account_entry(account), &AccountEntry { id: account.clone() }).await
    }

    /// Changes what is done for an account.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if there is no such account.
    pub async fn set_mode(&self, account: &AccountId, mode: Mode) -> Result<(), StoreError> {
        self.set_on_account(account, "mode", mode).await
    }

    /// Stores the next version of an account's rules and puts it in force. Returns its number.
    ///
    /// The version is written before the account names it, so that a crash between leaves the old one in force.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if there is no such account, or somebody stored a version at the same moment.
    pub async fn put_rules(&self, account: &AccountId, document: &str, now_ms: i64) -> Result<u32, StoreError> {
        self.account(account).await?.ok_or(StoreError::Conflict)?;
        let version = self.rules_versions(account).await?.last().map_or(1, |latest| latest.version + 1);
        let rules = RulesVersion { version, stored_at: now_ms, document: document.to_owned() };
        let key = keys::rules(account, version);
        self.put_new(&key, &rules).await?;
        self.use_rules(account, version).await?;
        Ok(version)
    }

    /// Puts a stored version in force: forward, or back to an earlier one.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the account or the version does not exist.
    pub async fn use_rules(&self, account: &AccountId, version: u32) -> Result<(), StoreError> {
        self.rules(account, version).await?.ok_or(StoreError::Conflict)?;
        self.set_on_account(account, "rules", version).await
    }

    /// One version of an account's rules.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn rules(&self, account: &AccountId, version: u32) -> Result<Option<RulesVersion>, StoreError> {
        self.get(&keys::rules(account, version)).await
    }

    /// All versions of an account's rules, oldest first.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn rules_versions(&self, account: &AccountId) -> Result<Vec<RulesVersion>, StoreError> {
        self.query(&keys::account_partition(account), keys::RULES).await
    }

    /// Changes how long an account's conversations and messages are kept, from 1 to 730 days. What is written from now
    /// on is kept so long; what is there already keeps the end it was given.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if there is no such account.
    pub async fn set_retention(&self, account: &AccountId, days: u16) -> Result<(), StoreError> {
        self.set_on_account(account, "retention_days", days.clamp(1, crate::retention::MOST_DAYS)).await
    }

    /// Says whether people may answer for an account with Meta's tag for late answers.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if there is no such account.
    pub async fn set_human_agent(&self, account: &AccountId, has_it: bool) -> Result<(), StoreError> {
        self.set_on_account(account, "human_agent", has_it).await
    }

    /// Replaces an account that is erased still, as it was read.
    pub(crate) async fn replace_erased(&self, read: &Account, bare: &Account) -> Result<(), StoreError> {
        let mut update = Update::of(keys::account(&read.id));
        for (name, value) in
            serde_dynamo::to_item::<_, crate::table::Attributes>(bare).map_err(StoreError::Unreadable)?
        {
            update.set_attribute(&name, value);
        }
        for gone in ["sealed_token", "stopped_at", "broken", "retention_days"] {
            update.remove(gone);
        }
        let still_erased = update.compare("connection", "=", Connection::Erased)?;
        let not_since = update.compare("login.connected_at", "=", read.login.connected_at)?;
        update.require(&still_erased);
        update.require(&not_since);
        self.update(update).await
    }

    /// Changes one attribute of an account that is there.
    async fn set_on_account(&self, account: &AccountId, name: &str, value: impl Serialize) -> Result<(), StoreError> {
        let mut update = Update::of(keys::account(account));
        update.set(name, value)?;
        update.require("attribute_exists(pk)");
        self.update(update).await
    }
}
