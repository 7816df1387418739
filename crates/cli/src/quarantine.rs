//! `cargo run -- quarantine`: what nobody could use, shown without a word of it, and sent again.

mod gather;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use job::{Holds, Job};

use crate::args;
use crate::moment::with_age;
use crate::queues::Queues;
use crate::say;
use crate::table::Table;

use gather::{Kept, gather};

pub(crate) async fn run(data: &Path, args: args::Quarantine) -> Result<ExitCode> {
    let queues = Queues::with_quarantine(data).await?;
    let found = gather(&queues).await?;
    let outcome = match &args {
        args::Quarantine::List => {
            list(&found, queues.place.clock.now_ms());
            Ok(ExitCode::SUCCESS)
        }
        args::Quarantine::Replay { id, .. } => replay_some(&queues, &found, id.as_deref()).await,
    };
    // What stays can be looked at again at once.
    queues.release(found.iter().flat_map(|kept| &kept.handles)).await;
    outcome
}

fn list(found: &[Kept], now: i64) {
    if found.is_empty() {
        return say::line("Nothing lies in quarantine.");
    }
    let mut table = Table::new(["id", "what", "why", "since", "parts", "can be sent again"]);
    for kept in found {
        let about = &kept.about;
        let what = match about.holds {
            Holds::Delivery => "a delivery",
            Holds::Element => "an element",
            Holds::Job => "an event",
        };
        let again = match kept.jobs() {
            Ok(jobs) => format!("yes: {} event(s) of {}", jobs.len(), accounts(&jobs)),
            Err(why) => format!("no: {why}"),
        };
        let since = with_age(about.received_at.0, now);
        let parts = format!("{} of {}", kept.parts(), about.parts);
        table.row([about.id.clone(), what.to_owned(), about.reason.to_string(), since, parts, again]);
    }
    say::line(table);
}

fn accounts(jobs: &[Job]) -> String {
    let accounts: BTreeSet<&str> = jobs.iter().map(|job| job.account.as_str()).collect();
    accounts.into_iter().collect::<Vec<_>>().join(", ")
}

/// Sends one, or all that can be. It leaves the quarantine only once the events queue has all of it.
async fn replay_some(queues: &Queues, found: &[Kept], id: Option<&str>) -> Result<ExitCode> {
    let chosen: Vec<&Kept> = found.iter().filter(|kept| id.is_none_or(|id| kept.about.id.starts_with(id))).collect();
    match (id, chosen.len()) {
        (Some(id), 0) => bail!("nothing in quarantine has an id that begins with {id:?}"),
        (Some(id), 2..) => bail!("several ids begin with {id:?}"),
        _ => {}
    }
    let mut code = ExitCode::SUCCESS;
    for kept in chosen {
        let id = &kept.about.id;
        match kept.jobs() {
            Ok(jobs) => {
                send(queues, &jobs).await.with_context(|| format!("{id} stays in quarantine"))?;
                kept.delete(queues).await.with_context(|| format!("{id} was sent and stays in quarantine"))?;
                say::line(format_args!("{id}: {} event(s) sent again", jobs.len()));
            }
            Err(why) => {
                say::line(format_args!("{id}: stays, {why}"));
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}

async fn send(queues: &Queues, jobs: &[Job]) -> Result<()> {
    for job in jobs {
        queues
            .place
            .client
            .send_message()
            .queue_url(&queues.events_url)
            .message_body(job.body())
            .message_group_id(job.group_id())
            .message_deduplication_id(job.deduplication_id())
            .send()
            .await
            .context("the events queue did not take an event")?;
    }
    Ok(())
}
