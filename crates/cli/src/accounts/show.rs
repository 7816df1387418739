//! `accounts` and `accounts show`: what is known of accounts, but never a token.

use anyhow::Result;
use store::{Account, Connection, Mode};

use crate::moment::{away, with_age};
use crate::say;
use crate::status::obstacles;
use crate::table::Table;
use crate::target::Target;

pub(super) async fn list(target: &Target) -> Result<()> {
    let accounts = target.accounts().await?;
    if accounts.is_empty() {
        say::line("No account was ever connected here: see `accounts invite --help`, or `accounts import --help`.");
        return Ok(());
    }
    let now = target.clock.now_ms();
    let mut table = Table::new(["account", "user name", "customer", "app", "mode", "token"]);
    for account in accounts {
        let token = token(&account, now);
        let Account { id, username, customer, app, .. } = &account;
        let cells =
            [id.to_string(), username.clone(), customer.clone(), app.to_string(), mode(&account).to_owned(), token];
        table.row(cells);
    }
    say::line(table);
    Ok(())
}

pub(super) async fn one(target: &Target, id: &str) -> Result<()> {
    let account = target.account(id).await?;
    let now = target.clock.now_ms();
    let login = &account.login;
    let at = |at: Option<i64>| at.map_or_else(|| "not known".to_owned(), |at| with_age(at, now));
    let scoped = login.scoped_id.as_ref().map_or_else(|| "not known".to_owned(), ToString::to_string);
    let listed = |names: &[String]| if names.is_empty() { "not known".to_owned() } else { names.join(", ") };
    let mut table = Table::new(["account", account.id.as_str()]);
    let rows = [
        ("user name", account.username.clone()),
        ("id scoped to the app", scoped),
        ("customer", account.customer.clone()),
        ("app", account.app.to_string()),
        ("mode", mode(&account).to_owned()),
        ("rules", if account.rules == 0 { "none".to_owned() } else { format!("version {}", account.rules) }),
        ("connected", at(Some(login.connected_at).filter(|at| *at > 0))),
        ("left", login.left_at.map_or_else(|| "no".to_owned(), |left| with_age(left, now))),
        ("kept for", format!("{} days", account.retention_days.unwrap_or(store::retention::DAYS))),
        ("token", token(&account, now)),
        ("token issued", at(login.issued_at)),
        ("permissions", listed(&login.permissions)),
        ("subscription checked", at(login.checked_at)),
    ];
    for (name, value) in rows {
        table.row([name.to_owned(), value]);
    }
    if let Some(standing) = target.store.standing(&account.id, &account.app).await? {
        let obstacles = obstacles(&standing, now);
        let sends = if obstacles.is_empty() { "yes".to_owned() } else { format!("no: {}", obstacles.join("; ")) };
        table.row(["sends".to_owned(), sends]);
    }
    say::line(table);
    Ok(())
}

fn mode(account: &Account) -> &'static str {
    match (account.connection, account.mode) {
        (Connection::Disconnected, _) => "disconnected",
        (Connection::Erased, _) => "erased",
        (Connection::Connected, Mode::Off) => "off",
        (Connection::Connected, Mode::Observe) => "observe",
        (Connection::Connected, Mode::Answer) => "answer",
    }
}

fn token(account: &Account, now: i64) -> String {
    match (&account.broken, &account.sealed_token, account.login.expires_at) {
        (Some(broken), ..) => format!("dead since {} ({})", with_age(broken.at, now), broken.why),
        (None, None, _) => "none".to_owned(),
        (None, Some(_), Some(end)) => format!("ends {}", away(end, now)),
        (None, Some(_), None) => "its end is not known".to_owned(),
    }
}
