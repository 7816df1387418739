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

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str) -> Result<String, SubscribeError> {
        let tokens = ["my-own-verify-string", "a b+c&d=ü"].map(|token| VerifyToken::parse(token).unwrap());
        check_subscription(query, &tokens).map(|challenge| challenge.as_str().to_owned())
    }

    #[test]
    fn case_41_the_challenge_is_given_back_exactly() {
        let longest = "9".repeat(128);
        let cases = [
            (
                "as documented",
                "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=my-own-verify-string",
                "1158201444",
            ),
            ("in another order", "hub.verify_token=my-own-verify-string&hub.mode=subscribe&hub.challenge=0a", "0a"),
            ("leading zeros stay", "hub.mode=subscribe&hub.challenge=007&hub.verify_token=my-own-verify-string", "007"),
            ("a token with escapes", "hub.mode=subscribe&hub.challenge=1&hub.verify_token=a+b%2Bc%26d%3D%C3%BC", "1"),
            ("an escaped name", "hub%2Emode=subscribe&hub.challenge=1&hub.verify_token=my-own-verify-string", "1"),
            (
                "others beside",
                "x=1&x=2&hub.mode=subscribe&hub.challenge=a.b_c-D&hub.verify_token=my-own-verify-string",
                "a.b_c-D",
            ),
        ];
        for (case, query, challenge) in cases {
            assert_eq!(check(query).as_deref(), Ok(challenge), "{case}");
        }
        let query = format!("hub.mode=subscribe&hub.verify_token=my-own-verify-string&hub.challenge={longest}");
        assert_eq!(check(&query), Ok(longest), "128 characters");
    }

    #[test]
    fn case_42_an_odd_challenge_is_not_reflected() {
        let too_long = "9".repeat(129);
        let cases = [
            ("a script", "&hub.challenge=%3Cscript%3Ealert(1)%3C/script%3E"),
            ("a space", "&hub.challenge=1+2"),
            ("a line break", "&hub.challenge=1%0d%0aSet-Cookie:x"),
            ("beyond ASCII", "&hub.challenge=%C3%BC"),
            ("invalid UTF-8", "&hub.challenge=%ff"),
            ("escaped twice", "&hub.challenge=%2531"),
            ("empty", "&hub.challenge="),
            ("missing", ""),
            ("given twice", "&hub.challenge=1&hub.challenge=1"),
            ("too long", &format!("&hub.challenge={too_long}")),
        ];
        for (case, challenge) in cases {
            let query = format!("hub.mode=subscribe&hub.verify_token=my-own-verify-string{challenge}");
            assert_eq!(check(&query), Err(SubscribeError::OddChallenge), "{case}");
        }
    }

    #[test]
    fn case_43_without_our_token_and_mode_nothing_is_given_back() {
        let cases = [
            ("wrong token", "hub.mode=subscribe&hub.challenge=1&hub.verify_token=my-own-verify-strin"),
            ("token in another case", "hub.mode=subscribe&hub.challenge=1&hub.verify_token=My-own-verify-string"),
            ("empty token", "hub.mode=subscribe&hub.challenge=1&hub.verify_token="),
            ("missing token", "hub.mode=subscribe&hub.challenge=1"),
            (
                "token given twice, right both times",
                "hub.mode=subscribe&hub.challenge=1&hub.verify_token=my-own-verify-string&hub.verify_token=my-own-verify-string",
            ),
            (
                "token given twice, wrong first",
                "hub.mode=subscribe&hub.challenge=1&hub.verify_token=x&hub.verify_token=my-own-verify-string",
            ),
            ("wrong mode", "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=my-own-verify-string"),
            ("missing mode", "hub.challenge=1&hub.verify_token=my-own-verify-string"),
            (
                "mode given twice",
                "hub.mode=subscribe&hub.mode=subscribe&hub.challenge=1&hub.verify_token=my-own-verify-string",
            ),
            ("names as PHP sees them", "hub_mode=subscribe&hub_challenge=1&hub_verify_token=my-own-verify-string"),
            ("nothing at all", ""),
            ("wrong token and an odd challenge", "hub.mode=subscribe&hub.challenge=<script>&hub.verify_token=x"),
        ];
        for (case, query) in cases {
            assert_eq!(check(query), Err(SubscribeError::Forbidden), "{case}");
        }
        assert_eq!(
            check_subscription("hub.mode=subscribe&hub.challenge=1&hub.verify_token=x", &[]),
            Err(SubscribeError::Forbidden),
            "no tokens configured"
        );
    }

    #[test]
    fn an_empty_token_cannot_be_made_and_none_is_printed() {
        assert_eq!(VerifyToken::parse(" ").unwrap_err(), EmptyToken);
        assert_eq!(format!("{:?}", VerifyToken::parse("hidden").unwrap()), "VerifyToken(…)");
    }
}
