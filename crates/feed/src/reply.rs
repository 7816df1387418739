//! What becomes of replies.

use instagram::{CommentId, MessageId};

use crate::Code;
use crate::members::{members, words};

words! {
    /// What a reply is.
    pub enum ReplyAction {
        /// A direct message.
        "message" => Message,
        /// The one direct message that Meta allows to the author of a comment.
        "private_reply" => PrivateReply,
        /// A reply below a comment.
        "public_reply" => PublicReply,
    }
}

words! {
    /// Who made a reply.
    pub enum WrittenBy {
        /// The account's rules.
        "rule" => Rule,
        /// Somebody of the office.
        "person" => Person,
        /// A machine that learnt to write, asked by a rule.
        "ai" => Ai,
    }
}

members! {
    /// A reply, whatever became of it.
    pub struct Reply {
        /// Its name: 32 hex digits.
        reply: Code,
        /// The message or comment it answers, or else the key of the event. Missing where it answers none.
        answers: Option<String>,
        /// What it is.
        action: ReplyAction,
        /// Who made it.
        by: WrittenBy,
        /// Who of the office, by the CRM's own name for them.
        author: Option<Code>,
        /// What asked for it: a rule's name, or with a plus sign +fallback and the person's wishes.
        source: Option<Code>,
        /// Its place among the replies to the same event, from 0.
        step: u32,
        /// The attempt that was made last: a number that grows from one to the next, not always by 1. 0 before the first.
        attempt: u64,
    }
}

members! {
    /// A reply is to be sent: for the first time, or again by a person's word.
    pub struct ReplyPlanned {
        with {
            /// The reply.
            reply: Reply
        }
    }
}

members! {
    /// A reply is out. That counts whatever was said of it before or is after: proof may come late.
    pub struct ReplySent {
        with {
            /// The reply.
            reply: Reply
        }
        /// The message it became, where that is known.
        mid: Option<MessageId>,
        /// The comment it became.
        comment: Option<CommentId>,
    }
}

members! {
    /// A reply will not be sent.
    pub struct ReplyFailed {
        with {
            /// The reply.
            reply: Reply
        }
        /// Why: a code, with Meta's numbers where it refused, such as window/10/2534022.
        reason: Code,
    }
}

members! {
    /// Nobody can tell whether a reply is out: a person must look.
    pub struct ReplyParked {
        with {
            /// The reply.
            reply: Reply
        }
        /// Why nobody can tell: a code.
        reason: Code,
    }
}

members! {
    /// The CRM is asked for an answer, which it gives through the desk. Without one in time the rules say what happens.
    pub struct AnswerRequested {
        /// The name of the reply to be: 32 hex digits.
        reply: Code,
        /// The message or comment to answer, or else the key of the event.
        answers: Option<String>,
        /// What the answer will be.
        action: ReplyAction,
        /// Until when it is waited for, in milliseconds since 1970.
        deadline: i64,
        /// In whose manner to write, by the name that the rule gives.
        persona: Option<Code>,
    }
}
