//! `cargo run -- accounts …`: which accounts are connected, and how they come, change and go.

mod adopt;
mod import;
mod invite;
mod prove;
mod rows;
mod show;
mod subscribe;

pub(crate) use invite::{Invited, address};

use std::io::{BufRead, IsTerminal};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use instagram::{App, Apps};
use secrecy::SecretString;
use store::{Connection, Mode};

use crate::args::{self, AccountsCommand};
use crate::meta::Meta;
use crate::say;
use crate::settings::Settings;
use crate::target::Target;

pub(crate) async fn run(data: &Path, args: args::Accounts) -> Result<ExitCode> {
    match args.command.unwrap_or(AccountsCommand::List) {
        AccountsCommand::List => show::list(&Target::find(data).await?).await?,
        AccountsCommand::Show { account } => show::one(&Target::find(data).await?, &account).await?,
        AccountsCommand::Mode { account, mode } => set_mode(data, &account, mode).await?,
        AccountsCommand::HumanAgent { account, has_it } => set_human_agent(data, &account, has_it).await?,
        AccountsCommand::Retention { account, days } => set_retention(data, &account, days).await?,
        AccountsCommand::Invite(args) => invite::run(data, &args).await?,
        AccountsCommand::Connect(args) => connect(data, &args).await?,
        AccountsCommand::Import(args) => return import::run(data, &args).await,
        AccountsCommand::Disconnect { account, force } => disconnect(data, &account, force).await?,
        AccountsCommand::Subscribe { account, .. } => return subscribe::run(data, account.as_deref()).await,
        AccountsCommand::Prove { account } => return prove::run(data, &account).await,
    }
    Ok(ExitCode::SUCCESS)
}

async fn set_mode(data: &Path, account: &str, mode: args::Mode) -> Result<()> {
    let target = Target::find(data).await?;
    let account = target.account(account).await?;
    let (mode, told) = match mode {
        args::Mode::Off => (Mode::Off, "its events are counted only, from now on"),
        args::Mode::Observe => (Mode::Observe, "its events are stored and decided on, and nothing is sent"),
        args::Mode::Answer => (Mode::Answer, "its replies are sent"),
    };
    if account.connection != Connection::Connected {
        bail!("the account {} is no longer connected", account.id);
    }
    target.store.set_mode(&account.id, mode).await?;
    say::line(format_args!("{} ({}): {told}. That holds within 5 seconds.", account.id, account.username));
    if mode == Mode::Answer && account.rules == 0 {
        say::line(format_args!("It has no rules yet: store some with `rules set {} FILE`.", account.id));
    }
    Ok(())
}

async fn set_human_agent(data: &Path, account: &str, has_it: args::HasIt) -> Result<()> {
    let target = Target::find(data).await?;
    let account = target.account(account).await?;
    target.store.set_human_agent(&account.id, has_it == args::HasIt::On).await?;
    let days = if has_it == args::HasIt::On { "seven days" } else { "one day" };
    say::line(format_args!(
        "{} ({}): people may answer for {days} after somebody wrote.",
        account.id, account.username
    ));
    Ok(())
}

async fn set_retention(data: &Path, account: &str, days: u16) -> Result<()> {
    let target = Target::find(data).await?;
    let account = target.account(account).await?;
    target.store.set_retention(&account.id, days).await?;
    say::line(format_args!(
        "{} ({}): what comes from now on is kept for {days} days. What is there already keeps the end it was given.",
        account.id, account.username
    ));
    Ok(())
}

async fn connect(data: &Path, args: &args::Connect) -> Result<()> {
    let (target, meta) = (Target::find(data).await?, Meta::find(data).await?);
    let apps = Settings::find(data)?.apps().await?;
    let app = app_named(&apps, args.app.as_deref())?;
    let token = read_token()?;
    let adopted = adopt::adopt(&target, &meta, &app.app_id, &args.customer, token).await?;
    adopted.told().into_iter().for_each(say::line);
    Ok(())
}

async fn disconnect(data: &Path, account: &str, force: bool) -> Result<()> {
    let target = Target::find(data).await?;
    let account = target.account(account).await?;
    if account.connection != Connection::Connected {
        bail!("the account {} is no longer connected", account.id);
    }
    match tell_meta(data, &account).await {
        Ok(()) => say::line("Meta delivers nothing for it any more."),
        Err(error) if force => say::line(format_args!("Meta was not told: {error:#}.")),
        Err(error) => return Err(error.context("Meta was not told, so nothing was done; --force goes on all the same")),
    }
    let now = target.clock.now_ms();
    if !target.store.disconnect(&account.id, now, now).await? {
        bail!("the account {} was connected again meanwhile: nothing was done", account.id);
    }
    say::line(format_args!(
        "{} ({}) is disconnected: its token is dropped, nothing is sent any more, and what is kept of it goes within 30 days.",
        account.id, account.username
    ));
    Ok(())
}

async fn tell_meta(data: &Path, account: &store::Account) -> Result<()> {
    let meta = Meta::find(data).await?;
    let token = meta.token(account).await?;
    Ok(meta.graph.unsubscribe(&token, &account.id).await.result?)
}

/// The app with this name, or the first.
fn app_named<'a>(apps: &'a Apps, name: Option<&str>) -> Result<&'a App> {
    match name {
        Some(name) => apps.by_name(name).with_context(|| format!("there is no app called {name:?}")),
        None => apps.iter().next().context("there is no app"),
    }
}

/// A token from standard input, where no list of processes and no history shows it.
fn read_token() -> Result<SecretString> {
    let input = std::io::stdin();
    if input.is_terminal() {
        say::progress("Paste the token that was made in the app's dashboard, and press Enter:");
    }
    let mut line = String::new();
    input.lock().read_line(&mut line).context("standard input cannot be read")?;
    let token = line.trim();
    if token.is_empty() {
        bail!("no token came on standard input");
    }
    Ok(SecretString::from(token))
}
