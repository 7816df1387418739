//! Whether an app's deliveries still come. Meta stops delivering without a word (fact sheet 1.4), and then nothing fails:
//! only the quiet tells.

use instagram::AppId;
use serde::{Deserialize, Serialize};

use crate::update::Update;
use crate::{Store, StoreError, keys};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// How many days are remembered.
const DAYS: usize = 7;

/// An app is busy if something came on this many of seven days: an office that hears from somebody now and then is quiet
/// for a day and all is well.
const BUSY_DAYS: usize = 5;

/// After two weeks of quiet it is no news any more.
const TOLD_FOR_MS: i64 = 14 * DAY_MS;

/// When events came through an app, to the hour.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Heard {
    /// When the last one came, in milliseconds since 1970; up to an hour may be missing.
    pub at: i64,
    /// The days on which some came, counted from 1970 in UTC, newest last; at most seven.
    pub days: Vec<i64>,
}

impl Heard {
    /// What is to be noted of an event that came at a moment, in milliseconds since 1970; `None` while what is known will
    /// do.
    pub fn then(&self, at: i64) -> Option<Self> {
        if at.saturating_sub(self.at) < HOUR_MS {
            return None;
        }
        let mut days = self.days.clone();
        days.push(at.div_euclid(DAY_MS));
        days.dedup();
        days.drain(..days.len().saturating_sub(DAYS));
        Some(Self { at, days })
    }

    /// True if something came on most days, and for a day now nothing.
    pub fn is_silent(&self, now: i64) -> bool {
        let quiet_ms = now.saturating_sub(self.at);
        let week = self.at.div_euclid(DAY_MS) - 7;
        let busy_days = self.days.iter().filter(|day| **day > week).count();
        busy_days >= BUSY_DAYS && (DAY_MS..TOLD_FOR_MS).contains(&quiet_ms)
    }
}

impl Store {
    /// Notes that events came through an app.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if somebody else noted it since it was read as `read`.
    pub async fn note_heard(&self, app: &AppId, read: Option<&Heard>, heard: &Heard) -> Result<(), StoreError> {
        let mut update = Update::of(keys::app(app));
        update.set("heard", heard)?;
        let same = match read {
            Some(read) => update.compare("heard", "=", read)?,
            None => update.absent("heard"),
        };
        update.require(&same);
        self.update(update).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noon of a day, in milliseconds since 1970.
    const fn noon(day: i64) -> i64 {
        day * DAY_MS + DAY_MS / 2
    }

    fn heard_on(days: impl IntoIterator<Item = i64>) -> Heard {
        days.into_iter().fold(Heard::default(), |heard, day| heard.then(noon(day)).unwrap_or(heard))
    }

    #[test]
    fn what_came_within_the_hour_is_not_noted_again() {
        let heard = heard_on([20_000]);
        assert_eq!(heard.then(noon(20_000) + HOUR_MS - 1), None);
        assert_eq!(heard.then(noon(20_000) - DAY_MS), None, "a delivery that took its time");
        let later = heard.then(noon(20_000) + HOUR_MS).unwrap();
        assert_eq!((later.at, later.days.as_slice()), (noon(20_000) + HOUR_MS, [20_000].as_slice()));
    }

    #[test]
    fn seven_days_are_remembered() {
        assert_eq!(heard_on(20_000..20_030).days, (20_023..20_030).collect::<Vec<_>>());
    }

    #[test]
    fn an_app_is_silent_if_it_was_busy_and_nothing_came_for_a_day() {
        let busy = heard_on(20_000..20_007);
        let last = busy.at;
        let cases = [
            ("never heard of", Heard::default(), noon(20_007), false),
            ("busy, a day ago", busy.clone(), last + DAY_MS, true),
            ("busy, not yet a day ago", busy.clone(), last + DAY_MS - 1, false),
            ("busy, two weeks ago", busy, last + TOLD_FOR_MS, false),
            ("five days of seven", heard_on([20_000, 20_002, 20_004, 20_005, 20_006]), last + DAY_MS, true),
            ("four days of seven", heard_on([20_000, 20_002, 20_004, 20_006]), last + DAY_MS, false),
            ("seven days of fifty", heard_on((20_000..20_050).step_by(7)), noon(20_051), false),
            ("connected yesterday", heard_on([20_006]), last + DAY_MS, false),
        ];
        for (case, heard, now, expected) in cases {
            assert_eq!(heard.is_silent(now), expected, "{case}");
        }
    }
}
