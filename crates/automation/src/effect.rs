//! What is to be done beside sending messages.

use instagram::{CommentId, MessageId, PersonId, UnixMillis, outgoing::ReactionWord};

/// Something that is done once, best effort, and never holds up an answer.
///
/// The first four are calls to Meta, whose failure is harmless. The others change what we know and must not get lost
/// with them: they are written together with the decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// React to a message.
    React {
        /// Its author.
        to: PersonId,
        /// The message.
        mid: MessageId,
        /// The reaction.
        reaction: ReactionWord,
    },
    /// Mark the conversation as read.
    MarkSeen {
        /// With whom.
        to: PersonId,
    },
    /// Show that somebody is typing.
    ShowTyping {
        /// To whom.
        to: PersonId,
    },
    /// Hide a comment.
    HideComment {
        /// The comment.
        comment: CommentId,
    },
    /// Mark the conversation for the office.
    Tag {
        /// The mark.
        tag: String,
    },
    /// Give no automatic answer in the conversation for a while.
    Pause {
        /// Until when.
        until: UnixMillis,
    },
    /// Hand the conversation over to a person of the office: mark it, and give no automatic answer for a while.
    HandOver {
        /// The mark.
        tag: Option<String>,
        /// Until when no automatic answer is given.
        until: UnixMillis,
    },
    /// The person wants no automatic answers: cancel what is planned, and remember it for every id linked to theirs.
    OptedOut,
    /// The person wants automatic answers again.
    Returned,
    /// The person wants their data erased: the clock of 48 hours begins at the event's time.
    ErasureRequested,
    /// Somebody should look: as many automatic replies in ten minutes as only two machines exchange.
    Alarm {
        /// A short stable word for the metric.
        code: &'static str,
    },
}

impl Effect {
    /// A short stable word for tables, metrics and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::React { .. } => "react",
            Self::MarkSeen { .. } => "mark_seen",
            Self::ShowTyping { .. } => "typing",
            Self::HideComment { .. } => "hide_comment",
            Self::Tag { .. } => "tag",
            Self::Pause { .. } => "pause",
            Self::HandOver { .. } => "hand_over",
            Self::OptedOut => "opted_out",
            Self::Returned => "returned",
            Self::ErasureRequested => "erasure_requested",
            Self::Alarm { .. } => "alarm",
        }
    }

    /// A call to Meta.
    pub fn is_outward(&self) -> bool {
        matches!(self, Self::React { .. } | Self::MarkSeen { .. } | Self::ShowTyping { .. } | Self::HideComment { .. })
    }
}
