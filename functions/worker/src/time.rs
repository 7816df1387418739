//! When an event counts as having happened: pure.

use instagram::UnixMillis;

/// A time further in the future than this is not believed.
const MAX_AHEAD_MS: i64 = 5 * 60 * 1000;

/// 2010-10-06, when Instagram began: an earlier time is a mistake, such as 0.
const FIRST_POSSIBLE: i64 = 1_286_323_200_000;

/// The event's own time, or the time of receipt where its own is missing, in the future or impossible.
pub(crate) fn happened_at(at: Option<UnixMillis>, received_at: UnixMillis) -> UnixMillis {
    match at {
        Some(at) if at.0 >= FIRST_POSSIBLE && at <= received_at.plus_ms(MAX_AHEAD_MS) => at,
        _ => received_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_39_an_impossible_time_gives_way_to_the_time_of_receipt() {
        let received = UnixMillis(1_767_225_600_000);
        let cases = [
            ("a second before", Some(1_767_225_599_000), 1_767_225_599_000),
            (
                "a clock that runs ahead a little",
                Some(1_767_225_600_000 + MAX_AHEAD_MS),
                1_767_225_600_000 + MAX_AHEAD_MS,
            ),
            ("next year", Some(1_798_761_600_000), received.0),
            ("zero", Some(0), received.0),
            ("a test sample's small number", Some(233_445_667_000), received.0),
            ("negative", Some(-5), received.0),
            ("missing", None, received.0),
        ];
        for (case, at, expected) in cases {
            assert_eq!(happened_at(at.map(UnixMillis), received), UnixMillis(expected), "{case}");
        }
    }
}
