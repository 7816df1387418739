//! What must never go out, whatever the rules say.
//!
//! Two doors: [`admit`] before any rule is tried, [`Guard::check`] for each reply a matching rule wants. The sender checks
//! what can change in between (stop, opt-out, `not_after`) once more when it claims a reply.

use instagram::{Author, Event, Kind, PersonId, UnixMillis};

use crate::{
    Mode, Outcome, Refusal, RuleSet, Scope,
    facts::Facts,
    rule_set::{Calendar, TriggerKind},
    subject::Subject,
};

const SECOND_MS: i64 = 1000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// How long the account may write after a person did (fact sheet 4.4).
pub const MESSAGE_WINDOW_MS: i64 = 24 * HOUR_MS;
/// How long after a comment its private reply is allowed (fact sheet 4.4).
pub const PRIVATE_REPLY_WINDOW_MS: i64 = 7 * DAY_MS;
/// How long before a window's end we stop: a request may take its time, and Meta's clock is not ours.
pub const WINDOW_MARGIN_MS: i64 = 5 * MINUTE_MS;

/// How late a direct message still makes sense, unless its rule says otherwise (design 5).
pub const MESSAGE_PATIENCE_MS: i64 = 60 * MINUTE_MS;
/// The same for private replies: 20,000 comments at Meta's 750 an hour take 27 hours, and the window allows it.
pub const PRIVATE_REPLY_PATIENCE_MS: i64 = 6 * DAY_MS + 20 * HOUR_MS;
/// The same for public replies.
pub const PUBLIC_REPLY_PATIENCE_MS: i64 = 24 * HOUR_MS;
/// The same for live comments, and never longer: the window is the broadcast, whose end nobody tells us.
pub const LIVE_PATIENCE_MS: i64 = 5 * MINUTE_MS;

/// Most replies to one event, all rules together.
pub(crate) const MAX_REPLIES: usize = 6;

/// Most automatic replies in one conversation within [`LOOP_MS`]: people write slower, two machines do not (design 6).
pub const LOOP_REPLIES: usize = 6;
/// The time in which they are counted.
pub const LOOP_MS: i64 = 10 * MINUTE_MS;

/// The event as something that rules may answer, or why they are not even asked.
pub(crate) fn admit<'a>(facts: &Facts<'a>, rules: Option<&RuleSet>) -> Result<Subject<'a>, Outcome> {
    let event = facts.event;
    if event.test {
        return Err(Outcome::Test);
    }
    if is_own(facts) {
        return Err(Outcome::OwnMessage);
    }
    let Some(subject) = Subject::of(facts) else {
        return Err(Outcome::NotATrigger(event.kind_name()));
    };
    // Most accounts answer neither, and either comes often: no more is said of them than of a read.
    let is_seldom_wanted = matches!(subject.kind, TriggerKind::Reaction | TriggerKind::Referral);
    if is_seldom_wanted && !rules.is_some_and(|rules| rules.looks_at(subject.kind)) {
        return Err(Outcome::NotATrigger(event.kind_name()));
    }
    if event.standby {
        return Err(Outcome::Standby);
    }
    if matches!(&event.kind, Kind::CommentWritten(comment) if comment.from.is_none()) {
        return Err(Outcome::AuthorUnknown);
    }
    if facts.unsent {
        return Err(Outcome::Unsent);
    }
    if facts.mode == Mode::Off {
        return Err(Outcome::Off);
    }
    Ok(subject)
}

/// Recognises the account's own words by everything that gives them away: `is_echo` alone cannot be trusted (fact
/// sheet 3.5), and of an own comment any mark may be missing (3.15). A miss here is an endless conversation with oneself.
fn is_own(facts: &Facts<'_>) -> bool {
    let event = facts.event;
    match &event.kind {
        Kind::MessageEchoed(_) => true,
        Kind::MessageReceived(message) => is_account(&message.from, event),
        Kind::ReactionChanged(reaction) => is_account(&reaction.by, event),
        Kind::ReferralOpened { from, .. } => is_account(from, event),
        Kind::PostbackPressed(postback) => postback.is_self || is_account(&postback.from, event),
        Kind::CommentWritten(comment) => {
            let is_ours =
                |author: &Author| author.is_self || is_account(&author.id, event) || has_own_name(author, facts);
            facts.created_by_us || comment.from.as_ref().is_some_and(is_ours)
        }
        _ => false,
    }
}

fn has_own_name(author: &Author, facts: &Facts<'_>) -> bool {
    match (&author.username, facts.own_username) {
        // Names are ASCII; one that is not known is nobody's.
        (Some(name), Some(own)) => !own.expose().is_empty() && name.expose().eq_ignore_ascii_case(own.expose()),
        _ => false,
    }
}

fn is_account(person: &PersonId, event: &Event) -> bool {
    person.as_str() == event.account.as_str()
}

/// How a reply reaches a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// A direct message.
    Direct,
    /// A direct message to a comment's author.
    PrivateReply,
    /// Below a comment.
    PublicReply,
}

/// What a plan holds so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Planned {
    pub(crate) replies: usize,
    pub(crate) private_reply: bool,
}

/// Everything that decides whether something may leave.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guard<'a> {
    pub(crate) facts: &'a Facts<'a>,
    pub(crate) subject: &'a Subject<'a>,
    calendar: &'a Calendar,
    now: UnixMillis,
}

impl<'a> Guard<'a> {
    pub(crate) fn new(facts: &'a Facts<'a>, subject: &'a Subject<'a>, rules: &'a RuleSet, now: UnixMillis) -> Self {
        Self { facts, subject, calendar: rules.calendar(), now }
    }

    /// Until when a reply may leave, or why it may not leave at all. `patience_ms` is the rule's own, if it has one.
    pub(crate) fn check(&self, way: Way, patience_ms: Option<i64>, planned: Planned) -> Result<UnixMillis, Refusal> {
        if self.facts.opted_out {
            return Err(Refusal::OptedOut);
        }
        if self.facts.paused_until.is_some_and(|until| self.now < until) {
            return Err(Refusal::Paused);
        }
        self.check_wished(way, patience_ms, planned)
    }

    /// The same for what the person asked for: neither an opt-out nor a pause is in its way.
    pub(crate) fn check_wished(
        &self,
        way: Way,
        patience_ms: Option<i64>,
        planned: Planned,
    ) -> Result<UnixMillis, Refusal> {
        if way != Way::PublicReply && !self.facts.control_ours {
            return Err(Refusal::NotOurThread);
        }
        if self.quiet() >= Some(Scope::Automatic) {
            return Err(Refusal::Quiet);
        }
        let recent = self.recent_replies();
        if recent > 0 && recent + planned.replies >= LOOP_REPLIES {
            return Err(Refusal::Loop);
        }
        if way == Way::PrivateReply && planned.private_reply {
            return Err(Refusal::PrivateReplyTaken);
        }
        if planned.replies >= MAX_REPLIES {
            return Err(Refusal::PlanFull);
        }
        let (not_after, reason) = self.last_moment(way, patience_ms)?;
        // What is planned now and waits for its turn must not leave in a silence that begins meanwhile.
        let (not_after, reason) = match self.calendar.next_silence(self.facts.at.min(self.now), Scope::Automatic) {
            Some(silence) if silence < not_after => (silence, Refusal::Quiet),
            _ => (not_after, reason),
        };
        if self.now < not_after { Ok(not_after) } else { Err(reason) }
    }

    /// The office's silence when the event happened, or now where its clock is ahead.
    pub(crate) fn quiet(&self) -> Option<Scope> {
        self.calendar.quiet_at(self.facts.at).max(self.calendar.quiet_at(self.facts.at.min(self.now)))
    }

    /// A comment may be hidden whatever its author wishes, as long as an answer to it would make sense.
    pub(crate) fn may_hide(&self, patience_ms: Option<i64>) -> bool {
        self.now < self.facts.at.min(self.now).plus_ms(patience_ms.unwrap_or(PUBLIC_REPLY_PATIENCE_MS))
    }

    fn recent_replies(&self) -> usize {
        let since = self.facts.at.plus_ms(-LOOP_MS);
        self.facts.recent_replies.iter().filter(|at| **at > since).count()
    }

    /// The earlier of the window's end and the end of patience, and what it is called once it has passed.
    fn last_moment(&self, way: Way, patience_ms: Option<i64>) -> Result<(UnixMillis, Refusal), Refusal> {
        // Nothing has happened later than now: a clock that is ahead must not lengthen a window.
        let at = self.facts.at.min(self.now);
        let is_live = self.subject.kind == TriggerKind::LiveComment;
        let patience_end = |default_ms| at.plus_ms(patience_ms.unwrap_or(default_ms));
        let (window_end, patience_end) = match way {
            Way::Direct => {
                // What a person writes or taps opens the window by itself.
                let by_itself = self.subject.opens_window.then_some(at);
                let opened_at = self.facts.last_user_at.max(by_itself).ok_or(Refusal::WindowClosed)?.min(self.now);
                (opened_at.plus_ms(MESSAGE_WINDOW_MS - WINDOW_MARGIN_MS), patience_end(MESSAGE_PATIENCE_MS))
            }
            Way::PrivateReply if is_live => {
                return Ok((patience_end(LIVE_PATIENCE_MS).min(at.plus_ms(LIVE_PATIENCE_MS)), Refusal::TooOld));
            }
            Way::PrivateReply => {
                (at.plus_ms(PRIVATE_REPLY_WINDOW_MS - WINDOW_MARGIN_MS), patience_end(PRIVATE_REPLY_PATIENCE_MS))
            }
            // Refused when a rule set is saved; here, too, so that nothing hangs on that.
            Way::PublicReply if is_live => return Err(Refusal::WindowClosed),
            Way::PublicReply => return Ok((patience_end(PUBLIC_REPLY_PATIENCE_MS), Refusal::TooOld)),
        };
        Ok(if window_end < patience_end {
            (window_end, Refusal::WindowClosed)
        } else {
            (patience_end, Refusal::TooOld)
        })
    }
}
