//! What the Graph API answers, refusals above all (fact sheet 4.6).

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};

use super::policy::Policy;
use super::world::Trouble;

/// Status and body of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// The body, JSON in all answers that Meta means.
    pub body: Bytes,
}

impl Reply {
    /// 200 with a JSON body.
    pub fn ok(body: &Value) -> Self {
        Self { status: StatusCode::OK, body: body.to_string().into() }
    }

    /// Any status with any body: for junk.
    pub fn raw(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self { status, body: body.into() }
    }

    /// A refusal with a code and perhaps a subcode, written as Meta writes it.
    pub fn refusal(code: u32, subcode: Option<u32>) -> Self {
        Refusal::new(code, subcode, "An error of the sandbox's Meta.").into()
    }
}

/// Why the world says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    code: u32,
    subcode: Option<u32>,
    message: String,
    trace: Option<String>,
    flat: bool,
    /// The rule that the call would have broken.
    pub(super) policy: Option<Policy>,
}

impl Refusal {
    pub(super) fn new(code: u32, subcode: Option<u32>, message: impl Into<String>) -> Self {
        // 190 with 401, the window and missing permissions with 403 as seen, the ambiguous ones with 500.
        let status = match (code, subcode) {
            (1 | 2, _) => StatusCode::INTERNAL_SERVER_ERROR,
            (190 | 102, _) => StatusCode::UNAUTHORIZED,
            (10, Some(2_534_022)) | (3 | 10 | 200..=299, _) => StatusCode::FORBIDDEN,
            _ => StatusCode::BAD_REQUEST,
        };
        Self {
            status,
            code,
            subcode,
            message: format!("(#{code}) {}", message.into()),
            trace: None,
            flat: false,
            policy: None,
        }
    }

    /// Invalid parameter: code 100 without a subcode.
    pub(super) fn parameter(message: impl Into<String>) -> Self {
        Self::new(100, None, message)
    }

    /// The object does not exist, or not for this token: 100/33.
    pub(super) fn missing(method: &http::Method) -> Self {
        let method = method.as_str().to_lowercase();
        Self::new(100, Some(33), format!("Unsupported {method} request. Object does not exist or cannot be loaded."))
    }

    /// The login's own form, without `error` around it (fact sheet 7.2).
    pub(super) fn flat(message: &str) -> Self {
        let message = message.to_owned();
        Self {
            status: StatusCode::BAD_REQUEST,
            code: 400,
            subcode: None,
            message,
            trace: None,
            flat: true,
            policy: None,
        }
    }

    /// Says which rule the call would have broken.
    pub(super) fn against(mut self, policy: Policy) -> Self {
        self.policy = Some(policy);
        self
    }

    pub(super) fn with_trace(mut self, trace: String) -> Self {
        self.trace = Some(trace);
        self
    }
}

impl From<Trouble> for Refusal {
    fn from(trouble: Trouble) -> Self {
        Self::new(trouble.code, trouble.subcode, "The account is in trouble.")
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        if refusal.flat {
            let body = json!({"error_type": "OAuthException", "code": 400, "error_message": refusal.message});
            return Self { status: refusal.status, body: body.to_string().into() };
        }
        let kind = if refusal.code == 100 { "IGApiException" } else { "OAuthException" };
        let mut error = json!({
            "message": refusal.message,
            "type": kind,
            "code": refusal.code,
            "is_transient": matches!(refusal.code, 1 | 2),
        });
        if let Some(subcode) = refusal.subcode {
            error["error_subcode"] = subcode.into();
        }
        if let Some(trace) = refusal.trace {
            error["fbtrace_id"] = trace.into();
        }
        Self { status: refusal.status, body: json!({ "error": error }).to_string().into() }
    }
}

/// What an operation gives back.
pub(super) type Outcome = Result<Value, Refusal>;
