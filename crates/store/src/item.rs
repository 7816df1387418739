//! The item of a message, comment, reaction or other event, and how an event changes it: pure, commutative, idempotent.

use std::cmp::Ordering;

use instagram::{Event, Kind, UnixMillis, Words};
use serde::{Deserialize, Serialize};

use crate::tombstones::IN_FLIGHT_MS;
use crate::{Body, Decided, Reply};

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
    /// Since when, in milliseconds since 1970, something became of a reply that the CRM is not told of: then the item is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untold: Option<i64>,
    /// What became of the search for a message that Meta only hinted at, once it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Seconds since 1970 when the item may go.
    #[serde(default)]
    pub expires_at: i64,
}

/// How long after a hint the message itself is waited for, in milliseconds, before it is looked for: it must be there
/// within two minutes, and whoever looks comes every minute.
pub const HINT_PATIENCE_MS: i64 = 45_000;

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

impl Item {
    /// True when a decision was written and every reply is at its end.
    pub fn is_done(&self) -> bool {
        self.decision.as_ref().is_some_and(|d| d.replies.iter().all(|r| r.state.is_final()))
    }

    /// True while all that is known of a message is that Meta hinted at it, and nobody has ended the search for it.
    pub fn is_hint(&self) -> bool {
        self.decision.is_none() && self.hint.is_none() && self.content.is_hint()
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

    /// True if what it holds happened up to a moment before which everything is erased. What a message itself says of
    /// its time counts; of what was told of it beside, the latest.
    pub fn is_from_before(&self, before: i64) -> bool {
        let told = [self.edit.as_ref().map(|edit| edit.at), self.deleted_at, self.hinted_at];
        let at = self.at.or_else(|| told.into_iter().flatten().max());
        let before = if self.kind.as_deref() == Some("echo") { before.saturating_add(IN_FLIGHT_MS) } else { before };
        at.is_none_or(|at| at <= before)
    }

    pub(crate) fn is_hint(&self) -> bool {
        self.hinted_at.is_some() && self.kind.is_none() && self.deleted_at.is_none()
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

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if passes references")]
pub(crate) fn is_false(value: &bool) -> bool {
    !*value
}
