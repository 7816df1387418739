//! The normal form: one `Event` per thing that happened, whatever shape it arrived in.

use crate::{AccountId, AppId, CommentId, MediaId, MessageId, Peer, PersonId, UnixMillis, Words};

/// One thing that happened on one account.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Whose event it is: `entry.id`.
    pub account: AccountId,
    /// When it happened by Meta's clock: the event's own time, else the entry's. `None` if neither can be read.
    pub at: Option<UnixMillis>,
    /// Another app controls the thread: record, never answer (fact sheet 3.14).
    pub standby: bool,
    /// A sample of the dashboard's "Test" button (entry id `"0"`): recorded as a test, never calls Graph.
    pub test: bool,
    /// A text held a lone surrogate (half of a character), replaced by U+FFFD.
    pub lossy: bool,
    /// What happened.
    pub kind: Kind,
}

/// What happened. Past tense: these are facts.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A person wrote.
    MessageReceived(Message),
    /// The account's own message came back: sent by us, by another app or by a person in Instagram.
    MessageEchoed(Echo),
    /// A message was unsent; whatever we hold of it must go.
    MessageUnsent {
        /// The unsent message.
        mid: MessageId,
        /// The other side of the conversation, where named.
        peer: Option<PersonId>,
    },
    /// A message's text changed. `num_edit` is 1 or more.
    MessageEdited {
        /// The edited message.
        mid: MessageId,
        /// The other side of the conversation; often missing on the wire.
        peer: Option<PersonId>,
        /// The new text, where given.
        text: Option<Words>,
        /// How many edits so far; the highest wins.
        num_edit: u32,
    },
    /// A message of which little more than its id came, and whose own event may never come: `message_edit` with
    /// `num_edit` 0 or none (fact sheet 3.6; not an edit), or a message that does not name its sender.
    MessageHinted {
        /// The message hinted at.
        mid: MessageId,
        /// The other side of the conversation, where named.
        peer: Option<PersonId>,
        /// Its text, where given.
        text: Option<Words>,
    },
    /// Somebody reacted to a message, or took the reaction back.
    ReactionChanged(Reaction),
    /// A person read up to this message.
    MessageSeen {
        /// The last message read.
        mid: MessageId,
        /// Who read it.
        by: PersonId,
    },
    /// A button, menu item or ice breaker was tapped.
    PostbackPressed(Postback),
    /// A person came through a link or an ad into an existing conversation.
    ReferralOpened {
        /// Who came.
        from: PersonId,
        /// Through what.
        referral: Referral,
    },
    /// A person opted in to notifications. Stored, never acted on.
    OptInReceived {
        /// Who opted in.
        from: PersonId,
        /// The wire's `type`, such as `notification_messages`.
        kind: Option<String>,
    },
    /// Control of the thread moved, was asked for, or roles changed.
    ControlChanged(Control),
    /// A comment, a reply to a comment, or a live comment.
    CommentWritten(Comment),
    /// Only the names of changed fields came ("include values" is off, fact sheet 1.6).
    FieldsChanged {
        /// The names.
        fields: Vec<String>,
    },
    /// Anything else. The raw element is kept beside the event.
    Unknown {
        /// The field or member that was not understood, as far as it can be named; at most 64 characters.
        name: String,
        /// The other side, if the element names a sender or recipient in the usual place.
        peer: Option<PersonId>,
    },
}

/// A message from a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its id.
    pub mid: MessageId,
    /// Who wrote it.
    pub from: PersonId,
    /// What it holds.
    pub content: Content,
    /// The payload of the quick reply that was tapped.
    pub quick_reply: Option<Words>,
    /// What it answers.
    pub reply_to: Option<ReplyTo>,
    /// What brought the person here.
    pub referral: Option<Referral>,
}

/// A message from the account itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Echo {
    /// Its id: equals `message_id` of the send's answer, if we sent it.
    pub mid: MessageId,
    /// To whom. The account itself for a self message.
    pub to: PersonId,
    /// What it holds.
    pub content: Content,
    /// What it answers.
    pub reply_to: Option<ReplyTo>,
    /// The marker the sending app set, where it comes back (fact sheet 3.3, single source).
    pub metadata: Option<Words>,
    /// The sending app, where named.
    pub app: Option<AppId>,
    /// The account wrote to itself.
    pub is_self: bool,
}

/// What a message holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Content {
    /// Its text.
    pub text: Option<Words>,
    /// Its attachments, in order.
    pub attachments: Vec<Attachment>,
    /// Of a kind the API cannot show.
    pub is_unsupported: bool,
}

/// One attachment. Its URL is untrusted and is never fetched here.
#[derive(Debug, Clone, PartialEq)]
pub struct Attachment {
    /// What it is.
    pub kind: AttachmentKind,
    /// Where it can be seen for some hours or days.
    pub url: Option<Words>,
    /// Its title, for shared posts and reels.
    pub title: Option<Words>,
    /// The post, reel, story or sticker it stands for.
    pub media: Option<String>,
}

/// The wire's `type` of an attachment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttachmentKind {
    /// `image`
    Image,
    /// `video`
    Video,
    /// `audio`
    Audio,
    /// `file`
    File,
    /// `share`: a shared post, the older form
    Share,
    /// `ig_post`: a shared post
    Post,
    /// `ig_reel` or `reel`
    Reel,
    /// `story_mention`: a person mentioned the account in a story
    StoryMention,
    /// `story` or `ig_story`: a story shared into the chat
    Story,
    /// `template`
    Template,
    /// `media`
    Media,
    /// `ephemeral`: disappears after viewing; has no URL
    Ephemeral,
    /// `fallback`
    Fallback,
    /// `sticker`
    Sticker,
    /// `like_heart`
    LikeHeart,
    /// Any other word, at most 64 characters of it.
    Other(String),
}

impl AttachmentKind {
    /// The wire's word; of words that mean the same, the one documented for Instagram Login.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::File => "file",
            Self::Share => "share",
            Self::Post => "ig_post",
            Self::Reel => "ig_reel",
            Self::StoryMention => "story_mention",
            Self::Story => "story",
            Self::Template => "template",
            Self::Media => "media",
            Self::Ephemeral => "ephemeral",
            Self::Fallback => "fallback",
            Self::Sticker => "sticker",
            Self::LikeHeart => "like_heart",
            Self::Other(word) => word,
        }
    }
}

/// What a message answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplyTo {
    /// An earlier message.
    Message(MessageId),
    /// A story of the account.
    Story {
        /// The story's id, where given.
        id: Option<String>,
        /// A link that lives about a day.
        url: Option<Words>,
    },
}

/// What brought a person here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Referral {
    /// The `ref` of the link.
    pub reference: Option<Words>,
    /// `ADS`, `SHORTLINK`, …
    pub source: Option<String>,
    /// `OPEN_THREAD`, …
    pub kind: Option<String>,
    /// The ad.
    pub ad_id: Option<String>,
    /// The shop product.
    pub product_id: Option<String>,
}

/// A reaction to a message, given or taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// The message reacted to.
    pub mid: MessageId,
    /// Who reacted.
    pub by: PersonId,
    /// The wire's action: `react` gives, everything else takes back.
    pub given: bool,
    /// `love`, `like`, … `other`.
    pub reaction: Option<String>,
    /// The emoji itself.
    pub emoji: Option<String>,
}

/// A tap on a button, menu item or ice breaker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Postback {
    /// The message id, missing for some ice breakers.
    pub mid: Option<MessageId>,
    /// Who tapped.
    pub from: PersonId,
    /// What the button said.
    pub title: Option<Words>,
    /// What the button means; missing in standby.
    pub payload: Option<Words>,
    /// The referral that came with it.
    pub referral: Option<Referral>,
    /// The account tapped its own button.
    pub is_self: bool,
}

/// Control of a thread (fact sheet 3.13). App ids are normalised to text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// The person whose thread it is; missing for `app_roles`.
    pub peer: Option<PersonId>,
    /// What happened to it.
    pub change: ControlChange,
}

/// The four kinds of handover event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlChange {
    /// `pass_thread_control`
    Passed {
        /// Who had it; none if the thread was idle.
        from: Option<AppId>,
        /// Who has it now.
        to: Option<AppId>,
    },
    /// `take_thread_control`
    Taken {
        /// Who had it.
        from: Option<AppId>,
        /// Who has it now.
        to: Option<AppId>,
    },
    /// `request_thread_control`
    Requested {
        /// Who asks.
        by: Option<AppId>,
    },
    /// `app_roles`: per app its roles
    Roles(Vec<(AppId, Vec<String>)>),
}

/// A comment on a post, reel, story or broadcast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its id: what replies, hiding and private replies are addressed to.
    pub id: CommentId,
    /// Who wrote it; may be missing.
    pub from: Option<Author>,
    /// Where it was written.
    pub media: Option<MediaId>,
    /// `FEED`, `REELS`, `STORY`, `AD`.
    pub media_product: Option<String>,
    /// The comment it answers.
    pub parent: Option<CommentId>,
    /// Its text; may be missing (GIF).
    pub text: Option<Words>,
    /// Written during a broadcast (`live_comments`).
    pub live: bool,
}

/// The author of a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The id scoped to the account.
    pub id: PersonId,
    /// The user name, where given.
    pub username: Option<Words>,
    /// The account itself wrote it (`self_ig_scoped_id`, or the id is the account's).
    pub is_self: bool,
}

impl Event {
    /// The person on the other side, or the message or comment that stands in where nobody is named.
    ///
    /// `None` only for what belongs to no conversation at all: changed fields, roles, unknown events without sender.
    pub fn peer(&self) -> Option<Peer> {
        Some(match &self.kind {
            Kind::MessageReceived(m) => Peer::from(&m.from),
            Kind::MessageEchoed(e) => Peer::from(&e.to),
            Kind::MessageUnsent { mid, peer }
            | Kind::MessageEdited { mid, peer, .. }
            | Kind::MessageHinted { mid, peer, .. } => peer.as_ref().map_or_else(|| Peer::from(mid), Peer::from),
            Kind::ReactionChanged(r) => Peer::from(&r.by),
            Kind::MessageSeen { by, .. } => Peer::from(by),
            Kind::PostbackPressed(p) => Peer::from(&p.from),
            Kind::ReferralOpened { from, .. } | Kind::OptInReceived { from, .. } => Peer::from(from),
            Kind::ControlChanged(c) => Peer::from(c.peer.as_ref()?),
            Kind::CommentWritten(c) => c.from.as_ref().map_or_else(|| Peer::from(&c.id), |a| Peer::from(&a.id)),
            Kind::FieldsChanged { .. } => return None,
            Kind::Unknown { peer, .. } => Peer::from(peer.as_ref()?),
        })
    }

    /// The kind as a short word, for keys, metrics, tables and logs.
    pub fn kind_name(&self) -> &'static str {
        match &self.kind {
            Kind::MessageReceived(_) => "message",
            Kind::MessageEchoed(_) => "echo",
            Kind::MessageUnsent { .. } => "unsend",
            Kind::MessageEdited { .. } => "edit",
            Kind::MessageHinted { .. } => "hint",
            Kind::ReactionChanged(_) => "reaction",
            Kind::MessageSeen { .. } => "seen",
            Kind::PostbackPressed(_) => "postback",
            Kind::ReferralOpened { .. } => "referral",
            Kind::OptInReceived { .. } => "optin",
            Kind::ControlChanged(_) => "handover",
            Kind::CommentWritten(_) => "comment",
            Kind::FieldsChanged { .. } => "changed_fields",
            Kind::Unknown { .. } => "unknown",
        }
    }
}
