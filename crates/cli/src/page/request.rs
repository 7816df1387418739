//! A request to the page, out of the gateway's event.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What of a request matters here.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    /// By names in lower case.
    pub(super) headers: BTreeMap<String, String>,
    pub(super) query: BTreeMap<String, String>,
}

/// The event in the gateway's payload format 2.0.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    raw_path: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    query_string_parameters: BTreeMap<String, String>,
    request_context: Context,
}

#[derive(Deserialize)]
struct Context {
    http: Http,
}

#[derive(Deserialize)]
struct Http {
    method: String,
}

impl Request {
    pub(super) fn parse(event: &[u8]) -> Option<Self> {
        let event: Event = serde_json::from_slice(event).ok()?;
        Some(Self {
            method: event.request_context.http.method,
            path: event.raw_path,
            headers: event.headers,
            query: event.query_string_parameters,
        })
    }

    /// Whether it was made on this machine, for this machine.
    ///
    /// The name keeps out other pages of the same browser whose own name was made to lead here, and what a tunnel for the
    /// callback brings in besides; a tunnel that changes the name says for whom it forwards.
    pub(super) fn is_at_home(&self) -> bool {
        let host = self.headers.get("host").map_or("", String::as_str);
        let name = match host.split_once(':') {
            Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            Some(_) => return false,
            None => host,
        };
        let is_forwarded = self.headers.get("x-forwarded-for").is_some_and(|way| way.contains(','));
        (name == "127.0.0.1" || name.eq_ignore_ascii_case("localhost")) && !is_forwarded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &[(&str, &str)]) -> Request {
        let headers: BTreeMap<&str, &str> = headers.iter().copied().collect();
        let event = serde_json::json!({
            "rawPath": "/", "headers": headers, "requestContext": {"http": {"method": "GET"}},
        });
        Request::parse(event.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn only_a_request_for_this_machine_is_at_home() {
        let cases = [
            ("by its number", "127.0.0.1:8787", true),
            ("by its name", "localhost:8787", true),
            ("without a port", "LOCALHOST", true),
            ("a name that was made to lead here", "rebound.example:8787", false),
            ("one that begins like ours", "127.0.0.1.example", false),
            ("what is no port", "localhost:8787.example", false),
            ("two names", "localhost,rebound.example", false),
            ("none", "", false),
        ];
        for (case, host, expected) in cases {
            assert_eq!(request(&[("host", host)]).is_at_home(), expected, "{case}");
        }
        assert!(!request(&[]).is_at_home(), "no Host at all");
        let way = |way| request(&[("host", "127.0.0.1"), ("x-forwarded-for", way)]).is_at_home();
        assert!(way("127.0.0.1"), "as the gateway itself says it");
        assert!(!way("203.0.113.9, 127.0.0.1"), "through a tunnel that changes the name");
    }
}
