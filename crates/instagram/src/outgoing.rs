//! What we send: checked texts and the bodies that carry them (fact sheet 4.2, 5).

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::limits::{MAX_COMMENT_CHARS, MAX_TEXT_BYTES};
use crate::{CommentId, PersonId};

/// Why a text cannot be sent. Says how long it is, never what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("text is empty")]
    Empty,
    /// Longer than the platform takes.
    #[error("text has {length} {unit}, at most {max} are allowed")]
    TooLong {
        /// What it has.
        length: usize,
        /// What it may have.
        max: usize,
        /// What is counted.
        unit: &'static str,
    },
}

/// The text of a message: 1 to [`MAX_TEXT_BYTES`] bytes of UTF-8, not only white space.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct MessageText(String);

impl MessageText {
    /// Checks a text. It is sent as it is: nothing is trimmed or cut.
    ///
    /// # Errors
    /// [`TextError`].
    pub fn parse(text: impl Into<String>) -> Result<Self, TextError> {
        let text = text.into();
        check_text(&text, text.len(), MAX_TEXT_BYTES, "bytes")?;
        Ok(Self(text))
    }

    /// The text itself: for sending, storing and comparing, never for logging.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// The text of a public reply to a comment: 1 to [`MAX_COMMENT_CHARS`] characters, not only white space.
///
/// Sent as the form field `message` of `POST /{comment-id}/replies`.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct CommentText(String);

impl CommentText {
    /// Checks a text. It is sent as it is: nothing is trimmed or cut.
    ///
    /// # Errors
    /// [`TextError`].
    pub fn parse(text: impl Into<String>) -> Result<Self, TextError> {
        let text = text.into();
        check_text(&text, text.chars().count(), MAX_COMMENT_CHARS, "characters")?;
        Ok(Self(text))
    }

    /// The text itself: for sending, storing and comparing, never for logging.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

fn check_text(text: &str, length: usize, max: usize, unit: &'static str) -> Result<(), TextError> {
    if text.trim().is_empty() {
        return Err(TextError::Empty);
    }
    if length > max {
        return Err(TextError::TooLong { length, max, unit });
    }
    Ok(())
}

macro_rules! checked_text {
    ($($name:ident)*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({} bytes)"), self.0.len())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::parse(String::deserialize(deserializer)?).map_err(de::Error::custom)
            }
        }
    )*};
}

checked_text! { MessageText CommentText }

/// To whom a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// A person who wrote to the account.
    Person(PersonId),
    /// The author of a comment: a private reply, one per comment.
    Comment(CommentId),
}

/// The body of `POST /{account}/messages`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// To whom.
    pub recipient: Recipient,
    /// What.
    pub message: MessageText,
    /// A marker of ours; one project saw it come back in the echo (fact sheet 4.2, single source).
    pub metadata: Option<String>,
    /// Written by a person of the office, later than the standard window: adds the tag `HUMAN_AGENT`.
    pub human_agent: bool,
}

impl Outgoing {
    /// A message to a person who wrote.
    pub fn to_person(person: PersonId, message: MessageText) -> Self {
        Self { recipient: Recipient::Person(person), message, metadata: None, human_agent: false }
    }

    /// The one private reply to a comment.
    pub fn private_reply(comment: CommentId, message: MessageText) -> Self {
        Self { recipient: Recipient::Comment(comment), message, metadata: None, human_agent: false }
    }

    /// The same with a marker.
    #[must_use]
    pub fn with_metadata(self, metadata: impl Into<String>) -> Self {
        Self { metadata: Some(metadata.into()), ..self }
    }
}

impl Serialize for Recipient {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut recipient = serializer.serialize_struct("Recipient", 1)?;
        match self {
            Self::Person(id) => recipient.serialize_field("id", id)?,
            Self::Comment(id) => recipient.serialize_field("comment_id", id)?,
        }
        recipient.end()
    }
}

impl Serialize for Outgoing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Message<'a> {
            text: &'a MessageText,
            #[serde(skip_serializing_if = "Option::is_none")]
            metadata: Option<&'a str>,
        }

        let mut body = serializer.serialize_struct("Outgoing", if self.human_agent { 4 } else { 2 })?;
        body.serialize_field("recipient", &self.recipient)?;
        if self.human_agent {
            body.serialize_field("messaging_type", "MESSAGE_TAG")?;
            body.serialize_field("tag", "HUMAN_AGENT")?;
        }
        body.serialize_field("message", &Message { text: &self.message, metadata: self.metadata.as_deref() })?;
        body.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(outgoing: &Outgoing) -> String {
        serde_json::to_string(outgoing).unwrap()
    }

    #[test]
    fn bodies_are_those_of_the_fact_sheet() {
        let person = PersonId::parse("900000000000001").unwrap();
        let comment = CommentId::parse("18000000000000011").unwrap();
        let text = |text: &str| MessageText::parse(text).unwrap();
        assert_eq!(
            body(&Outgoing::to_person(person.clone(), text("Hello! We open at 9."))),
            r#"{"recipient":{"id":"900000000000001"},"message":{"text":"Hello! We open at 9."}}"#
        );
        assert_eq!(
            body(&Outgoing::to_person(person.clone(), text("a")).with_metadata("r1")),
            r#"{"recipient":{"id":"900000000000001"},"message":{"text":"a","metadata":"r1"}}"#
        );
        assert_eq!(
            body(&Outgoing::private_reply(comment, text("Sent you the price here."))),
            r#"{"recipient":{"comment_id":"18000000000000011"},"message":{"text":"Sent you the price here."}}"#
        );
        let late = Outgoing { human_agent: true, ..Outgoing::to_person(person, text("Back with an answer.")) };
        assert_eq!(
            body(&late),
            concat!(
                r#"{"recipient":{"id":"900000000000001"},"messaging_type":"MESSAGE_TAG","tag":"HUMAN_AGENT","#,
                r#""message":{"text":"Back with an answer."}}"#
            )
        );
    }

    #[test]
    fn case_69_a_text_is_measured_in_bytes() {
        let cases = [
            ("1000 letters", "a".repeat(1000), true),
            ("1001 letters", "a".repeat(1001), false),
            ("500 letters of two bytes", "ã".repeat(500), true),
            ("501 letters of two bytes", "ã".repeat(501), false),
            ("250 emoji", "👋".repeat(250), true),
            ("251 emoji", "👋".repeat(251), false),
            ("nothing", String::new(), false),
            ("white space", " \n\u{a0}".to_owned(), false),
        ];
        for (case, text, is_text) in cases {
            assert_eq!(MessageText::parse(text).is_ok(), is_text, "{case}");
        }
        assert!(CommentText::parse("ã".repeat(2200)).is_ok(), "comments are measured in characters");
        assert!(CommentText::parse("ã".repeat(2201)).is_err());
    }

    #[test]
    fn a_stored_text_is_checked_again_when_it_is_read() {
        assert!(serde_json::from_str::<MessageText>("\"a\"").is_ok());
        assert!(serde_json::from_str::<MessageText>("\"\"").is_err());
    }

    #[test]
    fn a_text_is_not_printed() {
        let text = MessageText::parse("CANARY").unwrap();
        assert_eq!(format!("{text:?}"), "MessageText(6 bytes)");
        assert!(!MessageText::parse("CANARY".repeat(200)).unwrap_err().to_string().contains("CANARY"));
    }
}
