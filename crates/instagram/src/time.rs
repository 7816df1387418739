//! Points in time as the platform writes them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de, de::Visitor};
use time::OffsetDateTime;
use time::format_description::well_known::Iso8601;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct UnixMillis(pub i64);

/// From here on a number is milliseconds, below it seconds (fact sheet 3.1): as seconds it would be the year 33658.
const FIRST_MILLISECONDS: i64 = 1_000_000_000_000;

impl UnixMillis {
    /// Reads a wire number that may be seconds or milliseconds.
    pub fn from_wire(number: i64) -> Self {
        if number.abs() >= FIRST_MILLISECONDS { Self(number) } else { Self(number.saturating_mul(1000)) }
    }

    /// This moment plus `ms` milliseconds, held at the ends of the range.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}

impl<'de> Deserialize<'de> for UnixMillis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TimeVisitor)
    }
}

struct TimeVisitor;

impl Visitor<'_> for TimeVisitor {
    type Value = UnixMillis;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("seconds or milliseconds as a whole number or its digits, or an ISO 8601 time")
    }

    fn visit_i64<E>(self, number: i64) -> Result<UnixMillis, E> {
        Ok(UnixMillis::from_wire(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<UnixMillis, E> {
        i64::try_from(number).map(UnixMillis::from_wire).map_err(|_| E::custom("a time beyond 64 bits"))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<UnixMillis, E> {
        let time = text.parse().map(UnixMillis::from_wire).ok().or_else(|| from_iso_8601(text));
        time.ok_or_else(|| E::custom("a text that is no time"))
    }
}

/// `2026-01-01T00:01:30+0000`: how the Graph API writes times (fact sheet 3.1), and how some write them in deliveries.
fn from_iso_8601(text: &str) -> Option<UnixMillis> {
    let time = OffsetDateTime::parse(text, &Iso8601::PARSING).ok()?;
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok().map(UnixMillis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_milliseconds_texts_and_numbers_are_one_time() {
        let texts =
            ["\"1767225690\"", "\"1767225690000\"", "\"2026-01-01T00:01:30+0000\"", "\"2025-12-31T21:01:30-03:00\""];
        for json in ["1767225690", "1767225690000"].into_iter().chain(texts) {
            assert_eq!(serde_json::from_str::<UnixMillis>(json).unwrap(), UnixMillis(1_767_225_690_000), "{json}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for json in ["\"\"", "\"ontem\"", "\"2026-01-01\"", "1.5", "true", "null", "{}", "18446744073709551615"] {
            assert!(serde_json::from_str::<UnixMillis>(json).is_err(), "{json}");
        }
    }
}
