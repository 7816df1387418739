//! The answer to a message that was accepted (fact sheet 4.3).

use instagram::{MessageId, PersonId};
use serde_json::Value;

/// Meta accepted the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Its id: the echo will carry the same one.
    pub message_id: MessageId,
    /// To whom it went. For a private reply it is the person's id in direct messages, which links the comment to the
    /// conversation and need not be the id the comment came with.
    pub recipient_id: Option<PersonId>,
}

/// Reads `{"recipient_id": …, "message_id": …}`; `None` without a message id, whatever else there is.
pub(crate) fn read(body: &[u8]) -> Option<Sent> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let message_id = MessageId::parse(id(&body["message_id"])?).ok()?;
    let recipient_id = id(&body["recipient_id"]).and_then(|text| PersonId::parse(text).ok());
    Some(Sent { message_id, recipient_id })
}

/// An id as text, from a string or a whole number.
pub(crate) fn id(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_message_id_proves_that_something_was_sent() {
        let cases = [
            ("as documented", r#"{"recipient_id":"900","message_id":"aWdfM1"}"#, Some(("aWdfM1", Some("900")))),
            ("without the recipient", r#"{"message_id":"aWdfM1"}"#, Some(("aWdfM1", None))),
            ("an odd recipient", r#"{"recipient_id":[],"message_id":"aWdfM1"}"#, Some(("aWdfM1", None))),
            ("a recipient as a number", r#"{"recipient_id":900,"message_id":"aWdfM1"}"#, Some(("aWdfM1", Some("900")))),
            ("without the message id", r#"{"recipient_id":"900"}"#, None),
            ("an empty message id", r#"{"recipient_id":"900","message_id":""}"#, None),
            ("by position", r#"["900","aWdfM1"]"#, None),
            ("an object of nothing", "{}", None),
            ("cut off", r#"{"recipient_id":"900","message_id":"aW"#, None),
            ("HTML", "<html></html>", None),
            ("nothing, case 61", "", None),
        ];
        for (case, body, expected) in cases {
            let sent = read(body.as_bytes());
            let found = sent.as_ref().map(|s| (s.message_id.as_str(), s.recipient_id.as_ref().map(PersonId::as_str)));
            assert_eq!(found, expected, "{case}");
        }
    }
}
