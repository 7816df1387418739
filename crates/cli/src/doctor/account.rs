//! One account: what is known of it here, what Meta says of it, and what follows. Pure.

use graph::{Me, SendError, Subscription};
use instagram::AppId;
use store::{Account, Connection, Conversation, Pace};

use super::finding::Finding;
use crate::moment::{away, span, with_age};

const DAY_MS: i64 = 86_400_000;

/// Less than this is left: its refresh, which begins 30 days before the end, has failed for weeks.
const SHORT_MS: i64 = 7 * DAY_MS;

/// A quiet account is no broken one; silence since its connection is worth a word from here on.
const SILENCE_MS: i64 = DAY_MS;

/// A subscription is looked after every six hours; twice that is too long.
const UNCHECKED_MS: i64 = 12 * 3_600_000;

/// So many answers faster than any hand are no accident.
const FAST_ANSWERS: usize = 3;

/// All that is known of an account.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    pub(super) account: &'a Account,
    pub(super) pace: &'a Pace,
    /// Whether there is a Meta to ask.
    pub(super) is_asked: bool,
    /// What Meta says of its token; `None` if there is none to ask with.
    pub(super) me: Option<Result<Me, SendError>>,
    /// What Meta says of its subscription.
    pub(super) subscriptions: Option<Result<Vec<Subscription>, SendError>>,
    pub(super) heard: Heard,
    /// The fields it should be subscribed to.
    pub(super) fields: &'a [&'a str],
    /// The permissions it needs.
    pub(super) permissions: &'a [&'a str],
    pub(super) now: i64,
}

/// What came from Meta for an account, by its conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Heard {
    pub(super) last_message_at: Option<i64>,
    pub(super) last_comment_at: Option<i64>,
    /// Answers by somebody else within seconds of a person's message.
    pub(super) fast_answers: usize,
    /// When Meta last refused a reply because another app holds the thread.
    pub(super) held_elsewhere_at: Option<i64>,
}

impl Heard {
    pub(super) fn of<'a>(conversations: impl IntoIterator<Item = &'a Conversation>) -> Self {
        let mut heard = Self::default();
        for conversation in conversations {
            let facts = &conversation.facts;
            heard.last_message_at = heard.last_message_at.max(facts.wrote.last().copied());
            heard.last_comment_at = heard.last_comment_at.max(facts.commented.as_ref().map(|mark| mark.at));
            heard.fast_answers += facts.fast_answers();
            heard.held_elsewhere_at = heard.held_elsewhere_at.max(facts.elsewhere);
        }
        heard
    }
}

/// What is right and wrong with the account.
pub(super) fn findings(seen: &Seen<'_>) -> Vec<Finding> {
    if seen.account.connection != Connection::Connected {
        return vec![Finding::good("it left: what comes for it is counted and not kept")];
    }
    let mut findings = token(seen);
    findings.extend(permissions(seen));
    findings.extend(subscription(seen));
    findings.extend(silence(seen));
    findings.extend(others(seen));
    findings
}

fn token(seen: &Seen<'_>) -> Vec<Finding> {
    let Seen { account, now, .. } = seen;
    let again = "have its owner connect it again (`accounts invite`)";
    let mut findings = Vec::new();
    if let Some(broken) = &account.broken {
        let what = format!("Meta takes its token no more since {} ({})", with_age(broken.at, *now), broken.why);
        findings.push(Finding::proved(what, again));
    }
    match &seen.me {
        None if account.sealed_token.is_none() => findings.push(Finding::proved("it has no token", again)),
        None if !seen.is_asked => {}
        None => findings.push(Finding::proved(
            "its token cannot be opened",
            "TOKEN_KEY must name the key that it was sealed with; else have the account connected again",
        )),
        Some(Err(error @ SendError::TokenDead { .. })) if account.broken.is_none() => {
            findings.push(Finding::proved(format!("Meta does not take its token: {error}"), again));
        }
        Some(Err(SendError::TokenDead { .. })) => {}
        Some(Err(error)) => findings.push(Finding::suspected(
            format!("Meta does not say whom its token is for: {error}"),
            "try again; if it stays so, look at Meta's status page",
        )),
        Some(Ok(me)) => findings.extend(identity(account, me)),
    }
    if let (Some(expires_at), None) = (account.login.expires_at, &account.broken) {
        let left = expires_at - now;
        let what = format!("its token ends {}", away(expires_at, *now));
        findings.push(match left {
            ..=0 => Finding::proved(what, again),
            1..SHORT_MS => Finding::proved(what, "its refresh fails: see the caretaker's warnings"),
            _ => Finding::good(what),
        });
    }
    findings
}

fn identity(account: &Account, me: &Me) -> Vec<Finding> {
    let mut findings = Vec::new();
    let again = "connect it again, or import it: that corrects its ids";
    if me.account != account.id {
        let is_scoped = me.scoped_id.as_str() == account.id.as_str();
        let why = if is_scoped { ": it is kept by the id scoped to the app, which no event carries" } else { "" };
        findings.push(Finding::proved(format!("its token is for the account {}{why}", me.account), again));
    } else if account.login.scoped_id.as_ref().is_some_and(|scoped| *scoped != me.scoped_id) {
        findings.push(Finding::proved("its id scoped to the app is another one: requests to leave miss it", again));
    } else {
        findings.push(Finding::good(format!("its token is for {} ({})", me.username, me.account)));
    }
    if !me.username.is_empty() && !me.username.eq_ignore_ascii_case(&account.username) {
        findings.push(Finding::suspected(
            format!(
                "it is called {} now, and known as {} here: own comments may be missed",
                me.username, account.username
            ),
            "connect it again, or import it",
        ));
    }
    findings
}

fn permissions(seen: &Seen<'_>) -> Option<Finding> {
    let granted = &seen.account.login.permissions;
    if granted.is_empty() {
        return None;
    }
    let missing: Vec<&str> =
        seen.permissions.iter().copied().filter(|name| !granted.iter().any(|granted| granted == name)).collect();
    Some(if missing.is_empty() {
        Finding::good("all needed permissions were granted")
    } else {
        let what = format!("its owner did not grant {}", missing.join(", "));
        Finding::proved(what, "have its owner connect it again and leave all boxes ticked")
    })
}

fn subscription(seen: &Seen<'_>) -> Vec<Finding> {
    let remedy = "the caretaker repairs it every six hours; see its warnings if it stays so";
    let mut findings = Vec::new();
    match &seen.subscriptions {
        None => {}
        Some(Err(error)) => findings.push(Finding::suspected(
            format!("Meta does not say what it is subscribed to: {error}"),
            "try again; if it stays so, have the account connected again",
        )),
        Some(Ok(apps)) => findings.push(subscribed(apps, &seen.account.app, seen.fields, remedy)),
    }
    let refused = &seen.account.upkeep.refused_fields;
    if !refused.is_empty() {
        findings.push(Finding::proved(
            format!("Meta refuses the fields {}", refused.join(", ")),
            "tick them in the app's dashboard, or take them out of EXTRA_FIELDS",
        ));
    }
    if let Some(at) = seen.account.login.checked_at.filter(|at| seen.now - at > UNCHECKED_MS) {
        let what = format!("its subscription was last looked after {}", away(at, seen.now));
        findings.push(Finding::proved(what, "the caretaker does not come, or fails: see its log"));
    }
    findings
}

fn subscribed(apps: &[Subscription], app: &AppId, fields: &[&str], remedy: &str) -> Finding {
    // Where Meta does not say whose it is, it is the asking app's.
    let own = apps.iter().find(|subscription| subscription.app.as_ref().is_none_or(|id| id == app));
    let Some(own) = own else {
        return Finding::proved("it is subscribed to nothing: Meta delivers nothing for it", remedy);
    };
    let missing: Vec<&str> =
        fields.iter().copied().filter(|field| !own.fields.iter().any(|has| has == field)).collect();
    if missing.is_empty() {
        Finding::good(format!("it is subscribed to {} fields", own.fields.len()))
    } else {
        Finding::proved(format!("it is not subscribed to {}", missing.join(", ")), remedy)
    }
}

/// What silence may mean: the traps of Meta's set-up that cannot be seen from here (fact sheet 1.7, 10).
fn silence(seen: &Seen<'_>) -> Vec<Finding> {
    let Seen { account, heard, now, pace, .. } = seen;
    let access = "Instagram app: Settings > Messages and story replies > Connected tools > Allow access to messages";
    let mut findings = Vec::new();
    let is_off = pace.restricted.as_ref().is_some_and(|restricted| restricted.why.contains("message_access_off"));
    if is_off {
        findings.push(Finding::proved("its owner switched off access to messages", access));
    }
    let connected_for = now - account.login.connected_at;
    let is_old = account.login.connected_at > 0 && connected_for > SILENCE_MS;
    match (heard.last_message_at, heard.last_comment_at) {
        (None, None) if is_old => findings.push(Finding::suspected(
            format!("nothing came for it in the {} since it was connected", span(connected_for)),
            "the app must be Live (not in Development), its webhook fields ticked in the dashboard with values included, \
             and the account public",
        )),
        (None, Some(_)) if is_old && !is_off => {
            findings.push(Finding::suspected("comments come and messages do not", access));
        }
        (Some(_), None) if is_old => findings.push(Finding::suspected(
            "messages come and comments do not",
            "the account must be public, and the app may need Advanced Access to instagram_business_manage_comments",
        )),
        (None, None) => {}
        (message, comment) => {
            let last = message.max(comment).unwrap_or_default();
            findings.push(Finding::good(format!("the last event came {}", away(last, *now))));
        }
    }
    findings
}

/// Who else is at work on the account.
fn others(seen: &Seen<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if seen.heard.fast_answers >= FAST_ANSWERS {
        findings.push(Finding::suspected(
            format!("{} messages were answered within seconds by somebody else", seen.heard.fast_answers),
            "another automation works on this account: switch one of the two off, or people get two answers",
        ));
    }
    if let Some(at) = seen.heard.held_elsewhere_at.filter(|at| seen.now - at < 7 * DAY_MS) {
        findings.push(Finding::proved(
            format!("another app held a conversation {}", away(at, seen.now)),
            "conversation routing gives threads to another app: see the Page linked to the account",
        ));
    }
    findings
}

#[cfg(test)]
mod tests;
