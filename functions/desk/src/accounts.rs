//! A customer's accounts, and how each stands.

use feed::Trouble;
use serde_json::{Value, json};
use store::{Account, Mode};

use crate::Desk;
use crate::access::is_theirs;
use crate::answer::{Answer, Problem};
use crate::ask::Ask;

/// Longest name of a customer, in characters: a ticket's is no longer.
const MOST_NAME: usize = 128;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl Desk {
    /// The accounts of a customer. Nobody learns whether there is such a customer: one without accounts has none.
    ///
    /// The table knows accounts by their ids and not by customers, so all are read: a call per hundred, which suits a page
    /// that is looked at now and then.
    pub(crate) async fn accounts(&self, ask: &Ask) -> Result<Answer, Problem> {
        let now = self.clock.now_ms();
        if !(1..=MOST_NAME).contains(&ask.name("customer").chars().count()) {
            return Err(Problem::not_found());
        }
        let mut accounts = self.store.accounts().await?;
        accounts.retain(|account| is_theirs(account, ask.name("customer")));
        accounts.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(Answer::ok(json!({"accounts": accounts.iter().map(|account| told(account, now)).collect::<Vec<_>>()})))
    }

    pub(crate) fn one_account(&self, account: &Account) -> Result<Answer, Problem> {
        Ok(Answer::ok(told(account, self.clock.now_ms())))
    }
}

fn told(account: &Account, now: i64) -> Value {
    let expires_at = account.login.expires_at.filter(|_| account.sealed_token.is_some());
    json!({
        "account": account.id,
        "username": account.username,
        "connection": account.connection,
        "mode": account.mode,
        "answers": account.mode == Mode::Answer && account.stopped_at.is_none(),
        "stopped_at": account.stopped_at,
        "connected_at": Some(account.login.connected_at).filter(|at| *at > 0),
        "token_expires_at": expires_at,
        "token_days_left": expires_at.map(|at| (at - now).max(0) / DAY_MS),
        "broken_since": account.broken.as_ref().map(|broken| broken.at),
        "trouble": account.broken.as_ref().map(|broken| Trouble::of(&broken.why)),
        "retention_days": account.kept_days(),
    })
}
