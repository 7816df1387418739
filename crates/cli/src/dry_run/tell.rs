//! What a decision would do, in plain words with the office's own texts.

use automation::{Ask, AskedFor, Decision, Effect, Intended, Otherwise, ReplyAction};
use instagram::outgoing::Content;

use crate::moment;

/// Everything that a decision would do, a line each.
pub(crate) fn told(decision: &Decision) -> Vec<String> {
    let replies = decision.replies.iter().map(|reply| format!("{}: {}", named(reply), said(&reply.action)));
    let effects = decision.effects.iter().map(told_effect);
    replies.chain(effects).chain(decision.ask.as_ref().map(told_ask)).collect()
}

/// A reply without what it says.
pub(crate) fn named(reply: &Intended) -> String {
    let Intended { action, source, .. } = reply;
    match action {
        ReplyAction::Message { content, .. } if content.text().is_none() => {
            format!("message ({}) by {source}", content.name())
        }
        ReplyAction::Message { .. } => format!("message by {source}"),
        ReplyAction::PrivateReply { .. } => format!("private reply by {source}"),
        ReplyAction::PublicReply { .. } => format!("public reply by {source}"),
    }
}

/// What a reply says: its text, or Meta's JSON of what is more than a text.
pub(crate) fn said(action: &ReplyAction) -> String {
    match action {
        ReplyAction::Message { content, .. } | ReplyAction::PrivateReply { content, .. } => match content {
            Content::Text { text, quick_replies } if quick_replies.is_empty() => text.expose().to_owned(),
            _ => content.to_json(),
        },
        ReplyAction::PublicReply { text, .. } => text.expose().to_owned(),
    }
}

fn told_effect(effect: &Effect) -> String {
    match effect {
        Effect::React { reaction, .. } => format!("reaction: {}", reaction.expose()),
        Effect::MarkSeen { .. } => "mark seen".to_owned(),
        Effect::ShowTyping { .. } => "show typing".to_owned(),
        Effect::HideComment { .. } => "hide the comment".to_owned(),
        Effect::Tag { tag } => format!("tag: {tag}"),
        Effect::Pause { until } => format!("no automatic answer until {}", moment::local(until.0)),
        Effect::HandOver { tag, until } => {
            let tag = tag.as_deref().map(|tag| format!(", tag {tag}")).unwrap_or_default();
            format!("hand over to a person{tag}; no automatic answer until {}", moment::local(until.0))
        }
        Effect::OptedOut => "remember that the person wants no automatic answers".to_owned(),
        Effect::Returned => "remember that the person wants automatic answers again".to_owned(),
        Effect::ErasureRequested => "begin the 48 hours in which the person's data must be erased".to_owned(),
        Effect::Alarm { code } => format!("alarm: {code}"),
    }
}

fn told_ask(ask: &Ask) -> String {
    let to = match &ask.to {
        AskedFor::Person(_) => "message",
        AskedFor::PrivateReply(_) => "private reply",
        AskedFor::PublicReply { draft: true, .. } => "draft of a public reply",
        AskedFor::PublicReply { draft: false, .. } => "public reply",
    };
    let otherwise = match &ask.otherwise {
        Otherwise::Send(action) => said(action),
        Otherwise::HandOver(effect) => told_effect(effect),
    };
    format!("the CRM is asked for a {to} until {}; else: {otherwise}", moment::local(ask.deadline.0))
}
