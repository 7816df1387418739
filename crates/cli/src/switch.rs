//! `cargo run -- stop` and `-- start`: whether anything leaves.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use instagram::{AccountId, AppId};
use store::{BELIEVED_MS, Scope};

use crate::args;
use crate::moment::with_age;
use crate::say;
use crate::status::obstacles;
use crate::target::Target;

/// What a person named: the same as [`Scope`], by value.
enum Named {
    Everything,
    App(AppId),
    Account(AccountId),
}

impl Named {
    /// What was named, if it is here.
    async fn of(args: &args::Switch, target: &Target) -> Result<Self> {
        match args {
            args::Switch { account: Some(account), .. } => Ok(Self::Account(target.account(account).await?.id)),
            args::Switch { app: Some(app), .. } => {
                let app = AppId::parse(app.as_str()).with_context(|| format!("{app:?} is no app id"))?;
                if !target.has_app(&app).await? {
                    bail!("no account is connected here through the app {app}");
                }
                Ok(Self::App(app))
            }
            args::Switch { .. } => Ok(Self::Everything),
        }
    }

    fn scope(&self) -> Scope<'_> {
        match self {
            Self::Everything => Scope::Everything,
            Self::App(app) => Scope::App(app),
            Self::Account(account) => Scope::Account(account),
        }
    }

    fn told(&self) -> String {
        match self {
            Self::Everything => "All sending".to_owned(),
            Self::App(app) => format!("The sending of the app {app}"),
            Self::Account(account) => format!("The sending of the account {account}"),
        }
    }

    async fn stopped_at(&self, target: &Target) -> Result<Option<i64>> {
        Ok(match self {
            Self::Account(account) => target.store.account(account).await?.and_then(|account| account.stopped_at),
            Self::Everything | Self::App(_) => target.store.switch(self.scope()).await?.stopped_at,
        })
    }
}

pub(crate) async fn stop(data: &Path, args: &args::Switch) -> Result<ExitCode> {
    let target = Target::find(data).await?;
    let named = Named::of(args, &target).await?;
    let now = target.clock.now_ms();
    if let Some(since) = named.stopped_at(&target).await? {
        say::line(format_args!("{} is stopped already, since {}.", named.told(), with_age(since, now)));
        return Ok(ExitCode::SUCCESS);
    }
    target.store.set_stopped(named.scope(), Some(now)).await?;
    say::line(format_args!("{} is stopped. {}", named.told(), soon()));
    say::line(
        "Events are still stored and decided on; no reply is planned. Replies that come due meanwhile fail as \
         cancelled and are not sent later.",
    );
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn start(data: &Path, args: &args::Switch) -> Result<ExitCode> {
    let target = Target::find(data).await?;
    let named = Named::of(args, &target).await?;
    if named.stopped_at(&target).await?.is_some() {
        target.store.set_stopped(named.scope(), None).await?;
        say::line(format_args!("{} goes on. {}", named.told(), soon()));
    } else {
        say::line(format_args!("{} was not stopped.", named.told()));
    }
    for obstacle in left(&named, &target).await? {
        say::line(format_args!("Still in the way: {obstacle}."));
    }
    Ok(ExitCode::SUCCESS)
}

/// When a change counts everywhere.
fn soon() -> String {
    format!("That holds within {} seconds; calls to Meta that are under way end by themselves.", BELIEVED_MS / 1000)
}

/// What else keeps from sending what was named.
async fn left(named: &Named, target: &Target) -> Result<Vec<String>> {
    let now = target.clock.now_ms();
    let everything = target.store.switch(Scope::Everything).await?;
    match named {
        Named::Everything => Ok(Vec::new()),
        Named::App(_) => {
            let since = everything.stopped_at.map(|at| format!("all sending is stopped since {}", with_age(at, now)));
            Ok(since.into_iter().collect())
        }
        Named::Account(id) => {
            let app = target.account(id.as_str()).await?.app;
            let standing = target.store.standing(id, &app).await?;
            Ok(standing.map(|standing| obstacles(&standing, now)).unwrap_or_default())
        }
    }
}
