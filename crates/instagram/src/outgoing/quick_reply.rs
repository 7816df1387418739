//! Answers below a text that can be tapped (fact sheet 4.2).

use super::error::In;
use super::{ButtonTitle, ContentError, Payload, wire};

/// An answer that can be tapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuickReply {
    /// Sends its title as the person's message, with the payload beside it.
    Text {
        /// What it shows.
        title: ButtonTitle,
        /// What comes back.
        payload: Payload,
    },
    /// Offers the e-mail address that Instagram knows of the person.
    UserEmail,
    /// Offers the telephone number that Instagram knows of the person.
    UserPhoneNumber,
}

impl From<&QuickReply> for wire::QuickReply {
    fn from(reply: &QuickReply) -> Self {
        let bare = |kind: &str| Self { content_type: kind.to_owned(), title: None, payload: None };
        match reply {
            QuickReply::Text { title, payload } => Self {
                title: Some(title.expose().to_owned()),
                payload: Some(payload.expose().to_owned()),
                ..bare("text")
            },
            QuickReply::UserEmail => bare("user_email"),
            QuickReply::UserPhoneNumber => bare("user_phone_number"),
        }
    }
}

impl TryFrom<wire::QuickReply> for QuickReply {
    type Error = ContentError;

    fn try_from(reply: wire::QuickReply) -> Result<Self, ContentError> {
        const TITLE: &str = "quick_replies.title";
        const PAYLOAD: &str = "quick_replies.payload";
        let wire::QuickReply { content_type, title, payload } = reply;
        let kind = match content_type.as_str() {
            "text" => {
                let title = ButtonTitle::parse(title.at(TITLE)?).at(TITLE)?;
                let payload = Payload::parse(payload.at(PAYLOAD)?).at(PAYLOAD)?;
                return Ok(Self::Text { title, payload });
            }
            "user_email" => Self::UserEmail,
            "user_phone_number" => Self::UserPhoneNumber,
            _ => return Err(ContentError::UnknownKind("quick_replies.content_type")),
        };
        wire::check_absent([(TITLE, title.is_some()), (PAYLOAD, payload.is_some())])?;
        Ok(kind)
    }
}
