//! The handshake by which Meta asks whether a callback URL is ours (fact sheet 1.1).

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// Longest challenge that is echoed. Meta sends a number of about ten digits.
const MAX_CHALLENGE_BYTES: usize = 128;

/// The string typed into the app's dashboard beside the callback URL: never empty. `Debug` prints a placeholder.
#[derive(Clone)]
pub struct VerifyToken(SecretString);

/// The verify token is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a verify token is empty")]
pub struct EmptyToken;

impl VerifyToken {
    /// Takes a token.
    ///
    /// # Errors
    /// [`EmptyToken`], also when it is only white space.
    pub fn parse(token: impl Into<String>) -> Result<Self, EmptyToken> {
        let token = token.into();
        if token.trim().is_empty() { Err(EmptyToken) } else { Ok(Self(token.into())) }
    }

    /// The token itself: for showing it to the operator who types it into the dashboard, never for logging.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Compares by digest, so that not even the length can be timed.
    fn ct_eq(&self, other: &str) -> Choice {
        Sha256::digest(self.expose()).ct_eq(&Sha256::digest(other))
    }
}

impl fmt::Debug for VerifyToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifyToken(…)")
    }
}

/// What to answer: 200, `text/plain`, this text and nothing else.
///
/// Anybody may call the URL and choose the text, so it is held to letters, digits, `.`, `_` and `-`: no browser can
/// take that for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge(String);

impl Challenge {
    /// The text to echo.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn parse(text: &str) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let is_challenge = (1..=MAX_CHALLENGE_BYTES).contains(&text.len()) && text.bytes().all(is_plain);
        is_challenge.then(|| Self(text.to_owned()))
    }
}

/// Why the handshake is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubscribeError {
    /// Mode or token is missing, given twice, or wrong: 403.
    #[error("mode or verify token is not ours")]
    Forbidden,
    /// Mode and token are right, the challenge is missing, given twice, or not plain: 400.
    #[error("challenge is not 1 to {MAX_CHALLENGE_BYTES} plain characters")]
    OddChallenge,
}

/// Checks the handshake in `query`, the URL's query string as received: undecoded, without the `?`.
///
/// Every token is compared, in constant time.
///
/// # Errors
/// [`SubscribeError`].
pub fn check_subscription<'t>(
    query: &str,
    tokens: impl IntoIterator<Item = &'t VerifyToken>,
) -> Result<Challenge, SubscribeError> {
    let token = single(query, "hub.verify_token").ok_or(SubscribeError::Forbidden)?;
    let mut known = Choice::from(0);
    for candidate in tokens {
        known |= candidate.ct_eq(&token);
    }
    let is_subscribe = single(query, "hub.mode").is_some_and(|mode| mode == "subscribe");
    if !is_subscribe || !bool::from(known) {
        return Err(SubscribeError::Forbidden);
    }
    single(query, "hub.challenge").and_then(|text| Challenge::parse(&text)).ok_or(SubscribeError::OddChallenge)
}

/// The value of a parameter that is given exactly once.
fn single(query: &str, name: &str) -> Option<String> {
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name).map(|(_, value)| value);
    let value = values.next()?;
    values.next().is_none().then(|| value.into_owned())
}
