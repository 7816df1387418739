//! Answers: what was asked for, or why not, as `application/problem+json` (RFC 9457).

use boot::{Chain, Sheet};
use lambda_http::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};
use lambda_http::http::{HeaderName, HeaderValue, StatusCode};
use lambda_http::{Body, Response};
use serde::Serialize;
use serde_json::Value;
use store::StoreError;

use crate::tally;

/// Longest name of a sender's that is repeated to them.
const MOST_REPEATED: usize = 64;

/// What was asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
}

/// Why something was not done.
#[derive(Debug)]
pub(crate) struct Problem(Box<Why>);

/// Its words are for people of the office, the rest is for machines.
#[derive(Debug)]
struct Why {
    status: StatusCode,
    code: &'static str,
    pt: String,
    en: String,
    detail: Option<String>,
    reason: Option<String>,
    header: Option<(HeaderName, HeaderValue)>,
}

/// A problem as it is sent.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    code: &'static str,
    pt: &'a str,
    en: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

impl Answer {
    pub(crate) fn ok(body: Value) -> Self {
        Self { status: StatusCode::OK, body }
    }

    pub(crate) fn accepted(body: Value) -> Self {
        Self { status: StatusCode::ACCEPTED, body }
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        respond(self.status, "application/json", self.body.to_string())
    }
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, pt: &str, en: &str) -> Self {
        let (pt, en) = (pt.to_owned(), en.to_owned());
        Self(Box::new(Why { status, code, pt, en, detail: None, reason: None, header: None }))
    }

    /// It is not there, or not the customer's: nobody learns which.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "Isto não existe aqui.", "There is no such thing here.")
    }

    pub(crate) fn method_not_allowed(allowed: &str) -> Self {
        let mut problem = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "Isto não pode ser feito com o que está aqui.",
            "That cannot be done with what is here.",
        );
        problem.0.header = HeaderValue::from_str(allowed).ok().map(|allowed| (ALLOW, allowed));
        problem
    }

    /// The request is not as the document of this API says.
    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        let mut problem = Self::new(
            StatusCode::BAD_REQUEST,
            "malformed",
            "O sistema fez um pedido que não se entende. Avise o suporte.",
            "The system made a request that cannot be understood. Tell support.",
        );
        problem.0.detail = Some(detail.into());
        problem
    }

    pub(crate) fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "O pedido é grande demais.", "The request is too large.")
    }

    /// The key of the request was used for another one.
    pub(crate) fn key_reused() -> Self {
        let mut problem = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "key_reused",
            "O sistema repetiu um pedido com outro conteúdo. Nada foi feito; avise o suporte.",
            "The system repeated a request with other contents. Nothing was done; tell support.",
        );
        problem.0.detail = Some("this Idempotency-Key was used for another request".to_owned());
        problem
    }

    /// It cannot be done as things stand.
    pub(crate) fn refused(code: &'static str, pt: &str, en: &str) -> Self {
        Self::new(StatusCode::CONFLICT, code, pt, en)
    }

    /// Too fast for Meta: again after so many seconds.
    pub(crate) fn throttled(seconds: u64) -> Self {
        let mut problem = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "throttled",
            "O Instagram pediu para ir mais devagar. Tente de novo daqui a pouco.",
            "Instagram asked to slow down. Try again in a while.",
        );
        problem.0.header = Some((RETRY_AFTER, seconds.max(1).into()));
        problem
    }

    /// Meta did not say whether it was done. Asked again it is done once.
    pub(crate) fn unknown(reason: String) -> Self {
        let problem = Self::new(
            StatusCode::BAD_GATEWAY,
            "unknown",
            "O Instagram não respondeu. Tente de novo: não será feito duas vezes.",
            "Instagram did not answer. Try again: it will not be done twice.",
        );
        problem.because(reason)
    }

    /// Something on our side does not answer.
    pub(crate) fn unavailable(what: &'static str) -> Self {
        let mut problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "O sistema não respondeu a tempo. Tente de novo.",
            "The system did not answer in time. Try again.",
        );
        problem.0.header = Some((RETRY_AFTER, 1.into()));
        problem.because(what.to_owned())
    }

    /// With a code that says more, such as Meta's numbers.
    pub(crate) fn because(mut self, reason: String) -> Self {
        self.0.reason = Some(reason);
        self
    }

    pub(crate) fn count(&self, sheet: &mut Sheet) {
        let metric = match self.0.status {
            StatusCode::NOT_FOUND => tally::NOT_FOUND,
            status if status.is_server_error() => tally::UNAVAILABLE,
            _ => tally::REFUSED,
        };
        sheet.count(metric, 1);
        sheet.word(tally::REASON, self.0.code);
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let told = Told {
            kind: "about:blank",
            title: self.0.status.canonical_reason().unwrap_or_default(),
            status: self.0.status.as_u16(),
            code: self.0.code,
            pt: &self.0.pt,
            en: &self.0.en,
            detail: self.0.detail.as_deref(),
            reason: self.0.reason.as_deref(),
        };
        let body = serde_json::to_string(&told).unwrap_or_default();
        let mut response = respond(self.0.status, "application/problem+json", body);
        if let Some((name, value)) = self.0.header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(error = %Chain(&error), "a request is not done: answered 503");
        Self::unavailable("table")
    }
}

/// A name that the sender chose, as it may be repeated to them.
pub(crate) fn repeated(name: &str) -> String {
    name.chars().filter(char::is_ascii_graphic).take(MOST_REPEATED).collect()
}

fn respond(status: StatusCode, content_type: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = [
        (CONTENT_TYPE, content_type),
        // People's words are kept by no cache.
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
