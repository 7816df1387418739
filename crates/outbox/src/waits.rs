//! How long to wait when Meta says so: pure.

use graph::{Condition, Scope, SendError, Usage};
use store::{Restriction, Wait};

use crate::outcome::millis;

/// The first wait where Meta does not say how long, doubling up to the longest (fact sheet 4.8).
const FIRST_WAIT_MS: i64 = 60_000;
const LONGEST_WAIT_MS: i64 = 3_600_000;

/// From this share of a limit on, sends slow down (fact sheet 4.5, own advice), and from this one on they crawl.
const SLOW_PERCENT: u32 = 80;
const CRAWL_PERCENT: u32 = 95;
const SLOW_MS: i64 = 5_000;
const CRAWL_MS: i64 = 30_000;

/// Whom an answer lets wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waits {
    App,
    Account,
    /// This kind of call of the account.
    Kind,
}

/// What a throttled answer asks for. `last` is the lane's latest wait.
pub(crate) fn throttled(error: &SendError, last: Option<Wait>, now: i64) -> Option<(Waits, Wait)> {
    let SendError::Throttled { scope, wait: asked, .. } = error else {
        return None;
    };
    let whom = match scope {
        Scope::App => Waits::App,
        Scope::Account => Waits::Account,
        Scope::Kind => Waits::Kind,
    };
    let strikes = strikes_after(last.map(|wait| (wait.until, wait.strikes)), FIRST_WAIT_MS, LONGEST_WAIT_MS, now);
    let doubled = doubled(FIRST_WAIT_MS, LONGEST_WAIT_MS, strikes);
    let length = asked.map_or(doubled, |asked| millis(asked).max(FIRST_WAIT_MS));
    Some((whom, Wait { until: now.saturating_add(length), strikes }))
}

/// What the usage that any answer tells asks for, before Meta refuses anything.
///
/// It is no refusal: what counts those, `strikes`, stays as it is.
pub(crate) fn nearly_used_up(usage: &Usage, strikes: u32, now: i64) -> impl Iterator<Item = (Waits, Wait)> {
    let shares = [(Waits::App, usage.app_percent), (Waits::Account, usage.account_percent)];
    shares.into_iter().filter_map(move |(whom, percent)| {
        let length = match percent? {
            CRAWL_PERCENT.. => CRAWL_MS,
            SLOW_PERCENT.. => SLOW_MS,
            _ => return None,
        };
        Some((whom, Wait { until: now.saturating_add(length), strikes }))
    })
}

/// How long an account pauses that Meta does not let send. `last` is its latest restriction.
pub(crate) fn restriction(condition: Condition, why: String, last: Option<&Restriction>, now: i64) -> Restriction {
    let minutes = |minutes: i64| minutes * 60_000;
    let (first, longest) = match condition {
        Condition::PolicyBlock => (minutes(24 * 60), minutes(7 * 24 * 60)),
        Condition::Restricted
        | Condition::LoginNeeded
        | Condition::FeatureMissing
        | Condition::PermissionMissing
        | Condition::MessageAccessOff
        | Condition::TestersOnly
        | Condition::SendingBlocked => (minutes(30), minutes(4 * 60)),
    };
    let strikes = strikes_after(last.map(|last| (last.until, last.strikes)), first, longest, now);
    Restriction { until: now.saturating_add(doubled(first, longest, strikes)), strikes, why }
}

/// One more than the last, unless that is over for longer than it lasted: then it starts anew. While the last one lasts
/// nothing begins, so a refusal was on its way when it began, and counts with it.
fn strikes_after(last: Option<(i64, u32)>, first: i64, longest: i64, now: i64) -> u32 {
    match last {
        Some((until, strikes)) if until > now => strikes.max(1),
        Some((until, strikes)) if now.saturating_sub(until) < doubled(first, longest, strikes.max(1)) => strikes + 1,
        _ => 1,
    }
}

fn doubled(first: i64, longest: i64, strikes: u32) -> i64 {
    let factor = 1_i64.checked_shl(strikes.saturating_sub(1).min(40)).unwrap_or(i64::MAX);
    first.saturating_mul(factor).min(longest)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use graph::Said;

    use super::*;

    const NOW: i64 = 1_767_225_600_000;

    #[test]
    fn each_refusal_in_a_row_waits_longer() {
        let error = |wait| SendError::Throttled { scope: Scope::Account, wait, said: Said::default() };
        let wait = |until: i64, strikes| Some(Wait { until: NOW + until, strikes });
        let cases = [
            ("the first", None, None, 60_000, 1),
            ("the second", None, wait(-1_000, 1), 120_000, 2),
            ("another of the second, on its way when that came", None, wait(1_000, 2), 120_000, 2),
            ("the third", None, wait(-1_000, 2), 240_000, 3),
            ("the tenth", None, wait(-1_000, 9), 3_600_000, 10),
            ("the first after a quiet time", None, wait(-60_000, 1), 60_000, 1),
            ("Meta says seven minutes", Some(Duration::from_mins(7)), wait(-1_000, 1), 420_000, 2),
            ("Meta says a second", Some(Duration::from_secs(1)), None, 60_000, 1),
        ];
        for (case, asked, last, length, strikes) in cases {
            let expected = Some((Waits::Account, Wait { until: NOW + length, strikes }));
            assert_eq!(throttled(&error(asked), last, NOW), expected, "{case}");
        }
    }

    #[test]
    fn usage_slows_down_from_80_percent_on() {
        let length = |percent| {
            let usage = Usage { account_percent: Some(percent), ..Usage::default() };
            nearly_used_up(&usage, 0, NOW).map(|(_, wait)| wait.until - NOW).next()
        };
        for (percent, expected) in [(79, None), (80, Some(SLOW_MS)), (94, Some(SLOW_MS)), (95, Some(CRAWL_MS))] {
            assert_eq!(length(percent), expected, "{percent} %");
        }
    }

    #[test]
    fn a_restriction_that_comes_back_lasts_longer() {
        let hours = |hours: i64| hours * 3_600_000;
        let last = |until: i64, strikes| Restriction { until: NOW + until, strikes, why: String::new() };
        let cases = [
            ("restricted", Condition::Restricted, None, hours(1) / 2),
            ("again", Condition::Restricted, Some(last(-1, 1)), hours(1)),
            ("and again", Condition::Restricted, Some(last(-1, 4)), hours(4)),
            ("blocked by policy", Condition::PolicyBlock, None, hours(24)),
            ("blocked for long", Condition::PolicyBlock, Some(last(-1, 9)), hours(7 * 24)),
        ];
        for (case, condition, last, length) in cases {
            assert_eq!(restriction(condition, String::new(), last.as_ref(), NOW).until - NOW, length, "{case}");
        }
    }
}
