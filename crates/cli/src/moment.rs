//! Moments and spans as a person reads them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A moment, in milliseconds since 1970, in the machine's own time zone with its offset.
pub(crate) fn local(ms: i64) -> String {
    at_zone(ms, TimeZone::system())
}

/// The same, with how far away it is from `now`.
pub(crate) fn with_age(ms: i64, now: i64) -> String {
    format!("{} ({})", local(ms), away(ms, now))
}

fn at_zone(ms: i64, zone: TimeZone) -> String {
    match Timestamp::from_millisecond(ms) {
        Ok(moment) => moment.to_zoned(zone).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        Err(_) => format!("{ms} ms"),
    }
}

/// How far a moment is away from `now`: `in 5 min`, `5 min ago`.
pub(crate) fn away(ms: i64, now: i64) -> String {
    match ms.saturating_sub(now) {
        ahead @ 1.. => format!("in {}", span(ahead)),
        past => format!("{} ago", span(past.saturating_neg())),
    }
}

/// A span in the largest unit that fits.
pub(crate) fn span(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_in_the_offices_own_time() {
        let zone = || TimeZone::get("America/Sao_Paulo").unwrap();
        assert_eq!(at_zone(1_767_225_690_123, zone()), "2025-12-31T21:01:30-03:00");
        assert_eq!(at_zone(i64::MAX, zone()), "9223372036854775807 ms");
    }

    #[test]
    fn a_distance_is_told_in_one_unit() {
        let cases = [
            (0, "0 s ago"),
            (-59_999, "59 s ago"),
            (-60_000, "1 min ago"),
            (7_200_000, "in 2 h"),
            (i64::MIN, "106751991167 d ago"),
        ];
        for (ms, expected) in cases {
            assert_eq!(away(ms, 0), expected);
        }
    }
}
