//! Logins under way, and what they come to.
//!
//! A login is one item, named by its ticket: writing it uses the ticket up and makes the login's `state`, at once, and
//! ending it uses the `state` up. There is no moment at which one is used and the other not.

use instagram::{AccountId, AppId, AppScopedId};
use serde::{Deserialize, Serialize};

use crate::table::from_attributes;
use crate::update::Update;
use crate::{CHORES_SHARD, Connection, Login, Mode, Store, StoreError, keys};

/// How long an ended or abandoned login is kept: its ticket is refused by its own time long before.
const KEPT_S: i64 = 86_400;

/// How often an account that changes under our hands is looked at again.
const TRIES: usize = 4;

/// What a login is for, from its ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingLogin {
    /// The customer (tenant) of the CRM.
    pub customer: String,
    /// The office's name, for people to read.
    pub office: String,
    /// Who asked for it, by the CRM's name.
    pub user: String,
    /// The Meta app to log in to.
    pub app: AppId,
    /// Where in the CRM its end leads: a path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
    /// The language that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
}

/// What only the browser of a login knows, by its digests: whoever reads the table cannot end a login with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginProof {
    /// Of the `state`.
    pub state: String,
    /// Of the cookie.
    pub browser: String,
}

/// What a login came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    /// The account, by the id that its events carry.
    pub account: AccountId,
    /// The account, by the id scoped to the app.
    pub scoped_id: AppScopedId,
    /// The app logged in to.
    pub app: AppId,
    /// The customer (tenant) of the CRM.
    pub customer: String,
    /// Its user name.
    pub username: String,
    /// The long-lived token, sealed by `vault`.
    pub sealed_token: String,
    /// What its owner granted, by Meta's names.
    pub permissions: Vec<String>,
    /// When the token was issued, in milliseconds since 1970.
    pub issued_at: i64,
    /// When the token ends, in milliseconds since 1970.
    pub expires_at: i64,
    /// Now, in milliseconds since 1970.
    pub connected_at: i64,
}

/// Why an account was not connected.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// It is another customer's.
    #[error("the account is another customer's")]
    OtherCustomer,
    /// The table did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What of an account decides whether and how it is connected.
#[derive(Deserialize)]
struct Standing {
    customer: String,
    connection: Connection,
}

impl Store {
    /// Begins a login: its ticket is used up and its `state` is good until `ends_at`, in milliseconds since 1970.
    ///
    /// `ticket` is the digest of the ticket. The same browser may begin again while the login has not ended, for people
    /// press buttons twice and go back: the new `state` replaces the one before. False if the ticket was used otherwise.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn begin_login(
        &self,
        ticket: &str,
        login: &PendingLogin,
        proof: &LoginProof,
        ends_at: i64,
    ) -> Result<bool, StoreError> {
        let mut update = Update::of(keys::login(ticket));
        update.set("login", login)?;
        update.set("state", &proof.state)?;
        update.set("browser", &proof.browser)?;
        update.set("ends_at", ends_at)?;
        update.set("expires_at", ends_at / 1_000 + KEPT_S)?;
        let never_used = "attribute_not_exists(pk)";
        let same_browser = update.compare("browser", "=", &proof.browser)?;
        let not_ended = update.absent("ended_at");
        update.require(&format!("{never_used} OR ({same_browser} AND {not_ended})"));
        held(self.update(update).await)
    }

    /// Ends a login: its `state` is used up. `None` if there is none under way with this `state` in this browser.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn end_login(
        &self,
        ticket: &str,
        proof: &LoginProof,
        now_ms: i64,
    ) -> Result<Option<PendingLogin>, StoreError> {
        #[derive(Deserialize)]
        struct Ended {
            login: PendingLogin,
        }

        let mut update = Update::of(keys::login(ticket));
        update.set("ended_at", now_ms)?;
        let conditions = [
            update.compare("state", "=", &proof.state)?,
            update.compare("browser", "=", &proof.browser)?,
            update.compare("ends_at", ">", now_ms)?,
            update.absent("ended_at"),
        ];
        for condition in conditions {
            update.require(&condition);
        }
        match self.update_returning(update).await {
            Ok(attributes) => from_attributes(attributes).map(|Ended { login }| Some(login)),
            Err(StoreError::Conflict) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes what a login came to, at once: both ids, app, customer, token, permissions, times; the account is not broken
    /// any more and is due now, so that it is announced and its subscription checked, whatever else becomes of the login.
    ///
    /// Mode and rules of an account that was there stay. A new one, and one whose data was erased, starts observed and
    /// without rules. Its entries in the lists of accounts come first: an entry without an account does no
    /// harm.
    ///
    /// # Errors
    /// [`ConnectError::OtherCustomer`] if another customer has it, connected or not: nothing is changed.
    pub async fn connect(&self, connected: &Connected) -> Result<(), ConnectError> {
        for _ in 0..TRIES {
            let standing: Option<Standing> = self.get(&keys::account(&connected.account)).await?;
            let standing = standing.filter(|standing| standing.connection != Connection::Erased);
            if standing.as_ref().is_some_and(|standing| standing.customer != connected.customer) {
                return Err(ConnectError::OtherCustomer);
            }
            self.list_account(&connected.account).await?;
            self.name_account(&connected.app, &connected.scoped_id, &connected.account).await?;
            if held(self.update(connecting(connected, standing.is_none())?).await)? {
                return Ok(());
            }
        }
        Err(StoreError::Conflict.into())
    }
}

/// The write of [`Store::connect`], for an account as it was just read.
fn connecting(connected: &Connected, is_new: bool) -> Result<Update, StoreError> {
    let login = Login {
        scoped_id: Some(connected.scoped_id.clone()),
        connected_at: connected.connected_at,
        issued_at: Some(connected.issued_at),
        expires_at: Some(connected.expires_at),
        permissions: connected.permissions.clone(),
        checked_at: None,
        left_at: None,
    };
    let mut update = Update::of(keys::account(&connected.account));
    update.set("id", &connected.account)?;
    update.set("app", &connected.app)?;
    update.set("customer", &connected.customer)?;
    update.set("username", &connected.username)?;
    update.set("connection", Connection::Connected)?;
    update.set("sealed_token", &connected.sealed_token)?;
    update.set("login", login)?;
    update.set("due_at", connected.connected_at)?;
    update.set("due_shard", CHORES_SHARD)?;
    update.remove("broken");
    // What was learnt with the token before says nothing of this one.
    update.remove("upkeep");
    if is_new {
        update.set("mode", Mode::Observe)?;
        update.set("rules", 0)?;
        update.remove("stopped_at");
        let absent = "attribute_not_exists(pk)";
        let erased = update.compare("connection", "=", Connection::Erased)?;
        update.require(&format!("{absent} OR {erased}"));
    } else {
        let own = update.compare("customer", "=", &connected.customer)?;
        let not_erased = update.compare("connection", "<>", Connection::Erased)?;
        update.require(&format!("{own} AND {not_erased}"));
    }
    Ok(update)
}

/// Whether the conditions of a write held.
fn held(outcome: Result<(), StoreError>) -> Result<bool, StoreError> {
    match outcome {
        Ok(()) => Ok(true),
        Err(StoreError::Conflict) => Ok(false),
        Err(error) => Err(error),
    }
}
