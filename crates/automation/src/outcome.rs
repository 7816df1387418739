//! The reason that every event ends up with.

use std::fmt;

use crate::RuleId;

/// Why something, or nothing, is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// At least one reply is planned.
    Answered {
        /// The rules that matched and plan something, in order.
        rules: Vec<RuleId>,
    },
    /// Replies would be planned, but the account is in [`Mode::Observe`](crate::Mode::Observe).
    Observed {
        /// The rules that matched and would plan something, in order.
        rules: Vec<RuleId>,
    },
    /// Rules matched and the guard refused all they wanted to do. The first refusal.
    Refused(Refusal),
    /// The account has rules and none of them matched.
    NoMatch,
    /// The account has no rules.
    NoRules,
    /// The account is in [`Mode::Off`](crate::Mode::Off).
    Off,
    /// Events of this kind are never answered. Holds the kind's name.
    NotATrigger(&'static str),
    /// The account itself wrote it.
    OwnMessage,
    /// A comment that names no author: it might be our own.
    AuthorUnknown,
    /// Another app is in control of the thread.
    Standby,
    /// A sample of the dashboard's "Test" button.
    Test,
    /// Unsent or erased before it could be answered.
    Unsent,
}

/// Why the guard lets a step of a matching rule not go out.
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
}

impl Outcome {
    /// A short stable word for tables, metrics and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Answered { .. } => "answered",
            Self::Observed { .. } => "observed",
            Self::Refused(refusal) => refusal.code(),
            Self::NoMatch => "no_match",
            Self::NoRules => "no_rules",
            Self::Off => "off",
            Self::NotATrigger(_) => "not_a_trigger",
            Self::OwnMessage => "own_message",
            Self::AuthorUnknown => "author_unknown",
            Self::Standby => "standby",
            Self::Test => "test",
            Self::Unsent => "unsent",
        }
    }
}

impl Refusal {
    /// Every refusal with its word and the letter that stands for it in a trace.
    pub(crate) const ALL: [(Self, &str, char); 7] = [
        (Self::OptedOut, "opted_out", 'o'),
        (Self::Paused, "paused", 'p'),
        (Self::NotOurThread, "not_our_thread", 'n'),
        (Self::WindowClosed, "window_closed", 'w'),
        (Self::TooOld, "too_old", 'l'),
        (Self::PrivateReplyTaken, "private_reply_taken", 'd'),
        (Self::PlanFull, "plan_full", 'f'),
    ];

    /// A short stable word for tables, metrics and logs.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(refusal, ..)| *refusal == self).map_or("", |(_, code, _)| code)
    }
}

/// In plain words.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |rules: &[RuleId]| rules.iter().map(RuleId::as_str).collect::<Vec<_>>().join(", ");
        match self {
            Self::Answered { rules } => write!(f, "answered by {}", list(rules)),
            Self::Observed { rules } => write!(f, "would be answered by {}; the account only observes", list(rules)),
            Self::Refused(refusal) => write!(f, "not answered: {refusal}"),
            Self::NoMatch => f.write_str("no rule matched"),
            Self::NoRules => f.write_str("the account has no rules"),
            Self::Off => f.write_str("the account is switched off"),
            Self::NotATrigger(kind) => write!(f, "events of the kind {kind} are never answered"),
            Self::OwnMessage => f.write_str("the account itself wrote it"),
            Self::AuthorUnknown => f.write_str("the comment names no author, it might be our own"),
            Self::Standby => f.write_str("another app is in control of the thread"),
            Self::Test => f.write_str("a sample from the app's dashboard"),
            Self::Unsent => f.write_str("unsent or erased before it could be answered"),
        }
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
        })
    }
}
