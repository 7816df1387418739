//! The item of a message, comment, reaction or other event, and how an event changes it: pure, commutative, idempotent.

use std::cmp::Ordering;

use instagram::{Attachment, Content, Event, Kind, Referral, ReplyTo, UnixMillis, Words};
use serde::{Deserialize, Serialize};

/// Longest body or raw copy kept in an item, in bytes. DynamoDB refuses items over 400 KB: 250,000 for this, 50,000 for
/// an edit, and the rest is keys, a decision and a few texts of at most 1000 bytes each.
pub const MAX_KEPT_BYTES: usize = 250_000;

/// Longest text of an edit kept in an item, in bytes.
pub const MAX_EDIT_BYTES: usize = 50_000;

/// An item as it lies in the table, without its key.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Item {
    /// Counts writes of the content; a write names the one it read.
    #[serde(default)]
    pub rev: u64,
    /// What happened.
    #[serde(default, flatten)]
    pub content: ItemContent,
    /// What was decided about it, once.
    #[serde(default, flatten, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decided>,
    /// When somebody must look at its replies again, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<i64>,
    /// Seconds since 1970 when the item may go.
    #[serde(default)]
    pub expires_at: i64,
}

/// What happened: the part that events change.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ItemContent {
    /// The kind of the event that made the item, such as `message`; absent while only edits or an unsend are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// When it happened, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<i64>,
    /// What it holds: [`Body`] as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Words>,
    /// The raw element of an event that was not understood, or of a hint at a message that has not come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<Words>,
    /// Some of it was too large for an item: the whole of that lies in the quarantine queue.
    #[serde(default, skip_serializing_if = "is_false")]
    pub in_quarantine: bool,
    /// It came while another app held the thread, every time it came.
    #[serde(default, skip_serializing_if = "is_false")]
    pub standby: bool,
    /// It came as a live comment at least once.
    #[serde(default, skip_serializing_if = "is_false")]
    pub live: bool,
    /// The edit with the highest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit: Option<Edit>,
    /// When it was unsent. From then on it holds no words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<i64>,
    /// When Meta hinted at it by an edit numbered 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hinted_at: Option<i64>,
}

/// One edit of a message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Edit {
    /// Its number, from 1.
    pub n: u32,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The new text, where given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Words>,
}

/// What a message, comment, reaction or tap holds, as it is stored.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Body {
    /// Text, or the title of a tapped button.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Words>,
    /// Attachments, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<StoredAttachment>,
    /// Payload of a quick reply or button.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Words>,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// The story it answers, by id; empty if the id was not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub story: Option<String>,
    /// The `ref` of the link or ad that brought the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<Words>,
    /// The ad that brought the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ad: Option<String>,
    /// The user name of a comment's author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<Words>,
    /// The post a comment stands under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<String>,
    /// `FEED`, `REELS`, `STORY`, `AD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The comment it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// `react` or `unreact`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// `love`, … for a reaction; the emoji if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reaction: Option<String>,
    /// Of a kind the API cannot show.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unsupported: bool,
    /// Text held a lone surrogate, replaced by U+FFFD.
    #[serde(default, skip_serializing_if = "is_false")]
    pub lossy: bool,
}

/// One attachment as it is stored: the link only, never what it leads to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredAttachment {
    /// The wire's `type`.
    pub kind: String,
    /// Its link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Words>,
    /// Its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Words>,
    /// The post, reel, story or sticker it stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<String>,
}

/// What was decided about an event, written once together with the replies it asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decided {
    /// The outcome's code, such as `answered` or `no_match`.
    pub why: String,
    /// The version of the rules that decided; 0 without rules.
    pub rules: u32,
    /// The trace, opaque here. Gone when the words it is about are gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    /// The facts decided on, opaque here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<String>,
    /// The replies, in the order in which they go out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replies: Vec<Reply>,
}

/// One intended reply and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// Derived from event key, rule and step.
    pub id: String,
    /// The rule that asks for it.
    pub rule: String,
    /// What it is.
    pub action: ReplyAction,
    /// What it says; gone when the message answered was unsent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Words>,
    /// Not to be sent later than this, in milliseconds since 1970.
    pub not_after: i64,
    /// Where it stands.
    pub state: ReplyState,
    /// The attempt under way or the last one ended; 0 before the first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub att: u64,
    /// When the lease of the attempt under way ends, in milliseconds since 1970 (private and public replies; a direct
    /// message's is in the conversation's gate).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
    /// The message or comment it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mid: Option<String>,
    /// Why it failed or is unknown: a code such as `window` or `graph_1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a reply is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyAction {
    /// A direct message to the person: one in flight per conversation, by the gate.
    Text,
    /// The one private reply Meta allows per comment: claimed on the comment itself.
    PrivateReply,
    /// A public reply under the comment: claimed on the comment itself.
    PublicReply,
}

/// Where a reply stands. A direct message's attempt under way shows in the conversation's gate, not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyState {
    /// To be sent; not before the item's `due_at`, if it has one.
    Planned,
    /// An attempt is under way (private and public replies).
    Sending,
    /// An attempt ended without proof either way. Never sent again without evidence that it was not sent.
    Unknown,
    /// Meta has it.
    Sent,
    /// It will not be sent; `reason` says why.
    Failed,
    /// Nobody can tell; a person must look.
    Parked,
}

impl ReplyState {
    /// Nothing more will happen by itself.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Sent | Self::Failed | Self::Parked)
    }

    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Sending => "sending",
            Self::Unknown => "unknown",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Parked => "parked",
        }
    }
}

impl Item {
    /// True when a decision was written and every reply is at its end.
    pub fn is_done(&self) -> bool {
        self.decision.as_ref().is_some_and(|d| d.replies.iter().all(|r| r.state.is_final()))
    }

    /// Its replies, in the order in which they go out.
    pub fn replies(&self) -> &[Reply] {
        self.decision.as_ref().map_or(&[], |decided| &decided.replies)
    }

    /// What counts of an item past its retention that the table has not deleted yet: that it was decided, so that
    /// nothing is sent a second time, and its revision, so that it can be written.
    #[must_use]
    pub(crate) fn expired(self) -> Self {
        Self { content: ItemContent::default(), ..self }
    }
}

impl ItemContent {
    /// Applies an event that happened at `at`. `raw` is its element, kept only if the event was not understood.
    pub fn apply(&mut self, event: &Event, raw: &str, at: UnixMillis) {
        match &event.kind {
            Kind::MessageUnsent { .. } => {
                self.deleted_at = Some(self.deleted_at.map_or(at.0, |held| held.min(at.0)));
            }
            Kind::MessageEdited { text, num_edit, .. } => {
                let too_large = is_too_large(event, raw);
                let edit = Edit { n: *num_edit, at: at.0, text: text.clone().filter(|_| !too_large) };
                if self.edit.as_ref().is_none_or(|held| edit > *held) {
                    self.edit = Some(edit);
                }
                self.in_quarantine |= too_large;
            }
            Kind::MessageHinted { .. } => {
                self.hinted_at = Some(self.hinted_at.map_or(at.0, |held| held.min(at.0)));
                let too_large = is_too_large(event, raw);
                // All there is of the message until its own event comes, which may be never.
                if self.kind.is_none() && !too_large {
                    self.raw = self.raw.take().max(Some(Words::from(raw)));
                }
                self.in_quarantine |= too_large;
            }
            Kind::ReactionChanged(_) => {
                let next = Self::of(event, raw, at);
                if (next.at, &next.body) > (self.at, &self.body) {
                    *self = next;
                }
            }
            _ => self.merge_first(Self::of(event, raw, at)),
        }
        if self.deleted_at.is_some() {
            self.forget_words();
        }
    }

    /// The one event that makes the item. It may come several times: live once is live, standby only if always.
    fn merge_first(&mut self, next: Self) {
        if self.kind.is_none() {
            let in_quarantine = self.in_quarantine || next.in_quarantine;
            *self = self.replaced_by(next);
            self.in_quarantine = in_quarantine;
            return;
        }
        let live = self.live || next.live;
        let standby = self.standby && next.standby;
        let in_quarantine = self.in_quarantine || next.in_quarantine;
        // The same id with other words should not happen; if it does, every order must choose the same.
        let greater = match (&next.kind, next.at).cmp(&(&self.kind, self.at)) {
            Ordering::Equal => self.deleted_at.is_none() && (&next.body, &next.raw) > (&self.body, &self.raw),
            order => order == Ordering::Greater,
        };
        if greater {
            *self = self.replaced_by(next);
        }
        self.live = live;
        self.standby = standby;
        self.in_quarantine = in_quarantine;
    }

    /// `next`, with what other events said of the message.
    fn replaced_by(&mut self, next: Self) -> Self {
        Self { edit: self.edit.take(), deleted_at: self.deleted_at, hinted_at: self.hinted_at, ..next }
    }

    fn of(event: &Event, raw: &str, at: UnixMillis) -> Self {
        let too_large = is_too_large(event, raw);
        Self {
            kind: Some(event.kind_name().to_owned()),
            at: Some(at.0),
            body: body_json(event).filter(|_| !too_large).map(Words::from),
            raw: (is_kept_raw(event) && !too_large).then(|| Words::from(raw)),
            in_quarantine: too_large,
            standby: event.standby,
            live: matches!(&event.kind, Kind::CommentWritten(c) if c.live),
            ..Self::default()
        }
    }

    fn forget_words(&mut self) {
        self.body = None;
        self.raw = None;
        if let Some(edit) = &mut self.edit {
            edit.text = None;
        }
    }

    /// What it holds, if it still holds anything.
    pub fn parsed_body(&self) -> Option<Body> {
        serde_json::from_str(self.body.as_ref()?.expose()).ok()
    }
}

/// True if an item cannot hold what an event says: then the event must be kept elsewhere before it is applied.
///
/// `raw` is the event's element. Judged by the event alone, so that it does not matter what the item holds already.
pub fn is_too_large(event: &Event, raw: &str) -> bool {
    match &event.kind {
        Kind::MessageEdited { text, .. } => text.as_ref().is_some_and(|text| text.expose().len() > MAX_EDIT_BYTES),
        _ if is_kept_raw(event) => raw.len() > MAX_KEPT_BYTES,
        // What is stored of an element are its own texts under other names: a short element makes no long body.
        _ => raw.len() > MAX_KEPT_BYTES / 2 && body_json(event).is_some_and(|body| body.len() > MAX_KEPT_BYTES),
    }
}

/// Events of which we keep the element itself, because we understand too little of it.
fn is_kept_raw(event: &Event) -> bool {
    matches!(
        event.kind,
        Kind::Unknown { .. }
            | Kind::FieldsChanged { .. }
            | Kind::OptInReceived { .. }
            | Kind::ControlChanged(_)
            | Kind::MessageHinted { .. }
    )
}

fn body_json(event: &Event) -> Option<String> {
    Body::of(event).map(|body| serde_json::to_string(&body).unwrap_or_default())
}

impl Body {
    /// What an event holds; `None` for kinds that hold nothing of their own.
    pub fn of(event: &Event) -> Option<Self> {
        let mut body = match &event.kind {
            Kind::MessageReceived(m) => {
                let mut body = Self::of_content(&m.content, m.reply_to.as_ref());
                body.payload.clone_from(&m.quick_reply);
                body.set_referral(m.referral.as_ref());
                body
            }
            Kind::MessageEchoed(e) => Self::of_content(&e.content, e.reply_to.as_ref()),
            Kind::CommentWritten(c) => Self {
                text: c.text.clone(),
                username: c.from.as_ref().and_then(|a| a.username.clone()),
                media: c.media.as_ref().map(ToString::to_string),
                product: c.media_product.clone(),
                parent: c.parent.as_ref().map(ToString::to_string),
                ..Self::default()
            },
            Kind::ReactionChanged(r) => Self {
                action: Some(if r.given { "react" } else { "unreact" }.to_owned()),
                reaction: r.emoji.clone().or_else(|| r.reaction.clone()),
                ..Self::default()
            },
            Kind::PostbackPressed(p) => {
                let mut body = Self { text: p.title.clone(), payload: p.payload.clone(), ..Self::default() };
                body.set_referral(p.referral.as_ref());
                body
            }
            Kind::ReferralOpened { referral, .. } => {
                let mut body = Self::default();
                body.set_referral(Some(referral));
                body
            }
            Kind::MessageSeen { mid, .. } => Self { reply_to: Some(mid.to_string()), ..Self::default() },
            Kind::MessageUnsent { .. }
            | Kind::MessageEdited { .. }
            | Kind::MessageHinted { .. }
            | Kind::OptInReceived { .. }
            | Kind::ControlChanged(_)
            | Kind::FieldsChanged { .. }
            | Kind::Unknown { .. } => return None,
        };
        body.lossy = event.lossy;
        Some(body)
    }

    fn of_content(content: &Content, reply_to: Option<&ReplyTo>) -> Self {
        let mut body = Self {
            text: content.text.clone(),
            attachments: content.attachments.iter().map(StoredAttachment::of).collect(),
            unsupported: content.is_unsupported,
            ..Self::default()
        };
        match reply_to {
            Some(ReplyTo::Message(mid)) => body.reply_to = Some(mid.to_string()),
            Some(ReplyTo::Story { id, .. }) => body.story = Some(id.clone().unwrap_or_default()),
            None => {}
        }
        body
    }

    fn set_referral(&mut self, referral: Option<&Referral>) {
        if let Some(referral) = referral {
            self.referral.clone_from(&referral.reference);
            self.ad.clone_from(&referral.ad_id);
        }
    }
}

impl StoredAttachment {
    fn of(attachment: &Attachment) -> Self {
        Self {
            kind: attachment.kind.as_str().to_owned(),
            url: attachment.url.clone(),
            title: attachment.title.clone(),
            media: attachment.media.clone(),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if passes references")]
fn is_false(value: &bool) -> bool {
    !*value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if passes references")]
fn is_zero(value: &u64) -> bool {
    *value == 0
}
