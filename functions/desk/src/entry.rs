//! What happened in a conversation, as it is told: its words as they stand now, and none of what was unsent.

use instagram::Words;
use serde_json::{Value, json};
use store::{Body, Entry, Item, Reply, ReplyAction, StoreError};

use crate::trail::Trails;

/// One entry.
pub(crate) async fn told(entry: &Entry, trails: &mut Trails<'_>) -> Result<Value, StoreError> {
    let Entry { key, at, item, moderated, reactions } = entry;
    let content = &item.content;
    // What was unsent holds no words any more; should a write of another version have left some, they are not told.
    let is_unsent = content.deleted_at.is_some();
    let body = content.parsed_body().filter(|_| !is_unsent).unwrap_or_default();
    let edited = content.edit.as_ref().filter(|_| !is_unsent);
    let Body { attachments, payload, reply_to, story, referral, ad, username, media, product, parent, .. } = &body;
    let text = edited.and_then(|edit| edit.text.as_ref()).or(body.text.as_ref());
    let decision = match &item.decision {
        Some(decided) => Some(trails.told(decided).await?),
        None => None,
    };
    let (sort, id) = sort_and_id(&key.sk);
    Ok(json!({
        "sort": sort,
        "id": id,
        "kind": content.kind,
        "at": at,
        "text": text,
        "unsent_at": content.deleted_at,
        "edit": edited.map(|edit| json!({"number": edit.n, "at": edit.at, "text_known": edit.text.is_some()})),
        "hinted_at": content.hinted_at,
        "attachments": attachments.iter().map(|attachment| json!({
            "kind": attachment.kind,
            "url": attachment.url,
            "title": attachment.title,
            "media": attachment.media,
        })).collect::<Vec<_>>(),
        "payload": payload,
        "reply_to": reply_to,
        "story": story,
        "referral": referral,
        "ad": ad,
        "username": username,
        "media": media,
        "product": product,
        "parent": parent,
        "unsupported": body.unsupported,
        "live": content.live,
        "standby": content.standby,
        "hidden_at": moderated.hidden_at,
        "removed_at": moderated.removed_at,
        "reactions": reactions.iter().filter_map(|(by, item)| reaction(by, item)).collect::<Vec<_>>(),
        "decision": decision,
        "replies": item.replies().iter().map(|reply| reply_told(reply, item, is_unsent)).collect::<Vec<_>>(),
    }))
}

/// What lies at a sort key, and the id by which Instagram or we name it.
pub(crate) fn sort_and_id(sk: &str) -> (&'static str, &str) {
    match sk.split_once('#') {
        Some(("M", mid)) => ("message", mid),
        Some(("C", comment)) => ("comment", comment),
        Some(("W", name)) => ("written", name),
        Some((_, rest)) => ("event", rest),
        None => ("event", sk),
    }
}

/// A reaction that stands.
fn reaction(by: &str, item: &Item) -> Option<Value> {
    let body = item.content.parsed_body()?;
    let is_given = body.action.as_deref() != Some("unreact");
    is_given.then(|| json!({"by": by, "at": item.content.at, "reaction": body.reaction, "emoji": body.emoji}))
}

/// A reply and how it stands.
pub(crate) fn reply_told(reply: &Reply, item: &Item, is_unsent: bool) -> Value {
    let words = reply.reason.as_deref().and_then(|reason| codes::words(codes::REPLY, reason));
    let action = match reply.action {
        ReplyAction::Message => "message",
        ReplyAction::PrivateReply => "private_reply",
        ReplyAction::PublicReply => "public_reply",
    };
    let is_open = !reply.state.is_final();
    let text = reply.text.as_ref().filter(|_| !is_unsent);
    let message = reply.message.as_ref().filter(|_| !is_unsent).map(Words::expose);
    json!({
        "reply": reply.id,
        "rule": Some(&reply.rule).filter(|rule| !rule.is_empty()),
        // Who of the office wrote it, or else which machine outside, and who released the draft.
        "author": reply.author,
        "model": reply.model,
        "draft": reply.draft,
        "released_by": reply.released_by,
        "human_agent": reply.human_agent,
        // Until when an answer, or a person's word on the draft, is waited for.
        "people_have_until": reply.people_have_until().filter(|_| is_open),
        "comment": reply.comment,
        "action": action,
        "state": reply.state,
        "reason": reply.reason,
        "pt": words.map(|words| words.pt),
        "en": words.map(|words| words.en),
        "text": text,
        "message": message.and_then(|message| serde_json::from_str::<Value>(message).ok()),
        "became": reply.mid,
        "not_after": Some(reply.not_after).filter(|_| is_open),
        "due_at": item.due_at.filter(|_| is_open),
        "in_doubt_since": reply.unknown_since,
        "attempts": reply.tries.iter().map(|tried| json!({
            "attempt": tried.k,
            "at": tried.at,
            "what": tried.what,
        })).collect::<Vec<_>>(),
    })
}
