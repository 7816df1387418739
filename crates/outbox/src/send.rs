//! The one place where something leaves: a claimed reply goes to the Graph API.

use graph::{Answer, Graph, SendError};
use instagram::outgoing::{CommentText, MessageText, Outgoing};
use instagram::{AccountId, CommentId, PersonId};
use secrecy::SecretString;
use store::{Reply, ReplyAction};

/// Proof that a reply is out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proof {
    /// The message or comment it became.
    pub(crate) id: String,
    /// Under which person Meta put it: may differ from a comment's author.
    pub(crate) recipient: Option<PersonId>,
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
    /// `peer` is the person of the conversation; `sk` the sort key of the item answered, which names its comment.
    pub(crate) fn of(reply: &Reply, peer: &str, sk: &str) -> Result<Self, Unsendable> {
        let text = reply.text.as_ref().ok_or(Unsendable::NoText)?.expose();
        let message = || MessageText::parse(text).map_err(|_| Unsendable::TooLong);
        let comment = || {
            let id = sk.strip_prefix("C#").ok_or(Unsendable::NoAddress)?;
            CommentId::parse(id).map_err(|_| Unsendable::NoAddress)
        };
        Ok(match reply.action {
            ReplyAction::Text => {
                let to = PersonId::parse(peer).map_err(|_| Unsendable::NoAddress)?;
                Self::Message(Outgoing::to_person(to, message()?))
            }
            ReplyAction::PrivateReply => Self::Message(Outgoing::private_reply(comment()?, message()?)),
            ReplyAction::PublicReply => {
                let text = CommentText::parse(text).map_err(|_| Unsendable::TooLong)?;
                Self::PublicReply { comment: comment()?, text }
            }
        })
    }

    /// Sends. One call, one deadline, no repetition: what happens next is the caller's decision.
    pub(crate) async fn send(
        &self,
        graph: &Graph,
        token: &SecretString,
        account: &AccountId,
    ) -> Result<Proof, SendError> {
        match self {
            Self::Message(message) => {
                let Answer { result, .. } = graph.send_message(token, account, message).await;
                result.map(|sent| Proof { id: sent.message_id.to_string(), recipient: sent.recipient_id })
            }
            Self::PublicReply { comment, text } => {
                let Answer { result, .. } = graph.reply_to_comment(token, comment, text).await;
                result.map(|made| Proof { id: made.id.to_string(), recipient: None })
            }
        }
    }
}
