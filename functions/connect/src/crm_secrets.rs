//! The secrets that the CRM signs tickets with.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

/// Shortest secret, in bytes: as much as the MAC is worth.
const MIN_BYTES: usize = 32;

/// At least one secret; the first one signs, all of them are believed.
#[derive(Clone)]
pub struct CrmSecrets(Vec<SecretString>);

/// Why the CRM's secrets cannot be used. Says nothing of what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CrmSecretsError {
    /// Not the expected JSON.
    #[error("the CRM's secrets are not of the form {{\"secrets\":[…]}}")]
    Form,
    /// No secret at all.
    #[error("the CRM has no secret")]
    Empty,
    /// One that could be guessed.
    #[error("the CRM's secret {place} has fewer than {MIN_BYTES} bytes")]
    Short {
        /// Its place in the list, from 0.
        place: usize,
    },
}

impl CrmSecrets {
    /// Reads `{"secrets":["…"]}`, or several such texts.
    ///
    /// # Errors
    /// [`CrmSecretsError`].
    pub fn parse_parts<'p>(parts: impl IntoIterator<Item = &'p str>) -> Result<Self, CrmSecretsError> {
        #[derive(Deserialize)]
        struct Part {
            secrets: Vec<SecretString>,
        }

        let mut secrets = Vec::new();
        for part in parts {
            if !part.trim_start().starts_with('{') {
                return Err(CrmSecretsError::Form);
            }
            let part: Part = serde_json::from_str(part).map_err(|_| CrmSecretsError::Form)?;
            secrets.extend(part.secrets);
        }
        if secrets.is_empty() {
            return Err(CrmSecretsError::Empty);
        }
        match secrets.iter().position(|secret| secret.expose_secret().trim().len() < MIN_BYTES) {
            Some(place) => Err(CrmSecretsError::Short { place }),
            None => Ok(Self(secrets)),
        }
    }

    /// HMAC-SHA256 of `message` under the first secret.
    pub(crate) fn mac(&self, message: &[u8]) -> [u8; 32] {
        mac(&self.0[0], message)
    }

    /// Whether one of the secrets made this MAC. All are tried, in constant time.
    pub(crate) fn signed(&self, message: &[u8], claimed: &[u8; 32]) -> bool {
        let matches = |secret| mac(secret, message).ct_eq(claimed);
        self.0.iter().fold(Choice::from(0), |found, secret| found | matches(secret)).into()
    }
}

impl fmt::Debug for CrmSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CrmSecrets({})", self.0.len())
    }
}

fn mac(secret: &SecretString, message: &[u8]) -> [u8; 32] {
    let mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes());
    mac.expect("HMAC takes a key of any length").chain_update(message).finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unusable_secrets_are_refused_without_a_word_of_them() {
        use CrmSecretsError::{Empty, Form, Short};
        let good = "CANARY-0123456789-0123456789-0123";
        let cases = [
            ("nothing", String::new(), Form),
            ("not JSON", good.to_owned(), Form),
            ("an array by position", format!(r#"[["{good}"]]"#), Form),
            ("one text instead of a list", format!(r#"{{"secrets":"{good}"}}"#), Form),
            ("no secrets", r#"{"secrets":[]}"#.to_owned(), Empty),
            ("a short one", format!(r#"{{"secrets":["{good}","CANARY"]}}"#), Short { place: 1 }),
            ("a blank one", format!(r#"{{"secrets":["{}"]}}"#, " ".repeat(40)), Short { place: 0 }),
        ];
        for (case, text, expected) in cases {
            let error = CrmSecrets::parse_parts([text.as_str()]).expect_err(case);
            assert_eq!(error, expected, "{case}");
            assert!(!format!("{error} {error:?}").contains("CANARY"), "{case}");
        }
        let secrets = CrmSecrets::parse_parts([format!(r#"{{"secrets":["{good}"]}}"#).as_str()]).unwrap();
        assert!(!format!("{secrets:?}").contains("CANARY"));
    }
}
