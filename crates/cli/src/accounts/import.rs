//! `accounts import`: takes over what another system knows of its accounts.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use instagram::{AppId, Apps};
use serde_json::Value;

use super::adopt::adopt;
use super::rows::{self, Row};
use crate::args;
use crate::data::write_private;
use crate::meta::Meta;
use crate::project::read_text;
use crate::say;
use crate::settings::Settings;
use crate::target::Target;

pub(super) async fn run(data: &Path, args: &args::Import) -> Result<ExitCode> {
    let text = read_text(&args.file)?;
    let rows = rows::parse(&text).with_context(|| format!("nothing was imported from {}", args.file.display()))?;
    let settings = Settings::find(data)?;
    let (target, meta) = (Target::find(data).await?, Meta::find(data).await?);
    // First: a delivery for an account whose app is not known here would be refused.
    let document = add_apps(&settings, &rows, args).await?;
    let first = Apps::parse(&document.to_string())?.iter().next().map(|app| app.app_id.clone());
    let first = first.context("there is no app")?;
    let mut failed = 0;
    for row in rows {
        let Row { customer, token, app_id, username, .. } = row;
        let app = AppId::parse(app_id).unwrap_or_else(|_| first.clone());
        match adopt(&target, &meta, &app, &customer, token).await {
            Ok(adopted) => {
                say::line(format_args!("{customer}: {}", adopted.told().join(" ")));
                if !username.is_empty() && !username.trim_start_matches('@').eq_ignore_ascii_case(&adopted.me.username)
                {
                    say::line(format_args!("{customer}: it was known as {username}."));
                }
            }
            Err(error) => {
                failed += 1;
                say::line(format_args!("{customer}: not imported: {error:#}"));
            }
        }
    }
    say::line("New accounts observe: see what would be answered, then let them answer with `accounts mode ID answer`.");
    if failed > 0 {
        say::line(format_args!("{failed} were not imported; the file can be imported again."));
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Adds the rows' apps to those that are known, and gives all.
async fn add_apps(settings: &Settings, rows: &[Row], args: &args::Import) -> Result<Value> {
    let document = settings.apps_document().await?;
    let Some(new) = rows::with_apps_of(rows, &document) else {
        return Ok(document);
    };
    let bare = rows::without_secret(&new);
    if !bare.is_empty() {
        bail!("nothing was imported: the secret of the app {} is not known", bare.join(", "));
    }
    Apps::parse(&new.to_string()).context("nothing was imported: the apps would not be usable")?;
    let text = serde_json::to_string_pretty(&new)?;
    match (settings.apps_file(), &args.apps_out) {
        (Some(file), _) => {
            write_private(&file, &text)?;
            say::line("The apps of the file are known here now; a running stack reads them within five minutes.");
        }
        (None, Some(file)) => {
            write_private(file, &text)?;
            say::line(format_args!(
                "The apps with their secrets are in {0}. Put them into the stack's secret, then delete the file:\n  \
                 aws secretsmanager put-secret-value --secret-id \"$META_APPS_SECRET\" --secret-string file://{0}",
                file.display()
            ));
        }
        (None, None) => {
            bail!("nothing was imported: the file brings new apps, so name a file for them with --apps-out")
        }
    }
    Ok(new)
}
