//! How logins end.

use graph::{LoginError, SendError};

/// The end of a login, as far as the person who began it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// The account is stored.
    Connected {
        /// The office, from the ticket.
        office: String,
        /// The account's user name.
        username: String,
        /// Fields that Meta does not know.
        refused: Vec<String>,
        /// Whether Meta confirmed that it delivers. If not, the caretaker sees to it.
        is_subscribed: bool,
    },
    /// The owner said no.
    Cancelled,
    /// No login is under way with this `state` in this browser: missing, used, over, or somebody else's.
    NoSuchLogin,
    /// Meta refused the code.
    CodeRefused,
    /// Meta did not answer, or with something that nobody understands.
    NoAnswer,
    /// The owner unticked permissions: these.
    PermissionsMissing(Vec<&'static str>),
    /// The account is another customer's.
    OtherCustomer,
    /// Something on our side does not answer.
    Unavailable,
}

impl End {
    /// A short word for metrics.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Connected { is_subscribed: true, .. } => "connected",
            Self::Connected { is_subscribed: false, .. } => "connected_unsubscribed",
            Self::Cancelled => "cancelled",
            Self::NoSuchLogin => "no_such_login",
            Self::CodeRefused => "code_refused",
            Self::NoAnswer => "no_answer",
            Self::PermissionsMissing(_) => "permissions_missing",
            Self::OtherCustomer => "other_customer",
            Self::Unavailable => "unavailable",
        }
    }
}

impl From<&LoginError> for End {
    fn from(error: &LoginError) -> Self {
        match error {
            LoginError::Refused { .. } => Self::CodeRefused,
            LoginError::Unknown(_) => Self::NoAnswer,
        }
    }
}

impl From<&SendError> for End {
    fn from(_: &SendError) -> Self {
        Self::NoAnswer
    }
}
