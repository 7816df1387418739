//! Business Login for Instagram: where a browser is sent, and what its code becomes (fact sheet 7.1, 7.2).

use std::fmt;

use instagram::{AppId, AppScopedId, AppSecret};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::client::{Graph, with_query};
use crate::{Call, Operation, Said, SendError, SetupError, read};

/// Where people log in and grant.
pub const LOGIN_URL: &str = "https://www.instagram.com";

/// Where a code becomes a token.
pub const CODE_URL: &str = "https://api.instagram.com";

/// A client for logins.
#[derive(Clone)]
pub struct Login {
    dialog: Url,
    codes: Graph,
}

/// What a code became.
#[derive(Debug, Clone)]
pub struct ShortToken {
    /// Good for an hour.
    pub token: SecretString,
    /// The account, by the id scoped to the app.
    pub scoped_id: AppScopedId,
    /// What was granted; the owner may have unticked some.
    pub permissions: Vec<String>,
}

/// One login's constants.
#[derive(Debug, Clone, Copy)]
pub struct LoginApp<'a> {
    /// The **Instagram** app id.
    pub id: &'a AppId,
    /// One of its secrets.
    pub secret: &'a AppSecret,
    /// As registered in the dashboard, to the letter.
    pub redirect_uri: &'a str,
}

/// Why a code became no token.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LoginError {
    /// Meta refuses it: used before, too old, or made for another address or app. The person must begin anew.
    #[error("the login's code was refused (HTTP {status})")]
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// No answer, or none that can be read. The code may be used up: the person must begin anew.
    #[error("no token came for the login's code")]
    Unknown(#[source] SendError),
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("dialog", &self.dialog.as_str()).field("codes", &self.codes).finish()
    }
}

impl Login {
    /// A client for Meta's login at these addresses: [`LOGIN_URL`] and [`CODE_URL`], or stand-ins.
    ///
    /// # Errors
    /// [`SetupError`], each a mistake of the configuration or the build.
    pub fn new(dialog_url: &str, code_url: &str) -> Result<Self, SetupError> {
        let dialog = Url::parse(dialog_url).map_err(|_| SetupError::BaseAddress)?;
        if !matches!(dialog.scheme(), "http" | "https") || dialog.cannot_be_a_base() {
            return Err(SetupError::BaseAddress);
        }
        Ok(Self { dialog, codes: Graph::new(code_url)? })
    }

    /// The same client, with somebody who is told of each call: see [`Graph::observed`].
    #[must_use]
    pub fn observed(self, told: impl Fn(Call) + Send + Sync + 'static) -> Self {
        Self { codes: self.codes.observed(told), ..self }
    }

    /// Where the browser goes: Meta's dialog asks the owner for `scopes` and comes back with `state`.
    pub fn dialog(&self, app: &AppId, redirect_uri: &str, scopes: &[&str], state: &str) -> String {
        let mut url = self.dialog.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["oauth", "authorize"]);
        }
        let query = [
            ("client_id", app.as_str()),
            ("redirect_uri", redirect_uri),
            ("response_type", "code"),
            ("scope", &scopes.join(",")),
            ("state", state),
            ("force_reauth", "true"),
        ];
        with_query(url, &query).into()
    }

    /// Makes a short-lived token of a code, which is good once and for an hour. A trailing `#_` is taken off.
    ///
    /// # Errors
    /// [`LoginError`]: the person must begin anew.
    pub async fn redeem(&self, app: LoginApp<'_>, code: &SecretString) -> Result<ShortToken, LoginError> {
        let fields = Form {
            client_id: app.id.as_str(),
            client_secret: app.secret.expose(),
            grant_type: "authorization_code",
            redirect_uri: app.redirect_uri,
            code: code.expose_secret().trim_end_matches("#_"),
        };
        let url = self.codes.path("oauth/access_token");
        self.codes.post_form_openly(Operation::Account, url, &fields, read).await.result.map_err(|error| {
            match error.said() {
                Some(Said { status, .. }) if (400..500).contains(status) => LoginError::Refused { status: *status },
                _ => LoginError::Unknown(error),
            }
        })
    }
}

#[derive(Serialize)]
struct Form<'a> {
    client_id: &'a str,
    client_secret: &'a str,
    grant_type: &'a str,
    redirect_uri: &'a str,
    code: &'a str,
}

#[derive(Deserialize)]
struct Fields {
    access_token: SecretString,
    user_id: AppScopedId,
    #[serde(default)]
    permissions: Permissions,
}

/// A list as observed, or names joined by commas as documented.
#[derive(Deserialize)]
#[serde(untagged)]
enum Permissions {
    List(Vec<String>),
    Joined(String),
}

impl Default for Permissions {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl From<Fields> for ShortToken {
    fn from(fields: Fields) -> Self {
        let permissions = match fields.permissions {
            Permissions::List(names) => names,
            Permissions::Joined(names) => names.split(',').map(|name| name.trim().to_owned()).collect(),
        };
        let permissions = permissions.into_iter().filter(|name| !name.is_empty()).collect();
        Self { token: fields.access_token, scoped_id: fields.user_id, permissions }
    }
}

/// Flat as observed, or the only item of a list as documented.
fn read(body: &[u8]) -> Option<ShortToken> {
    let flat = read::object::<Fields>(body).map(ShortToken::from);
    let listed = || read::object::<read::List<Fields>>(body).map(|list| list.into_items(ShortToken::from));
    let token = flat.or_else(|| listed().filter(|items| items.len() == 1).and_then(|mut items| items.pop()))?;
    (!token.token.expose_secret().is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_shapes_of_a_token_are_read() {
        let observed = r#"{"access_token":"IGAAcanary","user_id":27000000000000001,"permissions":["a","b"]}"#;
        let documented =
            r#"{"data":[{"access_token":"IGAAcanary","user_id":"27000000000000001","permissions":"a, b"}]}"#;
        let cases = [
            ("flat, a number and a list", observed, Some(2)),
            ("a list of one, text and commas", documented, Some(2)),
            ("no permissions named", r#"{"access_token":"IGAAcanary","user_id":"27000000000000001"}"#, Some(0)),
            ("an empty token", r#"{"access_token":"","user_id":"27000000000000001"}"#, None),
            ("the flat error", r#"{"error_type":"OAuthException","code":400}"#, None),
        ];
        for (case, body, expected) in cases {
            let token = read(body.as_bytes());
            assert!(!format!("{token:?}").contains("canary"), "{case}");
            assert_eq!(token.as_ref().map(|token| token.permissions.len()), expected, "{case}");
            assert!(token.is_none_or(|token| token.scoped_id.as_str() == "27000000000000001"), "{case}");
        }
    }

    #[test]
    fn the_dialog_names_all_it_needs() {
        let login = Login::new(LOGIN_URL, CODE_URL).unwrap();
        let app = AppId::parse("867555782500454").unwrap();
        let url = login.dialog(&app, "https://ig.example/connect/callback", &["a", "b"], "s&t");
        assert_eq!(
            url,
            "https://www.instagram.com/oauth/authorize?client_id=867555782500454\
             &redirect_uri=https%3A%2F%2Fig.example%2Fconnect%2Fcallback&response_type=code&scope=a%2Cb\
             &state=s%26t&force_reauth=true"
        );
    }
}
