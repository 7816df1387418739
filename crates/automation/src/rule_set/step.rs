//! What a rule does when it matches, step by step.

mod place;

use std::sync::LazyLock;

use instagram::{
    UnixMillis,
    outgoing::{Content, MediaKind, MediaUrl, MessageText, ReactionWord},
};
use regex::Regex;
use serde_json::{Value, json};

use self::place::Seen;
use super::{
    Compiler,
    errors::Problems,
    message::{ButtonTemplateDocument, GenericTemplateDocument, QuickRepliesDocument, quick_replies},
    node::{Node, compile},
    part::{List, Part, Whole, Yes, choice, object, words},
    schema::Definitions,
    trigger::{MediaText, TriggerKind},
    wording::{MessageWordings, PublicWordings, Variants},
};
use crate::Effect;

/// What a tag, or the name of a persona, looks like.
const TAG_PATTERN: &str = "^[a-z0-9_-]{1,40}$";
const MINUTE_MS: i64 = 60_000;
/// How long a conversation that was handed over gets no automatic answer, unless its rule says otherwise.
pub(crate) const HAND_OVER_MS: i64 = 12 * 60 * MINUTE_MS;
/// How long an answer written elsewhere is waited for, unless its rule says otherwise.
const ASK_MS: i64 = 3 * MINUTE_MS;

choice! {
    /// One step of an answer.
    enum StepDocument {
        /// A direct message: a text, or several wordings of which one is chosen per event.
        "text" => Text(MessageWordings),
        /// A direct message with answers to tap.
        "quick_replies" => QuickReplies(QuickRepliesDocument),
        /// A direct message with buttons.
        "button_template" => ButtonTemplate(ButtonTemplateDocument),
        /// A direct message of cards.
        "generic_template" => GenericTemplate(GenericTemplateDocument),
        /// An image by its address: png or jpeg, at most 8 MB.
        "image" => Image(MediaUrl),
        /// Several images by their addresses, in one message.
        "images" => Images(List<MediaUrl, 2, 10>),
        /// A video by its address: at most 25 MB.
        "video" => Video(MediaUrl),
        /// An audio by its address: at most 25 MB.
        "audio" => Audio(MediaUrl),
        /// A PDF by its address: at most 25 MB.
        "file" => File(MediaUrl),
        /// A post of the account, by its id.
        "post" => Post(MediaText),
        /// A heart.
        "heart" => Heart(Yes),
        /// A reaction to the message: love, or an emoji.
        "react" => React(ReactionWord),
        /// Marks the conversation as read.
        "mark_seen" => MarkSeen(Yes),
        /// Shows that somebody is typing.
        "typing" => Typing(Yes),
        /// The one direct message to a comment's author.
        "private_reply" => PrivateReply(MessageWordings),
        /// A reply below the comment, for everybody to read.
        "public_reply" => PublicReply(PublicWordings),
        /// Hides the comment.
        "hide_comment" => HideComment(Yes),
        /// Marks the conversation for the office.
        "tag" => Tag(TagText),
        /// Gives no automatic answer for so many minutes.
        "pause_minutes" => Pause(Whole<1, 43_200>),
        /// Hands the conversation over to a person of the office.
        "hand_over" => HandOver(HandOverDocument),
        /// Asks the office's system for an answer.
        "ask" => Ask(AskDocument),
    }
}

object! {
    /// Hands the conversation over to a person of the office.
    struct HandOverDocument {
        /// How the conversation is marked.
        "tag" => tag: Option<TagText>,
        /// For how long no automatic answer is given. Else 720, half a day.
        "pause_minutes" => pause_minutes: Option<Whole<1, 43_200>>,
        /// Says so to the person; to a comment's author as the private reply.
        "text" => text: Option<MessageWordings>,
    }
}

object! {
    /// Asks the office's system for an answer.
    struct AskDocument {
        /// For how long it is waited for. Else 3.
        "wait_minutes" => wait_minutes: Option<Whole<1, 1440>>,
        /// What is sent when none came. Else the conversation is handed over to a person.
        "fallback" => fallback: Option<MessageWordings>,
        /// How a comment is answered. Else as a private reply.
        "as" => answered_as: Option<AnsweredAs>,
        /// As whom the office's system is to answer: a name that it knows.
        "persona" => persona: Option<TagText>,
    }
}

words! {
    /// How a comment is answered.
    pub(in crate::rule_set) enum AnsweredAs {
        /// By a direct message to its author.
        "private_reply" => PrivateReply,
        /// Below it, for everybody to read.
        "public_reply" => PublicReply,
    }
}

/// A mark on a conversation, or the name of a persona.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TagText(pub(super) String);

impl Part for TagText {
    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        static PATTERN: LazyLock<Regex> = LazyLock::new(|| compile(TAG_PATTERN));
        node.text_like(&PATTERN, "expected 1 to 40 of a-z, 0-9, '-' and '_'", problems).map(Self)
    }

    fn schema(_: &mut Definitions) -> Value {
        json!({"type": "string", "pattern": TAG_PATTERN})
    }
}

/// One step of an answer, ready to be taken.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// A direct message to the person.
    Message(Body),
    /// A direct message to a comment's author, addressed by the comment.
    PrivateReply(Variants),
    /// A reply below the comment.
    PublicReply(Variants),
    React(ReactionWord),
    MarkSeen,
    ShowTyping,
    HideComment,
    Tag(String),
    Pause {
        ms: i64,
    },
    HandOver(HandOver),
    Ask(AskStep),
}

/// What a direct message holds.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    /// A text, one of several wordings.
    Text(Variants),
    /// The same with answers to tap.
    WithQuickReplies(Variants, Vec<instagram::outgoing::QuickReply>),
    /// The same for everybody.
    Fixed(Content),
}

/// How a conversation is handed over to a person.
#[derive(Debug, Clone)]
pub(crate) struct HandOver {
    pub(crate) tag: Option<String>,
    pub(crate) pause_ms: i64,
    pub(crate) text: Option<Variants>,
}

/// A question to the office's system.
#[derive(Debug, Clone)]
pub(crate) struct AskStep {
    pub(crate) wait_ms: i64,
    pub(crate) fallback: Option<Variants>,
    pub(crate) in_public: bool,
    pub(crate) persona: Option<String>,
}

impl Step {
    /// The steps of a rule for these kinds of event, with what Meta would refuse named.
    pub(super) fn compile_all<const MIN: usize, const MAX: usize>(
        documents: List<StepDocument, MIN, MAX>,
        kinds: &[TriggerKind],
        path: &str,
        compiler: &mut Compiler<'_>,
    ) -> Vec<Self> {
        let comments = kinds.iter().any(|kind| kind.is_comment());
        let directs = kinds.iter().any(|kind| !kind.is_comment());
        if comments && directs {
            let reason = "a rule answers either comments or direct messages; make it two rules";
            compiler.problems.add(path, reason);
            return Vec::new();
        }
        let mut steps = Vec::new();
        let mut seen = Seen::default();
        for (i, document) in documents.0 {
            let place = format!("{path}[{i}]");
            let Some(step) = Self::compile(document, &place, compiler) else { continue };
            if let Err(reason) = step.check_place(kinds, comments, &mut seen) {
                compiler.problems.add(&place, reason);
            }
            steps.push(step);
        }
        steps
    }

    fn compile(document: StepDocument, path: &str, compiler: &mut Compiler<'_>) -> Option<Self> {
        let media = |kind, url| Self::Message(Body::Fixed(Content::Media { kind, url }));
        Some(match document {
            StepDocument::Text(MessageWordings(texts)) => {
                compiler.check_room(&texts, path);
                Self::Message(Body::Text(texts))
            }
            StepDocument::QuickReplies(document) => {
                compiler.check_room(&document.text.0, path);
                Self::Message(Body::WithQuickReplies(document.text.0, quick_replies(document.replies)))
            }
            StepDocument::ButtonTemplate(document) => document.compile(path, compiler.problems)?,
            StepDocument::GenericTemplate(document) => document.compile(path, compiler.problems)?,
            StepDocument::Image(url) => media(MediaKind::Image, url),
            StepDocument::Video(url) => media(MediaKind::Video, url),
            StepDocument::Audio(url) => media(MediaKind::Audio, url),
            StepDocument::File(url) => media(MediaKind::File, url),
            StepDocument::Images(urls) => {
                let urls = instagram::outgoing::Few::new(urls.into_elements().collect()).ok()?;
                Self::Message(Body::Fixed(Content::Images(urls)))
            }
            StepDocument::Post(MediaText(media)) => Self::Message(Body::Fixed(Content::Post(media))),
            StepDocument::Heart(Yes) => Self::Message(Body::Fixed(Content::Heart)),
            StepDocument::React(word) => Self::React(word),
            StepDocument::MarkSeen(Yes) => Self::MarkSeen,
            StepDocument::Typing(Yes) => Self::ShowTyping,
            StepDocument::PrivateReply(MessageWordings(texts)) => {
                compiler.check_room(&texts, path);
                Self::PrivateReply(texts)
            }
            StepDocument::PublicReply(PublicWordings(texts)) => Self::PublicReply(texts),
            StepDocument::HideComment(Yes) => Self::HideComment,
            StepDocument::Tag(TagText(tag)) => Self::Tag(tag),
            StepDocument::Pause(Whole(minutes)) => Self::Pause { ms: minutes * MINUTE_MS },
            StepDocument::HandOver(document) => Self::HandOver(document.compile(path, compiler)),
            StepDocument::Ask(document) => Self::Ask(document.compile(path, compiler)),
        })
    }
}

impl HandOver {
    /// Without words: what is done when nothing else is said.
    pub(crate) fn plain() -> Self {
        Self { tag: None, pause_ms: HAND_OVER_MS, text: None }
    }

    /// What it changes in a conversation, beginning with an event.
    pub(crate) fn effect(&self, at: UnixMillis) -> Effect {
        Effect::HandOver { tag: self.tag.clone(), until: at.plus_ms(self.pause_ms) }
    }
}

impl HandOverDocument {
    fn compile(self, path: &str, compiler: &mut Compiler<'_>) -> HandOver {
        let text = self.text.map(|MessageWordings(texts)| texts);
        if let Some(texts) = &text {
            compiler.check_room(texts, path);
        }
        HandOver {
            tag: self.tag.map(|TagText(tag)| tag),
            pause_ms: self.pause_minutes.map_or(HAND_OVER_MS, |minutes| minutes.0 * MINUTE_MS),
            text,
        }
    }
}

impl AskDocument {
    fn compile(self, path: &str, compiler: &mut Compiler<'_>) -> AskStep {
        let fallback = self.fallback.map(|MessageWordings(texts)| texts);
        let in_public = self.answered_as == Some(AnsweredAs::PublicReply);
        match &fallback {
            Some(texts) if in_public => {
                let reasons = texts.not_for_everybody();
                reasons.for_each(|reason| compiler.problems.add(&format!("{path}.ask.fallback"), reason));
            }
            Some(texts) => compiler.check_room(texts, path),
            None => {}
        }
        AskStep {
            wait_ms: self.wait_minutes.map_or(ASK_MS, |minutes| minutes.0 * MINUTE_MS),
            fallback,
            in_public,
            persona: self.persona.map(|TagText(persona)| persona),
        }
    }
}

/// Whether a text leaves room for a line before it.
pub(super) fn has_room(text: &str, line: &str) -> bool {
    MessageText::parse(crate::disclosure::with_line(line, text)).is_ok()
}
