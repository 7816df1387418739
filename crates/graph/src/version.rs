//! The one version of the Graph API that we speak, and how long it lives.

/// The version in every path.
///
/// Out since 8 October 2025 (Meta's blog and changelog); the webhook fields in the dashboard are set to the same one.
pub const GRAPH_VERSION: &str = "v24.0";

/// 18 February 2028, 00:00 UTC: the day [`GRAPH_VERSION`] ends, in milliseconds since 1970.
///
/// From Meta's changelog as read for the fact sheet (11, 14), a single source. 21,232 days × 86,400,000 ms.
pub const GRAPH_VERSION_ENDS_MS: i64 = 21_232 * DAY_MS;

/// How long before the end [`version_warning`] speaks up: half a year is two of Meta's releases.
pub const VERSION_WARNING_DAYS: i64 = 180;

const DAY_MS: i64 = 86_400_000;

/// Whole days until [`GRAPH_VERSION`] ends, once it is [`VERSION_WARNING_DAYS`] or less; 0 on its last day and after.
///
/// A path with an ended version is answered with the app's oldest living one, whose shapes nobody here has tested.
pub fn version_warning(today_ms: i64) -> Option<u32> {
    let left = GRAPH_VERSION_ENDS_MS.saturating_sub(today_ms).max(0) / DAY_MS;
    (left <= VERSION_WARNING_DAYS).then_some(u32::try_from(left).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_version_is_announced_half_a_year_ahead() {
        let cases = [
            ("22 November 2026", 1_795_305_600_000, None),
            ("181 days before", GRAPH_VERSION_ENDS_MS - 181 * DAY_MS, None),
            ("180 days and one hour before", GRAPH_VERSION_ENDS_MS - 180 * DAY_MS - 3_600_000, Some(180)),
            ("180 days before", GRAPH_VERSION_ENDS_MS - 180 * DAY_MS, Some(180)),
            ("one hour before", GRAPH_VERSION_ENDS_MS - 3_600_000, Some(0)),
            ("a year after", GRAPH_VERSION_ENDS_MS + 365 * DAY_MS, Some(0)),
            ("the end of time", i64::MAX, Some(0)),
            ("a clock that was never set", 0, None),
        ];
        for (case, today_ms, expected) in cases {
            assert_eq!(version_warning(today_ms), expected, "{case}");
        }
    }
}
