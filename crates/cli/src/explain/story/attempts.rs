//! One reply, and every attempt at it.

use std::fmt::{Result, Write};

use store::{Reply, ReplyState};

use crate::moment::{local, with_age};
use crate::replies::kind;

use super::super::find::Event;

pub(super) fn tell(story: &mut String, event: &Event, step: usize, reveal: bool, now: i64) -> Result {
    let replies = event.item.replies();
    let Some(reply) = replies.get(step) else { return Ok(()) };
    let named = if event.named == Some(step) { " (the one named)" } else { "" };
    writeln!(
        story,
        "reply     {} of {}: {}, {}{named}",
        step + 1,
        replies.len(),
        kind(reply.action),
        reply.state.as_str()
    )?;
    writeln!(story, "  id        {}", reply.id)?;
    writeln!(story, "  rule      {}", reply.rule)?;
    if let Some(reason) = reply.reason.as_deref().filter(|reason| !reason.is_empty()) {
        writeln!(story, "  reason    {}", codes::told(codes::REPLY, reason))?;
    }
    if let Some(mid) = &reply.mid {
        writeln!(story, "  became    {mid}")?;
    }
    if !reply.state.is_final() {
        writeln!(story, "  not after {}", with_age(reply.not_after, now))?;
        if let Some(due) = event.item.due_at {
            writeln!(story, "  due       {}", with_age(due, now))?;
        }
    }
    if let Some(since) = reply.unknown_since {
        writeln!(story, "  in doubt  since {}", with_age(since, now))?;
    }
    if let (ReplyState::Sending, Some(until)) = (reply.state, reply.until) {
        writeln!(story, "  under way its lease ends {}", with_age(until, now))?;
    }
    tries(story, reply)?;
    if reveal {
        let text = reply.text.as_ref().or(reply.message.as_ref());
        writeln!(story, "  text      {}", text.map_or("(erased)", instagram::Words::expose))?;
    }
    Ok(())
}

fn tries(story: &mut String, reply: &Reply) -> Result {
    if reply.tries.is_empty() {
        return writeln!(story, "  attempts  none yet");
    }
    for attempt in &reply.tries {
        let what = codes::told(codes::REPLY, &attempt.what);
        writeln!(story, "  attempt   {} at {}  {what}", attempt.k, local(attempt.at))?;
    }
    Ok(())
}
