//! What is remembered of a conversation, and how an event changes it: pure, commutative, idempotent.

use std::collections::BTreeSet;

use instagram::{ControlChange, Event, Kind, UnixMillis};
use serde::{Deserialize, Serialize};

use crate::keys::short_digest;

/// How long a person's own answer pauses automation in the conversation.
pub const PAUSE_MS: i64 = 12 * 60 * 60 * 1000;

/// An answer this soon after the person's message was hardly typed by hand: probably another automation.
pub const TOO_FAST_FOR_A_PERSON_MS: i64 = 5_000;

/// How many moments of each sort are kept: the item must stay within the 1 KB that one write unit pays for.
const KEPT: usize = 4;

/// Something that happened at a moment, named by a digest of its id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mark {
    /// Milliseconds since 1970.
    pub at: i64,
    /// [`short_digest`] of the message, comment or event key.
    pub id: String,
}

impl Mark {
    /// A mark of `id` at `at`.
    pub fn new(at: UnixMillis, id: &str) -> Self {
        Self { at: at.0, id: short_digest(id) }
    }
}

/// Who holds the thread, by the latest handover event. App ids as text; `None`: nobody, the thread is idle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Holder {
    /// Milliseconds since 1970.
    pub at: i64,
    /// The app in control.
    pub app: Option<String>,
}

/// The reply in flight, or the last one: see `design` in the README of `outbox`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// Sort key of the item whose reply holds the gate.
    pub item: String,
    /// Which of its replies.
    pub step: usize,
    /// The attempt: the fence at its claim.
    pub k: u64,
    /// When its lease ends, in milliseconds since 1970.
    pub until: i64,
    /// Who claimed it, so that one whose claim got no answer recognises its own.
    #[serde(default)]
    pub by: String,
}

/// An automatic answer that was sent, or at least tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    /// [`keys::short_digest`](crate::keys::short_digest) of the rule's name, its first 8 digits.
    pub rule: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

impl Recent {
    /// An answer by `rule` at `at`.
    pub fn new(rule: &str, at: i64) -> Self {
        Self { rule: short_digest(rule).chars().take(8).collect(), at }
    }
}

/// A private reply that will show in this conversation, or already does, without having been sent through its gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// [`short_digest`] of its text, its white space made even.
    pub text: String,
    /// Not expected any more from this moment on, in milliseconds since 1970.
    pub until: i64,
}

/// An item whose direct messages wait for their turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queued {
    /// [`keys::short_digest`](crate::keys::short_digest) of the item's sort key.
    pub item: String,
    /// When it gives up its turn, in milliseconds since 1970: its reply would be too late.
    pub until: i64,
}

/// How many items may wait in order; those beyond go out in any order.
pub const QUEUE_KEPT: usize = 8;

/// How many automatic answers a conversation remembers: a loop is six within ten minutes.
pub(crate) const RECENT_KEPT: usize = 6;

/// The facts, the gate and the fence of one conversation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Conversation {
    /// Counts writes of the facts; a write names the one it read.
    #[serde(default)]
    pub rev: u64,
    /// Counts claims; a claim names the one it read.
    #[serde(default)]
    pub fence: u64,
    /// Who holds, or last held, the right to send here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
    /// [`short_digest`]s of the messages we sent before the one at the gate, latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<String>,
    /// The latest automatic answers, latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<Recent>,
    /// The latest private replies that the person is to get, latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expected: Vec<Expected>,
    /// What waits here in order, the next first, if anything does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queue: Vec<Queued>,
    /// What is known of the person.
    #[serde(default)]
    pub facts: Facts,
    /// Seconds since 1970 when the item may go.
    #[serde(default)]
    pub expires_at: i64,
}

/// What rules and guards need to know of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// The first thing the person sent as a direct message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Mark>,
    /// The first comment the person wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_comment: Option<Mark>,
    /// The latest that opened the 24-hour window, a few of them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub wrote: BTreeSet<i64>,
    /// The latest that the account itself wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Mark>,
    /// The latest comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commented: Option<Mark>,
    /// How far the person has read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Mark>,
    /// Who holds the thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<Holder>,
    /// Messages of the account that we know nothing of: each pauses automation, unless it came too fast.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub foreign: BTreeSet<Mark>,
    /// When Meta last refused a message of ours because another app holds the thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<i64>,
    /// The person's latest word on automatic answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wish: Option<Wish>,
}

/// A person's word on automatic answers. The latest counts; of two at one moment, silence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Wish {
    /// Milliseconds since 1970.
    pub at: i64,
    /// No more of them.
    pub silence: bool,
    /// [`short_digest`] of the message, edit or comment.
    pub id: String,
}

/// How many of our messages a conversation remembers, so that their echoes are known.
const SENT_KEPT: usize = 8;

impl Conversation {
    /// Remembers that a message is ours.
    pub fn remember_sent(&mut self, mid: &str) {
        let id = short_digest(mid);
        if !self.sent.contains(&id) {
            self.sent.push(id);
        }
        self.trim_sent();
    }

    /// Forgets all but the latest of our messages.
    pub fn trim_sent(&mut self) {
        let surplus = self.sent.len().saturating_sub(SENT_KEPT);
        self.sent.drain(..surplus);
    }

    /// Lifts the pauses caused by messages that are known to be ours by now. True if there were any.
    pub fn lift_own_pauses(&mut self) -> bool {
        let before = self.facts.foreign.len();
        let sent = &self.sent;
        self.facts.foreign.retain(|mark| !sent.contains(&mark.id));
        self.facts.foreign.len() < before
    }

    /// What counts of a conversation past its retention that the table has not deleted yet: who may send, and its
    /// revision, so that it can be written.
    #[must_use]
    pub(crate) fn expired(self) -> Self {
        Self { facts: Facts::default(), ..self }
    }

    /// Expects a private reply with this text until a moment.
    pub fn expect(&mut self, text: &str, until: i64) {
        let expected = Expected { text: text_digest(text), until };
        self.expected.retain(|held| held.text != expected.text);
        self.expected.push(expected);
        let surplus = self.expected.len().saturating_sub(KEPT);
        self.expected.drain(..surplus);
    }

    /// True if a message with this text is a private reply that was expected at `at`.
    pub fn expects(&self, text: &str, at: i64) -> bool {
        let text = text_digest(text);
        self.expected.iter().any(|expected| expected.text == text && at < expected.until)
    }

    /// True if no other item waits here for its turn before this one.
    pub fn is_turn_of(&self, item: &str, now_ms: i64) -> bool {
        let next = self.queue.iter().find(|queued| queued.until > now_ms);
        next.is_none_or(|next| next.item == short_digest(item))
    }

    /// The queue with an item at its end, or `None` if it is there already, or the queue is full.
    pub fn queue_with(&self, item: &str, until: i64, now_ms: i64) -> Option<Vec<Queued>> {
        let id = short_digest(item);
        let mut queue: Vec<Queued> = self.queue.iter().filter(|queued| queued.until > now_ms).cloned().collect();
        if queue.len() >= QUEUE_KEPT || queue.iter().any(|queued| queued.item == id) {
            return None;
        }
        queue.push(Queued { item: id, until });
        Some(queue)
    }

    /// The queue without an item, or `None` if it is not in it.
    pub(crate) fn queue_without(&self, item: &str) -> Option<Vec<Queued>> {
        let id = short_digest(item);
        let is_in = self.queue.iter().any(|queued| queued.item == id);
        is_in.then(|| self.queue.iter().filter(|queued| queued.item != id).cloned().collect())
    }

    /// True if a message is known to be ours.
    pub fn is_own(&self, mid: &str) -> bool {
        self.sent.contains(&short_digest(mid))
    }
}

impl Facts {
    /// When the person last did something that opens the 24-hour window.
    pub fn last_user_at(&self) -> Option<UnixMillis> {
        self.wrote.last().copied().map(UnixMillis)
    }

    /// Until when automation pauses because somebody else answers here: a person of the office, or another app.
    ///
    /// An answer within [`TOO_FAST_FOR_A_PERSON_MS`] of the person's message pauses nothing. That is judged here and
    /// not when it arrives, so that the order of arrival does not matter.
    pub fn paused_until(&self) -> Option<UnixMillis> {
        let by_hand =
            |mark: &&Mark| !self.wrote.iter().any(|at| (0..TOO_FAST_FOR_A_PERSON_MS).contains(&(mark.at - at)));
        let answered = self.foreign.iter().rev().find(by_hand).map(|mark| mark.at);
        answered.max(self.elsewhere).map(|at| UnixMillis(at).plus_ms(PAUSE_MS))
    }

    /// True if the person wants no automatic answers.
    pub fn is_opted_out(&self) -> bool {
        self.wish.as_ref().is_some_and(|wish| wish.silence)
    }

    /// Takes a person's word on automatic answers, said at `at` in the event with this key.
    pub fn take_wish(&mut self, silence: bool, event_key: &str, at: UnixMillis) {
        keep_latest(&mut self.wish, Wish { at: at.0, silence, id: short_digest(event_key) });
    }

    /// Forgets a pause: the message turned out to be ours. True if there was one.
    pub fn lift_pause(&mut self, mid: &str) -> bool {
        let id = short_digest(mid);
        let before = self.foreign.len();
        self.foreign.retain(|mark| mark.id != id);
        self.foreign.len() < before
    }

    /// Applies an event that happened at `at`. `foreign_echo` says that an echo is of a message we did not send.
    pub fn apply(&mut self, event: &Event, event_key: &str, at: UnixMillis, foreign_echo: bool) {
        match &event.kind {
            Kind::MessageReceived(m) => self.user_wrote(Mark::new(at, m.mid.as_str())),
            Kind::PostbackPressed(p) if !p.is_self => self.user_wrote(Mark::new(at, event_key)),
            Kind::MessageEchoed(e) if !e.is_self => {
                let mark = Mark::new(at, e.mid.as_str());
                keep_latest(&mut self.answered, mark.clone());
                if foreign_echo && !event.standby {
                    self.foreign.insert(mark);
                    trim(&mut self.foreign);
                }
            }
            Kind::CommentWritten(c) => {
                let mark = Mark::new(at, c.id.as_str());
                keep_first(&mut self.first_comment, mark.clone());
                keep_latest(&mut self.commented, mark);
            }
            Kind::MessageSeen { mid, .. } => keep_latest(&mut self.seen, Mark::new(at, mid.as_str())),
            Kind::ControlChanged(control) => match &control.change {
                ControlChange::Passed { to, .. } | ControlChange::Taken { to, .. } => {
                    keep_latest(&mut self.holder, Holder { at: at.0, app: to.as_ref().map(ToString::to_string) });
                }
                ControlChange::Requested { .. } | ControlChange::Roles(_) => {}
            },
            Kind::PostbackPressed(_)
            | Kind::MessageEchoed(_)
            | Kind::MessageUnsent { .. }
            | Kind::MessageEdited { .. }
            | Kind::MessageHinted { .. }
            | Kind::ReactionChanged(_)
            | Kind::ReferralOpened { .. }
            | Kind::OptInReceived { .. }
            | Kind::FieldsChanged { .. }
            | Kind::Unknown { .. } => {}
        }
    }

    fn user_wrote(&mut self, mark: Mark) {
        self.wrote.insert(mark.at);
        trim(&mut self.wrote);
        keep_first(&mut self.first, mark);
    }
}

/// Meta may trim a text or change its line ends.
fn text_digest(text: &str) -> String {
    short_digest(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn keep_first<T: Ord>(slot: &mut Option<T>, value: T) {
    if slot.as_ref().is_none_or(|held| value < *held) {
        *slot = Some(value);
    }
}

fn keep_latest<T: Ord>(slot: &mut Option<T>, value: T) {
    if slot.as_ref().is_none_or(|held| value > *held) {
        *slot = Some(value);
    }
}

/// Keeps the greatest few. The greatest few of a union do not depend on the order of insertion.
fn trim<T: Ord>(set: &mut BTreeSet<T>) {
    while set.len() > KEPT {
        set.pop_first();
    }
}
