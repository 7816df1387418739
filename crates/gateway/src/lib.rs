#![doc = include_str!("../README.md")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lambda_http::aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpRequestContext};
use lambda_http::http::header::HOST;
use lambda_http::http::uri::PathAndQuery;
use lambda_http::request::{LambdaRequest, RequestContext};
use lambda_http::{Request, RequestExt};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Longest path and longest query. The gateway takes no more than 10,240 bytes of request line and headers (quotas of
/// HTTP APIs, read 2026-11-22). A URI may have 65,534, and every byte of a path may become three of it.
const TARGET_LIMIT_BYTES: usize = 10_240;

/// An event of the gateway (HTTP API, payload 2.0) from which `lambda_http` can make a request.
///
/// Its conversion panics at what is no URI and no base64, and the runtime gives up on an event that does not parse:
/// failed invocations, which a stranger could cause at will. So what cannot be converted is taken out here.
/// It has no `Debug`: it holds people's words.
pub struct Event {
    request: ApiGatewayV2httpRequest,
    defect: Option<Defect>,
    domain_name: Option<String>,
}

/// What was taken out of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// A query that makes no URI.
    Query,
    /// A body that is flagged as base64 and is none.
    Body,
}

impl Event {
    /// The host name under which the gateway was called: one that leads to this API, for it answers under no other.
    pub fn domain_name(&self) -> Option<&str> {
        self.domain_name.as_deref()
    }

    /// What the conversion takes, and what the handler of its outcome should know.
    pub fn into_parts(self) -> (LambdaRequest, Option<Defect>) {
        (LambdaRequest::ApiGatewayV2(self.request), self.defect)
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let event = <&RawValue>::deserialize(deserializer)?;
        // One that does not parse is none of the gateway's, or has a method or header that HTTP does not have. A blank
        // one in its place has no path, and nothing is found there.
        let mut request: ApiGatewayV2httpRequest = serde_json::from_str(event.get()).unwrap_or_default();
        let domain_name = request.request_context.domain_name.clone().filter(|name| is_host(name));
        let defect = make_convertible(&mut request);
        Ok(Self { request, defect, domain_name })
    }
}

/// Takes out what the conversion would panic at (read in `lambda_http` 1.3.2, `request.rs`).
fn make_convertible(request: &mut ApiGatewayV2httpRequest) -> Option<Defect> {
    // `build_request_uri` unwraps a URL of host and path. The host is the sender's to choose and nobody here reads it;
    // with none, whatever begins with a slash makes a URL. Another path is none of ours.
    request.headers.remove(HOST);
    request.request_context.domain_name = None;
    request.raw_path.take_if(|path| !path.starts_with('/') || path.len() > TARGET_LIMIT_BYTES);

    // The query is put behind that URL as it stands, and the URI of both is unwrapped.
    let is_uri = |query: &str| query.is_empty() || PathAndQuery::try_from(format!("/?{query}")).is_ok();
    let query = request.raw_query_string.take_if(|query| query.len() > TARGET_LIMIT_BYTES || !is_uri(query));

    // `Body::from_maybe_encoded` unwraps the same decoding.
    let is_base64 = request.is_base64_encoded;
    let body = request.body.take_if(|body| is_base64 && STANDARD.decode(body).is_err());

    body.map(|_| Defect::Body).or(query.map(|_| Defect::Query))
}

/// A host name and nothing else, so that it can stand in an address.
fn is_host(name: &str) -> bool {
    (1..=253).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
}

/// What the gateway says of a request beyond HTTP.
fn context(request: &Request) -> Option<&ApiGatewayV2httpRequestContext> {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => Some(context),
        _ => None,
    }
}

/// The path without the stage, which stands in front of it on every stage but `$default`.
pub fn path(request: &Request) -> &str {
    let path = request.raw_http_path();
    let stage = context(request).and_then(|context| context.stage.as_deref()).filter(|stage| *stage != "$default");
    let without_stage = stage.and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage));
    without_stage.filter(|rest| rest.starts_with('/')).unwrap_or(path)
}

/// The distinguished name on the client's certificate, where one was asked for.
pub fn certificate_subject(request: &Request) -> Option<&str> {
    context(request)?.authentication.as_ref()?.client_cert.as_ref()?.subject_dn.as_deref()
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// What the gateway would refuse, too: of the conversion only the gateway's promises stand between it and a panic.
    fn any_text() -> impl Strategy<Value = String> {
        prop_oneof![any::<String>(), r#"[/a-z0-9:@\[\]%.?#&=<"{ ]{0,20}"#, "[A-Za-z0-9+/]{0,12}={0,2}"]
    }

    #[test]
    fn only_a_host_name_is_taken_for_one() {
        let cases = [
            ("a generated name", "a1b2c3.execute-api.sa-east-1.amazonaws.com", true),
            ("one of our own", "conectar.example.com", true),
            ("nothing", "", false),
            ("a port", "conectar.example.com:8080", false),
            ("a path", "conectar.example.com/evil", false),
            ("a user", "evil@conectar.example.com", false),
            ("too long", &"a".repeat(254), false),
        ];
        for (case, name, expected) in cases {
            let event = json!({"requestContext": {"domainName": name, "http": {"method": "GET"}}}).to_string();
            let event: Event = serde_json::from_str(&event).unwrap();
            assert_eq!(event.domain_name().is_some(), expected, "{case}");
        }
    }

    proptest! {
        #[test]
        fn whatever_a_stranger_sends_is_converted_or_refused(
            path in any_text(),
            query in any_text(),
            host in any_text(),
            scheme in any_text(),
            cookie in any_text(),
            body in any_text(),
            is_base64 in any::<bool>(),
            stage in prop_oneof![Just("$default"), Just("live")],
        ) {
            let event = json!({
                "version": "2.0",
                "rawPath": path,
                "rawQueryString": query,
                "cookies": [cookie],
                "headers": {"host": host, "x-forwarded-proto": scheme},
                "requestContext": {"domainName": host, "stage": stage, "http": {"method": "POST"}},
                "body": body,
                "isBase64Encoded": is_base64,
            });
            let event: Event = serde_json::from_str(&event.to_string()).expect("an event is never refused by serde");
            let (request, defect) = event.into_parts();
            let request = Request::from(request);
            match defect {
                None => prop_assert!(is_base64 || request.body().as_ref() == body.as_bytes()),
                Some(Defect::Query) => prop_assert_eq!(request.uri().query(), None),
                Some(Defect::Body) => prop_assert!(matches!(request.body(), Body::Empty)),
            }
        }
    }
}
