//! Bodies of `POST /{account}/messages`, checked as far as they can be without the world (fact sheet 4.2, 12).
//!
//! A member that this Meta does not know is refused: the real one might ignore it, but then whoever sent it meant
//! something that did not happen.

mod attachment;
mod template;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(super) use self::attachment::Attachment;
use super::policy::Policy;
use super::reply::Refusal;

/// In bytes of UTF-8.
const MAX_TEXT_BYTES: usize = 1000;
const MAX_QUICK_REPLIES: usize = 13;
/// Of quick replies and buttons, in characters.
const MAX_TITLE_CHARS: usize = 20;
/// Of quick replies and buttons, in bytes. No source confirms it.
const MAX_PAYLOAD_BYTES: usize = 1000;

/// What is asked of `POST /{account}/messages`.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) recipient: Recipient,
    pub(super) wish: Wish,
    pub(super) messaging_type: Option<String>,
    pub(super) tag: Option<String>,
}

/// To whom.
#[derive(Debug)]
pub(super) enum Recipient {
    /// A person, by the id of direct messages.
    Person(String),
    /// The author of a comment.
    Comment(String),
}

/// What for.
#[derive(Debug)]
pub(super) enum Wish {
    Message(Content),
    /// Nothing that is a message: a reaction, typing, seen.
    Act(Act),
}

/// What a message holds.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) text: Option<String>,
    pub(super) has_quick_replies: bool,
    pub(super) attachments: Vec<Attachment>,
    pub(super) metadata: Option<String>,
}

/// A sender action.
#[derive(Debug)]
pub(super) struct Act {
    /// `react`, `unreact`, `typing_on`, `typing_off`, `mark_seen`.
    pub(super) action: String,
    /// The message reacted to.
    pub(super) mid: Option<String>,
    pub(super) reaction: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireBody {
    recipient: Value,
    message: Option<Value>,
    sender_action: Option<String>,
    payload: Option<Value>,
    messaging_type: Option<String>,
    tag: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireRecipient {
    id: Option<String>,
    comment_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireMessage {
    text: Option<String>,
    quick_replies: Option<Vec<Value>>,
    attachment: Option<Value>,
    attachments: Option<Value>,
    metadata: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireQuickReply {
    content_type: String,
    title: Option<String>,
    payload: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireReaction {
    message_id: String,
    reaction: Option<String>,
}

impl Body {
    pub(super) fn parse(body: &Value) -> Result<Self, Refusal> {
        let body: WireBody = object(body, "a body that this Meta knows")?;
        let recipient = match object(&body.recipient, "param recipient")? {
            WireRecipient { id: Some(id), comment_id: None } => Recipient::Person(id),
            WireRecipient { id: None, comment_id: Some(id) } => Recipient::Comment(id),
            _ => return Err(Refusal::parameter("param recipient must have either id or comment_id")),
        };
        let wish = match (body.message, body.sender_action) {
            (Some(message), None) if body.payload.is_none() => Wish::Message(Content::parse(&message)?),
            (None, Some(action)) => Wish::Act(Act::parse(action, body.payload.as_ref())?),
            _ => return Err(Refusal::parameter("either param message or param sender_action must be set")),
        };
        Ok(Self { recipient, wish, messaging_type: body.messaging_type, tag: body.tag })
    }
}

impl Content {
    fn parse(message: &Value) -> Result<Self, Refusal> {
        let message: WireMessage = object(message, "param message")?;
        let attachments = match (message.attachment, message.attachments) {
            (None, None) => Vec::new(),
            (Some(one), None) => attachment::parse(std::slice::from_ref(&one))?,
            // The page of Instagram Login prints the plural around a single object too.
            (None, Some(Value::Array(several))) => attachment::parse(&several)?,
            (None, Some(one)) => attachment::parse(&[one])?,
            (Some(_), Some(_)) => return Err(Refusal::parameter("param message must have one kind of attachment")),
        };
        match (&message.text, attachments.is_empty()) {
            (Some(text), true) => check_text(text, MAX_TEXT_BYTES, text.len())?,
            (None, false) => {}
            _ => return Err(Refusal::parameter("param message must have either a text or an attachment")),
        }
        if let Some(quick_replies) = &message.quick_replies {
            check_quick_replies(quick_replies, message.text.is_some())?;
        }
        Ok(Self {
            text: message.text,
            has_quick_replies: message.quick_replies.is_some(),
            attachments,
            metadata: message.metadata,
        })
    }

    /// What a private reply may hold: documented is text, seen are templates; quick replies are neither.
    pub(super) fn fits_a_private_reply(&self) -> bool {
        let is_text = self.text.is_some() && !self.has_quick_replies;
        is_text || self.attachments.iter().any(Attachment::is_template)
    }
}

impl Act {
    fn parse(action: String, payload: Option<&Value>) -> Result<Self, Refusal> {
        let reaction = payload.map(|payload| object(payload, "param payload")).transpose()?;
        let act = match (action.as_str(), reaction) {
            ("react", Some(WireReaction { message_id, reaction: Some(reaction) })) if !reaction.is_empty() => {
                Self { action, mid: Some(message_id), reaction: Some(reaction) }
            }
            ("unreact", Some(WireReaction { message_id, reaction: None })) => {
                Self { action, mid: Some(message_id), reaction: None }
            }
            ("typing_on" | "typing_off" | "mark_seen", None) => Self { action, mid: None, reaction: None },
            _ => return Err(Refusal::parameter("param sender_action or its payload is not valid")),
        };
        Ok(act)
    }
}

fn check_quick_replies(quick_replies: &[Value], has_text: bool) -> Result<(), Refusal> {
    if !has_text || quick_replies.is_empty() {
        return Err(Refusal::parameter("param quick_replies must hold something, beside a text"));
    }
    check_count(quick_replies, MAX_QUICK_REPLIES)?;
    for quick_reply in quick_replies {
        match object(quick_reply, "param quick_replies")? {
            WireQuickReply { content_type, title: Some(title), payload: Some(payload) } if content_type == "text" => {
                check_text(&title, MAX_TITLE_CHARS, title.chars().count())?;
                check_text(&payload, MAX_PAYLOAD_BYTES, payload.len())?;
            }
            WireQuickReply { content_type, title: None, payload: None }
                if matches!(content_type.as_str(), "user_email" | "user_phone_number") => {}
            _ => return Err(Refusal::parameter("param quick_replies must hold quick replies")),
        }
    }
    Ok(())
}

/// A struct from a JSON object; from an array serde would take one too, member by member.
fn object<T: DeserializeOwned>(value: &Value, what: &str) -> Result<T, Refusal> {
    let parsed = if value.is_object() { T::deserialize(value).ok() } else { None };
    parsed.ok_or_else(|| Refusal::parameter(format!("not what is expected of {what}")))
}

fn check_text(text: &str, most: usize, length: usize) -> Result<(), Refusal> {
    if text.is_empty() {
        return Err(Refusal::parameter("a text must not be empty"));
    }
    if length > most {
        let limit = Refusal::parameter(format!("Length of a text must be less than or equal to {most}"));
        return Err(limit.against(Policy::Length));
    }
    Ok(())
}

fn check_count(items: &[Value], most: usize) -> Result<(), Refusal> {
    if items.len() > most {
        return Err(Refusal::parameter(format!("There may be {most} at most")).against(Policy::Length));
    }
    Ok(())
}
