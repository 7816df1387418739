//! `cargo run -- replies resolve`: a person's word on a reply that nobody else can tell about.

use anyhow::{Context, Result, bail};
use automation::WINDOW_MARGIN_MS;
use instagram::limits::{PRIVATE_REPLY_WINDOW, STANDARD_WINDOW};
use outbox::{Outbox, ResolveError, Settings};
use store::{Reply, ReplyAction};

use crate::args;
use crate::moment::local;
use crate::say;
use crate::status::obstacles;
use crate::target::Target;

use super::gather::{self, Found};

/// Fewest characters of an id: by chance two of a thousand parked replies share so many once in ten thousand times.
const FEWEST: usize = 8;

/// How long a direct or public reply may wait for its turn when it is sent again, in milliseconds.
const PATIENCE_MS: i64 = 60 * 60 * 1000;

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

/// The latest moment at which Meta takes the reply and it still makes sense. `answered_at` is the time of what it answers.
fn latest(reply: &Reply, answered_at: Option<i64>, live: bool, last_user_at: Option<i64>, now: i64) -> i64 {
    let millis = |window: std::time::Duration| i64::try_from(window.as_millis()).unwrap_or(i64::MAX);
    let ends = |begin: i64, window| begin.saturating_add(millis(window)).saturating_sub(WINDOW_MARGIN_MS);
    let planned = reply.not_after;
    match reply.action {
        // The window is the broadcast, and nobody tells when it ends.
        ReplyAction::PrivateReply if live => planned,
        ReplyAction::PrivateReply => answered_at.map_or(planned, |at| ends(at, PRIVATE_REPLY_WINDOW)),
        ReplyAction::Message => {
            let window = last_user_at.map_or(planned, |at| ends(at, STANDARD_WINDOW));
            now.saturating_add(PATIENCE_MS).min(window)
        }
        ReplyAction::PublicReply => now.saturating_add(PATIENCE_MS).max(planned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_767_225_600_000;
    const HOUR: i64 = 60 * 60 * 1000;
    const DAY: i64 = 24 * HOUR;

    #[test]
    fn a_reply_that_is_sent_again_stays_within_metas_windows() {
        use ReplyAction::{Message, PrivateReply, PublicReply};
        let planned = NOW - HOUR;
        let cases = [
            ("the person wrote just now", Message, false, Some(NOW), NOW + HOUR),
            ("almost a day ago", Message, false, Some(NOW - 23 * HOUR - HOUR / 2), NOW + HOUR / 2 - WINDOW_MARGIN_MS),
            ("two days ago", Message, false, Some(NOW - 2 * DAY), NOW - DAY - WINDOW_MARGIN_MS),
            ("nobody knows when", Message, false, None, planned),
            ("a comment of three days", PrivateReply, false, None, NOW + 4 * DAY - WINDOW_MARGIN_MS),
            ("a live comment", PrivateReply, true, None, planned),
            ("below a comment", PublicReply, false, None, NOW + HOUR),
        ];
        for (case, action, live, last_user_at, expected) in cases {
            let reply = Reply::planned("r".to_owned(), "rule".to_owned(), action, None, planned);
            assert_eq!(latest(&reply, Some(NOW - 3 * DAY), live, last_user_at, NOW), expected, "{case}");
        }
    }
}
