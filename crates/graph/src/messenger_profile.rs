//! Ice breakers and the persistent menu of an account (fact sheet 6.1, 6.2).

use instagram::outgoing::{MessengerProfile, ProfileFeature};
use secrecy::SecretString;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::read::{self, List};
use crate::{Answer, Graph, Operation, client};

impl Graph {
    /// What the account shows now.
    ///
    /// The fact sheet does not print the answer; both forms that Meta's other pages print are read: the members at the
    /// top, or in the one item of `data`.
    ///
    /// # Errors
    /// In the answer's `result`; [`Unreadable`](crate::Doubt::Unreadable) also when somebody else set what these types
    /// cannot hold.
    pub async fn messenger_profile(&self, token: &SecretString) -> Answer<MessengerProfile> {
        let fields = [("fields", "ice_breakers,persistent_menu")];
        self.get(
            Operation::Account,
            token,
            client::with_query(self.edge("me", "messenger_profile"), &fields),
            read_profile,
        )
        .await
    }

    /// Sets those of the two that are there, and leaves the other as it is. Doing it twice is doing it once.
    ///
    /// # Errors
    /// In the answer's `result`.
    pub async fn set_messenger_profile(&self, token: &SecretString, profile: &MessengerProfile) -> Answer<()> {
        self.post_json(Operation::Account, token, self.edge("me", "messenger_profile"), profile, read::any_object).await
    }

    /// Removes what the account shows. Doing it twice is doing it once.
    ///
    /// # Errors
    /// In the answer's `result`.
    pub async fn delete_messenger_profile(&self, token: &SecretString, features: &[ProfileFeature]) -> Answer<()> {
        #[derive(Serialize)]
        struct Body<'a> {
            fields: &'a [ProfileFeature],
        }

        let url = self.edge("me", "messenger_profile");
        self.delete_json(Operation::Account, token, url, &Body { fields: features }, read::any_object).await
    }
}

fn read_profile(body: &[u8]) -> Option<MessengerProfile> {
    #[derive(Deserialize)]
    struct Listed {
        #[serde(default)]
        data: Option<IgnoredAny>,
    }

    let listed: Listed = read::object(body)?;
    if listed.data.is_none() {
        return read::object(body);
    }
    let profiles: List<MessengerProfile> = read::object(body)?;
    let profiles = profiles.into_items(|profile| profile).into_iter();
    // One item holds both, or each has its own.
    Some(profiles.fold(MessengerProfile::default(), |all, one| MessengerProfile {
        ice_breakers: one.ice_breakers.or(all.ice_breakers),
        persistent_menu: one.persistent_menu.or(all.persistent_menu),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_read_wherever_it_stands() {
        const BREAKERS: &str =
            r#""ice_breakers":[{"locale":"default","call_to_actions":[{"question":"q","payload":"p"}]}]"#;
        const MENU: &str = concat!(
            r#""persistent_menu":[{"locale":"default","call_to_actions":"#,
            r#"[{"type":"postback","title":"t","payload":"p"}]}]"#
        );
        let cases = [
            ("at the top", format!("{{{BREAKERS},{MENU}}}"), Some((true, true))),
            ("in a list", format!(r#"{{"data":[{{{BREAKERS},{MENU}}}]}}"#), Some((true, true))),
            ("each in its own item", format!(r#"{{"data":[{{{BREAKERS}}},{{{MENU}}}]}}"#), Some((true, true))),
            ("one of them", format!(r#"{{"data":[{{{BREAKERS}}}]}}"#), Some((true, false))),
            ("an empty list", r#"{"data":[]}"#.to_owned(), Some((false, false))),
            ("an empty object", "{}".to_owned(), Some((false, false))),
            ("a list of another kind", r#"{"data":{}}"#.to_owned(), None),
            ("what we could not have set", r#"{"ice_breakers":[{"question":"q"}]}"#.to_owned(), None),
            ("by position", format!("[{{{BREAKERS}}}]"), None),
            ("HTML", "<html>".to_owned(), None),
        ];
        for (case, body, expected) in cases {
            let profile = read_profile(body.as_bytes());
            let found = profile.map(|profile| (profile.ice_breakers.is_some(), profile.persistent_menu.is_some()));
            assert_eq!(found, expected, "{case}");
        }
    }
}
