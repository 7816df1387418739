//! Looking at all accounts, now and then: how long their tokens last, how many need a login, and whether one was forgotten.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use boot::Chain;
use store::{Connection, Scope, StoreError};

use super::plan::{DAY_MS, chores};
use crate::Caretaker;
use crate::tally::{APPS_SILENT, BROKEN_ACCOUNTS, TOKEN_DAYS_LEFT, Tally};

/// How often all accounts are looked at.
const EVERY_MS: i64 = 15 * 60_000;

/// What the latest look showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Seen {
    /// Accounts whose owner must log in again.
    broken: u64,
    /// When the first token ends of those that are in use, in milliseconds since 1970.
    first_end: Option<i64>,
    /// Apps through which events used to come, and for a day none did.
    silent_apps: u64,
}

/// What is known of all accounts. Shared by all runs of a process.
#[derive(Debug)]
pub(crate) struct Survey {
    /// The quarter of an hour in which they were looked at last, and what was seen; nothing yet in a process that has just
    /// begun, for its first run has other things to do.
    latest: Mutex<(i64, Option<Seen>)>,
}

impl Survey {
    pub(crate) fn new(now: i64) -> Self {
        Self { latest: Mutex::new((now / EVERY_MS, None)) }
    }

    fn latest(&self) -> (i64, Option<Seen>) {
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Caretaker {
    /// Tells how the accounts are. Nothing hangs on it but what people see, so a failure is logged, and the next run tries
    /// again.
    pub(super) async fn survey(&self, tally: &Tally) {
        let now = self.clock.now_ms();
        let (quarter, mut seen) = self.survey.latest();
        if quarter != now / EVERY_MS {
            match self.look_at_all(now).await {
                Ok(all) => {
                    seen = Some(all);
                    *self.survey.latest.lock().unwrap_or_else(PoisonError::into_inner) = (now / EVERY_MS, seen);
                }
                Err(error) => tracing::warn!(error = %Chain(&error), "the accounts cannot be looked at"),
            }
        }
        let Some(seen) = seen else {
            return;
        };
        tally.level(BROKEN_ACCOUNTS, seen.broken);
        tally.level(APPS_SILENT, seen.silent_apps);
        if let Some(end) = seen.first_end {
            tally.level(TOKEN_DAYS_LEFT, u64::try_from(end.saturating_sub(now) / DAY_MS).unwrap_or(0));
        }
    }

    async fn look_at_all(&self, now: i64) -> Result<Seen, StoreError> {
        let mut seen = Seen::default();
        let mut apps = HashSet::new();
        for account in self.store.accounts().await? {
            let is_here = account.connection == Connection::Connected;
            if is_here {
                apps.insert(account.app.clone());
            }
            if !is_here {
                // Nothing to show of it, though perhaps something to tell.
            } else if account.broken.is_some() {
                seen.broken += 1;
            } else if let Some(end) = account.login.expires_at.filter(|_| account.sealed_token.is_some()) {
                seen.first_end = Some(seen.first_end.unwrap_or(i64::MAX).min(end));
            }
            // Nobody made it due: it came by a way that knows nothing of chores.
            let todo = chores(&account, now);
            let is_needed = todo.renew || todo.check || !todo.news.is_empty() || todo.next.is_some();
            if account.due_at.is_none() && is_needed {
                match self.store.plan_chores(&account, Some(now)).await {
                    Ok(()) | Err(StoreError::Conflict) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        for app in apps {
            let heard = self.store.switch(Scope::App(&app)).await?.heard;
            if heard.is_some_and(|heard| heard.is_silent(now)) {
                seen.silent_apps += 1;
                tracing::error!(app.id = %app, "an app that used to deliver has delivered nothing for a day");
            }
        }
        Ok(seen)
    }
}
