//! Times as the Graph API writes them.

use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

const FORMAT: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]+0000");

/// `2026-01-01T00:00:00+0000`: whole seconds, so that two messages of one second cannot be told apart by it.
pub(super) fn iso(ms: i64) -> String {
    let moment = OffsetDateTime::from_unix_timestamp(ms.div_euclid(1000)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    moment.format(FORMAT).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_whole_seconds_and_metas_offset() {
        assert_eq!(iso(1_767_225_600_999), "2026-01-01T00:00:00+0000");
    }
}
