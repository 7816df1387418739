//! `cargo run -- replies resolve`: a person's word on a reply that nobody else can tell about.

use anyhow::{Context, Result, bail};
use desk::latest;
use outbox::{Outbox, ResolveError, Settings};

use crate::args;
use crate::moment::local;
use crate::say;
use crate::status::obstacles;
use crate::target::Target;

use super::gather::{self, Found};

/// Fewest characters of an id: by chance two of a thousand parked replies share so many once in ten thousand times.
const FEWEST: usize = 8;

pub(crate) async fn run(target: &Target, id: &str, resolution: args::Resolution) -> Result<()> {
    let entry = find(target, id).await?;
    let reply = entry.reply();
    let now = target.clock.now_ms();
    let resolution = match resolution {
        args::Resolution::Sent => outbox::Resolution::Sent,
        args::Resolution::Drop => outbox::Resolution::Drop,
        args::Resolution::Resend => outbox::Resolution::Resend { not_after: may_leave(target, &entry, now).await? },
    };
    // Nothing is sent from here: the caretaker's next run does.
    let graph = graph::Graph::new(graph::GRAPH_URL)?;
    let outbox = Outbox::new(target.store.clone(), graph, Settings::default());
    match outbox.resolve(&entry.account, &entry.place(), resolution, now).await {
        Ok(()) => {}
        Err(ResolveError::NotParked) => bail!("the reply {} is not parked any more: see `explain {0}`", reply.id),
        Err(error) => return Err(error.into()),
    }
    say::line(match resolution {
        outbox::Resolution::Sent => format!("The reply {} counts as sent.", reply.id),
        outbox::Resolution::Drop => format!("The reply {} will not be sent.", reply.id),
        outbox::Resolution::Resend { not_after } => format!(
            "The reply {} goes out with the caretaker's next run, within a minute or two, and not after {}.\n\
             If it was there after all, the person gets it twice: Meta has no way to prevent that.",
            reply.id,
            local(not_after)
        ),
    });
    Ok(())
}

/// The one parked reply whose id begins so.
async fn find(target: &Target, id: &str) -> Result<Found> {
    if id.len() < FEWEST {
        bail!("{id:?} is too short: name at least {FEWEST} characters of the reply's id");
    }
    let mut found = gather::parked(target, None, usize::MAX).await?.found;
    found.retain(|entry| entry.reply().id.starts_with(id));
    match found.len() {
        0 => bail!("no parked reply's id begins with {id}: see `replies --state parked`"),
        1 => found.pop().context("there is one"),
        _ => {
            let ids: Vec<&str> = found.iter().map(|entry| entry.reply().id.as_str()).collect();
            bail!("several parked replies begin with {id}: {}", ids.join(", "))
        }
    }
}

/// Until when it may leave, if it may at all.
async fn may_leave(target: &Target, entry: &Found, now: i64) -> Result<i64> {
    let account = target.account(entry.account.as_str()).await?;
    let standing = target.store.standing(&account.id, &account.app).await?.context("the account is gone")?;
    if !standing.may_send() {
        let why = obstacles(&standing, now).join("; ");
        bail!("it would be cancelled, because {why}. Let sending go on first, then resolve it");
    }
    let reply = entry.reply();
    if entry.item.content.deleted_at.is_some() || (reply.text.is_none() && reply.message.is_none()) {
        bail!("its words were erased with those it answers: only sent and drop are left");
    }
    let (thread_account, peer) = store::keys::thread_of(&entry.key.pk).context("the reply lies in no conversation")?;
    let conversation = target.store.conversation(&thread_account, &peer, now).await?;
    let last_user_at = conversation.facts.last_user_at().map(|at| at.0);
    let not_after = latest(reply, entry.item.content.at, entry.item.content.live, last_user_at, now);
    if not_after <= now {
        bail!("Meta's window for it closed at {}: only sent and drop are left", local(not_after));
    }
    Ok(not_after)
}
