//! `cargo run -- demo`: plays every sample through a fresh stack and holds what became of it against what must.

mod look;
mod verdict;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::args;
use crate::project::Project;
use crate::samples::{self, Sample, count_elements};
use crate::say;
use crate::stack::Stack;
use crate::table::Table;
use crate::watch::{self, Collected};

use look::Found;
use verdict::{Totals, Verdict};

/// Longest wait for one sample to be processed, echoes included.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) async fn run(args: &args::Demo) -> Result<ExitCode> {
    let project = Project::find()?;
    let expected = project.expected()?;
    let collected = watch::collect();
    say::progress("starting a fresh stack");
    let stack = Stack::in_memory(&project).await?;

    let mut files = project.samples()?;
    // All samples move by one amount, chosen among the ones that are played.
    if let Some(part) = &args.only {
        files.retain(|file| file.to_string_lossy().contains(part.as_str()));
    }
    if files.is_empty() {
        bail!("no sample's name contains {:?}", args.only.as_deref().unwrap_or_default());
    }
    let world = project.world()?;
    let samples = samples::load(&files, &world, (!args.as_is).then(|| stack.clock.now_ms()))?;

    let mut totals = Totals::default();
    for sample in &samples {
        let found = play(&stack, &collected, sample).await.with_context(|| sample.name.clone())?;
        let Some(expected) = expected.get(&sample.name) else {
            bail!("events/expected.json says nothing of {}", sample.name);
        };
        let verdict = Verdict::of(&found, expected);
        print(sample, &found, &verdict);
        totals.add(&found, &verdict);
    }
    stack.stop().await?;
    say::line(&totals);
    Ok(if totals.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How often the caretaker comes for one sample. Once does what is due, another time what that led to.
const MOST_VISITS: usize = 3;

/// Posts one sample, waits until it and the echoes it caused are processed, and looks at what is there then.
async fn play(stack: &Stack, collected: &Collected, sample: &Sample) -> Result<Found> {
    let before = look::Before::of(stack);
    let answer = stack.meta.sign_and_post_as(&sample.app, sample.body.clone()).await?;
    if !answer.is_accepted() {
        bail!("the delivery was answered {:?}, not 200", answer.status);
    }
    let mut visits = 0;
    loop {
        if !stack.settle(PATIENCE).await {
            bail!("not processed within {} s", PATIENCE.as_secs());
        }
        if stack.meta.deliver_due().await > 0 {
            continue;
        }
        if visits == MOST_VISITS || !stack.tend().await? {
            break;
        }
        visits += 1;
    }
    look::at(stack, collected, sample, &before, count_elements(&sample.body)).await
}

fn print(sample: &Sample, found: &Found, verdict: &Verdict) {
    say::line(format_args!("{} {}", if verdict.is_clean() { "ok  " } else { "FAIL" }, sample.name));
    let mut table = Table::new(["    kind", "conversation", "stored", "outcome", "rule", "sent"]);
    for event in &found.events {
        table.row([
            format!("    {}", event.kind),
            event.conversation.clone(),
            event.stored.clone(),
            event.outcome.clone().unwrap_or_default(),
            event.rules.join(", "),
            event.replies.join("; "),
        ]);
    }
    say::line(table);
    for complaint in &verdict.complaints {
        say::line(format_args!("    {complaint}"));
    }
}
