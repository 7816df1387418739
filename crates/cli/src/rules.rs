//! `cargo run -- rules …`: an account's rule sets, and what they would do.

mod diff;
mod holds;
mod replay;
mod tried;
mod typed_time;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use automation::RuleSet;
use store::StoreError;

use crate::args::Rules;
use crate::moment::away;
use crate::project::read_text;
use crate::say;
use crate::table::Table;
use crate::target::Target;

pub(crate) async fn run(data: &Path, command: Rules) -> Result<ExitCode> {
    match command {
        Rules::Check { file } => check(&file)?,
        Rules::Set { account, file } => set(data, &account, &file).await?,
        Rules::List { account } => list(data, &account).await?,
        Rules::Rollback { account, version } => rollback(data, &account, version).await?,
        Rules::Diff { before, after } => diff::run(data, &before, &after).await?,
        Rules::Try(args) => tried::run(&args)?,
        Rules::Replay(args) => replay::run(data, &args).await?,
        Rules::Schema => say::line(format_args!("{:#}", automation::schema())),
    }
    Ok(ExitCode::SUCCESS)
}

/// The document and the rule set it is, if it is a valid one; else all that is wrong with it.
fn checked(file: &Path) -> Result<(String, RuleSet)> {
    let document = read_text(file)?;
    match RuleSet::parse(&document) {
        Ok(rules) => Ok((document, rules)),
        Err(errors) => {
            let all: Vec<String> = errors.iter().map(|error| format!("  {}: {}", error.path, error.reason)).collect();
            bail!("{} is not a valid rule set:\n{}", file.display(), all.join("\n"))
        }
    }
}

fn check(file: &Path) -> Result<()> {
    let (document, rules) = checked(file)?;
    say::line("The rule set is valid.");
    rules.summary().lines().for_each(|line| say::line(format_args!("  {line}")));
    say::line("");
    say::line(holds::rules(&rules));
    say::line("");
    say::line(holds::wishes(&serde_json::from_str(&document)?));
    for unreachable in rules.unreachable() {
        say::line(format_args!("warning: {unreachable}"));
    }
    Ok(())
}

async fn set(data: &Path, account: &str, file: &Path) -> Result<()> {
    let (document, _) = checked(file)?;
    let target = Target::find(data).await?;
    let account = target.account(account).await?.id;
    let version = match target.store.put_rules(&account, &document, target.clock.now_ms()).await {
        Err(StoreError::Conflict) => bail!("somebody else stored rules for {account} at this moment: try again"),
        stored => stored?,
    };
    say::line(format_args!("Version {version} is in force for {account} within 5 seconds."));
    Ok(())
}

async fn list(data: &Path, account: &str) -> Result<()> {
    let target = Target::find(data).await?;
    let account = target.account(account).await?;
    let versions = target.store.rules_versions(&account.id).await?;
    if versions.is_empty() {
        say::line(format_args!("{0} has no rules. Store some with `rules set {0} FILE`.", account.id));
        return Ok(());
    }
    let mut table = Table::new(["", "version", "stored", "bytes"]);
    for rules in versions.iter().rev() {
        let mark = if rules.version == account.rules { "in force" } else { "" };
        let age = away(rules.stored_at, target.clock.now_ms());
        table.row([mark.to_owned(), rules.version.to_string(), age, rules.document.len().to_string()]);
    }
    say::line(table);
    Ok(())
}

async fn rollback(data: &Path, account: &str, version: Option<u32>) -> Result<()> {
    let target = Target::find(data).await?;
    let account = target.account(account).await?;
    let version = match version {
        Some(version) => version,
        None => account.rules.checked_sub(1).filter(|version| *version > 0).context("there is no earlier version")?,
    };
    let account = account.id;
    match target.store.use_rules(&account, version).await {
        Err(StoreError::Conflict) => bail!("{account} has no version {version}: see `rules list {account}`"),
        outcome => outcome?,
    }
    say::line(format_args!("Version {version} is in force for {account} within 5 seconds."));
    Ok(())
}
