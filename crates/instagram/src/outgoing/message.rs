//! The body of `POST /{account}/messages`: to whom, what, and with what right (fact sheet 4.2).

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::{CommentId, PersonId};

use super::{Content, wire};

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
    /// What. A private reply is documented with a text only; templates were seen to work (fact sheet 4.2).
    pub message: Content,
    /// A marker of ours; one project saw it come back in the echo (fact sheet 4.2, single source).
    pub metadata: Option<String>,
    /// Written by a person of the office, later than the standard window: adds the tag `HUMAN_AGENT`.
    pub human_agent: bool,
}

impl Outgoing {
    /// A message to a person who wrote.
    pub fn to_person(person: PersonId, message: impl Into<Content>) -> Self {
        Self { recipient: Recipient::Person(person), message: message.into(), metadata: None, human_agent: false }
    }

    /// The one private reply to a comment.
    pub fn private_reply(comment: CommentId, message: impl Into<Content>) -> Self {
        Self { recipient: Recipient::Comment(comment), message: message.into(), metadata: None, human_agent: false }
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
        let mut body = serializer.serialize_struct("Outgoing", if self.human_agent { 4 } else { 2 })?;
        body.serialize_field("recipient", &self.recipient)?;
        if self.human_agent {
            body.serialize_field("messaging_type", "MESSAGE_TAG")?;
            body.serialize_field("tag", "HUMAN_AGENT")?;
        }
        let message = wire::Message { metadata: self.metadata.clone(), ..wire::Message::from(&self.message) };
        body.serialize_field("message", &message)?;
        body.end()
    }
}

#[cfg(test)]
mod tests {
    use crate::outgoing::MessageText;

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
        assert_eq!(
            body(&Outgoing::to_person(person.clone(), Content::Heart).with_metadata("r1")),
            concat!(
                r#"{"recipient":{"id":"900000000000001"},"#,
                r#""message":{"attachment":{"type":"like_heart"},"metadata":"r1"}}"#
            )
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
}
