//! One event, its names for the queue, and its body.

use instagram::AccountId;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::Trouble;

/// The version of the shape. Members may be added to it; anything else is a new version.
pub const VERSION: u32 = 1;

/// Something that the CRM is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// The shape's version: [`VERSION`].
    pub v: u32,
    /// Its own id: 32 hex digits, the same whenever the same is told again.
    pub id: String,
    /// What happened, as a word.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Whose account.
    pub account: AccountId,
    /// The account's customer.
    pub customer: String,
    /// When it happened, in milliseconds since 1970.
    pub at: i64,
    /// What there is to say of it besides.
    #[serde(flatten)]
    pub happened: Happened,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Happened {
    /// The account's owner logged in.
    Connected {
        /// The account's user name.
        username: String,
        /// What could not be answered, if it was broken before.
        #[serde(flatten)]
        missed: Option<Missed>,
    },
    /// The account's owner logged in again after a break.
    Repaired {
        /// The account's user name.
        username: String,
        /// What could not be answered meanwhile.
        #[serde(flatten)]
        missed: Missed,
    },
    /// Meta takes the account's token no more.
    Broken {
        /// Why, and what to do.
        trouble: Trouble,
    },
    /// The account left.
    Disconnected {},
    /// The erasure of the account's data began.
    Erased {},
}

/// What could not be answered while an account was broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missed {
    /// Since when it was broken, in milliseconds since 1970.
    pub since: i64,
    /// The replies that became too old meanwhile, the earliest first.
    pub unanswered: Vec<Unanswered>,
    /// How many more there are than are listed.
    #[serde(skip_serializing_if = "is_zero")]
    pub more: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// A reply that waited for a login until it was too old.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unanswered {
    /// The reply.
    pub reply: String,
    /// To whom: the person, or the comment that stands in for one.
    pub person: String,
    /// To what: the message or comment it was to answer.
    pub answers: String,
    /// When that came, in milliseconds since 1970.
    pub since: i64,
}

impl Happened {
    fn kind(&self) -> &'static str {
        match self {
            Self::Connected { .. } => "account.connected",
            Self::Repaired { .. } => "account.repaired",
            Self::Broken { .. } => "account.broken",
            Self::Disconnected {} => "account.disconnected",
            Self::Erased {} => "account.erased",
        }
    }
}

impl Event {
    /// What happened to a customer's account at a moment. Its id is made of what happened, to whom and when.
    pub fn new(account: &AccountId, customer: impl Into<String>, at: i64, happened: Happened) -> Self {
        let kind = happened.kind();
        Self {
            v: VERSION,
            id: digest(&format!("{kind}|{account}|{at}")),
            kind,
            account: account.clone(),
            customer: customer.into(),
            at,
            happened,
        }
    }

    /// The queue message's body: JSON in plain ASCII, for the queue refuses some characters.
    pub fn body(&self) -> String {
        let body = serde_json::to_string(self).expect("an event has text keys only");
        let mut escaped = String::with_capacity(body.len());
        let mut units = [0; 2];
        for letter in body.chars() {
            if letter.is_ascii() {
                escaped.push(letter);
            } else {
                escaped.extend(letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
            }
        }
        escaped
    }

    /// The queue's message group: one per account, 32 hex digits of SHA-256(account).
    pub fn group_id(&self) -> String {
        digest(self.account.as_str())
    }

    /// The queue's deduplication id: the event's own.
    pub fn deduplication_id(&self) -> &str {
        &self.id
    }
}

fn digest(text: &str) -> String {
    hex::encode(&Sha256::digest(text)[..16])
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const AT: i64 = 1_767_225_600_000;

    fn event(happened: Happened) -> Event {
        Event::new(&AccountId::parse("17841400000000001").unwrap(), "gabinete-ana", AT, happened)
    }

    fn missed() -> Missed {
        let unanswered = Unanswered {
            reply: "3f2c8a61d9".to_owned(),
            person: "900000000000001".to_owned(),
            answers: "aWdfExampleMid01".to_owned(),
            since: AT - 7_200_000,
        };
        Missed { since: AT - 86_400_000, unanswered: vec![unanswered], more: 0 }
    }

    /// A body of every shape, as it lay in a queue. They must be readable for ever: never edit them.
    fn fixtures() -> [(&'static str, Event); 7] {
        let username = || "gabinete.ana".to_owned();
        [
            (
                include_str!("fixtures/connected.json"),
                event(Happened::Connected { username: username(), missed: None }),
            ),
            (
                include_str!("fixtures/connected-after-a-break.json"),
                event(Happened::Connected { username: username(), missed: Some(missed()) }),
            ),
            (
                include_str!("fixtures/repaired.json"),
                event(Happened::Repaired { username: username(), missed: missed() }),
            ),
            (
                include_str!("fixtures/repaired-many.json"),
                event(Happened::Repaired { username: username(), missed: Missed { more: 1_200, ..missed() } }),
            ),
            (include_str!("fixtures/broken.json"), event(Happened::Broken { trouble: Trouble::of("token/190/463") })),
            (include_str!("fixtures/disconnected.json"), event(Happened::Disconnected {})),
            (include_str!("fixtures/erased.json"), event(Happened::Erased {})),
        ]
    }

    #[test]
    fn every_shape_is_still_what_is_written() {
        for (fixture, event) in fixtures() {
            assert_eq!(event.body(), fixture.trim_end(), "{}", event.kind);
        }
    }

    #[test]
    fn every_body_is_ascii_and_begins_with_what_all_have() {
        for (fixture, event) in fixtures() {
            assert!(fixture.is_ascii(), "{}", event.kind);
            let body: Value = serde_json::from_str(fixture).unwrap();
            assert_eq!(body["v"], VERSION);
            assert_eq!(body["id"], event.id);
            assert_eq!(body["type"], event.kind);
            assert_eq!((&body["account"], &body["customer"]), (&"17841400000000001".into(), &"gabinete-ana".into()));
            assert_eq!(body["at"], AT);
        }
    }

    #[test]
    fn a_reader_sees_what_could_not_be_answered() {
        let event = event(Happened::Repaired { username: "gabinete.ana".to_owned(), missed: missed() });
        insta::assert_snapshot!(serde_json::to_string_pretty(&event).unwrap(), @r#"
        {
          "v": 1,
          "id": "4f2b15be95e73d6b6c56bb9dd4dc9e4f",
          "type": "account.repaired",
          "account": "17841400000000001",
          "customer": "gabinete-ana",
          "at": 1767225600000,
          "username": "gabinete.ana",
          "since": 1767139200000,
          "unanswered": [
            {
              "reply": "3f2c8a61d9",
              "person": "900000000000001",
              "answers": "aWdfExampleMid01",
              "since": 1767218400000
            }
          ]
        }
        "#);
    }

    #[test]
    fn the_same_happening_has_the_same_id_and_no_other_has() {
        let account = |id: &str| AccountId::parse(id).unwrap();
        let id = |account: &AccountId, at, happened| Event::new(account, "c", at, happened).id;
        let first = id(&account("1"), AT, Happened::Erased {});
        // printf 'account.erased|1|1767225600000' | sha256sum, first half
        assert_eq!(first, "ff02d2a2d8731e275d2a69d0ea3eac68");
        assert_eq!(first, Event::new(&account("1"), "another name by now", AT, Happened::Erased {}).id);
        for (case, other) in [
            ("another account", id(&account("2"), AT, Happened::Erased {})),
            ("another moment", id(&account("1"), AT + 1, Happened::Erased {})),
            ("something else", id(&account("1"), AT, Happened::Disconnected {})),
        ] {
            assert_ne!(first, other, "{case}");
        }
    }

    #[test]
    fn all_of_an_account_is_one_group() {
        let group = |id: &str, happened| Event::new(&AccountId::parse(id).unwrap(), "c", AT, happened).group_id();
        assert_eq!(group("1", Happened::Erased {}), group("1", Happened::Disconnected {}));
        assert_ne!(group("1", Happened::Erased {}), group("2", Happened::Erased {}));
        let event = event(Happened::Erased {});
        assert_eq!(event.deduplication_id(), event.id);
    }
}
