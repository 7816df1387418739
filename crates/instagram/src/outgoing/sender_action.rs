//! What an account does in a conversation besides writing (fact sheet 4.2).

use serde::Serialize;

use crate::{MessageId, PersonId};

use super::{ReactionWord, Recipient};

/// Something done in a conversation that is no message. A failure is harmless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SenderAction {
    /// Shows the person that their messages were seen.
    MarkSeen,
    /// Shows the person that somebody types.
    TypingOn,
    /// Takes that back.
    TypingOff,
    /// Reacts to a message.
    React {
        /// Which one.
        mid: MessageId,
        /// With what.
        reaction: ReactionWord,
    },
    /// Takes the reaction to a message back.
    Unreact {
        /// Which one.
        mid: MessageId,
    },
}

/// The body of `POST /{account}/messages` for a [`SenderAction`].
#[derive(Debug, Clone, Serialize)]
pub struct ActionBody<'a> {
    recipient: Recipient,
    sender_action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<ActionPayload<'a>>,
}

#[derive(Debug, Clone, Serialize)]
struct ActionPayload<'a> {
    message_id: &'a MessageId,
    #[serde(skip_serializing_if = "Option::is_none")]
    reaction: Option<&'a ReactionWord>,
}

impl SenderAction {
    /// Meta's word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::MarkSeen => "mark_seen",
            Self::TypingOn => "typing_on",
            Self::TypingOff => "typing_off",
            Self::React { .. } => "react",
            Self::Unreact { .. } => "unreact",
        }
    }

    /// The request's body, in the conversation with `person`.
    pub fn body(&self, person: &PersonId) -> ActionBody<'_> {
        let payload = match self {
            Self::MarkSeen | Self::TypingOn | Self::TypingOff => None,
            Self::React { mid, reaction } => Some(ActionPayload { message_id: mid, reaction: Some(reaction) }),
            Self::Unreact { mid } => Some(ActionPayload { message_id: mid, reaction: None }),
        };
        ActionBody { recipient: Recipient::Person(person.clone()), sender_action: self.name(), payload }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_those_of_the_fact_sheet() {
        let person = PersonId::parse("900000000000001").unwrap();
        let mid = || MessageId::parse("aWdfExampleMid01").unwrap();
        let love = SenderAction::React { mid: mid(), reaction: ReactionWord::parse("love").unwrap() };
        let cases = [
            (SenderAction::MarkSeen, r#""sender_action":"mark_seen"}"#),
            (SenderAction::TypingOn, r#""sender_action":"typing_on"}"#),
            (SenderAction::TypingOff, r#""sender_action":"typing_off"}"#),
            (love, r#""sender_action":"react","payload":{"message_id":"aWdfExampleMid01","reaction":"love"}}"#),
            (
                SenderAction::Unreact { mid: mid() },
                r#""sender_action":"unreact","payload":{"message_id":"aWdfExampleMid01"}}"#,
            ),
        ];
        for (action, rest) in cases {
            let body = serde_json::to_string(&action.body(&person)).unwrap();
            assert_eq!(body, format!(r#"{{"recipient":{{"id":"900000000000001"}},{rest}"#));
        }
    }
}
