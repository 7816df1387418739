//! How long things are kept: pure.
//!
//! Every item about a person says when it may go (`expires_at`); the table deletes it within some days of that, and from
//! that second on no read shows it. The length is the account's, counted from when the event was received. Changing it
//! holds for what is written from then on: an item keeps the end that it was given.

use instagram::UnixMillis;

use crate::Account;

/// How long conversations and messages are kept unless the account says so.
pub const DAYS: u16 = 180;

/// Longest that an account may ask for: two years.
pub const MOST_DAYS: u16 = 730;

/// How long the conversations of an account that left are kept.
pub const DAYS_AFTER_LEAVING: u16 = 30;

/// How long lists of replies that a person should know of are kept, where conversations are kept at least as long: as
/// long as the records that keep duplicates away.
pub const LIST_DAYS: u16 = 35;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A number of days in milliseconds.
pub fn days_ms(days: u16) -> i64 {
    i64::from(days) * DAY_MS
}

/// When an entry of a list about replies may go whose account keeps its messages for so many days, in seconds since 1970.
pub(crate) fn list_end(at_ms: i64, days: u16) -> i64 {
    at_ms.saturating_add(days_ms(days.min(LIST_DAYS))) / 1000
}

impl Account {
    /// How long its conversations and messages are kept, in days.
    pub fn kept_days(&self) -> u16 {
        self.retention_days.map_or(DAYS, |days| days.clamp(1, MOST_DAYS))
    }

    /// When something that was received at this moment may go, in seconds since 1970. Counted from the receipt: what
    /// arrives late, or says it happened long ago, is kept as long as anything else.
    pub fn keeps_until(&self, received_at: UnixMillis) -> i64 {
        received_at.plus_ms(days_ms(self.kept_days())).0 / 1000
    }
}

#[cfg(test)]
mod tests {
    use instagram::{AccountId, AppId};

    use super::*;

    #[test]
    fn an_account_keeps_what_is_written_as_long_as_it_says() {
        let cases = [
            ("unless it says so", None, 180),
            ("a day", Some(1), 1),
            ("two years", Some(730), 730),
            ("no less than a day", Some(0), 1),
            ("no more than two years", Some(9_999), 730),
        ];
        for (case, retention_days, days) in cases {
            let (id, app) = (AccountId::parse("1").unwrap(), AppId::parse("2").unwrap());
            let account = Account { retention_days, ..Account::new(id, app, "", "") };
            assert_eq!(account.keeps_until(UnixMillis(5_000)), 5 + days * 86_400, "{case}");
        }
    }
}
