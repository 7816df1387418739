//! A request as a function gets it: the proxy event of payload format 2.0.

use std::net::SocketAddr;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, COOKIE, HOST, USER_AGENT};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::macros::format_description;

/// A request with what API Gateway adds to it.
pub(super) struct Received<'a> {
    pub(super) head: &'a http::request::Parts,
    pub(super) body: &'a [u8],
    pub(super) peer: SocketAddr,
    pub(super) route_key: &'a str,
    pub(super) path_parameters: Map<String, Value>,
    pub(super) client_certificate: Option<&'a Value>,
    pub(super) now_ms: i64,
    /// Counts the gateway's requests; ids are made of it.
    pub(super) number: u64,
}

impl Received<'_> {
    pub(super) fn event(self) -> Value {
        let uri = &self.head.uri;
        let mut event = json!({
            "version": "2.0",
            "routeKey": self.route_key,
            "rawPath": uri.path(),
            "rawQueryString": uri.query().unwrap_or_default(),
            "headers": self.headers(),
            "requestContext": self.context(),
            "isBase64Encoded": false,
        });
        // Members without a value are left out, not null.
        let cookies = self.cookies();
        if !cookies.is_empty() {
            event["cookies"] = cookies.into();
        }
        let query = query(uri.query().unwrap_or_default());
        if !query.is_empty() {
            event["queryStringParameters"] = query.into();
        }
        if !self.body.is_empty() {
            let text = std::str::from_utf8(self.body).ok().filter(|_| is_text(&self.head.headers));
            event["isBase64Encoded"] = text.is_none().into();
            event["body"] = text.map_or_else(|| BASE64_STANDARD.encode(self.body), str::to_owned).into();
        }
        if !self.path_parameters.is_empty() {
            event["pathParameters"] = self.path_parameters.into();
        }
        event
    }

    /// Names in lower case, the values of one name joined by commas; cookies have a place of their own.
    fn headers(&self) -> Map<String, Value> {
        let mut headers = Map::new();
        for name in self.head.headers.keys().filter(|name| **name != COOKIE) {
            let values: Vec<_> = self.head.headers.get_all(name).iter().map(|value| text(value.as_bytes())).collect();
            headers.insert(name.as_str().to_owned(), values.join(",").into());
        }
        let forwarded_for = match headers.get("x-forwarded-for").and_then(Value::as_str) {
            Some(before) => format!("{before}, {}", self.peer.ip()),
            None => self.peer.ip().to_string(),
        };
        headers.insert("x-forwarded-for".to_owned(), forwarded_for.into());
        headers.insert("x-forwarded-port".to_owned(), "443".into());
        headers.insert("x-forwarded-proto".to_owned(), "https".into());
        let trace = || format!("Root=1-{:08x}-{:024x}", self.now_ms / 1000, self.number).into();
        headers.entry("x-amzn-trace-id").or_insert_with(trace);
        headers
    }

    fn cookies(&self) -> Vec<String> {
        let lines = self.head.headers.get_all(COOKIE).iter().map(|line| text(line.as_bytes()));
        lines.flat_map(|line| line.split("; ").map(str::to_owned).collect::<Vec<_>>()).collect()
    }

    fn context(&self) -> Value {
        let header = |name| self.head.headers.get(name).map(|value| text(value.as_bytes())).unwrap_or_default();
        let domain = header(HOST);
        let mut context = json!({
            "accountId": "000000000000",
            "apiId": "sandbox",
            "domainName": domain,
            "domainPrefix": domain.split(['.', ':']).next(),
            "http": {
                "method": self.head.method.as_str(),
                "path": self.head.uri.path(),
                "protocol": "HTTP/1.1",
                "sourceIp": self.peer.ip().to_string(),
                "userAgent": header(USER_AGENT),
            },
            "requestId": super::request_id(self.number),
            "routeKey": self.route_key,
            "stage": "$default",
            "time": common_log_time(self.now_ms),
            "timeEpoch": self.now_ms,
        });
        if let Some(certificate) = self.client_certificate {
            context["authentication"] = json!({ "clientCert": certificate });
        }
        context
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Decoded; the values of one name joined by commas.
fn query(raw: &str) -> Map<String, Value> {
    let mut parameters = Map::new();
    for (name, value) in form_urlencoded::parse(raw.as_bytes()) {
        let joined = match parameters.get(&*name).and_then(Value::as_str) {
            Some(before) => format!("{before},{value}"),
            None => value.into_owned(),
        };
        parameters.insert(name.into_owned(), joined.into());
    }
    parameters
}

/// Whether a body of this type travels as it is; any other is base64, and so is text that is not UTF-8 after all.
///
/// Form fields are not on the list: an HTTP API hands them over as base64.
fn is_text(headers: &HeaderMap) -> bool {
    let Some(Ok(content_type)) = headers.get(CONTENT_TYPE).map(|value| value.to_str()) else { return false };
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.starts_with("text/")
        || matches!(essence.as_str(), "application/json" | "application/javascript" | "application/xml")
        || essence.ends_with("+json")
        || essence.ends_with("+xml")
}

/// `12/Mar/2020:19:03:58 +0000`.
fn common_log_time(now_ms: i64) -> String {
    let format = format_description!("[day]/[month repr:short]/[year]:[hour]:[minute]:[second] +0000");
    let now = OffsetDateTime::from_unix_timestamp(now_ms / 1000).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    now.format(&format).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(request: http::request::Builder, body: &[u8]) -> Value {
        let (head, ()) = request.body(()).unwrap().into_parts();
        let received = Received {
            head: &head,
            body,
            peer: ([127, 0, 0, 1], 40000).into(),
            route_key: "$default",
            path_parameters: Map::new(),
            client_certificate: None,
            now_ms: 1_584_039_838_390,
            number: 1,
        };
        received.event()
    }

    #[test]
    fn a_request_becomes_the_event_of_payload_format_two() {
        let request = http::Request::post("/path?parameter1=v%201&parameter1=v2&parameter2")
            .header("Host", "hooks.example.org")
            .header("User-Agent", "agent")
            .header("X-Twice", "one")
            .header("x-twice", "two")
            .header("Cookie", "a=1; b=2")
            .header("Content-Type", "application/json");
        let expected = json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": "/path",
            "rawQueryString": "parameter1=v%201&parameter1=v2&parameter2",
            "cookies": ["a=1", "b=2"],
            "headers": {
                "host": "hooks.example.org",
                "user-agent": "agent",
                "x-twice": "one,two",
                "content-type": "application/json",
                "x-forwarded-for": "127.0.0.1",
                "x-forwarded-port": "443",
                "x-forwarded-proto": "https",
                "x-amzn-trace-id": "Root=1-5e6a879e-000000000000000000000001",
            },
            "queryStringParameters": {"parameter1": "v 1,v2", "parameter2": ""},
            "requestContext": {
                "accountId": "000000000000",
                "apiId": "sandbox",
                "domainName": "hooks.example.org",
                "domainPrefix": "hooks",
                "http": {
                    "method": "POST",
                    "path": "/path",
                    "protocol": "HTTP/1.1",
                    "sourceIp": "127.0.0.1",
                    "userAgent": "agent",
                },
                "requestId": "sandbox000000001=",
                "routeKey": "$default",
                "stage": "$default",
                "time": "12/Mar/2020:19:03:58 +0000",
                "timeEpoch": 1_584_039_838_390_i64,
            },
            "body": "{}",
            "isBase64Encoded": false,
        });
        assert_eq!(event(request, b"{}"), expected);
    }

    #[test]
    fn a_body_is_text_only_where_its_type_says_so() {
        let cases: [(Option<&str>, &[u8], bool, &str); 8] = [
            (Some("application/json"), b"{}", false, "JSON"),
            (Some("Application/JSON; charset=utf-8"), b"{}", false, "parameters and case do not matter"),
            (Some("text/plain"), b"ol\xc3\xa1", false, "text"),
            (Some("application/problem+json"), b"{}", false, "a kind of JSON"),
            (Some("application/x-www-form-urlencoded"), b"a=1", true, "form fields"),
            (Some("application/octet-stream"), b"{}", true, "bytes"),
            (None, b"{}", true, "no type"),
            (Some("application/json"), b"\"\xff\"", true, "case 16: not UTF-8, so it cannot stand in an event"),
        ];
        for (content_type, body, is_base64, reason) in cases {
            let mut request = http::Request::post("/");
            if let Some(content_type) = content_type {
                request = request.header("content-type", content_type);
            }
            let event = event(request, body);
            assert_eq!(event["isBase64Encoded"], is_base64, "{reason}");
            let decoded = match is_base64 {
                true => BASE64_STANDARD.decode(event["body"].as_str().unwrap()).unwrap(),
                false => event["body"].as_str().unwrap().into(),
            };
            assert_eq!(decoded, body, "{reason}");
        }
    }

    #[test]
    fn what_is_absent_is_left_out() {
        let event = event(http::Request::get("/"), b"");
        for member in ["body", "cookies", "queryStringParameters", "pathParameters"] {
            assert_eq!(event.get(member), None, "{member}");
        }
        assert_eq!(event["requestContext"].get("authentication"), None);
    }
}
