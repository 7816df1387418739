//! `cargo run -- feed`: what the CRM is told, as it is told.

pub(crate) mod line;
mod seen;

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use aws_sdk_sqs::types::Message;

use crate::args;
use crate::queues::{Place, WAIT_SECONDS, Whose};
use crate::say;
use crate::stack::CRM_QUEUE;

use line::line;
use seen::Seen;

/// What names the queue on a deployment.
const CRM_QUEUE_URL: &str = "CRM_QUEUE_URL";

/// How long what is taken stays out of sight before it is deleted, in seconds: as long as ten lines and ten calls may take.
const TAKE_SECONDS: i32 = 30;

/// How long what is only looked at stays out of sight should this program die with it, in seconds. So long its
/// conversations stand still for the CRM; otherwise until the look is over.
const LOOK_SECONDS: i32 = 10;

/// How long one look lasts at most: less than the first messages stay out of sight.
const LOOK: Duration = Duration::from_secs(5);

/// Between two looks, and after nothing was there.
const PAUSE: Duration = Duration::from_secs(2);

pub(crate) async fn run(data: &Path, args: &args::Feed) -> Result<ExitCode> {
    let place = Place::find(data, CRM_QUEUE_URL).await?;
    if place.whose == Whose::Folder && !args.once {
        bail!("no stack runs on {}, so nothing more will come: see what lies there with --once", data.display());
    }
    let url = place.url(CRM_QUEUE_URL, CRM_QUEUE).await?;
    // The local queue has no other reader, and a conversation shows no more than ten events until somebody takes them.
    let takes = args.take || (place.whose != Whose::Deployment && !args.keep);
    say::progress(if takes { "what is shown is taken from the queue" } else { "what is shown stays in the queue" });
    Feed { place, url, takes }.follow(args).await?;
    Ok(ExitCode::SUCCESS)
}

/// The CRM's queue, and how it is read.
struct Feed {
    place: Place,
    url: String,
    takes: bool,
}

impl Feed {
    /// Shows what comes until Ctrl-C, or until nothing more waits.
    async fn follow(&self, args: &args::Feed) -> Result<()> {
        let mut interrupt = tokio::spawn(tokio::signal::ctrl_c());
        let mut seen = Seen::default();
        let mut shown = 0;
        loop {
            let found = if self.takes { self.take(args, &mut seen).await? } else { self.look(args, &mut seen).await? };
            shown += found;
            // What was received is dealt with first.
            if interrupt.is_finished() {
                return Ok(());
            }
            if args.once && (found == 0 || !self.takes) {
                return self.tell_the_rest(shown).await;
            }
            if found == 0 || !self.takes {
                tokio::select! {
                    _ = &mut interrupt => return Ok(()),
                    () = tokio::time::sleep(PAUSE) => {}
                }
            }
        }
    }

    /// Receives, shows and deletes, in this order: what is not shown is not lost. Says how many there were.
    async fn take(&self, args: &args::Feed, seen: &mut Seen) -> Result<usize> {
        let messages = self.receive(TAKE_SECONDS, WAIT_SECONDS).await?;
        for message in &messages {
            show(message, args, seen);
            let handle = message.receipt_handle.as_deref().unwrap_or_default();
            self.place.delete(&self.url, handle).await.context("an event was shown and stays in the queue")?;
        }
        Ok(messages.len())
    }

    /// Receives all that can be seen, gives it back, and shows what is new. Says how many there were.
    async fn look(&self, args: &args::Feed, seen: &mut Seen) -> Result<usize> {
        let began = Instant::now();
        let mut found: Vec<Message> = Vec::new();
        let mut ids = HashSet::new();
        let outcome = loop {
            // Conversations stand still from the first message on. Whoever goes on looking sees in the next look what this
            // one missed.
            let wait_seconds = if found.is_empty() || args.once { WAIT_SECONDS } else { 0 };
            match self.receive(LOOK_SECONDS, wait_seconds).await {
                Ok(messages) => {
                    let known = ids.len();
                    ids.extend(messages.iter().map(|message| message.message_id.clone()));
                    found.extend(messages);
                    if ids.len() == known || began.elapsed() > LOOK {
                        break Ok(());
                    }
                }
                Err(error) => break Err(error),
            }
        };
        self.place.release(&self.url, found.iter().filter_map(|message| message.receipt_handle.as_ref())).await;
        outcome?;
        for message in &found {
            show(message, args, seen);
        }
        Ok(ids.len())
    }

    async fn receive(&self, visibility_seconds: i32, wait_seconds: i32) -> Result<Vec<Message>> {
        let messages = self.place.receive(&self.url, visibility_seconds, wait_seconds).await;
        messages.context("the CRM's queue cannot be read")
    }

    async fn tell_the_rest(&self, shown: usize) -> Result<()> {
        if shown == 0 {
            say::progress("nothing waits");
            return Ok(());
        }
        let waiting = self.place.waiting(&self.url).await.context("the CRM's queue cannot be asked")?;
        let hidden = if self.takes { waiting } else { waiting.saturating_sub(shown) };
        if hidden > 0 {
            say::progress(format_args!(
                "about {hidden} more lie behind these: a conversation shows ten of its events until they are taken"
            ));
        }
        Ok(())
    }
}

/// Shows an event once.
fn show(message: &Message, args: &args::Feed, seen: &mut Seen) {
    let body = message.body.as_deref().unwrap_or_default();
    let id = line::id(body).or_else(|| message.message_id.clone()).unwrap_or_default();
    if seen.is_new(id) {
        if args.json {
            say::line(body);
        } else {
            say::line(line(body));
        }
    }
}
