//! The gateway's event, as much of it as we read, and the answer it takes (HTTP API, payload 2.0).
//!
//! Shape: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
//! (read 2026-11-22). Every member may be missing: an event that is none of the gateway's has no path and gets 404.

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::ser::{SerializeStruct, Serializer};
use serde::{Deserialize, Deserializer, Serialize};

/// A request as the gateway hands it over. It has no `Debug`: it holds people's words.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Request {
    raw_path: String,
    raw_query_string: String,
    headers: Headers,
    request_context: RequestContext,
    body: Option<String>,
    is_base64_encoded: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RequestContext {
    stage: Option<String>,
    http: Http,
    authentication: Option<Authentication>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Http {
    method: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Authentication {
    client_cert: Option<ClientCert>,
}

#[derive(Deserialize)]
struct ClientCert {
    #[serde(rename = "subjectDN")]
    subject_dn: Option<String>,
}

/// The body is flagged as base64 and is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotBase64;

impl Request {
    pub(crate) fn method(&self) -> &str {
        &self.request_context.http.method
    }

    /// The path without the stage, which stands in front of it on every stage but `$default`.
    pub(crate) fn path(&self) -> &str {
        let path = self.raw_path.as_str();
        let stage = self.request_context.stage.as_deref().filter(|stage| *stage != "$default");
        let without_stage = stage.and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage));
        without_stage.filter(|rest| rest.starts_with('/')).unwrap_or(path)
    }

    /// The query as it came: undecoded, without the `?`.
    pub(crate) fn query(&self) -> &str {
        &self.raw_query_string
    }

    pub(crate) fn signature(&self) -> Option<&str> {
        self.headers.signature.as_deref()
    }

    pub(crate) fn trace(&self) -> Option<&str> {
        self.headers.trace.as_deref()
    }

    pub(crate) fn certificate_subject(&self) -> Option<&str> {
        self.request_context.authentication.as_ref()?.client_cert.as_ref()?.subject_dn.as_deref()
    }

    /// Length of the body in bytes; of one that is still base64, at least what it will be.
    pub(crate) fn body_length(&self) -> usize {
        let length = self.body.as_ref().map_or(0, String::len);
        if self.is_base64_encoded { length / 4 * 3 } else { length }
    }

    /// The body's bytes as they were received.
    pub(crate) fn body(&self) -> Result<Cow<'_, [u8]>, NotBase64> {
        let body = self.body.as_deref().unwrap_or_default();
        if self.is_base64_encoded {
            STANDARD.decode(body).map(Cow::Owned).map_err(|_| NotBase64)
        } else {
            Ok(Cow::Borrowed(body.as_bytes()))
        }
    }
}

/// The headers we read; names in any case.
#[derive(Default)]
struct Headers {
    signature: Option<String>,
    trace: Option<String>,
}

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pick;

        impl<'de> Visitor<'de> for Pick {
            type Value = Headers;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of headers")
            }

            fn visit_unit<E>(self) -> Result<Headers, E> {
                Ok(Headers::default())
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Headers, M::Error> {
                let mut headers = Headers::default();
                while let Some(name) = map.next_key::<Cow<'de, str>>()? {
                    let slot = if name.eq_ignore_ascii_case(instagram::SIGNATURE_HEADER) {
                        &mut headers.signature
                    } else if name.eq_ignore_ascii_case("x-amzn-trace-id") {
                        &mut headers.trace
                    } else {
                        map.next_value::<IgnoredAny>()?;
                        continue;
                    };
                    let value: String = map.next_value()?;
                    // Given twice it is joined, as the gateway joins them: two signatures are none.
                    *slot = Some(slot.take().map_or(value.clone(), |first| format!("{first},{value}")));
                }
                Ok(headers)
            }
        }

        deserializer.deserialize_any(Pick)
    }
}

/// What the gateway is to answer. A stranger learns a status and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    status: u16,
    content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    Nothing,
    Text(String),
    Allow(&'static str),
}

impl Response {
    pub(crate) const OK: Self = Self::empty(200);
    pub(crate) const BAD_REQUEST: Self = Self::empty(400);
    pub(crate) const UNAUTHORIZED: Self = Self::empty(401);
    pub(crate) const FORBIDDEN: Self = Self::empty(403);
    pub(crate) const NOT_FOUND: Self = Self::empty(404);
    pub(crate) const TOO_LARGE: Self = Self::empty(413);
    pub(crate) const UNAVAILABLE: Self = Self::empty(503);

    const fn empty(status: u16) -> Self {
        Self { status, content: Content::Nothing }
    }

    /// 200 with a text that no browser may take for anything else.
    pub(crate) fn text(text: &str) -> Self {
        Self { status: 200, content: Content::Text(text.to_owned()) }
    }

    pub(crate) fn method_not_allowed(allowed: &'static str) -> Self {
        Self { status: 405, content: Content::Allow(allowed) }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }
}

impl Serialize for Response {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "kebab-case")]
        struct TextHeaders {
            content_type: &'static str,
            x_content_type_options: &'static str,
        }
        #[derive(Serialize)]
        struct AllowHeaders {
            allow: &'static str,
        }

        let mut answer = serializer.serialize_struct("Response", 4)?;
        answer.serialize_field("statusCode", &self.status)?;
        answer.serialize_field("isBase64Encoded", &false)?;
        match &self.content {
            Content::Nothing => {}
            Content::Text(text) => {
                let headers = TextHeaders { content_type: "text/plain", x_content_type_options: "nosniff" };
                answer.serialize_field("headers", &headers)?;
                answer.serialize_field("body", text)?;
            }
            Content::Allow(allow) => answer.serialize_field("headers", &AllowHeaders { allow })?,
        }
        answer.end()
    }
}
