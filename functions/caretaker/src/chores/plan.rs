//! What an account needs now, and when it needs something next: pure.

use store::{Account, BELIEVED_MS, Broken, Connection, keys};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;

/// From how long before its end on a token is renewed, day after day until it is.
const RENEWED_BEFORE_END_MS: i64 = 30 * DAY_MS;

/// Meta renews no token that is younger (fact sheet 7.4).
const YOUNGEST_MS: i64 = DAY_MS;

/// How often a subscription is looked at and repaired: one that is lost says nothing (fact sheet 10, 11).
const CHECKED_EVERY_MS: i64 = 6 * HOUR_MS;

/// How long after a login everybody knows of it: standings are believed for some seconds. Only then replies that waited for
/// it are woken, so that none is put back to sleep by somebody who does not know yet.
const KNOWN_AFTER_MS: i64 = BELIEVED_MS + 1_000;

/// The first pause after a failure; it doubles up to the longest.
const FIRST_PAUSE_MS: i64 = 15 * MINUTE_MS;
const LONGEST_PAUSE_MS: i64 = DAY_MS;

/// What is to be done for an account now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Chores {
    /// Renew its token.
    pub(crate) renew: bool,
    /// Look at its subscription.
    pub(crate) check: bool,
    /// What the CRM does not know, oldest first.
    pub(crate) news: Vec<News>,
    /// When there is something to do next, all of the above done; `None` for not before something happens.
    pub(crate) next: Option<i64>,
}

/// Something that the CRM is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum News {
    /// Meta takes its token no more.
    Broken(Broken),
    /// Its owner logged in at this moment; `broken_at` if it was broken by then.
    Connected { at: i64, broken_at: Option<i64>, left: bool },
    /// It left at this moment.
    Left { at: i64, erased: bool },
}

impl News {
    pub(crate) fn at(&self) -> i64 {
        match self {
            Self::Broken(broken) => broken.at,
            Self::Connected { at, .. } | Self::Left { at, .. } => *at,
        }
    }

    /// From when on it may be told.
    fn due_at(&self) -> i64 {
        match self {
            Self::Connected { at, .. } => at.saturating_add(KNOWN_AFTER_MS),
            Self::Broken(_) | Self::Left { .. } => self.at(),
        }
    }
}

/// What an account needs.
pub(crate) fn chores(account: &Account, now: i64) -> Chores {
    let mut news = untold(account);
    // In order: what comes after something that has to wait, waits with it.
    let waits = news.iter().position(|news| news.due_at() > now).map(|first| news.split_off(first));
    let later = waits.and_then(|waits| waits.first().map(News::due_at));
    let (renew_at, check_at) = (renew_at(account), check_at(account));
    let is_due = |at: Option<i64>| at.is_some_and(|at| at <= now);
    let next = [renew_at, check_at, later].into_iter().flatten().filter(|at| *at > now).min();
    Chores { renew: is_due(renew_at), check: is_due(check_at), news, next }
}

/// Whether Meta is to be asked anything for it.
fn is_kept_up(account: &Account) -> bool {
    account.connection == Connection::Connected && account.broken.is_none() && account.sealed_token.is_some()
}

/// When its token is to be renewed.
fn renew_at(account: &Account) -> Option<i64> {
    if !is_kept_up(account) {
        return None;
    }
    let login = &account.login;
    // A token that came without its times is as old as the account's being here.
    let youngest = login.issued_at.unwrap_or(login.connected_at).saturating_add(YOUNGEST_MS);
    let begin = login.expires_at.map_or(youngest, |end| youngest.max(end.saturating_sub(RENEWED_BEFORE_END_MS)));
    // Thousands that were connected on one day are not renewed at one moment.
    let spread = begin.saturating_add(spread(account));
    let is_safe = login.expires_at.is_none_or(|end| end.saturating_sub(spread) > DAY_MS);
    let at = if is_safe { spread } else { begin };
    Some(account.upkeep.renew_after.map_or(at, |after| after.max(at)))
}

/// When its subscription is to be looked at.
fn check_at(account: &Account) -> Option<i64> {
    if !is_kept_up(account) {
        return None;
    }
    let at = account.login.checked_at.map_or(account.login.connected_at, |at| at.saturating_add(CHECKED_EVERY_MS));
    Some(account.upkeep.check_after.map_or(at, |after| after.max(at)))
}

/// The account's own moment within a day, in milliseconds.
fn spread(account: &Account) -> i64 {
    let digest = keys::short_digest(account.id.as_str());
    let number = u64::from_str_radix(&digest, 16).unwrap_or(0);
    i64::try_from(number % DAY_MS.unsigned_abs()).unwrap_or(0)
}

/// What the CRM was not told of, oldest first.
///
/// A break is written down where it is found, for the login that mends it wipes it out. Logins and departures show in the
/// account itself: whoever writes them need not know of the CRM.
fn untold(account: &Account) -> Vec<News> {
    let (login, told) = (&account.login, &account.told);
    let mut news: Vec<News> =
        account.untold.iter().filter(|broken| broken.at > told.broken_at).cloned().map(News::Broken).collect();
    let left = login.left_at.filter(|at| *at > told.left_at || (account.is_erased() && !told.erased));
    match account.connection {
        Connection::Connected if login.connected_at > told.connected_at => {
            let breaks = account.untold.iter().map(|broken| broken.at).filter(|at| *at <= login.connected_at);
            let broken_at = breaks.chain([told.broken_at]).max().filter(|at| *at > told.connected_at);
            let left = told.left_at > told.connected_at;
            news.push(News::Connected { at: login.connected_at, broken_at, left });
        }
        Connection::Connected => {}
        Connection::Disconnected | Connection::Erased => {
            news.extend(left.map(|at| News::Left { at, erased: account.is_erased() }));
        }
    }
    news.sort_by_key(News::at);
    news
}

/// How long to wait after so many failures in a row: never longer than a quarter of what is left until `end`, so that there
/// are always some more tries.
pub(crate) fn pause(failures: u32, end: Option<i64>, now: i64) -> i64 {
    let factor = 1_i64.checked_shl(failures.saturating_sub(1).min(30)).unwrap_or(i64::MAX);
    let pause = FIRST_PAUSE_MS.saturating_mul(factor).min(LONGEST_PAUSE_MS);
    let quarter = end.map_or(i64::MAX, |end| end.saturating_sub(now) / 4);
    pause.min(quarter.max(FIRST_PAUSE_MS))
}

#[cfg(test)]
mod tests;
