//! How much of Meta's limits is used, as the answer's headers say.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::Value;

/// Shares of the limits that are used up, in percent; throttling begins at 100 (fact sheet 4.5).
///
/// Meta counts calls, time and processor time apart, each in percent of its own limit; whichever is highest throttles
/// first, so that is the one told here. It may pass 100. `None` means that the answer did not say, which is common,
/// and not that nothing is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Of the app's limit, all its accounts together (`X-App-Usage`): the highest of its three counters, rounded up.
    pub app_percent: Option<u32>,
    /// Of the account's limit (`X-Business-Use-Case-Usage`): the highest of its three counters over all use cases
    /// (`instagram`, `messenger`), rounded up.
    pub account_percent: Option<u32>,
    /// How long until the account may call again (`estimated_time_to_regain_access`, the longest over all use cases),
    /// if Meta says more than zero minutes. As told: not held to [`MAX_WAIT`](crate::MAX_WAIT).
    pub regain: Option<Duration>,
}

const COUNTERS: [&str; 3] = ["call_count", "total_time", "total_cputime"];

impl Usage {
    /// Reads the two headers. What cannot be read counts as not said.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Self {
        let app = json(headers, "x-app-usage");
        let business = json(headers, "x-business-use-case-usage");
        let use_cases: Vec<&Value> = business
            .as_object()
            .into_iter()
            .flat_map(|by_id| by_id.values())
            .filter_map(Value::as_array)
            .flatten()
            .collect();
        let minutes =
            use_cases.iter().filter_map(|case| case["estimated_time_to_regain_access"].as_f64()).fold(0.0, f64::max);
        Self {
            app_percent: highest(&app),
            account_percent: use_cases.iter().filter_map(|case| highest(case)).max(),
            regain: Duration::try_from_secs_f64(minutes * 60.0).ok().filter(|wait| !wait.is_zero()),
        }
    }
}

/// The header's JSON, or null.
fn json(headers: &HeaderMap, name: &str) -> Value {
    headers.get(name).and_then(|value| serde_json::from_slice(value.as_bytes()).ok()).unwrap_or(Value::Null)
}

/// The highest counter, fractions rounded up.
fn highest(counters: &Value) -> Option<u32> {
    COUNTERS.iter().filter_map(|name| counters[name].as_f64()).map(percent).max()
}

/// A float to a whole percentage: up, never below zero, never beyond the type.
fn percent(number: f64) -> u32 {
    number.ceil().clamp(0.0, f64::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn read(app: Option<&'static str>, business: Option<&'static str>) -> Usage {
        let mut headers = HeaderMap::new();
        if let Some(value) = app {
            headers.insert("x-app-usage", HeaderValue::from_static(value));
        }
        if let Some(value) = business {
            headers.insert("x-business-use-case-usage", HeaderValue::from_static(value));
        }
        Usage::from_headers(&headers)
    }

    #[test]
    fn the_highest_counter_of_each_limit_counts() {
        let usage = read(
            Some(r#"{"call_count":28,"total_time":25,"total_cputime":91.5}"#),
            Some(concat!(
                r#"{"17841400000000001":["#,
                r#"{"type":"instagram","call_count":28,"total_cputime":25,"total_time":25,"estimated_time_to_regain_access":0},"#,
                r#"{"type":"messenger","call_count":99,"total_cputime":25,"total_time":101,"estimated_time_to_regain_access":19}]}"#,
            )),
        );
        let expected =
            Usage { app_percent: Some(92), account_percent: Some(101), regain: Some(Duration::from_mins(19)) };
        assert_eq!(usage, expected);
    }

    #[test]
    fn a_header_that_cannot_be_read_says_nothing() {
        let cases = [
            ("no headers", None, None),
            ("not JSON", Some("28"), Some("x")),
            ("other shapes", Some("[1]"), Some(r#"{"1":{"call_count":3}}"#)),
            ("words for numbers", Some(r#"{"call_count":"many"}"#), Some(r#"{"1":[{"call_count":null}]}"#)),
            ("a negative wait", None, Some(r#"{"1":[{"estimated_time_to_regain_access":-5}]}"#)),
            ("a wait beyond all time", None, Some(r#"{"1":[{"estimated_time_to_regain_access":1e300}]}"#)),
        ];
        for (case, app, business) in cases {
            assert_eq!(read(app, business), Usage::default(), "{case}");
        }
    }
}
