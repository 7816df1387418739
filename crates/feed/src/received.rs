//! What Instagram reported.

use instagram::{CommentId, MediaId, MessageId};

use crate::Code;
use crate::members::{members, words};

words! {
    /// Which side of a conversation.
    pub enum Side {
        /// The person.
        "person" => Person,
        /// The account.
        "account" => Account,
    }
}

members! {
    /// A person wrote a message.
    pub struct MessageReceived {
        /// The message.
        mid: MessageId,
        /// What it holds, as words, each once: text, quick_reply, story_reply, referral, unsupported, and Meta's types of
        /// attachments, such as image, audio, ig_reel, story_mention.
        content: Vec<Code>,
        /// Another app held the conversation when it came: this system does not answer it.
        standby: bool,
    }
}

members! {
    /// The text of a message changed. The edit with the highest number counts.
    pub struct MessageEdited {
        /// The message.
        mid: MessageId,
        /// How many edits so far, from 1.
        num_edit: u32,
    }
}

members! {
    /// A message was unsent: whoever keeps its words must delete them.
    pub struct MessageUnsent {
        /// The message.
        mid: MessageId,
    }
}

members! {
    /// Somebody reacted to a message, or took the reaction back.
    pub struct MessageReacted {
        /// The message.
        mid: MessageId,
        /// Who reacted.
        by: Side,
        /// The reaction was taken back.
        removed: bool,
        /// Meta's word for the reaction, such as love or other, where it came.
        reaction: Option<Code>,
    }
}

members! {
    /// A person read everything up to a message.
    pub struct MessageSeen {
        /// The last message read.
        mid: MessageId,
    }
}

members! {
    /// A button, menu item or ice breaker was tapped.
    pub struct PostbackPressed {
        /// The message that it made. Missing for some ice breakers.
        mid: Option<MessageId>,
        /// Who tapped. An account can tap its own.
        by: Side,
    }
}

members! {
    /// A person came through a link or an ad into a conversation that was there already.
    pub struct ReferralOpened {
        /// Meta's word for where from, such as ADS or SHORTLINK.
        source: Option<Code>,
        /// The ad, by its id.
        ad: Option<Code>,
    }
}

members! {
    /// The account wrote, and this system did not: somebody of the office in Instagram, or another app. Where it turns out
    /// later that it was this system, reply.sent names the same message, and that counts.
    pub struct PersonAnswered {
        /// The message.
        mid: MessageId,
        /// What it holds, as words, as in message.received.
        content: Vec<Code>,
    }
}

members! {
    /// A comment was written.
    pub struct CommentWritten {
        /// The comment.
        comment: CommentId,
        /// The post, reel, story or broadcast it stands below, where Meta says so.
        media: Option<MediaId>,
        /// The comment it answers.
        parent: Option<CommentId>,
        /// It came as a live comment.
        live: bool,
        /// The account itself wrote it, and not by this system as far as is known: then no person is named.
        own: bool,
    }
}

members! {
    /// Anything else was reported. It is stored, and nothing was done about it.
    pub struct EventRecorded {
        /// What it is: hint, optin, handover, changed_fields, unknown.
        kind: Code,
    }
}
