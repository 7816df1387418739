//! What keeps an account connected: renewing its token, checking its subscription, telling the CRM what became of it.
//!
//! Each write is conditional on what its writer read, so several caretakers at once do no harm. Whoever changes what an
//! account is (connects it, marks it broken, lets it go) makes it due in the same write; that is all the others have to
//! know of it.

use serde::{Deserialize, Serialize};

use crate::accounts::Login;
use crate::table::from_attributes;
use crate::update::Update;
use crate::{Account, Broken, CHORES_SHARD, Connection, Key, Store, StoreError, keys};

/// What the CRM was told of an account last. All times are those of what happened, in milliseconds since 1970; 0 for never.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Told {
    /// The latest login it knows of.
    pub connected_at: i64,
    /// The latest break it knows of.
    pub broken_at: i64,
    /// The latest departure it knows of.
    pub left_at: i64,
    /// It knows that this departure ended in an erasure.
    pub erased: bool,
}

/// What the caretaker remembers of its chores.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Upkeep {
    /// How often in a row renewing the token failed, and when it is tried again, in milliseconds since 1970.
    #[serde(skip_serializing_if = "is_zero")]
    pub renewals_failed: u32,
    /// See above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renew_after: Option<i64>,
    /// The same of checking the subscription.
    #[serde(skip_serializing_if = "is_zero")]
    pub checks_failed: u32,
    /// See above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check_after: Option<i64>,
    /// Names that Meta refuses in the subscription.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused_fields: Vec<String>,
    /// When it refused them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused_at: Option<i64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// A token that takes the place of another one.
#[derive(Debug, Clone, Copy)]
pub struct Renewed<'a> {
    /// Sealed by `vault`.
    pub sealed_token: &'a str,
    /// When it was issued, in milliseconds since 1970.
    pub issued_at: i64,
    /// When it ends.
    pub expires_at: i64,
}

impl Store {
    /// The account whose own item lies at this key, read consistently; `None` if it is another item's key, or none is
    /// there.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn account_at(&self, key: &Key) -> Result<Option<Account>, StoreError> {
        if keys::account_of(key).is_none() {
            return Ok(None);
        }
        self.get(key).await
    }

    /// Puts a new token in the place of the one that was read, and gives the account as it stands then. Until this is
    /// written, the old one is in use; Meta lets it be good.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the account has another token by now, or none.
    pub async fn renew_token(&self, read: &Account, renewed: &Renewed<'_>) -> Result<Account, StoreError> {
        let mut update = Update::of(keys::account(&read.id));
        update.set("sealed_token", renewed.sealed_token)?;
        let login =
            Login { issued_at: Some(renewed.issued_at), expires_at: Some(renewed.expires_at), ..read.login.clone() };
        update.set("login", login)?;
        update.set("upkeep", Upkeep { renewals_failed: 0, renew_after: None, ..read.upkeep.clone() })?;
        require_same_token(&mut update, read)?;
        match self.update_returning(update).await {
            Ok(attributes) => from_attributes(attributes),
            // It may have been written although this is the answer. No other text seals this token.
            Err(error @ (StoreError::Conflict | StoreError::Unavailable { .. })) => {
                let now = self.account(&read.id).await.ok().flatten();
                now.filter(|now| now.sealed_token.as_deref() == Some(renewed.sealed_token)).ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Notes what came of chores, and gives the account as it stands then.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the account has another token by now: then none of it is about that one.
    pub async fn note_upkeep(
        &self,
        read: &Account,
        upkeep: &Upkeep,
        checked_at: Option<i64>,
    ) -> Result<Account, StoreError> {
        let mut update = Update::of(keys::account(&read.id));
        update.set("upkeep", upkeep)?;
        if checked_at.is_some() {
            update.set("login", Login { checked_at, ..read.login.clone() })?;
        }
        require_same_token(&mut update, read)?;
        from_attributes(self.update_returning(update).await?)
    }

    /// Notes what the CRM was told, and gives the account as it stands then. What it was not told of yet stays.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if there is more to tell by now. Telling the same again does no harm.
    pub async fn tell(&self, read: &Account, told: &Told) -> Result<Account, StoreError> {
        let mut update = Update::of(keys::account(&read.id));
        update.set("told", told)?;
        update.remove("untold");
        if told.erased && read.is_erased() {
            // Nothing else needs to know whose it was.
            update.set("customer", "")?;
            let still_erased = update.compare("connection", "=", Connection::Erased)?;
            update.require(&still_erased);
        }
        require_same_untold(&mut update, read)?;
        from_attributes(self.update_returning(update).await?)
    }

    /// Says when there is something to do for the account next; `None` for not before something happens to it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if something happened to it since it was read: then it is due already.
    pub async fn plan_chores(&self, read: &Account, due_at: Option<i64>) -> Result<(), StoreError> {
        let mut update = Update::of(keys::account(&read.id));
        match due_at {
            Some(due_at) => set_due(&mut update, due_at)?,
            None => crate::replies::clear_due(&mut update),
        }
        let as_read = match read.due_at {
            Some(due_at) => update.compare("due_at", "=", due_at)?,
            None => update.absent("due_at"),
        };
        update.require("attribute_exists(pk)");
        update.require(&as_read);
        require_same_token(&mut update, read)?;
        require_same_untold(&mut update, read)?;
        self.update(update).await
    }
}

/// Makes an account's own item due.
pub(crate) fn set_due(update: &mut Update, due_at: i64) -> Result<(), StoreError> {
    update.set("due_at", due_at)?;
    update.set("due_shard", CHORES_SHARD)
}

/// A break that the CRM is to be told of: kept until it is, whatever becomes of the account meanwhile.
pub(crate) fn leave_word(update: &mut Update, broken: &Broken) -> Result<(), StoreError> {
    update.append("untold", std::slice::from_ref(broken))
}

pub(crate) fn require_same_token(update: &mut Update, read: &Account) -> Result<(), StoreError> {
    let same = match &read.sealed_token {
        Some(token) => update.compare("sealed_token", "=", token)?,
        None => update.absent("sealed_token"),
    };
    update.require("attribute_exists(pk)");
    update.require(&same);
    Ok(())
}

fn require_same_untold(update: &mut Update, read: &Account) -> Result<(), StoreError> {
    let same =
        if read.untold.is_empty() { update.absent("untold") } else { update.compare("untold", "=", &read.untold)? };
    update.require(&same);
    Ok(())
}
