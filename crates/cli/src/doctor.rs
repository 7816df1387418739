//! `cargo run -- doctor`: what is wrong with the set-up, how sure that is, and what to do.
//!
//! Reads, and posts one sample per app to the callback as the dashboard's "Test" button does. Sends nothing to anybody.

mod account;
mod callback;
mod finding;
mod services;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use instagram::{App, FIELDS, NEEDED_PERMISSIONS};
use store::{Account, Connection};

use crate::args;
use crate::meta::Meta;
use crate::moment::with_age;
use crate::say;
use crate::settings::Settings;
use crate::table::Table;
use crate::target::Target;

use account::{Heard, Seen};
use callback::Callback;
use finding::{Finding, Verdict};

pub(crate) async fn run(data: &Path, args: &args::Doctor) -> Result<ExitCode> {
    let settings = Settings::find(data)?;
    let mut report = Report::default();
    let apps = settings.apps().await;
    report.chapter("Secrets and callback", {
        let mut findings = services::apps(&apps);
        if let Ok(apps) = &apps {
            findings.extend(callback_findings(args, &settings, apps.iter()).await?);
        }
        findings
    });
    report.chapter("Services", services::findings(data).await);
    let target = match Target::find(data).await {
        Ok(target) => target,
        Err(error) => {
            let remedy = "see TABLE_NAME and the AWS settings of this shell, or start the local stack";
            report.chapter("Table", vec![Finding::proved(format!("it cannot be reached: {error:#}"), remedy)]);
            return Ok(report.end());
        }
    };
    if let Ok(apps) = &apps {
        print_samples(&target, apps.iter()).await?;
    }
    let meta = Meta::find(data).await;
    let accounts = match (&args.account, args.all) {
        (Some(id), _) => vec![target.account(id).await?],
        (None, true) => target.accounts().await?,
        (None, false) => Vec::new(),
    };
    for account in &accounts {
        let title = format!("Account {} ({}, {})", account.id, account.username, account.customer);
        report.chapter(&title, account_findings(&target, meta.as_ref().ok(), account).await?);
    }
    if let (Err(error), false) = (&meta, accounts.is_empty()) {
        say::progress(format_args!("Meta was not asked: {error:#}"));
    }
    Ok(report.end())
}

async fn callback_findings<'a>(
    args: &args::Doctor,
    settings: &Settings,
    apps: impl IntoIterator<Item = &'a App>,
) -> Result<Vec<Finding>> {
    let Some(url) = args.callback.clone().or_else(|| settings.callback()) else {
        return Ok(vec![Finding::suspected(
            "the callback was not tried: its address is not known here",
            "name it with --callback URL: it is the stack's output CallbackUrl",
        )]);
    };
    let now = boot::Clock::system().now_ms();
    Ok(Callback::at(&url)?.findings(apps, now).await)
}

/// When each kind of sample of the dashboard's "Test" button last came.
async fn print_samples<'a>(target: &Target, apps: impl IntoIterator<Item = &'a App>) -> Result<()> {
    let now = target.clock.now_ms();
    let mut table = Table::new(["  app", "Test sample", "last came"]);
    for app in apps {
        let own = callback::own_sample(&app.app_id);
        let samples = target.store.test_samples(&app.app_id).await?;
        let mut theirs =
            samples.into_iter().filter(|sample| own.as_ref().is_none_or(|own| own.sk != sample.sk)).peekable();
        if theirs.peek().is_none() {
            table.row([format!("  {}", app.name), "none".to_owned(), "never, or more than 180 days ago".to_owned()]);
        }
        let mut latest = std::collections::BTreeMap::new();
        for sample in theirs {
            let at = latest.entry(sample.kind).or_insert(sample.at);
            *at = sample.at.max(*at);
        }
        for (kind, at) in latest {
            table.row([format!("  {}", app.name), kind, with_age(at, now)]);
        }
    }
    say::line("Samples of the dashboard's \"Test\" button");
    say::line(table);
    say::line("");
    Ok(())
}

async fn account_findings(target: &Target, meta: Option<&Meta>, account: &Account) -> Result<Vec<Finding>> {
    let conversations = target.store.conversations(&account.id, target.clock.now_ms()).await?;
    let (mut me, mut subscriptions) = (None, None);
    if let Some(meta) = meta.filter(|_| account.connection == Connection::Connected)
        && let Ok(token) = meta.token(account).await
    {
        me = Some(meta.graph.me(&token).await.result);
        subscriptions = Some(meta.graph.subscriptions(&token, &account.id).await.result);
    }
    let pace = target.store.pace(&account.id).await?;
    Ok(account::findings(&Seen {
        account,
        pace: &pace,
        is_asked: meta.is_some(),
        me,
        subscriptions,
        heard: Heard::of(conversations.iter().map(|(_, conversation)| conversation)),
        fields: &FIELDS,
        permissions: &NEEDED_PERMISSIONS,
        now: target.clock.now_ms(),
    }))
}

/// What is printed, and what it adds up to.
#[derive(Debug, Default)]
struct Report {
    proved: usize,
    suspected: usize,
}

impl Report {
    fn chapter(&mut self, title: &str, findings: Vec<Finding>) {
        say::line(title);
        for finding in findings {
            self.proved += usize::from(finding.verdict == Verdict::Proved);
            self.suspected += usize::from(finding.verdict == Verdict::Suspected);
            say::line(finding);
        }
        say::line("");
    }

    /// Exit status 1 if something is proved wrong.
    fn end(self) -> ExitCode {
        say::line(format_args!("{} wrong, {} suspected.", self.proved, self.suspected));
        if self.proved == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
