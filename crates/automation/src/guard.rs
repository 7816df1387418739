//! What must never go out, whatever the rules say.
//!
//! Two doors: [`admit`] before any rule is tried, [`check_step`] for each reply a matching rule wants. The sender checks
//! what can change in between (stop, opt-out, `not_after`) once more when it claims a reply.

use instagram::{Author, Event, Kind, PersonId, UnixMillis};

use crate::{Mode, Outcome, Refusal, ReplyAction, facts::Facts, rule_set::TriggerKind, subject::Subject};

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

/// The event as something that rules may answer, or why they are not even asked.
pub(crate) fn admit<'a>(facts: &Facts<'a>) -> Result<Subject<'a>, Outcome> {
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

/// What a plan holds so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Planned {
    pub(crate) replies: usize,
    pub(crate) private_reply: bool,
}

/// Until when a reply may leave, or why it may not leave at all. `patience_ms` is the rule's own, if it has one.
pub(crate) fn check_step(
    facts: &Facts<'_>,
    subject: &Subject<'_>,
    action: &ReplyAction,
    patience_ms: Option<i64>,
    planned: Planned,
    now: UnixMillis,
) -> Result<UnixMillis, Refusal> {
    let is_direct = !matches!(action, ReplyAction::PublicReply { .. });
    let is_private_reply = matches!(action, ReplyAction::PrivateReply { .. });
    if facts.opted_out {
        return Err(Refusal::OptedOut);
    }
    if facts.paused_until.is_some_and(|until| now < until) {
        return Err(Refusal::Paused);
    }
    if is_direct && !facts.control_ours {
        return Err(Refusal::NotOurThread);
    }
    if is_private_reply && planned.private_reply {
        return Err(Refusal::PrivateReplyTaken);
    }
    if planned.replies >= MAX_REPLIES {
        return Err(Refusal::PlanFull);
    }
    let (not_after, reason) = last_moment(facts, subject, action, patience_ms, now)?;
    if now < not_after { Ok(not_after) } else { Err(reason) }
}

/// The earlier of the window's end and the end of patience, and what it is called once it has passed.
fn last_moment(
    facts: &Facts<'_>,
    subject: &Subject<'_>,
    action: &ReplyAction,
    patience_ms: Option<i64>,
    now: UnixMillis,
) -> Result<(UnixMillis, Refusal), Refusal> {
    // Nothing has happened later than now: a clock that is ahead must not lengthen a window.
    let at = facts.at.min(now);
    let patience_end = |default_ms| at.plus_ms(patience_ms.unwrap_or(default_ms));
    let (window_end, patience_end) = match action {
        ReplyAction::TextToPerson { .. } => {
            // What a person writes or taps opens the window by itself.
            let opened_at = facts.last_user_at.map_or(at, |last| last.max(at)).min(now);
            (opened_at.plus_ms(MESSAGE_WINDOW_MS - WINDOW_MARGIN_MS), patience_end(MESSAGE_PATIENCE_MS))
        }
        ReplyAction::PrivateReply { .. } if subject.kind == TriggerKind::LiveComment => {
            return Ok((patience_end(LIVE_PATIENCE_MS).min(at.plus_ms(LIVE_PATIENCE_MS)), Refusal::TooOld));
        }
        ReplyAction::PrivateReply { .. } => {
            (at.plus_ms(PRIVATE_REPLY_WINDOW_MS - WINDOW_MARGIN_MS), patience_end(PRIVATE_REPLY_PATIENCE_MS))
        }
        // Refused when a rule set is saved; here, too, so that nothing hangs on that.
        ReplyAction::PublicReply { .. } if subject.kind == TriggerKind::LiveComment => {
            return Err(Refusal::WindowClosed);
        }
        ReplyAction::PublicReply { .. } => return Ok((patience_end(PUBLIC_REPLY_PATIENCE_MS), Refusal::TooOld)),
    };
    Ok(if window_end < patience_end { (window_end, Refusal::WindowClosed) } else { (patience_end, Refusal::TooOld) })
}
