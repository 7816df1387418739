//! Points in time as the platform writes them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de, de::Visitor};

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
        deserializer.deserialize_any(TimeVisitor).map(Self::from_wire)
    }
}

struct TimeVisitor;

impl Visitor<'_> for TimeVisitor {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("seconds or milliseconds as a whole number or its digits")
    }

    fn visit_i64<E>(self, number: i64) -> Result<i64, E> {
        Ok(number)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<i64, E> {
        i64::try_from(number).map_err(|_| E::custom("a time beyond 64 bits"))
    }

    fn visit_str<E: de::Error>(self, digits: &str) -> Result<i64, E> {
        digits.parse().map_err(|_| E::custom("a time that is not a number"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_milliseconds_texts_and_numbers_are_one_time() {
        for json in ["1767225690", "\"1767225690\"", "1767225690000", "\"1767225690000\""] {
            assert_eq!(serde_json::from_str::<UnixMillis>(json).unwrap(), UnixMillis(1_767_225_690_000), "{json}");
        }
    }
}
