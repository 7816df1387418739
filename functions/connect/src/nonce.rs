//! Random texts, and the digests by which they are kept.

use sha2::{Digest, Sha256};

/// Bytes of randomness in a `state` and in a browser's cookie: twice what can be guessed.
pub(crate) const BYTES: usize = 32;

/// The system has no randomness to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system has no randomness to give")]
pub(crate) struct NoRandomness;

/// 64 random hexadecimal digits.
pub(crate) fn random() -> Result<String, NoRandomness> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(hex::encode(bytes))
}

/// Whether a text looks like [`random`]'s.
pub(crate) fn is_random(text: &str) -> bool {
    text.len() == 2 * BYTES && is_hex(text)
}

/// 64 hexadecimal digits that stand for a secret where it is kept.
pub(crate) fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// 32 hexadecimal digits that stand for a name.
pub(crate) fn short_digest(text: &str) -> String {
    hex::encode(&Sha256::digest(text.as_bytes())[..16])
}

/// Whether a text looks like [`short_digest`]'s.
pub(crate) fn is_short_digest(text: &str) -> bool {
    text.len() == 32 && is_hex(text)
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
