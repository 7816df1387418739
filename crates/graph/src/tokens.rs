//! Long-lived tokens: made of a login's short one, and renewed (fact sheet 7.3, 7.4).

use std::time::Duration;

use instagram::AppSecret;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::client::with_query;
use crate::{Answer, Graph, Operation, read};

/// A token that lasts for some 60 days.
#[derive(Debug, Clone)]
pub struct LongToken {
    /// The token.
    pub token: SecretString,
    /// How long it is good from now on.
    pub expires_in: Duration,
}

#[derive(Deserialize)]
struct Fields {
    access_token: SecretString,
    /// In seconds.
    expires_in: u64,
}

impl Graph {
    /// Makes a long-lived token of a short-lived one.
    ///
    /// The secret stands in the address, as Meta wants it: nobody may log that address, and nothing here does.
    ///
    /// # Errors
    /// In the answer's `result`. After an unknown outcome it may be tried again: a token more harms nobody.
    pub async fn exchange_token(&self, short: &SecretString, secret: &AppSecret) -> Answer<LongToken> {
        let query = [
            ("grant_type", "ig_exchange_token"),
            ("client_secret", secret.expose()),
            ("access_token", short.expose_secret()),
        ];
        self.get(Operation::Account, short, with_query(self.path("access_token"), &query), read).await
    }

    /// Renews a long-lived token: another one for 60 more days; the old one stays good.
    ///
    /// Refused while the token is younger than 24 hours, and once it has expired.
    ///
    /// # Errors
    /// As [`Graph::exchange_token`].
    pub async fn refresh_token(&self, token: &SecretString) -> Answer<LongToken> {
        let query = [("grant_type", "ig_refresh_token"), ("access_token", token.expose_secret())];
        self.get(Operation::Account, token, with_query(self.path("refresh_access_token"), &query), read).await
    }
}

fn read(body: &[u8]) -> Option<LongToken> {
    let Fields { access_token, expires_in } = read::object(body)?;
    let is_token = !access_token.expose_secret().is_empty() && expires_in > 0;
    is_token.then(|| LongToken { token: access_token, expires_in: Duration::from_secs(expires_in) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_and_its_life_are_read_and_never_printed() {
        let cases = [
            ("as documented", r#"{"access_token":"IGAAcanary","token_type":"bearer","expires_in":5183944}"#, true),
            ("no life", r#"{"access_token":"IGAAcanary"}"#, false),
            ("no life left", r#"{"access_token":"IGAAcanary","expires_in":0}"#, false),
            ("an empty token", r#"{"access_token":"","expires_in":5183944}"#, false),
            ("nothing", "{}", false),
        ];
        for (case, body, expected) in cases {
            let token = read(body.as_bytes());
            assert_eq!(token.is_some(), expected, "{case}");
            assert!(!format!("{token:?}").contains("canary"), "{case}");
        }
    }
}
