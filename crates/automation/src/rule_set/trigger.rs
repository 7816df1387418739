//! What makes a rule look at an event at all.

use std::sync::LazyLock;

use instagram::{MediaId, outgoing::Payload};
use regex::Regex;
use serde_json::{Value, json};

use super::{
    errors::Problems,
    node::{Node, compile},
    part::{List, Part, Text, choice, object, words},
    schema::Definitions,
};

/// What an id looks like: visible ASCII without the two characters that separate ids in our keys.
const ID_PATTERN: &str = "^[!-\"$-{}~]{1,480}$";

words! {
    /// The kinds of event that rules can answer. An event is of exactly one kind: an answer to a story is a
    /// `story_reply` and no `message`.
    pub enum TriggerKind {
        /// A direct message that is none of the kinds below.
        "message" => Message,
        /// A direct message that answers a story of the account.
        "story_reply" => StoryReply,
        /// A person mentioned the account in a story.
        "story_mention" => StoryMention,
        /// A tap on a quick reply.
        "quick_reply" => QuickReply,
        /// A tap on a button, menu item or ice breaker.
        "postback" => Postback,
        /// A person came through a link or an ad into an existing conversation. Opens no window by itself.
        "referral" => Referral,
        /// A person reacted to a message. Opens no window by itself.
        "reaction" => Reaction,
        /// A comment on a post or reel.
        "comment" => Comment,
        /// A comment during a broadcast.
        "live_comment" => LiveComment,
    }
}

impl TriggerKind {
    /// Its name in a rule document.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    /// A comment, live or not; everything else belongs to a conversation.
    pub fn is_comment(self) -> bool {
        matches!(self, Self::Comment | Self::LiveComment)
    }
}

impl TriggerKind {
    /// A message, which has an id to react to.
    pub(super) fn is_message(self) -> bool {
        matches!(self, Self::Message | Self::StoryReply | Self::StoryMention | Self::QuickReply)
    }
}

/// A kind of event, perhaps narrowed to some of them.
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
    /// What came through a link or an ad with one of these.
    Reference(Vec<String>),
    /// One of these reactions, by name or emoji.
    Reaction(Vec<String>),
}

choice! {
    /// A kind of event, narrowed to some of them.
    enum NarrowTrigger {
        /// Direct messages, also those that came through certain links.
        "message" => Message(ReferenceTarget),
        /// Answers to a story.
        "story_reply" => StoryReply(NoTarget),
        /// Mentions in a story.
        "story_mention" => StoryMention(NoTarget),
        /// Taps on quick replies, also of certain payloads.
        "quick_reply" => QuickReply(PayloadTarget),
        /// Taps on buttons, menu items and ice breakers, also of certain payloads.
        "postback" => Postback(PayloadTarget),
        /// People who came through a link or an ad, also through certain ones.
        "referral" => Referral(ReferenceTarget),
        /// Reactions to a message, also certain ones.
        "reaction" => Reaction(ReactionTarget),
        /// Comments, also on certain posts.
        "comment" => Comment(MediaTarget),
        /// Comments during a broadcast, also of certain ones.
        "live_comment" => LiveComment(MediaTarget),
    }
}

object! {
    /// Some posts.
    struct MediaTarget {
        /// The ids of the posts.
        "media" => media: Option<List<MediaText, 1, 100>>,
    }
}

object! {
    /// Some taps.
    struct PayloadTarget {
        /// What the buttons carry.
        "payload" => payload: Option<List<Payload, 1, 100>>,
    }
}

object! {
    /// Some links or ads.
    struct ReferenceTarget {
        /// The `ref` of the links.
        "ref" => reference: Option<List<Payload, 1, 100>>,
    }
}

object! {
    /// Some reactions.
    struct ReactionTarget {
        /// Names such as love, or the emoji themselves.
        "is" => is: Option<List<Text<1, 40>, 1, 100>>,
    }
}

/// An object without members.
#[derive(Debug, Clone, Copy)]
pub(super) struct NoTarget;

/// The id of a post of the account.
#[derive(Debug, Clone)]
pub(super) struct MediaText(pub(super) MediaId);

impl Part for Trigger {
    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        if node.is_text() {
            return TriggerKind::read(node, problems).map(|kind| Self { kind, only: Only::Any });
        }
        let payloads = |target: PayloadTarget| target.payload.map_or(Only::Any, |list| Only::Payload(exposed(list)));
        let references =
            |target: ReferenceTarget| target.reference.map_or(Only::Any, |list| Only::Reference(exposed(list)));
        let media = |target: MediaTarget| {
            target.media.map_or(Only::Any, |list| Only::Media(list.into_elements().map(|id| id.0).collect()))
        };
        let reactions = |target: ReactionTarget| {
            target.is.map_or(Only::Any, |list| Only::Reaction(list.into_elements().map(|text| text.0).collect()))
        };
        let (kind, only) = match NarrowTrigger::read(node, problems)? {
            NarrowTrigger::Message(target) => (TriggerKind::Message, references(target)),
            NarrowTrigger::StoryReply(_) => (TriggerKind::StoryReply, Only::Any),
            NarrowTrigger::StoryMention(_) => (TriggerKind::StoryMention, Only::Any),
            NarrowTrigger::QuickReply(target) => (TriggerKind::QuickReply, payloads(target)),
            NarrowTrigger::Postback(target) => (TriggerKind::Postback, payloads(target)),
            NarrowTrigger::Referral(target) => (TriggerKind::Referral, references(target)),
            NarrowTrigger::Reaction(target) => (TriggerKind::Reaction, reactions(target)),
            NarrowTrigger::Comment(target) => (TriggerKind::Comment, media(target)),
            NarrowTrigger::LiveComment(target) => (TriggerKind::LiveComment, media(target)),
        };
        Some(Self { kind, only })
    }

    fn schema(definitions: &mut Definitions) -> Value {
        let kinds = TriggerKind::schema(definitions);
        let narrow = NarrowTrigger::schema(definitions);
        definitions.define("Trigger", |_| json!({"anyOf": [kinds, narrow]}))
    }
}

fn exposed(list: List<Payload, 1, 100>) -> Vec<String> {
    list.into_elements().map(|text| text.expose().to_owned()).collect()
}

impl Part for NoTarget {
    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        node.object(problems)?.finish(problems);
        Some(Self)
    }

    fn schema(_: &mut Definitions) -> Value {
        json!({"type": "object", "maxProperties": 0})
    }
}

impl Part for MediaText {
    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        static PATTERN: LazyLock<Regex> = LazyLock::new(|| compile(ID_PATTERN));
        let text = node.text_like(&PATTERN, &instagram::InvalidId.to_string(), problems)?;
        MediaId::parse(text).ok().map(Self)
    }

    fn schema(_: &mut Definitions) -> Value {
        json!({"type": "string", "pattern": ID_PATTERN})
    }
}
