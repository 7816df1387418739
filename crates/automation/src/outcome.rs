//! The reason that every event ends up with.

use std::fmt;

use crate::{Refusal, Source, Wish};

/// Why something, or nothing, is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// At least one reply is planned.
    Answered {
        /// What plans something, in order.
        by: Vec<Source>,
    },
    /// No reply is planned, but the CRM is asked for one.
    Asked {
        /// What asks, and what else does something, in order.
        by: Vec<Source>,
    },
    /// No reply is planned, but something else is done: a comment hidden, a conversation marked.
    Handled {
        /// What does something, in order.
        by: Vec<Source>,
    },
    /// Something would be done, but the account is in [`Mode::Observe`](crate::Mode::Observe).
    Observed {
        /// What would do something, in order.
        by: Vec<Source>,
    },
    /// The person asked for something in so many words. No rule was asked.
    Wished(Wish),
    /// Rules matched and the guard refused all they wanted to do. The first refusal.
    Refused(Refusal),
    /// The account has rules and none of them matched.
    NoMatch,
    /// The account has no rules.
    NoRules,
    /// The account is in [`Mode::Off`](crate::Mode::Off).
    Off,
    /// No rule looks at events of this kind, or none can. Holds the kind's name.
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

impl Outcome {
    /// What did something, in order: what a cooldown begins with. Nothing has where the account only observes.
    pub fn by(&self) -> &[Source] {
        match self {
            Self::Answered { by } | Self::Asked { by } | Self::Handled { by } => by,
            Self::Observed { .. }
            | Self::Wished(_)
            | Self::Refused(_)
            | Self::NoMatch
            | Self::NoRules
            | Self::Off
            | Self::NotATrigger(_)
            | Self::OwnMessage
            | Self::AuthorUnknown
            | Self::Standby
            | Self::Test
            | Self::Unsent => &[],
        }
    }

    /// A short stable word for tables, metrics and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Answered { .. } => "answered",
            Self::Asked { .. } => "asked",
            Self::Handled { .. } => "handled",
            Self::Observed { .. } => "observed",
            Self::Wished(Wish::Silence) => "silenced",
            Self::Wished(Wish::Return) => "returned",
            Self::Wished(Wish::Person) => "handed_over",
            Self::Wished(Wish::Erasure) => "erasure_requested",
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

/// In plain words.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |by: &[Source]| by.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        match self {
            Self::Answered { by } => write!(f, "answered by {}", list(by)),
            Self::Asked { by } => write!(f, "the office's system is asked by {}", list(by)),
            Self::Handled { by } => write!(f, "handled without a reply by {}", list(by)),
            Self::Observed { by } => write!(f, "would be answered by {}; the account only observes", list(by)),
            Self::Wished(Wish::Silence) => f.write_str("the person wants no more automatic answers"),
            Self::Wished(Wish::Return) => f.write_str("the person wants automatic answers again"),
            Self::Wished(Wish::Person) => f.write_str("the person wants to talk to a person"),
            Self::Wished(Wish::Erasure) => f.write_str("the person wants their data erased"),
            Self::Refused(refusal) => write!(f, "not answered: {refusal}"),
            Self::NoMatch => f.write_str("no rule matched"),
            Self::NoRules => f.write_str("the account has no rules"),
            Self::Off => f.write_str("the account is switched off"),
            Self::NotATrigger(kind) => write!(f, "no rule answers events of the kind {kind}"),
            Self::OwnMessage => f.write_str("the account itself wrote it"),
            Self::AuthorUnknown => f.write_str("the comment names no author, it might be our own"),
            Self::Standby => f.write_str("another app is in control of the thread"),
            Self::Test => f.write_str("a sample from the app's dashboard"),
            Self::Unsent => f.write_str("unsent or erased before it could be answered"),
        }
    }
}
