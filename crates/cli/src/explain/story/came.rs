//! What came, and when.

use std::fmt::{Result, Write};

use instagram::{Peer, Words};
use store::{Body, Item};

use crate::moment::with_age;

use super::super::find::Event;

pub(super) fn tell(story: &mut String, event: &Event, peer: &Peer, reveal: bool, now: i64) -> Result {
    let Item { content, hint, due_at, .. } = &event.item;
    let kind = content.kind.as_deref().unwrap_or(match (content.hinted_at, content.deleted_at) {
        (_, Some(_)) => "an unsent message whose own event has not come",
        (Some(_), None) => "a message that Meta only hinted at",
        (None, None) => "a message whose own event has not come",
    });
    let (_, id) = event.key.sk.split_once('#').unwrap_or_default();
    writeln!(story, "event     {kind}")?;
    writeln!(story, "  id        {id}")?;
    writeln!(story, "  account   {}", event.account)?;
    // Where nobody is named, the message or comment stands in.
    if peer.as_str() == id {
        writeln!(story, "  person    (not named)")?;
    } else {
        writeln!(story, "  person    {peer}")?;
    }
    if let Some(at) = content.at {
        writeln!(story, "  happened  {}", with_age(at, now))?;
    }
    let flags = [
        (content.live, "a live comment"),
        (content.standby, "came while another app held the conversation"),
        (content.in_quarantine, "too large: the whole of it lies in the quarantine queue"),
    ];
    for (_, what) in flags.into_iter().filter(|(holds, _)| *holds) {
        writeln!(story, "  note      {what}")?;
    }
    if let Some(edit) = &content.edit {
        writeln!(story, "  edited    {}, edit {}", with_age(edit.at, now), edit.n)?;
    }
    if let Some(at) = content.deleted_at {
        writeln!(story, "  unsent    {}; its words are erased", with_age(at, now))?;
    }
    if let Some(at) = content.hinted_at {
        writeln!(story, "  hinted    {}", with_age(at, now))?;
        let search = match (hint, due_at) {
            (Some(end), _) => Some(format!("over, {}", codes::told(codes::SEARCH, end))),
            (None, Some(due)) if event.item.is_hint() => Some(format!("next look {}", with_age(*due, now))),
            (None, _) => None,
        };
        search.iter().try_for_each(|search| writeln!(story, "  search    {search}"))?;
    }
    if let Some(body) = content.parsed_body() {
        holds(story, &body, reveal)?;
    }
    if let (true, Some(text)) = (reveal, content.edit.as_ref().and_then(|edit| edit.text.as_ref())) {
        writeln!(story, "  edited to {}", text.expose())?;
    }
    Ok(())
}

/// What the event holds: how much of it, and the words themselves only with `reveal`.
fn holds(story: &mut String, body: &Body, reveal: bool) -> Result {
    let characters = |words: &Words| format!("{} characters", words.expose().chars().count());
    let told = |words: &Words| if reveal { words.expose().to_owned() } else { characters(words) };
    let texts =
        [("text", &body.text), ("payload", &body.payload), ("link", &body.referral), ("author", &body.username)];
    for (name, words) in texts {
        if let Some(words) = words {
            writeln!(story, "  {name:<9} {}", told(words))?;
        }
    }
    for attachment in &body.attachments {
        writeln!(story, "  holds     {}", attachment.kind)?;
    }
    let ids = [
        ("answers", &body.reply_to),
        ("story", &body.story),
        ("below", &body.media),
        ("comment", &body.parent),
        ("ad", &body.ad),
        ("reaction", &body.action),
    ];
    for (name, id) in ids {
        if let Some(id) = id {
            writeln!(story, "  {name:<9} {id}")?;
        }
    }
    Ok(())
}
