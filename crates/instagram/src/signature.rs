//! The signature over a delivery's raw bytes.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

/// The header that carries the signature. Its older sibling `X-Hub-Signature` (SHA-1) is never looked at.
pub const SIGNATURE_HEADER: &str = "x-hub-signature-256";

/// An app secret: never empty, because an HMAC with an empty key is one that anybody can compute.
///
/// `Debug` prints a placeholder.
#[derive(Clone)]
pub struct AppSecret(SecretString);

/// The secret is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an app secret is empty")]
pub struct EmptySecret;

impl AppSecret {
    /// Takes a secret.
    ///
    /// # Errors
    /// [`EmptySecret`], also when it is only white space.
    pub fn parse(secret: impl Into<String>) -> Result<Self, EmptySecret> {
        let secret = secret.into();
        if secret.trim().is_empty() { Err(EmptySecret) } else { Ok(Self(secret.into())) }
    }

    /// The secret itself: for signing and for the token exchange, never for logging.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// HMAC-SHA256 of `message` under this secret.
    pub(crate) fn mac(&self, message: &[u8]) -> [u8; 32] {
        let mac = Hmac::<Sha256>::new_from_slice(self.expose().as_bytes());
        mac.expect("HMAC takes a key of any length").chain_update(message).finalize().into_bytes().into()
    }
}

impl fmt::Debug for AppSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppSecret(…)")
    }
}

/// Why a signature was not accepted. The sender learns nothing of this, only 401.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// No `X-Hub-Signature-256` header.
    #[error("signature header is missing")]
    Missing,
    /// Not `sha256=` and 64 hex digits.
    #[error("signature header is malformed")]
    Malformed,
    /// Well-formed, and no secret of ours made it.
    #[error("signature matches none of the secrets")]
    Mismatch,
}

/// Finds the secret that signed `body` and returns its place among the candidates.
///
/// `header` is the value of [`SIGNATURE_HEADER`]; spaces and tabs around it are ignored, hex digits may be of either
/// case (fact sheet 1.3). `body` must be the bytes as received: parsing and writing them again changes them.
/// Every candidate is tried and compared in constant time, so that the time taken tells nothing about which one came
/// close. Costs one pass over the body per candidate.
///
/// # Errors
/// [`SignatureError`].
pub fn verify_signature<'s>(
    candidates: impl IntoIterator<Item = &'s AppSecret>,
    body: &[u8],
    header: Option<&str>,
) -> Result<usize, SignatureError> {
    let claimed = parse_header(header.ok_or(SignatureError::Missing)?).ok_or(SignatureError::Malformed)?;
    find_signer(candidates, body, &claimed).ok_or(SignatureError::Mismatch)
}

/// The place of the first secret under which `message` has this MAC.
pub(crate) fn find_signer<'s>(
    candidates: impl IntoIterator<Item = &'s AppSecret>,
    message: &[u8],
    claimed: &[u8; 32],
) -> Option<usize> {
    let mut found = Choice::from(0);
    let mut place = 0u64;
    for (candidate, secret) in (0u64..).zip(candidates) {
        let matches = secret.mac(message).ct_eq(claimed);
        place.conditional_assign(&candidate, matches & !found);
        found |= matches;
    }
    bool::from(found).then_some(usize::try_from(place).ok()?)
}

fn parse_header(header: &str) -> Option<[u8; 32]> {
    let hex = header.trim_matches([' ', '\t']).strip_prefix("sha256=")?;
    let mut digest = [0; 32];
    hex::decode_to_slice(hex, &mut digest).ok()?;
    Some(digest)
}
