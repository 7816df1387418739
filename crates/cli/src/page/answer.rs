//! An answer of the page's, as the gateway takes it.

use bytes::Bytes;
use serde_json::{Value, json};

/// The page asks nobody but this port, runs no script but its own, and stands in no frame. Even a text that slipped
/// through as markup could do nothing.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Status, type and body.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    content_type: &'static str,
    body: String,
}

impl Answer {
    pub(super) fn json(value: &Value) -> Self {
        Self { status: 200, content_type: "application/json", body: value.to_string() }
    }

    /// A file of the page.
    pub(super) fn file(content_type: &'static str, text: &str) -> Self {
        Self { status: 200, content_type, body: text.to_owned() }
    }

    /// Not done, and why. Nothing of the request is repeated.
    pub(super) fn refused(status: u16, why: &str) -> Self {
        Self { status, content_type: "application/json", body: json!({ "error": why }).to_string() }
    }

    /// Something of ours failed.
    pub(super) fn failed(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::warn!(error, "the page could not be answered");
        Self::refused(500, "it failed: the terminal of the stack says why")
    }

    pub(super) fn into_payload(self) -> Bytes {
        let payload = json!({
            "statusCode": self.status,
            "headers": {
                "content-type": self.content_type,
                "content-security-policy": POLICY,
                "x-content-type-options": "nosniff",
                "cache-control": "no-store",
                "referrer-policy": "no-referrer",
                "cross-origin-resource-policy": "same-origin",
            },
            "body": self.body,
        });
        payload.to_string().into()
    }

    /// The body of a JSON answer.
    #[cfg(test)]
    pub(super) fn value(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}
