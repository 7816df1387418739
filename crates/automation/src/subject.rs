//! An event as rules see it.

use std::cell::OnceCell;

use instagram::{
    AttachmentKind, Comment, CommentId, Kind, MediaId, Message, MessageId, PersonId, Postback, Referral, ReplyTo, Words,
};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::{
    facts::{Facts, MediaOwner},
    rule_set::{KnownWords, TriggerKind, Vocabulary},
};

/// How much of a text is looked at, in characters: a comment's longest (fact sheet 5), more than a direct message's. A
/// delivery may claim megabytes, and matching must stay cheap.
const MAX_MATCHED_CHARS: usize = 2_200;

/// What may be answered, with its text prepared once for all rules.
#[derive(Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) kind: TriggerKind,
    pub(crate) to: Recipient<'a>,
    /// The payload of a tap.
    pub(crate) payload: Option<&'a str>,
    /// The `ref` of the link or ad that the person came through.
    pub(crate) reference: Option<&'a str>,
    /// The reaction given: its name and its emoji.
    pub(crate) reaction: [Option<&'a str>; 2],
    /// The message, where it can be reacted to.
    pub(crate) mid: Option<&'a MessageId>,
    /// It opens Meta's window: a message or a tap does, a reaction or a link does not (fact sheet 4.4).
    pub(crate) opens_window: bool,
    /// The user name of a comment's author.
    pub(crate) username: Option<&'a Words>,
    /// The post of a comment.
    pub(crate) media: Option<&'a MediaId>,
    /// The comment answers another comment.
    pub(crate) in_thread: bool,
    /// The comment's post is known to be the account's own. True for what is no comment.
    pub(crate) on_own_media: bool,
    text: Option<&'a str>,
    words: OnceCell<KnownWords>,
    /// `None` if the text is composed as it is.
    composed: OnceCell<Option<String>>,
}

/// Where an answer would go.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Recipient<'a> {
    Person(&'a PersonId),
    Comment(&'a CommentId),
}

impl<'a> Subject<'a> {
    /// The event as something to answer; `None` for kinds that are never answered.
    pub(crate) fn of(facts: &Facts<'a>) -> Option<Self> {
        Some(match &facts.event.kind {
            Kind::MessageReceived(message) => Self::of_message(message),
            Kind::PostbackPressed(postback) => Self::of_postback(postback),
            Kind::CommentWritten(comment) => Self::of_comment(comment, facts.media_owner),
            Kind::ReferralOpened { from, referral } => Self {
                reference: reference(Some(referral)),
                opens_window: false,
                ..Self::new(TriggerKind::Referral, Recipient::Person(from), None)
            },
            // What is taken back asks for no answer.
            Kind::ReactionChanged(reaction) if reaction.given => Self {
                reaction: [reaction.reaction.as_deref(), reaction.emoji.as_deref()],
                opens_window: false,
                ..Self::new(TriggerKind::Reaction, Recipient::Person(&reaction.by), None)
            },
            Kind::ReactionChanged(_)
            | Kind::MessageEchoed(_)
            | Kind::MessageUnsent { .. }
            | Kind::MessageEdited { .. }
            | Kind::MessageHinted { .. }
            | Kind::MessageSeen { .. }
            | Kind::OptInReceived { .. }
            | Kind::ControlChanged(_)
            | Kind::FieldsChanged { .. }
            | Kind::Unknown { .. } => return None,
        })
    }

    fn of_message(message: &'a Message) -> Self {
        let mentions = |kind: &AttachmentKind| *kind == AttachmentKind::StoryMention;
        let kind = if message.quick_reply.is_some() {
            TriggerKind::QuickReply
        } else if matches!(message.reply_to, Some(ReplyTo::Story { .. })) {
            TriggerKind::StoryReply
        } else if message.content.attachments.iter().any(|attachment| mentions(&attachment.kind)) {
            TriggerKind::StoryMention
        } else {
            TriggerKind::Message
        };
        let subject = Self::new(kind, Recipient::Person(&message.from), message.content.text.as_ref());
        Self {
            payload: message.quick_reply.as_ref().map(Words::expose),
            reference: reference(message.referral.as_ref()),
            mid: Some(&message.mid),
            ..subject
        }
    }

    fn of_postback(postback: &'a Postback) -> Self {
        let subject = Self::new(TriggerKind::Postback, Recipient::Person(&postback.from), postback.title.as_ref());
        Self { payload: postback.payload.as_ref().map(Words::expose), ..subject }
    }

    fn of_comment(comment: &'a Comment, owner: MediaOwner) -> Self {
        let kind = if comment.live { TriggerKind::LiveComment } else { TriggerKind::Comment };
        Self {
            media: comment.media.as_ref(),
            opens_window: false,
            username: comment.from.as_ref().and_then(|author| author.username.as_ref()),
            in_thread: comment.parent.is_some(),
            // `live_comments` come from the account's own broadcasts alone (fact sheet 3.16).
            on_own_media: comment.live || owner == MediaOwner::Own,
            ..Self::new(kind, Recipient::Comment(&comment.id), comment.text.as_ref())
        }
    }

    fn new(kind: TriggerKind, to: Recipient<'a>, text: Option<&'a Words>) -> Self {
        Self {
            kind,
            to,
            payload: None,
            reference: None,
            reaction: [None, None],
            mid: None,
            opens_window: true,
            username: None,
            media: None,
            in_thread: false,
            on_own_media: true,
            text: text.map(|text| start_of(text.expose())),
            words: OnceCell::new(),
            composed: OnceCell::new(),
        }
    }

    /// What the person wrote below a post.
    pub(crate) fn comment(&self) -> Option<&'a str> {
        self.text.filter(|_| self.kind.is_comment())
    }

    /// The text's words, folded at the first call. All calls for one subject are with the same vocabulary.
    pub(crate) fn words(&self, vocabulary: &Vocabulary) -> &KnownWords {
        self.words.get_or_init(|| vocabulary.read(self.text.unwrap_or_default()))
    }

    /// The text as expressions see it: composed, so that `é` is one character however it was typed.
    pub(crate) fn composed(&self) -> &str {
        let text = self.text.unwrap_or_default();
        let compose = || (!is_nfc(text)).then(|| text.nfc().collect());
        self.composed.get_or_init(compose).as_deref().unwrap_or(text)
    }
}

fn reference(referral: Option<&Referral>) -> Option<&str> {
    referral?.reference.as_ref().map(Words::expose)
}

fn start_of(text: &str) -> &str {
    let end = text.char_indices().nth(MAX_MATCHED_CHARS).map(|(end, _)| end);
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}
