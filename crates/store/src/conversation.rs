//! What is remembered of a conversation besides what events say of it: who may send, and what was sent.

use instagram::{Peer, UnixMillis, Words};
use serde::{Deserialize, Serialize};

use crate::Facts;
use crate::item::is_false;
use crate::keys::short_digest;

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

/// An automatic answer that was decided on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    /// What asked for it: a rule's name.
    pub rule: String,
    /// When the event happened that it answers, in milliseconds since 1970.
    pub at: i64,
    /// The first 8 digits of [`short_digest`] of that event's key.
    pub event: String,
    /// Something was done without words: it counts for the rule's own cooldown, not as an answer.
    #[serde(default, skip_serializing_if = "is_false")]
    pub wordless: bool,
}

/// What a profile said of the person, and when it was read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ProfileRead {
    /// In milliseconds since 1970.
    pub at: i64,
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Words>,
    /// The user name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<Words>,
    /// Whether the person follows the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<bool>,
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

impl Queued {
    /// An item that waits until a moment.
    pub fn new(item: &str, until: i64) -> Self {
        Self { item: short_digest(item), until }
    }
}

/// How many items may wait in order; those beyond go out in any order.
pub const QUEUE_KEPT: usize = 8;

/// How many automatic answers a conversation remembers: a loop is six within ten minutes, and each may have an answer or
/// two of the event that is being decided on beside it.
const RECENT_KEPT: usize = 8;

/// Answers that count towards a loop are kept whatever their rule, in milliseconds.
const LOOP_MS: i64 = 10 * 60 * 1000;

/// How many people a conversation is linked to at most.
const MAX_LINKED: usize = 4;

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
    /// The latest automatic answers, latest last: of each rule at least the last one, while there is room.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<Recent>,
    /// When the disclosure line was last sent, or is about to be, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disclosed_at: Option<i64>,
    /// [`short_digest`] of the key of the comment whose private reply was the last that was about to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disclosed_by: Option<String>,
    /// Other ids of the same person: a private reply can go to another id than the comment's author has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub linked: Vec<Peer>,
    /// The person's profile, if a rule ever asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<ProfileRead>,
    /// The latest private replies that the person is to get, latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expected: Vec<Expected>,
    /// What waits here in order, the next first, if anything does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queue: Vec<Queued>,
    /// What is known of the person.
    #[serde(default)]
    pub facts: Facts,
    /// All that happened here up to this moment is, or is being, erased, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_before: Option<i64>,
    /// Seconds since 1970 when the item may go.
    #[serde(default)]
    pub expires_at: i64,
    /// The table holds more than this: what was forgotten is to be removed by the next write.
    #[serde(skip)]
    pub is_emptied: bool,
}

/// How many private replies a conversation expects at most.
const EXPECTED_KEPT: usize = 4;

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
        let Self { rev, fence, gate, sent, queue, erased_before, expires_at, .. } = self;
        Self { rev, fence, gate, sent, queue, erased_before, expires_at, is_emptied: true, ..Self::default() }
    }

    /// What counts of a conversation of which everything up to a moment is erased: who may send, so that nothing is sent
    /// twice meanwhile, and its revision.
    #[must_use]
    pub fn forget(self, before: i64) -> Self {
        let Self { rev, fence, gate, expires_at, .. } = self;
        Self { rev, fence, gate, expires_at, erased_before: Some(before), is_emptied: true, ..Self::default() }
    }

    /// True if it still holds something from up to a moment, as far as it says.
    pub fn is_from_before(&self, before: i64) -> bool {
        self.erased_before.is_none_or(|held| held < before)
    }

    /// True if something happened in it since it was forgotten, or ever.
    pub fn has_news(&self) -> bool {
        // Meta may have refused a message of before.
        Facts { elsewhere: None, ..self.facts.clone() } != Facts::default()
    }

    /// True if the person said something last: neither the account wrote since, nor did a rule answer it.
    pub fn is_unanswered(&self) -> bool {
        let answered = self.facts.answered.as_ref().map(|mark| mark.at);
        // An answer has the time of what it answers.
        let by_rule = self.recent.iter().filter(|recent| !recent.wordless).map(|recent| recent.at).max();
        self.facts.last_said_at().is_some_and(|said| answered.max(by_rule).is_none_or(|answered| answered < said.0))
    }

    /// Remembers an automatic answer.
    pub fn remember_answer(&mut self, rule: &str, event_key: &str, at: UnixMillis) {
        let event = event_digest(event_key);
        self.remember(Recent { rule: rule.to_owned(), at: at.0, event, wordless: false });
    }

    /// Remembers that a rule did something without words.
    pub fn remember_gesture(&mut self, rule: &str, event_key: &str, at: UnixMillis) {
        let event = event_digest(event_key);
        self.remember(Recent { rule: rule.to_owned(), at: at.0, event, wordless: true });
    }

    fn remember(&mut self, recent: Recent) {
        self.recent.push(recent);
        while self.recent.len() > RECENT_KEPT {
            let newest = self.recent.iter().map(|recent| recent.at).max().unwrap_or_default();
            let is_spare = |place: usize| {
                let recent = &self.recent[place];
                let later = self.recent[place + 1..].iter().any(|other| other.rule == recent.rule);
                later && newest - recent.at > LOOP_MS
            };
            let spare = (0..self.recent.len()).find(|place| is_spare(*place));
            // What was said is what makes a loop.
            let wordless = || self.recent.iter().position(|recent| recent.wordless);
            self.recent.remove(spare.or_else(wordless).unwrap_or(0));
        }
    }

    /// Notes that the private reply to the comment with this event key will say that a machine answers.
    pub fn disclose(&mut self, event_key: &str, at_ms: i64) {
        self.disclosed_at = Some(at_ms);
        self.disclosed_by = Some(short_digest(event_key));
    }

    /// When the disclosure line was last sent, or is about to be, but for the private reply to the comment with this key.
    pub fn disclosed_before(&self, event_key: &str) -> Option<i64> {
        let is_own = self.disclosed_by.as_deref() == Some(short_digest(event_key).as_str());
        self.disclosed_at.filter(|_| !is_own)
    }

    /// The automatic answers to other events than the one with this key.
    pub fn answers_but_to<'a>(&'a self, event_key: &str) -> impl Iterator<Item = &'a Recent> {
        let event = event_digest(event_key);
        self.recent.iter().filter(move |recent| recent.event != event)
    }

    /// Notes that another id is the same person.
    pub fn link(&mut self, peer: &Peer) {
        if !self.linked.contains(peer) && self.linked.len() < MAX_LINKED {
            self.linked.push(peer.clone());
        }
    }

    /// Expects a private reply with this text until a moment.
    pub fn expect(&mut self, text: &str, until: i64) {
        let expected = Expected { text: text_digest(text), until };
        self.expected.retain(|held| held.text != expected.text);
        self.expected.push(expected);
        let surplus = self.expected.len().saturating_sub(EXPECTED_KEPT);
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
        let queued = Queued::new(item, until);
        let mut queue: Vec<Queued> = self.queue.iter().filter(|queued| queued.until > now_ms).cloned().collect();
        if queue.len() >= QUEUE_KEPT || queue.iter().any(|held| held.item == queued.item) {
            return None;
        }
        queue.push(queued);
        Some(queue)
    }

    /// The queue after an item's claim, with `goes_first` at its head.
    pub(crate) fn queue_after(&self, claimed: &str, goes_first: Option<&Queued>) -> Vec<Queued> {
        let claimed = short_digest(claimed);
        let is_kept = |queued: &&Queued| {
            queued.item != claimed && goes_first.is_none_or(|goes_first| queued.item != goes_first.item)
        };
        goes_first.into_iter().chain(self.queue.iter().filter(is_kept)).cloned().collect()
    }

    /// True if a message is known to be ours.
    pub fn is_own(&self, mid: &str) -> bool {
        self.sent.contains(&short_digest(mid))
    }
}

fn event_digest(event_key: &str) -> String {
    short_digest(event_key).chars().take(8).collect()
}

/// Meta may trim a text or change its line ends.
fn text_digest(text: &str) -> String {
    short_digest(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}
