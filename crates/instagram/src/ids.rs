//! Identifiers as the platform writes them: opaque, compared and stored, never calculated with.
//!
//! They arrive as JSON strings or as whole numbers of 17 digits and more (fact sheet 3.1, 7.2), above 2^53, so a number
//! is kept by its digits and never passes through a float.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de, de::Visitor};

/// Longest identifier accepted, in bytes. A `mid` is "usually well over 100 characters" (fact sheet 3.1); DynamoDB
/// allows 1024 bytes for a sort key, which holds at most two of these.
pub const MAX_ID_BYTES: usize = 480;

/// Why a text is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier: expected 1 to {MAX_ID_BYTES} visible ASCII characters without '#' and '|'")]
pub struct InvalidId;

/// Visible ASCII without the two characters that separate identifiers in our keys.
fn is_id(text: &str) -> bool {
    (1..=MAX_ID_BYTES).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic() && b != b'#' && b != b'|')
}

/// Reads an identifier from a string or a whole, unsigned number, in any serde format.
///
/// A number above [`u64::MAX`] is refused here rather than rounded; webhook parsing quotes a number's digits first, so
/// that there any length is kept.
fn deserialize_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct IdVisitor;

    impl Visitor<'_> for IdVisitor {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an identifier as text or whole number")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
            self.visit_string(text.to_owned())
        }

        fn visit_string<E: de::Error>(self, text: String) -> Result<String, E> {
            if is_id(&text) { Ok(text) } else { Err(E::custom(InvalidId)) }
        }

        fn visit_u64<E: de::Error>(self, number: u64) -> Result<String, E> {
            Ok(number.to_string())
        }
    }

    deserializer.deserialize_any(IdVisitor)
}

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Checks a text.
            ///
            /// # Errors
            /// [`InvalidId`] when it is empty, too long, or holds anything but visible ASCII without `#` and `|`.
            pub fn parse(text: impl Into<String>) -> Result<Self, InvalidId> {
                let text = text.into();
                if is_id(&text) { Ok(Self(text)) } else { Err(InvalidId) }
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserialize_id(deserializer).map(Self)
            }
        }
    )*};
}

id! {
    /// An Instagram professional account: `entry.id`, equal to `user_id` of `/me` (17841…), not to `id` of `/me`.
    AccountId;
    /// A person, by the Instagram-scoped id (IGSID) that is valid for one account only.
    PersonId;
    /// A direct message (`mid`). Unique within a conversation for certain, beyond it probably.
    MessageId;
    /// A conversation, as the Conversations API names it (fact sheet 4.11). No event carries it.
    ThreadId;
    /// A comment or a live comment.
    CommentId;
    /// A post, reel, story or broadcast.
    MediaId;
    /// A Meta app.
    AppId;
    /// A professional account by the id scoped to one app: `id` of `/me`, `user_id` of token answers and of
    /// `signed_request` (fact sheet 7.5). Never equal to `entry.id`.
    AppScopedId;
}

/// Names who or what an event's order hangs on: the person, or, where an event names nobody, its message or comment.
///
/// Together with the account it is the conversation: one group of the queue, one partition of the table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Peer(PersonId);

impl Peer {
    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Checks a text, as [`PersonId::parse`] does.
    ///
    /// # Errors
    /// [`InvalidId`].
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidId> {
        PersonId::parse(text).map(Self)
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<&PersonId> for Peer {
    fn from(id: &PersonId) -> Self {
        Self(id.clone())
    }
}
impl From<&MessageId> for Peer {
    fn from(id: &MessageId) -> Self {
        Self(PersonId(id.0.clone()))
    }
}
impl From<&CommentId> for Peer {
    fn from(id: &CommentId) -> Self {
        Self(PersonId(id.0.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_keeps_its_digits_whatever_it_is_written_as() {
        for json in ["\"9007199254740993123\"", "9007199254740993123"] {
            let id: PersonId = serde_json::from_str(json).unwrap();
            assert_eq!(id.as_str(), "9007199254740993123", "{json}");
        }
    }

    #[test]
    fn what_is_no_identifier_is_refused() {
        let cases = [
            ("a float", "1.5"),
            ("an exponent", "1e17"),
            ("a negative number", "-1"),
            ("a boolean", "true"),
            ("null", "null"),
            ("an object", "{}"),
            ("a number beyond 64 bits, which would be rounded", "90071992547409931234"),
            ("an empty text", "\"\""),
            ("a separator of ours", "\"1#2\""),
            ("a space", "\"1 2\""),
            ("beyond ASCII", "\"é\""),
        ];
        for (case, json) in cases {
            assert!(serde_json::from_str::<PersonId>(json).is_err(), "{case}");
        }
    }
}
