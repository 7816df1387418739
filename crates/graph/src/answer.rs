//! From an HTTP answer to a result: ids on success, numbers on failure, words never.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde_json::Value;

use crate::{Doubt, MAX_WAIT, Said, SendError, Usage};

/// Longest answer to a write that is read; real ones have a few hundred bytes. A longer one counts as unreadable.
pub(crate) const MAX_BODY_BYTES: usize = 64 * 1024;

/// Longest answer to a read: a page of 25 comments of 2200 characters, each escaped to 6 bytes, is 330 kB.
pub(crate) const MAX_READ_BYTES: usize = 512 * 1024;

/// What a call came to, and how much of Meta's limits is used by now.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Answer<T> {
    /// The ids, or why there are none.
    pub result: Result<T, SendError>,
    /// Known from refusals too; empty if no answer came.
    pub usage: Usage,
}

/// Status, the headers that matter, and the body.
pub(crate) struct RawAnswer {
    status: StatusCode,
    usage: Usage,
    retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
}

impl RawAnswer {
    pub(crate) fn from_head(status: StatusCode, headers: &HeaderMap) -> Self {
        let seconds =
            headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()).and_then(|text| text.trim().parse().ok());
        Self {
            status,
            usage: Usage::from_headers(headers),
            retry_after: seconds.map(Duration::from_secs),
            body: Vec::new(),
        }
    }

    /// `read` sees the body of a success; what it cannot read may nevertheless have been sent.
    pub(crate) fn into_answer<T>(self, read: impl FnOnce(&[u8]) -> Option<T>) -> Answer<T> {
        let usage = self.usage;
        let result = if self.status.is_success() {
            read(&self.body).ok_or_else(|| {
                let said = Said { status: self.status.as_u16(), ..Said::default() };
                SendError::OutcomeUnknown(Doubt::Unreadable(said))
            })
        } else {
            let wait = usage.regain.max(self.retry_after).map(|wait| wait.min(MAX_WAIT));
            Err(SendError::from_refusal(said(self.status, &self.body), wait, usage))
        };
        Answer { result, usage }
    }
}

/// The numbers of an error body (fact sheet 4.6). Its texts are localised, may quote anything, and are dropped here.
fn said(status: StatusCode, body: &[u8]) -> Said {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let error = &body["error"];
    Said {
        status: status.as_u16(),
        code: number(&error["code"]),
        subcode: number(&error["error_subcode"]),
        is_transient: error["is_transient"].as_bool().unwrap_or(false),
        trace: error["fbtrace_id"].as_str().filter(|text| is_trace(text)).map(str::to_owned),
    }
}

/// A number, or the digits of one in a string: Meta writes ids and codes both ways elsewhere.
fn number(value: &Value) -> Option<u32> {
    match value {
        Value::Number(number) => number.as_u64().and_then(|number| number.try_into().ok()),
        Value::String(digits) => digits.parse().ok(),
        _ => None,
    }
}

/// The trace goes to logs, so it has to look like one.
fn is_trace(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_body_gives_its_numbers_and_nothing_else() {
        let full = r##"{"error": {"message": "(#10) This message is sent outside of allowed window.", "type": "OAuthException",
            "code": 10, "error_subcode": 2534022, "is_transient": false, "error_user_title": "t", "error_user_msg": "m",
            "fbtrace_id": "AbCdEfGh123"}}"##;
        let trace = |text: &str| Some(text.to_owned());
        let traced = |length| format!(r#"{{"error":{{"code":1,"fbtrace_id":"{}"}}}}"#, "A".repeat(length));
        let cases = [
            ("as documented", full, Some(10), Some(2_534_022), trace("AbCdEfGh123")),
            ("without a subcode", r#"{"error":{"code":190}}"#, Some(190), None, None),
            ("digits in strings", r#"{"error":{"code":"613","error_subcode":"1996"}}"#, Some(613), Some(1996), None),
            ("null for a subcode", r#"{"error":{"code":4,"error_subcode":null}}"#, Some(4), None, None),
            ("a code beyond any", r#"{"error":{"code":99999999999}}"#, None, None, None),
            ("a negative code", r#"{"error":{"code":-1}}"#, None, None, None),
            ("a trace that is a sentence", r#"{"error":{"code":1,"fbtrace_id":"hello you"}}"#, Some(1), None, None),
            ("a trace that is empty", r#"{"error":{"code":1,"fbtrace_id":""}}"#, Some(1), None, None),
            ("a trace of 64", &traced(64), Some(1), None, Some("A".repeat(64))),
            ("a trace of 65", &traced(65), Some(1), None, None),
            ("an error by position", r#"[{"code":190}]"#, None, None, None),
            ("the login's flat form", r#"{"error_type":"OAuthException","code":400}"#, None, None, None),
            ("HTML", "<html>code 190</html>", None, None, None),
            ("nothing", "", None, None, None),
        ];
        for (case, body, code, subcode, trace) in cases {
            let expected = Said { status: 400, code, subcode, is_transient: false, trace };
            assert_eq!(said(StatusCode::BAD_REQUEST, body.as_bytes()), expected, "{case}");
        }
    }

    #[test]
    fn a_wait_is_the_longer_of_the_two_headers_within_a_day() {
        let minutes = |m: u64| Some(Duration::from_mins(m));
        let cases = [
            ("neither", None, None, None),
            ("minutes of the usage header", None, Some(7), minutes(7)),
            ("seconds of Retry-After", Some("120"), None, minutes(2)),
            ("the longer one", Some("120"), Some(7), minutes(7)),
            ("a date in Retry-After is not understood", Some("Sun, 22 Nov 2026 10:00:00 GMT"), None, None),
            ("no more than a day", Some("999999999"), None, minutes(24 * 60)),
        ];
        for (case, retry_after, regain, expected) in cases {
            let mut headers = HeaderMap::new();
            if let Some(value) = retry_after {
                headers.insert(RETRY_AFTER, value.parse().unwrap());
            }
            if let Some(minutes) = regain {
                let usage = format!(r#"{{"1":[{{"estimated_time_to_regain_access":{minutes}}}]}}"#);
                headers.insert("x-business-use-case-usage", usage.parse().unwrap());
            }
            let mut raw = RawAnswer::from_head(StatusCode::BAD_REQUEST, &headers);
            raw.body = br#"{"error":{"code":613}}"#.to_vec();
            let answer = raw.into_answer(|_| Some(()));
            assert!(matches!(answer.result, Err(SendError::Throttled { wait, .. }) if wait == expected), "{case}");
        }
    }
}
