//! `cargo run -- dead-letters`: events that the worker gave up after eight receipts, shown without a word of them, and
//! sent back.

mod gather;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::args;
use crate::moment::with_age;
use crate::queues::Queues;
use crate::say;
use crate::table::Table;

use gather::{Dead, gather};

pub(crate) async fn run(data: &Path, args: args::DeadLetters) -> Result<ExitCode> {
    let queues = Queues::with_dead_letters(data).await?;
    match args {
        args::DeadLetters::List => list(&queues).await?,
        args::DeadLetters::Redrive { id: Some(id), .. } => redrive_one(&queues, &id).await?,
        args::DeadLetters::Redrive { id: None, .. } => redrive_all(&queues).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(queues: &Queues) -> Result<()> {
    let found = gather(queues).await?;
    // What was looked at can be looked at again at once.
    queues.release(found.iter().map(|dead| &dead.handle)).await;
    if found.is_empty() {
        say::line("No dead letters.");
        return Ok(());
    }
    let now = queues.place.clock.now_ms();
    let mut table = Table::new(["id", "account", "kind", "received", "given up", "event"]);
    for dead in &found {
        let given_up = dead.given_up_at.map_or_else(String::new, |at| with_age(at, now));
        let row = match &dead.job {
            Ok(job) => [
                job.account.to_string(),
                job.kind.to_string(),
                with_age(job.received_at.0, now),
                given_up,
                job.key.clone(),
            ],
            Err(why) => [String::new(), String::new(), String::new(), given_up, format!("({why})")],
        };
        let [account, kind, received, given_up, event] = row;
        table.row([dead.short_id().to_owned(), account, kind, received, given_up, event]);
    }
    say::line(table);
    let waiting = queues.place.waiting(&queues.kept_url).await.context("the dead-letter queue cannot be asked")?;
    let hidden = waiting.saturating_sub(found.len());
    if hidden > 0 {
        say::line(format_args!(
            "About {hidden} more lie behind these: a conversation shows ten of its events at a time."
        ));
    }
    say::line("`explain` with an event tells what is stored of it; the worker's error lines say why it was given up.");
    Ok(())
}

async fn redrive_one(queues: &Queues, id: &str) -> Result<()> {
    let found = gather(queues).await?;
    let outcome = match found.iter().filter(|dead| dead.id.starts_with(id)).collect::<Vec<_>>().as_slice() {
        [] => Err(anyhow::anyhow!("no dead letter has an id that begins with {id:?}")),
        [dead] => send_back(queues, dead).await,
        _ => Err(anyhow::anyhow!("several ids begin with {id:?}")),
    };
    queues.release(found.iter().map(|dead| &dead.handle)).await;
    outcome?;
    say::line(
        "1 event sent back. The worker has it within seconds; watch `dead-letters list` for a quarter of an hour.",
    );
    Ok(())
}

/// Round by round: a conversation hands out ten of its events at a time, and more once these are gone.
async fn redrive_all(queues: &Queues) -> Result<()> {
    let mut sent = 0;
    loop {
        let found = gather(queues).await?;
        if found.is_empty() {
            break;
        }
        for dead in &found {
            if let Err(error) = send_back(queues, dead).await {
                queues.release(found.iter().map(|dead| &dead.handle)).await;
                return Err(error.context(format!("{sent} events were sent back, the rest stays")));
            }
            sent += 1;
        }
        say::progress(format_args!("{sent} events sent back"));
    }
    say::line(match sent {
        0 => "No dead letters.".to_owned(),
        _ => format!(
            "{sent} events sent back, in each conversation in their order. What fails again is here again after some 12 minutes."
        ),
    });
    Ok(())
}

/// It leaves the dead letters only once the events queue has it. Twice there is once: the table knows it by its key.
async fn send_back(queues: &Queues, dead: &Dead) -> Result<()> {
    let Some((group, deduplication)) = dead.group.as_ref().zip(dead.deduplication.as_ref()) else {
        bail!("the dead letter {} has no message group: it did not come from the events queue", dead.short_id());
    };
    let send = queues.place.client.send_message().queue_url(&queues.events_url).message_body(&dead.body);
    let send = send.message_group_id(group).message_deduplication_id(deduplication);
    send.send().await.context("the events queue did not take an event")?;
    let deleted = queues.place.delete(&queues.kept_url, &dead.handle).await;
    deleted.with_context(|| format!("{} was sent back and stays here", dead.short_id()))
}
