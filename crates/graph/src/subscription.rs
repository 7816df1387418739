//! What an account is subscribed to (fact sheet 6.3): the second of two switches; the first is in the app's dashboard.

use instagram::{AccountId, AppId};
use secrecy::SecretString;
use serde::Deserialize;

use crate::{Answer, Graph, Operation, read};

/// The subscription of one app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Whose subscription it is: the app's.
    pub app: Option<AppId>,
    /// The fields' names.
    pub fields: Vec<String>,
}

impl Subscription {
    /// The fields that an app itself is subscribed to. Where Meta does not say whose a list is, it is the asker's.
    pub fn fields_of<'a>(found: &'a [Self], app: &AppId) -> Vec<&'a str> {
        let own = found.iter().filter(|found| found.app.as_ref().is_none_or(|other| other == app));
        own.flat_map(|found| &found.fields).map(String::as_str).collect()
    }
}

#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    id: Option<AppId>,
    #[serde(default)]
    subscribed_fields: Vec<String>,
}

impl Graph {
    /// Subscribes an account to fields. The list replaces the one before.
    ///
    /// # Errors
    /// In the answer's `result`. One name that Meta does not know refuses the whole list
    /// ([`Refusal::InvalidParameter`](crate::Refusal::InvalidParameter)) and changes nothing.
    pub async fn subscribe(&self, token: &SecretString, account: &AccountId, fields: &[&str]) -> Answer<()> {
        let mut url = self.edge(account.as_str(), EDGE);
        url.query_pairs_mut().append_pair("subscribed_fields", &fields.join(","));
        self.post(Operation::Account, token, url, read::success).await
    }

    /// What an account is subscribed to; an empty list if nothing is delivered.
    ///
    /// # Errors
    /// In the answer's `result`.
    pub async fn subscriptions(&self, token: &SecretString, account: &AccountId) -> Answer<Vec<Subscription>> {
        self.get(Operation::Account, token, self.edge(account.as_str(), EDGE), read).await
    }

    /// Ends the subscription: nothing is delivered any more. Doing it twice is doing it once.
    ///
    /// # Errors
    /// In the answer's `result`.
    pub async fn unsubscribe(&self, token: &SecretString, account: &AccountId) -> Answer<()> {
        self.delete(Operation::Account, token, self.edge(account.as_str(), EDGE), read::success).await
    }
}

const EDGE: &str = "subscribed_apps";

fn read(body: &[u8]) -> Option<Vec<Subscription>> {
    let list = read::object::<read::List<Item>>(body)?;
    Some(list.into_items(|Item { id, subscribed_fields }| Subscription { app: id, fields: subscribed_fields }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_apps_is_read() {
        let cases = [
            ("one app", r#"{"data":[{"id":"867555782500454","subscribed_fields":["comments","messages"]}]}"#, Some(2)),
            ("none", r#"{"data":[]}"#, Some(0)),
            ("no fields named", r#"{"data":[{"id":867555782500454}]}"#, Some(0)),
            ("no list", "{}", None),
        ];
        for (case, body, fields) in cases {
            let read = read(body.as_bytes());
            let count = read.map(|apps| apps.iter().map(|app| app.fields.len()).sum::<usize>());
            assert_eq!(count, fields, "{case}");
        }
    }
    #[test]
    fn only_the_own_apps_list_counts() {
        let own = AppId::parse("867555782500454").unwrap();
        let list = |app: Option<&str>, fields: &[&str]| Subscription {
            app: app.map(|app| AppId::parse(app).unwrap()),
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        };
        let cases = [
            ("nothing", vec![], vec![]),
            ("ours", vec![list(Some("867555782500454"), &["messages"])], vec!["messages"]),
            ("another app's", vec![list(Some("1"), &["messages"])], vec![]),
            ("nobody's", vec![list(None, &["messages"])], vec!["messages"]),
        ];
        for (case, found, expected) in cases {
            assert_eq!(Subscription::fields_of(&found, &own), expected, "{case}");
        }
    }
}
