//! What is told of each call to whoever counts them.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::{Doubt, NotSent, SendError};

/// One HTTP call, over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// What it was for.
    pub operation: Operation,
    /// How it ended.
    pub class: Class,
    /// From its beginning to its answer's last byte, or to its end without one.
    pub took: Duration,
}

/// What a call is for: groups of calls that fail together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Messages, sender actions and reactions.
    Send,
    /// Private replies to comments.
    Private,
    /// What everybody sees below a post: replies to comments, hiding, deleting.
    Public,
    /// Conversations, messages, comments, posts and profiles, read.
    Read,
    /// Tokens, logins, subscriptions, whose a token is, what an account shows.
    Account,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// As asked.
    Ok,
    /// Refused because a limit is reached.
    Throttled,
    /// Refused for any other reason.
    Refused,
    /// Refused because the token is good for nothing any more.
    TokenDead,
    /// Without a definite answer: not reached, too late, broken off, 5xx, or an answer that says neither yes nor no.
    Failed,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Send, Self::Private, Self::Public, Self::Read, Self::Account];

    /// Its part of a metric's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Send => "Send",
            Self::Private => "Private",
            Self::Public => "Public",
            Self::Read => "Read",
            Self::Account => "Account",
        }
    }

    /// Whether a call leaves something that people see, so that an error nobody listed may hide an effect.
    fn makes_something(self) -> bool {
        match self {
            Self::Send | Self::Private | Self::Public => true,
            Self::Read | Self::Account => false,
        }
    }
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Ok, Self::Throttled, Self::Refused, Self::TokenDead, Self::Failed];

    /// Its part of a metric's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "Ok",
            Self::Throttled => "Throttled",
            Self::Refused => "Refused",
            Self::TokenDead => "TokenDead",
            Self::Failed => "Failed",
        }
    }

    fn of<T>(result: &Result<T, SendError>, operation: Operation) -> Self {
        match result {
            Ok(_) => Self::Ok,
            Err(SendError::Throttled { .. }) => Self::Throttled,
            Err(SendError::TokenDead { .. }) => Self::TokenDead,
            Err(
                SendError::NotSent(NotSent::AttachmentFailed(_))
                | SendError::WindowClosed(_)
                | SendError::Refused { .. }
                | SendError::AlreadyReplied(_)
                | SendError::CommentUnusable(_)
                | SendError::NotOwner(_)
                | SendError::AccountBlocked { .. },
            ) => Self::Refused,
            // The login's own refusals, for one, have no code.
            Err(SendError::OutcomeUnknown(Doubt::Unlisted(_))) if !operation.makes_something() => Self::Refused,
            Err(SendError::NotSent(NotSent::Unreachable(_)) | SendError::OutcomeUnknown(_)) => Self::Failed,
        }
    }
}

/// Who is told.
#[derive(Clone)]
pub(crate) struct Observer(Arc<dyn Fn(Call) + Send + Sync>);

impl Observer {
    pub(crate) fn new(told: impl Fn(Call) + Send + Sync + 'static) -> Self {
        Self(Arc::new(told))
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}

/// A call under way. It is told of when this goes, so that a call whose caller gave up counts, too: as failed.
pub(crate) struct UnderWay<'a> {
    observer: Option<&'a Observer>,
    operation: Operation,
    class: Class,
    began: Instant,
}

impl<'a> UnderWay<'a> {
    pub(crate) fn begin(observer: Option<&'a Observer>, operation: Operation) -> Self {
        Self { observer, operation, class: Class::Failed, began: Instant::now() }
    }

    pub(crate) fn ended<T>(mut self, result: &Result<T, SendError>) {
        self.class = Class::of(result, self.operation);
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if let Some(Observer(told)) = self.observer {
            told(Call { operation: self.operation, class: self.class, took: self.began.elapsed() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Condition, Refusal, Said, Scope, TokenTrouble};

    #[test]
    fn every_result_has_its_class() {
        let said = Said::default;
        let doubt = SendError::OutcomeUnknown;
        let refused = SendError::Refused { reason: Refusal::ObjectMissing, said: said() };
        let blocked = SendError::AccountBlocked { condition: Condition::PolicyBlock, said: said() };
        let cases = [
            ("an answer", Operation::Send, Ok(()), Class::Ok),
            (
                "a limit",
                Operation::Read,
                Err(SendError::Throttled { scope: Scope::App, wait: None, said: said() }),
                Class::Throttled,
            ),
            (
                "a dead token",
                Operation::Account,
                Err(SendError::TokenDead { trouble: TokenTrouble::Expired, said: said() }),
                Class::TokenDead,
            ),
            ("refused", Operation::Send, Err(refused), Class::Refused),
            ("a blocked account", Operation::Private, Err(blocked), Class::Refused),
            (
                "an attachment",
                Operation::Send,
                Err(SendError::NotSent(NotSent::AttachmentFailed(said()))),
                Class::Refused,
            ),
            ("a server error", Operation::Send, Err(doubt(Doubt::ServerError(said()))), Class::Failed),
            ("code 2", Operation::Public, Err(doubt(Doubt::SaidMaybe(said()))), Class::Failed),
            ("an unlisted error to a send", Operation::Send, Err(doubt(Doubt::Unlisted(said()))), Class::Failed),
            ("an unlisted error to a read", Operation::Read, Err(doubt(Doubt::Unlisted(said()))), Class::Refused),
            ("a login refused", Operation::Account, Err(doubt(Doubt::Unlisted(said()))), Class::Refused),
            ("a read without a list", Operation::Read, Err(doubt(Doubt::Unreadable(said()))), Class::Failed),
        ];
        for (case, operation, result, expected) in cases {
            assert_eq!(Class::of(&result, operation), expected, "{case}");
        }
    }
}
