//! Who a person is, as far as they let the account know (fact sheet 8).

use instagram::{PersonId, Words};
use secrecy::SecretString;
use serde::Deserialize;

use crate::{Answer, Graph, Operation, read};

const FIELDS: &str =
    "name,username,profile_pic,follower_count,is_user_follow_business,is_business_follow_user,is_verified_user";

/// What Meta tells of a person. Every member may be missing; sometimes all are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct Profile {
    /// The name they chose to show.
    pub name: Option<Words>,
    /// Their public name.
    pub username: Option<Words>,
    /// Where their picture is for a few days.
    #[serde(rename = "profile_pic")]
    pub picture_url: Option<Words>,
    /// How many follow them.
    #[serde(rename = "follower_count")]
    pub followers: Option<u64>,
    /// Whether they follow the account.
    #[serde(rename = "is_user_follow_business")]
    pub follows_account: Option<bool>,
    /// Whether the account follows them.
    #[serde(rename = "is_business_follow_user")]
    pub followed_by_account: Option<bool>,
    /// Whether Instagram verified who they are.
    #[serde(rename = "is_verified_user")]
    pub verified: Option<bool>,
}

impl Graph {
    /// What Meta tells of a person who wrote to the account, or tapped one of its ice breakers or its menu.
    ///
    /// # Errors
    /// In the answer's `result`. Without consent, of which a comment alone is none, [`Refusal::NoConsent`] (230): no
    /// trouble with the account, and nothing to ask for again soon. Who blocked the account, or was never there,
    /// [`is_missing`](crate::SendError::is_missing) or unavailable.
    ///
    /// [`Refusal::NoConsent`]: crate::Refusal::NoConsent
    pub async fn profile(&self, token: &SecretString, person: &PersonId) -> Answer<Profile> {
        self.get(Operation::Read, token, self.node(person.as_str(), &[("fields", FIELDS)]), read_profile).await
    }
}

fn read_profile(body: &[u8]) -> Option<Profile> {
    let profile: Profile = read::object(body)?;
    Some(Profile {
        name: read::text(profile.name),
        username: read::text(profile.username),
        picture_url: read::text(profile.picture_url),
        ..profile
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_what_meta_tells_and_may_be_nothing() {
        let documented = concat!(
            r#"{"name":"Kim","username":"curious.reader","profile_pic":"https://…","follower_count":120,"#,
            r#""is_user_follow_business":true,"is_business_follow_user":false,"is_verified_user":false,"id":"9"}"#
        );
        let whole = Profile {
            name: Some("Kim".into()),
            username: Some("curious.reader".into()),
            picture_url: Some("https://…".into()),
            followers: Some(120),
            follows_account: Some(true),
            followed_by_account: Some(false),
            verified: Some(false),
        };
        let cases = [
            ("as documented", documented, Some(whole)),
            ("nothing", "{}", Some(Profile::default())),
            ("the id alone", r#"{"id":"9"}"#, Some(Profile::default())),
            ("null for a name", r#"{"name":null,"profile_pic":null}"#, Some(Profile::default())),
            ("an empty name", r#"{"name":"","username":""}"#, Some(Profile::default())),
            (
                "half a character",
                r#"{"name":"K\ud800"}"#,
                Some(Profile { name: Some("K\u{fffd}".into()), ..Profile::default() }),
            ),
            ("a number for a name", r#"{"name":7}"#, None),
            ("a word for a truth", r#"{"is_user_follow_business":"yes"}"#, None),
            ("fewer than none", r#"{"follower_count":-1}"#, None),
            ("by position", r#"["Kim"]"#, None),
            ("HTML", "<html>", None),
            ("no body", "", None),
        ];
        for (case, body, expected) in cases {
            assert_eq!(read_profile(body.as_bytes()), expected, "{case}");
        }
    }

    #[test]
    fn a_profile_is_not_printed() {
        let profile = read_profile(br#"{"name":"CANARY","username":"CANARY","profile_pic":"CANARY"}"#).unwrap();
        assert!(!format!("{profile:?}").contains("CANARY"));
    }
}
