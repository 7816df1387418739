//! `accounts subscribe`: sets subscriptions again at once, where the caretaker's next look is up to six hours away.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use boot::Env;
use graph::Subscription;
use instagram::wanted_fields;
use store::{Account, Connection};

use crate::meta::Meta;
use crate::say;
use crate::target::Target;

pub(super) async fn run(data: &Path, only: Option<&str>) -> Result<ExitCode> {
    let (target, meta) = (Target::find(data).await?, Meta::find(data).await?);
    let extra = Env::process().optional("EXTRA_FIELDS", "names of webhook fields joined by commas")?;
    let wanted = wanted_fields(extra.as_deref()).context("EXTRA_FIELDS")?;
    let mut accounts = match only {
        Some(id) => vec![target.account(id).await?],
        None => target.accounts().await?,
    };
    accounts.retain(|account| account.connection == Connection::Connected);
    if accounts.is_empty() {
        bail!("there is no connected account to subscribe");
    }
    let mut failed = 0;
    for account in &accounts {
        match subscribe(&meta, account, &wanted).await {
            Ok(told) => say::line(format_args!("{} ({}): {told}", account.id, account.username)),
            Err(error) => {
                failed += 1;
                say::line(format_args!("{} ({}): not subscribed: {error:#}", account.id, account.username));
            }
        }
    }
    if failed > 0 {
        say::line(format_args!("{failed} of {} are not subscribed; the caretaker tries again.", accounts.len()));
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// What Meta had, and what it has now.
async fn subscribe(meta: &Meta, account: &Account, wanted: &[&str]) -> Result<String> {
    let token = meta.token(account).await?;
    let found = meta.graph.subscriptions(&token, &account.id).await.result?;
    let held = Subscription::fields_of(&found, &account.app);
    let lost: Vec<&str> = wanted.iter().copied().filter(|name| !held.contains(name)).collect();
    let set = meta.graph.subscribe_as_far_as_possible(&token, &account.id, wanted, &held).await?;
    let before = match (held.is_empty(), lost.is_empty()) {
        (true, _) => "was subscribed to nothing".to_owned(),
        (false, true) => "nothing was missing".to_owned(),
        (false, false) => format!("was not subscribed to {}", lost.join(", ")),
    };
    let refused =
        if set.refused.is_empty() { String::new() } else { format!("; Meta refuses {}", set.refused.join(", ")) };
    Ok(format!("{before}; it is subscribed to {} fields now{refused}", set.fields.len()))
}
