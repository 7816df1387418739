//! The Meta apps whose deliveries we accept, with their secrets.

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use crate::signature::{AppSecret, SignatureError, verify_signature};
use crate::signed_request::{SignedRequest, SignedRequestError, parse_signed_request};
use crate::subscribe::{Challenge, SubscribeError, VerifyToken, check_subscription};
use crate::{AppId, json};

/// One Meta app.
#[derive(Debug, Clone, Deserialize)]
pub struct App {
    /// Our name for it, used in the callback path: lower-case letters, digits and `-`.
    pub name: String,
    /// Meta's id of it: the Instagram app id.
    pub app_id: AppId,
    /// Its secrets, the current Instagram one first, then the Meta app's and those being rotated out.
    pub app_secrets: Vec<AppSecret>,
    /// The verify tokens its dashboard may send; none while no callback is set up.
    #[serde(default)]
    pub verify_tokens: Vec<VerifyToken>,
}

/// All apps: at least one, each with at least one secret, no name and no id twice.
#[derive(Debug, Clone)]
pub struct Apps(Vec<App>);

/// Which secret of which app matched.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    /// The app.
    pub app: &'a App,
    /// The place of the secret in the app's list; anything but 0 is a secret on its way out or of the other kind.
    pub secret_index: usize,
}

/// Why the configured apps cannot be used. Says where, never what: the text holds secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AppsError {
    /// Not the expected JSON; empty secrets and tokens are refused here as well.
    #[error(
        "apps are not of the form {{\"apps\":[{{\"name\",\"app_id\",\"app_secrets\":[…],\"verify_tokens\":[…]}}]}} \
         with non-empty secrets (line {line}, column {column})"
    )]
    Form {
        /// Where reading stopped, from 1.
        line: usize,
        /// Where reading stopped, from 1.
        column: usize,
    },
    /// No app at all.
    #[error("apps are empty")]
    NoApps,
    /// An app without a secret could never verify anything.
    #[error("app {place} has no secret")]
    NoSecret {
        /// Its place in the list, from 0.
        place: usize,
    },
    /// A name that cannot be part of a path.
    #[error("app {place} has a name that is not 1 to 64 lower-case letters, digits and '-'")]
    Name {
        /// Its place in the list, from 0.
        place: usize,
    },
    /// The same name or id twice: it would be unclear which app a delivery belongs to.
    #[error("app {place} has the name or id of an earlier one")]
    Duplicate {
        /// Its place in the list, from 0.
        place: usize,
    },
}

impl Apps {
    /// Reads the configured apps.
    ///
    /// # Errors
    /// [`AppsError`].
    pub fn parse(json: &str) -> Result<Self, AppsError> {
        Self::parse_parts([json])
    }

    /// Reads apps that are spread over several values, as one secret holds 64 KB at most.
    ///
    /// # Errors
    /// [`AppsError`]; places are counted over all parts.
    pub fn parse_parts<'p>(parts: impl IntoIterator<Item = &'p str>) -> Result<Self, AppsError> {
        #[derive(Deserialize)]
        struct Part {
            apps: Vec<App>,
        }

        let mut apps = Vec::new();
        for part in parts {
            if !json::is_object(part.trim_start()) {
                return Err(AppsError::Form { line: 1, column: 1 });
            }
            let part: Part = serde_json::from_str(part)
                .map_err(|error| AppsError::Form { line: error.line(), column: error.column() })?;
            apps.extend(part.apps);
        }
        check_apps(&apps)?;
        Ok(Self(apps))
    }

    /// All apps, in the order of the configuration.
    pub fn iter(&self) -> impl Iterator<Item = &App> {
        self.0.iter()
    }

    /// The app with this name.
    pub fn by_name(&self, name: &str) -> Option<&App> {
        self.iter().find(|app| app.name == name)
    }

    /// The app with this id.
    pub fn by_id(&self, id: &AppId) -> Option<&App> {
        self.iter().find(|app| app.app_id == *id)
    }

    /// The app that signed `body`; see [`verify_signature`]. With `only`, no other app's secret is tried.
    ///
    /// # Errors
    /// [`SignatureError`]; an `only` that names no app is a mismatch.
    pub fn verify(&self, body: &[u8], header: Option<&str>, only: Option<&str>) -> Result<Signer<'_>, SignatureError> {
        let place = verify_signature(self.signers(only).map(|signer| signer.secret()), body, header)?;
        self.signers(only).nth(place).ok_or(SignatureError::Mismatch)
    }

    /// The handshake against the tokens of all apps, or of the one named `only`; see [`check_subscription`].
    ///
    /// # Errors
    /// [`SubscribeError`].
    pub fn check_subscription(&self, query: &str, only: Option<&str>) -> Result<Challenge, SubscribeError> {
        check_subscription(query, self.chosen(only).flat_map(|app| &app.verify_tokens))
    }

    /// A verified `signed_request` and the app that signed it; see [`parse_signed_request`].
    ///
    /// # Errors
    /// [`SignedRequestError`].
    pub fn parse_signed_request(&self, request: &str) -> Result<(SignedRequest, Signer<'_>), SignedRequestError> {
        let (request, place) = parse_signed_request(self.signers(None).map(|signer| signer.secret()), request)?;
        let signer = self.signers(None).nth(place).ok_or(SignedRequestError::Mismatch)?;
        Ok((request, signer))
    }

    fn chosen(&self, only: Option<&str>) -> impl Iterator<Item = &App> {
        self.iter().filter(move |app| only.is_none_or(|name| app.name == name))
    }

    fn signers(&self, only: Option<&str>) -> impl Iterator<Item = Signer<'_>> {
        self.chosen(only)
            .flat_map(|app| (0..app.app_secrets.len()).map(move |secret_index| Signer { app, secret_index }))
    }
}

impl<'a> Signer<'a> {
    /// The secret that matched.
    pub fn secret(&self) -> &'a AppSecret {
        &self.app.app_secrets[self.secret_index]
    }
}

fn check_apps(apps: &[App]) -> Result<(), AppsError> {
    if apps.is_empty() {
        return Err(AppsError::NoApps);
    }
    for (place, app) in apps.iter().enumerate() {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(1..=64).contains(&app.name.len()) || !app.name.bytes().all(is_plain) {
            return Err(AppsError::Name { place });
        }
        if app.app_secrets.is_empty() {
            return Err(AppsError::NoSecret { place });
        }
        if apps[..place].iter().any(|earlier| earlier.name == app.name || earlier.app_id == app.app_id) {
            return Err(AppsError::Duplicate { place });
        }
    }
    Ok(())
}

impl<'de> Deserialize<'de> for AppSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for VerifyToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_APPS: &str = r#"{"apps":[
        {"name":"own","app_id":"111","app_secrets":["ig-secret","meta-secret"],"verify_tokens":["t1"]},
        {"name":"customer-7","app_id":222,"app_secrets":["theirs"],"verify_tokens":["t2"]}]}"#;

    fn header(secret: &str, body: &[u8]) -> String {
        format!("sha256={}", hex::encode(AppSecret::parse(secret).unwrap().mac(body)))
    }

    #[test]
    fn a_delivery_is_traced_to_the_app_and_secret_that_signed_it() {
        let apps = Apps::parse(TWO_APPS).unwrap();
        let cases = [
            ("ig-secret", None, Some(("own", 0))),
            ("meta-secret", None, Some(("own", 1))),
            ("theirs", None, Some(("customer-7", 0))),
            ("theirs", Some("customer-7"), Some(("customer-7", 0))),
            ("theirs", Some("own"), None),
            ("theirs", Some("nobody"), None),
            ("unknown", None, None),
        ];
        for (secret, only, expected) in cases {
            let signer = apps.verify(b"body", Some(&header(secret, b"body")), only).ok();
            let found = signer.map(|signer| (signer.app.name.as_str(), signer.secret_index));
            assert_eq!(found, expected, "{secret}, only {only:?}");
            assert_eq!(signer.map(|signer| signer.secret().expose()), expected.map(|_| secret));
        }
    }

    #[test]
    fn a_handshake_may_use_any_apps_token_or_that_of_the_named_one() {
        let apps = Apps::parse(TWO_APPS).unwrap();
        let query = "hub.mode=subscribe&hub.challenge=1&hub.verify_token=t2";
        assert!(apps.check_subscription(query, None).is_ok());
        assert!(apps.check_subscription(query, Some("customer-7")).is_ok());
        assert_eq!(apps.check_subscription(query, Some("own")), Err(SubscribeError::Forbidden));
    }

    #[test]
    fn apps_may_be_spread_over_several_values() {
        let second = r#"{"apps":[{"name":"b","app_id":"3","app_secrets":["s"]}]}"#;
        let apps = Apps::parse_parts([TWO_APPS, second]).unwrap();
        assert_eq!(apps.iter().count(), 3);
        assert!(apps.by_name("b").is_some() && apps.by_id(&AppId::parse("222").unwrap()).is_some());
    }

    #[test]
    fn unusable_apps_are_refused_without_a_word_of_the_secret() {
        let app = |name: &str, id: &str, secrets: &str| {
            format!(r#"{{"name":"{name}","app_id":"{id}","app_secrets":{secrets},"verify_tokens":[]}}"#)
        };
        let two = |second: String| format!(r#"{{"apps":[{},{second}]}}"#, app("a", "1", r#"["CANARY"]"#));
        let cases = [
            ("empty text", String::new()),
            ("not JSON", "CANARY".to_owned()),
            ("an array by position", r#"[[]]"#.to_owned()),
            ("no apps", r#"{"apps":[]}"#.to_owned()),
            ("apps missing", "{}".to_owned()),
            ("case 15: an empty secret", two(app("b", "2", r#"[""]"#))),
            ("case 15: a blank secret", two(app("b", "2", r#"["CANARY"," "]"#))),
            ("case 15: no secret", two(app("b", "2", "[]"))),
            ("a secret that is a number", two(app("b", "2", r#"[7007]"#))),
            ("secrets that are one text", two(app("b", "2", r#""CANARY""#))),
            ("an empty name", two(app("", "2", r#"["CANARY"]"#))),
            ("a name with a slash", two(app("b/c", "2", r#"["CANARY"]"#))),
            ("a name twice", two(app("a", "2", r#"["CANARY"]"#))),
            ("an id twice", two(app("b", "1", r#"["CANARY"]"#))),
            ("an id that is none", two(app("b", "", r#"["CANARY"]"#))),
        ];
        for (case, json) in cases {
            let error = Apps::parse(&json).expect_err(case);
            let printed = format!("{error} {error:?}");
            assert!(!printed.contains("CANARY") && !printed.contains("7007"), "{case}: {printed}");
        }
    }

    #[test]
    fn secrets_and_tokens_are_not_printed() {
        let printed = format!("{:?}", Apps::parse(TWO_APPS).unwrap());
        for hidden in ["ig-secret", "meta-secret", "theirs", "t1", "t2"] {
            assert!(!printed.contains(&format!("\"{hidden}\"")), "{printed}");
        }
    }
}
