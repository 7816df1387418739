//! Why the guard lets something not go out.

use std::fmt;

/// Why a step of a matching rule does not go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The person asked for silence.
    OptedOut,
    /// A person of the office is talking.
    Paused,
    /// Another app may write in this thread, ours may not.
    NotOurThread,
    /// Meta's window for this kind of reply has closed, or never opened.
    WindowClosed,
    /// Meta would allow it, but an answer this late makes no sense.
    TooOld,
    /// Another rule already answers this comment privately, which Meta allows once.
    PrivateReplyTaken,
    /// The plan already holds as many replies as one event may have.
    PlanFull,
    /// The office keeps silent at this time.
    Quiet,
    /// As many automatic replies left in the last ten minutes as only two machines exchange.
    Loop,
    /// With its blanks filled and the disclosure line before it, the text has more than 1000 bytes.
    TextTooLong,
}

impl Refusal {
    /// Every refusal with its word and the letter that stands for it in a trace.
    pub(crate) const ALL: [(Self, &str, char); 10] = [
        (Self::OptedOut, "opted_out", 'o'),
        (Self::Paused, "paused", 'p'),
        (Self::NotOurThread, "not_our_thread", 'n'),
        (Self::WindowClosed, "window_closed", 'w'),
        (Self::TooOld, "too_old", 'l'),
        (Self::PrivateReplyTaken, "private_reply_taken", 'd'),
        (Self::PlanFull, "plan_full", 'f'),
        (Self::Quiet, "quiet", 'q'),
        (Self::Loop, "loop", 'b'),
        (Self::TextTooLong, "text_too_long", 't'),
    ];

    /// A short stable word for tables, metrics and logs.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(refusal, ..)| *refusal == self).map_or("", |(_, code, _)| code)
    }
}

/// In plain words.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OptedOut => "the person asked for no automatic answers",
            Self::Paused => "a person of the office is talking here",
            Self::NotOurThread => "another app may write in this thread, ours may not",
            Self::WindowClosed => "Meta's window for this reply is closed",
            Self::TooOld => "it is too late for an answer to make sense",
            Self::PrivateReplyTaken => "the comment already has its one private reply",
            Self::PlanFull => "one event has no more replies than this",
            Self::Quiet => "the office keeps silent at this time",
            Self::Loop => "too many automatic replies in ten minutes, as between two machines",
            Self::TextTooLong => "with its blanks filled the text has more than 1000 bytes",
        })
    }
}
