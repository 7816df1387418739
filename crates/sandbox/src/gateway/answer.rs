//! A function's answer as the caller gets it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, SET_COOKIE, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use crate::wire;

/// Turns the function's payload into a response; `None` where API Gateway could make nothing of it.
///
/// A payload without `statusCode` is itself the body of a 200.
pub(super) fn translate(payload: &[u8]) -> Option<http::Response<Bytes>> {
    let answer: Value = serde_json::from_slice(payload).ok()?;
    let Some(status) = answer.get("statusCode") else {
        return Some(wire::json(StatusCode::OK, Bytes::copy_from_slice(payload)));
    };
    let status = StatusCode::from_u16(u16::try_from(status.as_u64()?).ok()?).ok()?;
    let body = answer["body"].as_str().unwrap_or_default();
    let body = match answer["isBase64Encoded"].as_bool() {
        Some(true) => BASE64_STANDARD.decode(body).ok()?.into(),
        _ => Bytes::copy_from_slice(body.as_bytes()),
    };
    let mut response = http::Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers(&answer)?;
    Some(response)
}

/// The headers, each name's several values where both forms name it, and the cookies.
fn headers(answer: &Value) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in answer["headers"].as_object().into_iter().flatten() {
        headers.insert(header_name(name)?, header_value(value)?);
    }
    for (name, values) in answer["multiValueHeaders"].as_object().into_iter().flatten() {
        let name = header_name(name)?;
        headers.remove(&name);
        for value in values.as_array()? {
            headers.append(name.clone(), header_value(value)?);
        }
    }
    for cookie in answer["cookies"].as_array().into_iter().flatten() {
        headers.append(SET_COOKIE, header_value(cookie)?);
    }
    // These describe the connection to the caller, which is not the function's.
    for name in [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING] {
        headers.remove(name);
    }
    headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("text/plain;charset=UTF-8"));
    Some(headers)
}

fn header_name(name: &str) -> Option<HeaderName> {
    HeaderName::from_bytes(name.as_bytes()).ok()
}

/// Numbers and booleans are written as JSON writes them.
fn header_value(value: &Value) -> Option<HeaderValue> {
    match value {
        Value::String(text) => HeaderValue::from_str(text).ok(),
        Value::Number(_) | Value::Bool(_) => HeaderValue::from_str(&value.to_string()).ok(),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(payload: &str) -> http::Response<Bytes> {
        translate(payload.as_bytes()).unwrap()
    }

    #[test]
    fn status_headers_cookies_and_body_are_those_of_the_function() {
        let response = translated(
            r#"{"statusCode": 403, "headers": {"X-One": "1", "x-number": 2, "content-length": "99"},
                "multiValueHeaders": {"x-many": ["a", "b"], "X-One": ["1"]}, "cookies": ["a=1", "b=2"],
                "body": "b2zDoQ==", "isBase64Encoded": true}"#,
        );
        assert_eq!(response.status(), 403);
        assert_eq!(response.body(), "olá".as_bytes());
        let values =
            |name: &str| response.headers().get_all(name).iter().map(|v| v.to_str().unwrap()).collect::<Vec<_>>();
        assert_eq!(values("x-one"), ["1"]);
        assert_eq!(values("x-number"), ["2"]);
        assert_eq!(values("x-many"), ["a", "b"]);
        assert_eq!(values("set-cookie"), ["a=1", "b=2"]);
        assert_eq!(values("content-type"), ["text/plain;charset=UTF-8"]);
        assert!(values("content-length").is_empty());
    }

    #[test]
    fn a_payload_without_status_is_the_body() {
        let response = translated(r#"{"ok": true}"#);
        assert_eq!((response.status().as_u16(), response.body().as_ref()), (200, br#"{"ok": true}"#.as_slice()));
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
    }

    #[test]
    fn an_answer_that_is_none_is_refused() {
        let cases = [
            ("", "nothing at all"),
            ("{", "not JSON"),
            (r#"{"statusCode": "OK"}"#, "a status in words"),
            (r#"{"statusCode": 99999}"#, "no such status"),
            (r#"{"statusCode": 200, "isBase64Encoded": true, "body": "%"}"#, "not base64"),
            (r#"{"statusCode": 200, "headers": {"x": "a\nb"}}"#, "a header that would break the response"),
            (r#"{"statusCode": 200, "headers": {"x": ["a"]}}"#, "a list where a value belongs"),
        ];
        for (payload, reason) in cases {
            assert!(translate(payload.as_bytes()).is_none(), "{reason}");
        }
    }
}
