//! What events say about a conversation and its person: pure, commutative, idempotent.

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

/// Most marks for the office that a conversation has.
pub const MAX_TAGS: usize = 6;

/// How many holds are kept: an event's own, and the latest of all others.
const HOLDS_KEPT: usize = 2;

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
    /// The person's word before that, so that an event which is decided on a second time finds what was said before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wish_before: Option<Wish>,
    /// Until when rules or a person's wish keep automation silent, and which events asked for it: the latest few.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub held: BTreeSet<Mark>,
    /// Marks for the office, a few of them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<String>,
    /// When the person first asked that everything held about them is erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erasure_at: Option<i64>,
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

impl Facts {
    /// When something was last said here, by either side: in messages, comments or taps.
    pub fn last_at(&self) -> Option<UnixMillis> {
        let marks = [&self.answered, &self.commented].into_iter().flatten().map(|mark| mark.at);
        marks.chain(self.wrote.last().copied()).max().map(UnixMillis)
    }

    /// When the person last said something: in a message, a comment or a tap.
    pub fn last_said_at(&self) -> Option<UnixMillis> {
        let commented = self.commented.as_ref().map(|mark| mark.at);
        self.wrote.last().copied().max(commented).map(UnixMillis)
    }

    /// When the person last did something that opens the 24-hour window.
    pub fn last_user_at(&self) -> Option<UnixMillis> {
        self.wrote.last().copied().map(UnixMillis)
    }

    /// Until when automation pauses because somebody else answers here: a person of the office, or another app.
    ///
    /// An answer within [`TOO_FAST_FOR_A_PERSON_MS`] of the person's message pauses nothing. That is judged here and
    /// not when it arrives, so that the order of arrival does not matter.
    pub fn paused_until(&self) -> Option<UnixMillis> {
        self.paused_by_others_until().max(self.held.last().map(|held| UnixMillis(held.at)))
    }

    /// The same without what the event with this key asked for: what it was when the event came.
    pub fn paused_until_before(&self, event_key: &str) -> Option<UnixMillis> {
        let own = short_digest(event_key);
        let held = self.held.iter().rev().find(|held| held.id != own);
        self.paused_by_others_until().max(held.map(|held| UnixMillis(held.at)))
    }

    /// The same without what rules and the person's wishes asked for: until when others are talking.
    pub fn paused_by_others_until(&self) -> Option<UnixMillis> {
        let answered = self.person_answered_at().map(|at| at.0);
        answered.max(self.elsewhere).map(|at| UnixMillis(at.saturating_add(PAUSE_MS)))
    }

    /// When a person of the office last wrote here.
    pub fn person_answered_at(&self) -> Option<UnixMillis> {
        self.foreign.iter().rev().find(|mark| self.is_by_hand(mark)).map(|mark| UnixMillis(mark.at))
    }

    /// How many of the remembered answers by somebody else came too fast for a person.
    pub fn fast_answers(&self) -> usize {
        self.foreign.iter().filter(|mark| !self.is_by_hand(mark)).count()
    }

    fn is_by_hand(&self, mark: &Mark) -> bool {
        !self.wrote.iter().any(|at| (0..TOO_FAST_FOR_A_PERSON_MS).contains(&(mark.at - at)))
    }

    /// True if the person wants no automatic answers.
    pub fn is_opted_out(&self) -> bool {
        self.wish.as_ref().is_some_and(|wish| wish.silence)
    }

    /// The same before the event with this key.
    pub fn was_opted_out_before(&self, event_key: &str) -> bool {
        let own = short_digest(event_key);
        let others = [&self.wish, &self.wish_before].into_iter().flatten().find(|wish| wish.id != own);
        others.is_some_and(|wish| wish.silence)
    }

    /// Takes a person's word on automatic answers, said at `at` in the event with this key.
    pub fn take_wish(&mut self, silence: bool, event_key: &str, at: UnixMillis) {
        self.merge_wish(Wish { at: at.0, silence, id: short_digest(event_key) });
    }

    /// Takes a person's word that was said to another id of theirs.
    pub(crate) fn merge_wish(&mut self, wish: Wish) {
        if self.wish.as_ref() == Some(&wish) {
            return;
        }
        if self.wish.as_ref().is_none_or(|held| *held < wish) {
            self.wish_before = self.wish.replace(wish);
        } else {
            keep_latest(&mut self.wish_before, wish);
        }
    }

    /// Keeps automation silent until a moment, or longer if it is so already, because the event with this key asks for it.
    pub fn hold(&mut self, until: UnixMillis, event_key: &str) {
        let hold = Mark::new(until, event_key);
        if self.held.iter().any(|held| held.id == hold.id && held.at >= hold.at) {
            return;
        }
        self.held.retain(|held| held.id != hold.id);
        self.held.insert(hold);
        while self.held.len() > HOLDS_KEPT {
            self.held.pop_first();
        }
    }

    /// Until when the event with this key holds automation, if it is remembered.
    pub fn hold_by(&self, event_key: &str) -> Option<i64> {
        let id = short_digest(event_key);
        self.held.iter().find(|held| held.id == id).map(|held| held.at)
    }

    /// Marks the conversation for the office. Of too many marks those first in the alphabet are kept.
    pub fn tag(&mut self, tag: &str) {
        self.tags.insert(tag.to_owned());
        while self.tags.len() > MAX_TAGS {
            self.tags.pop_last();
        }
    }

    /// Notes that the person asked for erasure at a moment.
    pub fn ask_for_erasure(&mut self, at: UnixMillis) {
        self.erasure_at = Some(self.erasure_at.map_or(at.0, |held| held.min(at.0)));
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
