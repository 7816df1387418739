//! Points in time as the platform writes them.

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::value::RawValue;

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
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let digits = raw.strip_prefix('"').and_then(|r| r.strip_suffix('"')).unwrap_or(raw);
        digits.parse().map(Self::from_wire).map_err(|_| de::Error::custom("not a time: expected seconds or milliseconds"))
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
