//! What happens in a conversation: every type of it, and what makes one happening another than the next.

use crate::members::types;
use crate::person::{PersonErased, PersonHandedOver, PersonOptedOut, PersonReturned};
use crate::received::{
    CommentWritten, EventRecorded, MessageEdited, MessageReacted, MessageReceived, MessageSeen, MessageUnsent,
    PersonAnswered, PostbackPressed, ReferralOpened,
};
use crate::reply::{AnswerRequested, ReplyFailed, ReplyParked, ReplyPlanned, ReplySent};

types! {
    /// What happened in a conversation.
    pub enum InConversation {
        /// A person wrote a message.
        "message.received" always ["person", "key"] => MessageReceived,
        /// The text of a message changed.
        "message.edited" always ["key"] => MessageEdited,
        /// A message was unsent.
        "message.unsent" always ["key"] => MessageUnsent,
        /// Somebody reacted to a message, or took the reaction back.
        "message.reacted" always ["key"] => MessageReacted,
        /// A person read up to a message.
        "message.seen" always ["person", "key"] => MessageSeen,
        /// A button, menu item or ice breaker was tapped.
        "postback.pressed" always ["key"] => PostbackPressed,
        /// A person came through a link or an ad.
        "referral.opened" always ["person", "key"] => ReferralOpened,
        /// The account wrote, and this system did not.
        "person.answered" always ["key"] => PersonAnswered,
        /// A comment was written.
        "comment.written" always ["key"] => CommentWritten,
        /// Anything else was reported.
        "event.recorded" always ["key"] => EventRecorded,
        /// A reply is to be sent.
        "reply.planned" always [] => ReplyPlanned,
        /// A reply is out.
        "reply.sent" always [] => ReplySent,
        /// A reply will not be sent.
        "reply.failed" always [] => ReplyFailed,
        /// Nobody can tell whether a reply is out.
        "reply.parked" always [] => ReplyParked,
        /// The CRM is asked for an answer.
        "answer.requested" always [] => AnswerRequested,
        /// A person wants no automatic answers.
        "person.opted_out" always ["person"] => PersonOptedOut,
        /// A person wants automatic answers again.
        "person.returned" always ["person"] => PersonReturned,
        /// A conversation was handed over to the office.
        "person.handed_over" always ["person"] => PersonHandedOver,
        /// A person is erased here.
        "person.erased" always ["person"] => PersonErased,
    }
}

/// What makes a happening this one and no other of its type and account.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Identity<'a> {
    /// The event that Instagram reported, by its key.
    Event,
    /// The event that brought it about, by its key, and whom it is about: a person may be known by several ids.
    EventAndPeer,
    /// The reply: it comes to this end once.
    Reply(&'a str),
    /// The reply and the attempt: a person may have it sent again.
    Attempt(&'a str, u64),
}

impl InConversation {
    /// No arm is a wildcard: a new type has to choose.
    pub(crate) fn identity(&self) -> Identity<'_> {
        match self {
            Self::MessageReceived(_)
            | Self::MessageEdited(_)
            | Self::MessageUnsent(_)
            | Self::MessageReacted(_)
            | Self::MessageSeen(_)
            | Self::PostbackPressed(_)
            | Self::ReferralOpened(_)
            | Self::PersonAnswered(_)
            | Self::CommentWritten(_)
            | Self::EventRecorded(_) => Identity::Event,
            Self::PersonOptedOut(_) | Self::PersonReturned(_) | Self::PersonHandedOver(_) | Self::PersonErased(_) => {
                Identity::EventAndPeer
            }
            Self::ReplySent(ReplySent { reply, .. }) | Self::ReplyFailed(ReplyFailed { reply, .. }) => {
                Identity::Reply(reply.reply.as_str())
            }
            Self::ReplyPlanned(ReplyPlanned { reply }) | Self::ReplyParked(ReplyParked { reply, .. }) => {
                Identity::Attempt(reply.reply.as_str(), reply.attempt)
            }
            Self::AnswerRequested(asked) => Identity::Reply(asked.reply.as_str()),
        }
    }
}
