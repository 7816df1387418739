//! The one place where something leaves: a claimed reply goes to the Graph API.

use graph::{Answer, Graph};
use instagram::outgoing::{CommentText, Content, MessageText, Outgoing};
use instagram::{AccountId, CommentId, PersonId};
use secrecy::SecretString;
use store::{Key, Reply, ReplyAction};

/// Proof that a reply is out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proof {
    /// The message or comment it became; `None` if all that is known is that it is there.
    pub(crate) id: Option<String>,
    /// Under which person Meta put it: may differ from a comment's author.
    pub(crate) recipient: Option<PersonId>,
    /// How it is known, unless the answer said so.
    pub(crate) by: Option<&'static str>,
}

impl Proof {
    /// Meta refuses a second private reply: the first one, whose answer nobody saw, is there.
    pub(crate) fn inferred() -> Self {
        Self { id: None, recipient: None, by: Some("inferred") }
    }
}

/// Why a reply cannot even be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unsendable {
    /// Its text is gone, because the message answered was unsent or erased.
    NoText,
    /// Its text does not fit Meta's limits.
    TooLong,
    /// It is addressed to nobody that the action can reach.
    NoAddress,
}

impl Unsendable {
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::NoText => "cancelled",
            Self::TooLong => "too_long",
            Self::NoAddress => "no_address",
        }
    }
}

/// A reply with its address and its text checked: what can be sent.
pub(crate) enum Sendable {
    Message(Outgoing),
    PublicReply { comment: CommentId, text: CommentText },
}

impl Sendable {
    /// `peer` is the person of the conversation; `key` the item that the reply lies in, which may name its comment.
    /// `marked` messages carry their reply's name.
    pub(crate) fn of(reply: &Reply, peer: &str, key: &Key, marked: bool) -> Result<Self, Unsendable> {
        let comment = || {
            let id = reply.comment(key).ok_or(Unsendable::NoAddress)?;
            CommentId::parse(id).map_err(|_| Unsendable::NoAddress)
        };
        let message = match reply.action {
            ReplyAction::Message => {
                let to = PersonId::parse(peer).map_err(|_| Unsendable::NoAddress)?;
                // Meta forbids it for anything but a person's words.
                let human_agent = reply.human_agent && reply.author.is_some();
                Outgoing { human_agent, ..Outgoing::to_person(to, content(reply)?) }
            }
            ReplyAction::PrivateReply => Outgoing::private_reply(comment()?, content(reply)?),
            ReplyAction::PublicReply => {
                let text = reply.text.as_ref().ok_or(Unsendable::NoText)?.expose();
                let text = CommentText::parse(text).map_err(|_| Unsendable::TooLong)?;
                return Ok(Self::PublicReply { comment: comment()?, text });
            }
        };
        Ok(Self::Message(if marked { message.with_metadata(reply.id.as_str()) } else { message }))
    }

    /// Sends. One call, one deadline, no repetition: what happens next is the caller's decision.
    pub(crate) async fn send(&self, graph: &Graph, token: &SecretString, account: &AccountId) -> Answer<Proof> {
        match self {
            Self::Message(message) => {
                let Answer { result, usage } = graph.send_message(token, account, message).await;
                let proof = |sent: graph::Sent| Proof {
                    id: Some(sent.message_id.to_string()),
                    recipient: sent.recipient_id,
                    by: None,
                };
                Answer { result: result.map(proof), usage }
            }
            Self::PublicReply { comment, text } => {
                let Answer { result, usage } = graph.reply_to_comment(token, comment, text).await;
                let proof = |made: graph::Commented| Proof { id: Some(made.id.to_string()), recipient: None, by: None };
                Answer { result: result.map(proof), usage }
            }
        }
    }
}

/// What a direct message or private reply holds.
pub(crate) fn content(reply: &Reply) -> Result<Content, Unsendable> {
    if let Some(message) = &reply.message {
        return Content::parse(message.expose()).map_err(|_| Unsendable::TooLong);
    }
    let text = reply.text.as_ref().ok_or(Unsendable::NoText)?.expose();
    Ok(MessageText::parse(text).map_err(|_| Unsendable::TooLong)?.into())
}
