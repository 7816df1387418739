//! What makes a rule look at an event at all.

use instagram::MediaId;

use super::{errors::Problems, node::Node};

/// Most posts or payloads named by one trigger.
const MAX_NAMED: usize = 100;
/// Longest payload of a button or quick reply, in bytes (fact sheet 4.2, unverified there).
const MAX_PAYLOAD_BYTES: usize = 1000;

/// The kinds of event that rules can answer. An event is of exactly one kind: an answer to a story is a `story_reply`
/// and no `message`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TriggerKind {
    /// A direct message that is none of the kinds below.
    Message,
    /// A direct message that answers a story of the account.
    StoryReply,
    /// A person mentioned the account in a story.
    StoryMention,
    /// A tap on a quick reply.
    QuickReply,
    /// A tap on a button, menu item or ice breaker.
    Postback,
    /// A comment on a post or reel.
    Comment,
    /// A comment during a broadcast.
    LiveComment,
}

impl TriggerKind {
    const ALL: [(&str, Self); 7] = [
        ("message", Self::Message),
        ("story_reply", Self::StoryReply),
        ("story_mention", Self::StoryMention),
        ("quick_reply", Self::QuickReply),
        ("postback", Self::Postback),
        ("comment", Self::Comment),
        ("live_comment", Self::LiveComment),
    ];

    /// Its name in a rule document.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    /// A comment, live or not; everything else is written to the account directly.
    pub fn is_comment(self) -> bool {
        matches!(self, Self::Comment | Self::LiveComment)
    }
}

/// A kind of event, perhaps narrowed to some posts or payloads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trigger {
    pub(crate) kind: TriggerKind,
    pub(crate) only: Only,
}

/// What a trigger is narrowed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Only {
    /// Nothing: every event of the kind.
    Any,
    /// Comments on one of these.
    Media(Vec<MediaId>),
    /// Taps that carry exactly one of these.
    Payload(Vec<String>),
}

impl Trigger {
    /// Reads `"comment"` or `{"comment": {"media": [..]}}`, `{"postback": {"payload": [..]}}`.
    pub(super) fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        let names = TriggerKind::ALL.map(|(name, _)| name);
        if node.is_text() {
            let name = node.text(problems)?;
            let kind = kind_named(&name);
            if kind.is_none() {
                node.refuse(format!("unknown trigger; known: {}", names.join(", ")), problems);
            }
            return Some(Self { kind: kind?, only: Only::Any });
        }
        let (name, node) = node.variant(&names, problems)?;
        let kind = kind_named(&name)?;
        let mut members = node.object(problems)?;
        let only = match kind {
            TriggerKind::Comment | TriggerKind::LiveComment => {
                members.take("media").map(|node| Only::Media(read_media(node, problems)))
            }
            TriggerKind::QuickReply | TriggerKind::Postback => {
                members.take("payload").map(|node| Only::Payload(read_payloads(node, problems)))
            }
            TriggerKind::Message | TriggerKind::StoryReply | TriggerKind::StoryMention => None,
        };
        members.finish(problems);
        Some(Self { kind, only: only.unwrap_or(Only::Any) })
    }
}

fn kind_named(name: &str) -> Option<TriggerKind> {
    TriggerKind::ALL.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}

fn read_media(node: Node<'_>, problems: &mut Problems) -> Vec<MediaId> {
    let mut media = Vec::new();
    for node in node.list(1..=MAX_NAMED, problems) {
        let Some(text) = node.text(problems) else { continue };
        match MediaId::parse(text) {
            Ok(id) => media.push(id),
            Err(invalid) => node.refuse(invalid.to_string(), problems),
        }
    }
    media
}

fn read_payloads(node: Node<'_>, problems: &mut Problems) -> Vec<String> {
    let mut payloads = Vec::new();
    for node in node.list(1..=MAX_NAMED, problems) {
        let Some(text) = node.text(problems) else { continue };
        if (1..=MAX_PAYLOAD_BYTES).contains(&text.len()) {
            payloads.push(text);
        } else {
            node.refuse(format!("expected 1 to {MAX_PAYLOAD_BYTES} bytes, found {}", text.len()), problems);
        }
    }
    payloads
}
