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
