//! `signed_request`: how Meta says that a person removed the app or wants their data deleted (fact sheet 7.7).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::signature::find_signer;
use crate::{AppScopedId, AppSecret, UnixMillis, json};

/// Longest `signed_request` looked at, in bytes. The real ones have about 170.
const MAX_BYTES: usize = 8 * 1024;

/// A verified request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRequest {
    /// Whose. Documented as app-scoped; to be matched against both ids of an account, as projects differ.
    pub user: AppScopedId,
    /// When Meta issued it, where given. Older than the account's latest connection: not about it.
    pub issued_at: Option<UnixMillis>,
    /// Until when it is meant to be used, where given.
    pub expires: Option<UnixMillis>,
}

/// Why a `signed_request` is refused. The caller answers 400 to all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignedRequestError {
    /// Not two parts of unpadded base64url joined by a dot.
    #[error("signed request is malformed")]
    Malformed,
    /// No secret of ours made the signature.
    #[error("signed request matches none of the secrets")]
    Mismatch,
    /// Signed, but the payload is not the documented object, or names another algorithm.
    #[error("signed request has an unexpected payload")]
    Payload,
}

#[derive(Deserialize)]
struct Payload {
    algorithm: String,
    user_id: AppScopedId,
    issued_at: Option<UnixMillis>,
    expires: Option<UnixMillis>,
}

/// Verifies a `signed_request` and returns it with the place of the secret that signed it.
///
/// The payload is looked at only once its signature holds, and the algorithm is fixed: what the payload says about it
/// is checked, never obeyed. Every candidate is tried, in constant time: it is disputed which of an app's two secrets
/// signs here (fact sheet 7.7).
///
/// # Errors
/// [`SignedRequestError`].
pub fn parse_signed_request<'s>(
    candidates: impl IntoIterator<Item = &'s AppSecret>,
    signed_request: &str,
) -> Result<(SignedRequest, usize), SignedRequestError> {
    if signed_request.len() > MAX_BYTES {
        return Err(SignedRequestError::Malformed);
    }
    let (signature, payload) = signed_request.split_once('.').ok_or(SignedRequestError::Malformed)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| SignedRequestError::Malformed)?;
    let signature: [u8; 32] = signature.try_into().map_err(|_| SignedRequestError::Malformed)?;
    let decoded = URL_SAFE_NO_PAD.decode(payload).map_err(|_| SignedRequestError::Malformed)?;

    // The signature is over the encoded form.
    let place = find_signer(candidates, payload.as_bytes(), &signature).ok_or(SignedRequestError::Mismatch)?;

    let decoded = std::str::from_utf8(&decoded).map_err(|_| SignedRequestError::Payload)?;
    if !json::is_object(decoded) {
        return Err(SignedRequestError::Payload);
    }
    let payload: Payload = serde_json::from_str(decoded).map_err(|_| SignedRequestError::Payload)?;
    if !payload.algorithm.eq_ignore_ascii_case("HMAC-SHA256") {
        return Err(SignedRequestError::Payload);
    }
    Ok((SignedRequest { user: payload.user_id, issued_at: payload.issued_at, expires: payload.expires }, place))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "ig_app_secret_example_0123456789";

    /// The vector of fact sheet 7.7.
    const REQUEST: &str = concat!(
        "vSYkfZEh0RtfKAIE5QtV88y2XorBNkPurBzd3mMe6N0.",
        "eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImlzc3VlZF9hdCI6MTc2NzIyNTYwMCwidXNlcl9pZCI6IjI3MDAwMDAwMDAwMDAwMDAxIn0",
    );

    fn parse(request: &str) -> Result<(SignedRequest, usize), SignedRequestError> {
        let secrets = ["fb_app_secret_example_0123456789", SECRET].map(|secret| AppSecret::parse(secret).unwrap());
        parse_signed_request(&secrets, request)
    }

    fn sign(payload: &str) -> String {
        let payload = URL_SAFE_NO_PAD.encode(payload);
        let signature = AppSecret::parse(SECRET).unwrap().mac(payload.as_bytes());
        format!("{}.{payload}", URL_SAFE_NO_PAD.encode(signature))
    }

    #[test]
    fn a_request_signed_by_one_of_our_secrets_is_read() {
        let (request, place) = parse(REQUEST).unwrap();
        assert_eq!(request.user.as_str(), "27000000000000001");
        assert_eq!(request.issued_at, Some(UnixMillis(1_767_225_600_000)));
        assert_eq!(request.expires, None);
        assert_eq!(place, 1);
    }

    #[test]
    fn tolerated_payloads_are_read() {
        let cases = [
            ("id as a number", r#"{"algorithm":"HMAC-SHA256","user_id":27000000000000001}"#),
            ("algorithm in small letters", r#"{"algorithm":"hmac-sha256","user_id":"27000000000000001"}"#),
            ("unknown members", r#"{"algorithm":"HMAC-SHA256","user_id":"27000000000000001","user":{"country":"br"}}"#),
            (
                "times as text",
                r#"{"algorithm":"HMAC-SHA256","user_id":"27000000000000001","issued_at":"1767225600","expires":1767229200}"#,
            ),
        ];
        for (case, payload) in cases {
            assert_eq!(parse(&sign(payload)).unwrap().0.user.as_str(), "27000000000000001", "{case}");
        }
    }

    #[test]
    fn case_88_what_is_not_a_signed_request_is_refused() {
        use SignedRequestError::{Malformed, Mismatch, Payload};
        let (signature, payload) = REQUEST.split_once('.').unwrap();
        let cases = [
            ("empty", String::new(), Malformed),
            ("no dot", REQUEST.replace('.', ""), Malformed),
            ("two dots", format!("{REQUEST}."), Malformed),
            ("a dot alone", ".".to_owned(), Malformed),
            ("padded signature", format!("{signature}=.{payload}"), Malformed),
            ("padded payload", format!("{REQUEST}="), Malformed),
            ("standard alphabet", format!("{}+.{payload}", &signature[1..]), Malformed),
            ("short signature", format!("{}.{payload}", &signature[..40]), Malformed),
            ("parts swapped", format!("{payload}.{signature}"), Malformed),
            ("huge", format!("{signature}.{}", "A".repeat(9_000)), Malformed),
            ("beyond ASCII", format!("{signature}.é"), Malformed),
            ("another signature", format!("w{}.{payload}", &signature[1..]), Mismatch),
            ("another payload", format!("{signature}.{}", payload.replace("eyJ", "eyK")), Mismatch),
            ("algorithm none", sign(r#"{"algorithm":"none","user_id":"1"}"#), Payload),
            ("another algorithm", sign(r#"{"algorithm":"HMAC-SHA1","user_id":"1"}"#), Payload),
            ("no algorithm", sign(r#"{"user_id":"1"}"#), Payload),
            ("no user", sign(r#"{"algorithm":"HMAC-SHA256"}"#), Payload),
            ("an empty user", sign(r#"{"algorithm":"HMAC-SHA256","user_id":""}"#), Payload),
            ("a user that is a float", sign(r#"{"algorithm":"HMAC-SHA256","user_id":1.5}"#), Payload),
            ("an array by position", sign(r#"["HMAC-SHA256","1",1,1]"#), Payload),
            ("no JSON", sign("hello"), Payload),
        ];
        for (case, request, expected) in cases {
            assert_eq!(parse(&request), Err(expected), "{case}");
        }
        assert_eq!(parse_signed_request(&[], REQUEST), Err(Mismatch), "no candidates");
    }
}
