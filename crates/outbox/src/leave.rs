//! May a planned reply leave now? Pure: from what is known of the account, the conversation and the message answered.

use store::{Conversation, Item, Lane, Reply, ReplyAction, Standing};

use crate::ACCOUNT_RETRY_MS;

/// Whether a reply may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leave {
    /// It may.
    Now,
    /// Not before this moment, in milliseconds since 1970, and why not, as a code.
    Later(i64, &'static str),
    /// Never: why, as a code.
    Never(&'static str),
}

/// `waits_until` is what this process knows of waits besides the table; `has_token` whether there is a token to send with.
pub(crate) fn leave(
    standing: &Standing,
    conversation: &Conversation,
    item: &Item,
    reply: &Reply,
    has_token: bool,
    waits_until: Option<i64>,
    now: i64,
) -> Leave {
    if let Some(why) = forbidden(standing, conversation, item, reply, now) {
        return Leave::Never(why);
    }
    if now >= reply.not_after {
        return Leave::Never("expired");
    }
    // What is too late by then had better fail then than later.
    let until = |moment: i64, why| Leave::Later(moment.min(reply.not_after), why);
    if let Some(due_at) = item.due_at.filter(|due_at| *due_at > now) {
        return Leave::Later(due_at, "waits");
    }
    let table = [
        standing.pace.wait(Lane::All).map(|wait| wait.until),
        standing.pace.wait(Lane::of(reply.action)).map(|wait| wait.until),
        standing.app.wait.map(|wait| wait.until),
        waits_until,
    ];
    if !has_token || standing.account.broken.is_some() {
        return until(now.saturating_add(ACCOUNT_RETRY_MS), "waits_token");
    }
    if let Some(restricted) = standing.pace.restricted.as_ref().filter(|restricted| restricted.until > now) {
        return until(restricted.until, "waits_restricted");
    }
    if let Some(moment) = table.into_iter().flatten().max().filter(|moment| *moment > now) {
        return until(moment, "waits_throttled");
    }
    Leave::Now
}

/// Why a reply must not go out any more.
pub(crate) fn forbidden(
    standing: &Standing,
    conversation: &Conversation,
    item: &Item,
    reply: &Reply,
    now: i64,
) -> Option<&'static str> {
    let facts = &conversation.facts;
    let erased_before = standing.account.erased_before.max(conversation.erased_before);
    if erased_before.is_some_and(|before| item.content.is_from_before(before)) {
        return Some("cancelled");
    }
    // Opt-outs and pauses are about machines.
    let by_machine = reply.author.is_none() && !reply.confirms;
    let may_send = if reply.author.is_some() { standing.may_send_by_hand() } else { standing.may_send() };
    if item.content.deleted_at.is_some() || !may_send || (facts.is_opted_out() && by_machine) {
        return Some("cancelled");
    }
    let paused_until = if reply.passes_holds { facts.paused_by_others_until() } else { facts.paused_until() };
    if by_machine && paused_until.is_some_and(|until| now < until.0) {
        return Some("paused");
    }
    let app = standing.account.app.as_str();
    facts.holder.as_ref().and_then(|holder| holder.app.as_deref()).filter(|holder| *holder != app).map(|_| "not_owner")
}

/// Whether a reply shares the conversation with others, so that its order among them counts.
pub(crate) fn is_in_order(action: ReplyAction) -> bool {
    match action {
        ReplyAction::Message => true,
        ReplyAction::PrivateReply | ReplyAction::PublicReply => false,
    }
}
