//! A question to the office's system, whose answer comes later or not at all.

use instagram::{
    CommentId, PersonId, UnixMillis,
    outgoing::{CommentText, MessageText, TextError},
};

use crate::{Effect, ReplyAction, ReplyId, Source, disclosure::with_line};

/// An answer that the CRM is asked for (`answer.requested`), with everything needed when it comes, or does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The name of the reply to be: the same whenever the same event is decided by the same rule.
    pub id: ReplyId,
    /// What asks.
    pub source: Source,
    /// Its place among the rule's steps, from 0.
    pub step: u8,
    /// As whom the CRM is to answer, where the rule says so.
    pub persona: Option<String>,
    /// Where the answer goes.
    pub to: AskedFor,
    /// Until when an answer is waited for; then `otherwise` is done.
    pub deadline: UnixMillis,
    /// No answer may leave at or after this moment.
    pub not_after: UnixMillis,
    /// What is done when no answer came in time.
    pub otherwise: Otherwise,
    /// The line that marks the answer as written by a machine.
    pub label: String,
    /// The disclosure line, where it is due.
    pub disclosure: Option<String>,
}

/// Where an answer goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskedFor {
    /// To a person, as a direct message.
    Person(PersonId),
    /// To a comment's author, as its one private reply.
    PrivateReply(CommentId),
    /// Below a comment.
    PublicReply {
        /// The comment.
        comment: CommentId,
        /// It is a draft: a person has to release it.
        draft: bool,
    },
}

/// A machine's words below what says that they are a machine's, as they leave.
pub fn labelled(above: &str, answer: &str) -> String {
    with_line(above, answer)
}

/// What is done when no answer came in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Otherwise {
    /// This is sent, under the question's own id, so that it is one or the other.
    Send(ReplyAction),
    /// The conversation goes to a person.
    HandOver(Effect),
}

impl Ask {
    /// The answer as a direct message: below the label, and below the disclosure line where that is due.
    ///
    /// # Errors
    /// [`TextError`] if with these it is too long, or empty by itself.
    pub fn message(&self, answer: &str) -> Result<MessageText, TextError> {
        MessageText::parse(answer)?;
        let labelled = with_line(&self.label, answer);
        MessageText::parse(match &self.disclosure {
            Some(line) => with_line(line, &labelled),
            None => labelled,
        })
    }

    /// The answer as a public reply: below the label.
    ///
    /// # Errors
    /// [`TextError`] if with it the answer is too long, or empty by itself.
    pub fn public_reply(&self, answer: &str) -> Result<CommentText, TextError> {
        CommentText::parse(answer)?;
        CommentText::parse(with_line(&self.label, answer))
    }
}
