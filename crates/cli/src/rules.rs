//! `cargo run -- rules …`: an account's rule sets.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use automation::RuleSet;
use instagram::AccountId;
use store::StoreError;

use crate::args::Rules;
use crate::moment::away;
use crate::project::read_text;
use crate::say;
use crate::table::Table;
use crate::target::Target;

pub(crate) async fn run(data: &Path, command: Rules) -> Result<ExitCode> {
    match command {
        Rules::Check { file } => {
            checked(&file)?;
            say::line("The rule set is valid.");
        }
        Rules::Set { account, file } => set(data, &account, &file).await?,
        Rules::List { account } => list(data, &account).await?,
        Rules::Rollback { account, version } => rollback(data, &account, version).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The document, if it is a valid rule set; else all that is wrong with it.
fn checked(file: &Path) -> Result<String> {
    let document = read_text(file)?;
    match RuleSet::parse(&document) {
        Ok(_) => Ok(document),
        Err(errors) => {
            let all: Vec<String> = errors.iter().map(|error| format!("  {}: {}", error.path, error.reason)).collect();
            bail!("{} is not a valid rule set:\n{}", file.display(), all.join("\n"))
        }
    }
}

async fn set(data: &Path, account: &str, file: &Path) -> Result<()> {
    let document = checked(file)?;
    let (target, account) = open(data, account).await?;
    let version = match target.store.put_rules(&account, &document, target.clock.now_ms()).await {
        Err(StoreError::Conflict) => bail!("somebody else stored rules for {account} at this moment: try again"),
        stored => stored?,
    };
    say::line(format_args!("Version {version} is in force for {account} within 5 seconds."));
    Ok(())
}

async fn list(data: &Path, account: &str) -> Result<()> {
    let (target, account) = open(data, account).await?;
    let in_force = target.store.account(&account).await?.map_or(0, |account| account.rules);
    let versions = target.store.rules_versions(&account).await?;
    if versions.is_empty() {
        say::line(format_args!("{account} has no rules. Store some with `rules set {account} FILE`."));
        return Ok(());
    }
    let mut table = Table::new(["", "version", "stored", "bytes"]);
    for rules in versions.iter().rev() {
        let mark = if rules.version == in_force { "in force" } else { "" };
        let age = away(rules.stored_at, target.clock.now_ms());
        table.row([mark.to_owned(), rules.version.to_string(), age, rules.document.len().to_string()]);
    }
    say::line(table);
    Ok(())
}

async fn rollback(data: &Path, account: &str, version: Option<u32>) -> Result<()> {
    let (target, account) = open(data, account).await?;
    let in_force = target.store.account(&account).await?.map_or(0, |account| account.rules);
    let version = match version {
        Some(version) => version,
        None => in_force.checked_sub(1).filter(|version| *version > 0).context("there is no earlier version")?,
    };
    match target.store.use_rules(&account, version).await {
        Err(StoreError::Conflict) => bail!("{account} has no version {version}: see `rules list {account}`"),
        outcome => outcome?,
    }
    say::line(format_args!("Version {version} is in force for {account} within 5 seconds."));
    Ok(())
}

async fn open(data: &Path, account: &str) -> Result<(Target, AccountId)> {
    let id = AccountId::parse(account).with_context(|| format!("{account:?} is no account id"))?;
    let target = Target::find(data).await?;
    if target.store.account(&id).await?.is_none() {
        bail!("the account {id} is not connected here");
    }
    Ok((target, id))
}
