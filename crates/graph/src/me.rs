//! Who a token speaks for (fact sheet 7.5).

use instagram::{AccountId, AppScopedId};
use secrecy::SecretString;
use serde::Deserialize;

use crate::{Answer, Graph, Operation, read};

/// The account behind a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    /// `user_id`: what its events carry as `entry.id`.
    pub account: AccountId,
    /// `id`: what signed requests carry. Never equal to the other.
    pub scoped_id: AppScopedId,
    /// Its user name.
    pub username: String,
    /// `BUSINESS` or `MEDIA_CREATOR`, if Meta says.
    pub account_type: Option<String>,
}

#[derive(Deserialize)]
struct Fields {
    id: AppScopedId,
    user_id: AccountId,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    account_type: Option<String>,
}

impl From<Fields> for Me {
    fn from(fields: Fields) -> Self {
        let Fields { id, user_id, username, account_type } = fields;
        Self { account: user_id, scoped_id: id, username: username.unwrap_or_default(), account_type }
    }
}

impl Graph {
    /// Asks for the account behind a token, with both its ids.
    ///
    /// # Errors
    /// In the answer's `result`: a dead token above all.
    pub async fn me(&self, token: &SecretString) -> Answer<Me> {
        let url = self.node("me", &[("fields", "id,user_id,username,account_type")]);
        self.get(Operation::Account, token, url, read).await
    }
}

/// Flat as observed, or the only item of a list as documented.
fn read(body: &[u8]) -> Option<Me> {
    let listed = || read::object::<read::List<Fields>>(body).map(|list| list.into_items(Me::from));
    let flat = read::object::<Fields>(body).map(Me::from);
    flat.or_else(|| listed().filter(|items| items.len() == 1).and_then(|mut items| items.pop()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_shapes_are_read_and_nothing_else() {
        let flat = r#"{"id":"27000000000000001","user_id":"17841400000000001","username":"gabinete"}"#;
        let numbers = r#"{"id":27000000000000001,"user_id":17841400000000001}"#;
        let list = format!(r#"{{"data":[{flat}]}}"#);
        let two = format!(r#"{{"data":[{flat},{flat}]}}"#);
        let cases = [
            ("flat, as observed", flat, true),
            ("numbers above 2^53", numbers, true),
            ("a list of one, as documented", &list, true),
            ("a list of two", &two, false),
            ("without the professional account's id", r#"{"id":"27000000000000001"}"#, false),
            ("by position", r#"["27000000000000001","17841400000000001"]"#, false),
            ("nothing", "{}", false),
        ];
        for (case, body, expected) in cases {
            let me = read(body.as_bytes());
            assert_eq!(me.is_some(), expected, "{case}");
            assert!(me.is_none_or(|me| me.account.as_str() == "17841400000000001"), "{case}");
        }
    }
}
