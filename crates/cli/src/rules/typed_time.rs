//! Moments as a person types them.

use anyhow::{Result, anyhow};
use instagram::UnixMillis;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// A date, a time of the zone, or a time with its own offset: `2026-11-02`, `2026-11-02T10:30`, `2026-11-02T10:30-03:00`.
pub(super) fn moment(text: &str, zone: &TimeZone) -> Result<UnixMillis> {
    let with_offset = || text.parse::<Timestamp>().ok();
    let in_zone = || text.parse::<DateTime>().ok()?.to_zoned(zone.clone()).ok().map(|zoned: Zoned| zoned.timestamp());
    match with_offset().or_else(in_zone) {
        Some(moment) => Ok(UnixMillis(moment.as_millisecond())),
        None => Err(anyhow!("{text:?} is no time: write 2026-11-02, 2026-11-02T10:30 or 2026-11-02T10:30-03:00")),
    }
}

/// So much before `now`, as `7d`, `12h` or `30m`; or a moment.
pub(super) fn since(text: &str, now: UnixMillis, zone: &TimeZone) -> Result<UnixMillis> {
    const UNITS: [(char, i64); 3] = [('d', 86_400_000), ('h', 3_600_000), ('m', 60_000)];
    for (letter, unit_ms) in UNITS {
        if let Some(count) = text.strip_suffix(letter).and_then(|digits| digits.parse::<u32>().ok()) {
            return Ok(now.plus_ms(-i64::from(count) * unit_ms));
        }
    }
    moment(text, zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_in_the_zone_it_is_meant_in() {
        let zone = TimeZone::get("America/Sao_Paulo").unwrap();
        let now = UnixMillis(1_767_225_600_000);
        let cases = [
            ("a day", "2026-01-01", 1_767_236_400_000),
            ("a minute", "2026-01-01T00:00", 1_767_236_400_000),
            ("with an offset", "2026-01-01T00:00-03:00", 1_767_236_400_000),
            ("in UTC", "2026-01-01T03:00Z", 1_767_236_400_000),
            ("days back", "2d", now.0 - 2 * 86_400_000),
            ("hours back", "12h", now.0 - 12 * 3_600_000),
            ("minutes back", "30m", now.0 - 30 * 60_000),
        ];
        for (case, text, expected) in cases {
            assert_eq!(since(text, now, &zone).unwrap().0, expected, "{case}");
        }
        for text in ["", "ontem", "d", "-1d", "2026-13-01", "02/11/2026"] {
            assert!(since(text, now, &zone).is_err(), "{text}");
        }
    }
}
