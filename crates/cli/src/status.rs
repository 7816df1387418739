//! `cargo run -- status`: what keeps accounts from sending.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use store::{Connection, Lane, Mode, Scope, Standing, Switch};

use crate::moment::{local, with_age};
use crate::say;
use crate::table::Table;
use crate::target::Target;

pub(crate) async fn run(data: &Path) -> Result<ExitCode> {
    let target = Target::find(data).await?;
    let now = target.clock.now_ms();
    let everything = target.store.switch(Scope::Everything).await?;
    match everything.stopped_at {
        Some(at) => say::line(format_args!("All sending is stopped since {}.", with_age(at, now))),
        None => say::line("Sending is not stopped as a whole."),
    }
    let standings = all(&target).await?;
    if standings.is_empty() {
        say::line("No account is connected here.");
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(["account", "user name", "app", "sends"]);
    for standing in standings {
        let account = &standing.account;
        let obstacles = obstacles(&standing, now);
        let sends = if obstacles.is_empty() { "yes".to_owned() } else { format!("no: {}", obstacles.join("; ")) };
        table.row([account.id.to_string(), account.username.clone(), account.app.to_string(), sends]);
    }
    say::line(table);
    Ok(ExitCode::SUCCESS)
}

/// The standings of all accounts that were ever connected here.
async fn all(target: &Target) -> Result<Vec<Standing>> {
    let mut standings = Vec::new();
    for account in target.accounts().await? {
        standings.extend(target.store.standing(&account.id, &account.app).await?);
    }
    Ok(standings)
}

/// A line for each account that cannot send though it should: for the head of other answers.
pub(crate) async fn troubles(target: &Target, only: Option<&instagram::AccountId>) -> Result<Vec<String>> {
    let now = target.clock.now_ms();
    let everything = target.store.switch(Scope::Everything).await?;
    let mut lines: Vec<String> = stopped("all sending", &everything, now).into_iter().collect();
    for standing in all(target).await? {
        let account = &standing.account;
        let is_meant = account.mode == Mode::Answer && account.connection == Connection::Connected;
        if !is_meant || only.is_some_and(|only| *only != account.id) {
            continue;
        }
        // Told once above.
        let standing = Standing { everything: Switch::default(), ..standing };
        let obstacles = obstacles(&standing, now);
        if !obstacles.is_empty() {
            lines.push(format!("{}: {}", standing.account.id, obstacles.join("; ")));
        }
    }
    Ok(lines)
}

fn stopped(what: &str, switch: &Switch, now: i64) -> Option<String> {
    switch.stopped_at.map(|at| format!("{what} is stopped since {}", with_age(at, now)))
}

/// All that keeps an account from sending now, in plain words.
pub(crate) fn obstacles(standing: &Standing, now: i64) -> Vec<String> {
    let Standing { account, pace, app, everything } = standing;
    let mut found = Vec::new();
    match account.connection {
        Connection::Connected => {}
        Connection::Disconnected => found.push("the account is disconnected".to_owned()),
        Connection::Erased => found.push("the account was erased".to_owned()),
    }
    match account.mode {
        Mode::Answer => {}
        Mode::Observe => found.push("the account only observes".to_owned()),
        Mode::Off => found.push("the account is switched off".to_owned()),
    }
    let own = Switch { stopped_at: account.stopped_at, ..Switch::default() };
    found.extend(stopped("all sending", everything, now));
    found.extend(stopped(&format!("the app {}", account.app), app, now));
    found.extend(stopped("the account", &own, now));
    if let Some(broken) = &account.broken {
        found.push(format!("its token is dead since {} ({})", with_age(broken.at, now), broken.why));
    } else if account.sealed_token.is_none() {
        found.push("it has no token".to_owned());
    }
    if let Some(restricted) = pace.restricted.as_ref().filter(|restricted| restricted.until > now) {
        found.push(format!("restricted by Meta until {} ({})", local(restricted.until), restricted.why));
    }
    let waits = [
        ("at Meta's request the app waits", app.wait),
        ("at Meta's request it waits", pace.wait(Lane::All)),
        ("direct messages wait", pace.wait(Lane::Messages)),
        ("private replies wait", pace.wait(Lane::PrivateReplies)),
        ("public replies wait", pace.wait(Lane::PublicReplies)),
    ];
    let lasting = waits.into_iter().filter_map(|(what, wait)| Some((what, wait?))).filter(|(_, wait)| wait.until > now);
    found.extend(lasting.map(|(what, wait)| format!("{what} until {}", local(wait.until))));
    found
}
