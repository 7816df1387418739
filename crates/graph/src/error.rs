//! Why a send did not end in an id: one variant per thing that a caller does differently.

use std::fmt;
use std::time::Duration;

use crate::HttpError;

/// What the Graph API said of a failure: numbers and Meta's own trace id, never its words, which may quote a token or
/// a person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// The HTTP status.
    pub status: u16,
    /// `error.code`.
    pub code: Option<u32>,
    /// `error.error_subcode`.
    pub subcode: Option<u32>,
    /// `error.is_transient`. Recorded for people; no decision about a send hangs on it (fact sheet 4.7, last rows).
    pub is_transient: bool,
    /// `error.fbtrace_id`, what Meta's support asks for; at most 64 letters, digits, `-` and `_`.
    pub trace: Option<String>,
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP {}", self.status)?;
        if let Some(code) = self.code {
            write!(f, ", code {code}")?;
        }
        if let Some(subcode) = self.subcode {
            write!(f, ", subcode {subcode}")?;
        }
        if let Some(trace) = &self.trace {
            write!(f, ", trace {trace}")?;
        }
        Ok(())
    }
}

/// Why a send has no id to show.
///
/// Everything but [`OutcomeUnknown`](SendError::OutcomeUnknown) is definite: nothing new reached the person. The
/// classes are those of the fact sheet's table 4.7; an answer that is not in it is `OutcomeUnknown`.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SendError {
    /// Not sent, and nobody's fault: try again a little later.
    #[error("not sent")]
    NotSent(#[source] NotSent),
    /// Not sent because a limit is reached: wait.
    #[error("throttled by the Graph API ({said})")]
    Throttled {
        /// Who has to wait.
        scope: Scope,
        /// How long, if Meta said: at most [`MAX_WAIT`]. Otherwise 60 s, doubling, at most 1 h (fact sheet 4.8).
        wait: Option<Duration>,
        /// The numbers.
        said: Said,
    },
    /// Outside the window that the person's last message opened: refused until the person writes again.
    #[error("outside the messaging window ({0})")]
    WindowClosed(Said),
    /// Refused, and would be refused again.
    #[error("refused by the Graph API: {reason} ({said})")]
    Refused {
        /// Why.
        reason: Refusal,
        /// The numbers.
        said: Said,
    },
    /// The comment already has its one private reply (10900). After a try whose outcome is unknown that try is proven.
    #[error("the comment already has a private reply ({0})")]
    AlreadyReplied(Said),
    /// The comment takes no private reply (100/2534025): it has one, is too old, or is deleted; Meta does not say which.
    ///
    /// Only the caller knows whether an earlier try may have been the one that used it up.
    #[error("the comment takes no private reply ({0})")]
    CommentUnusable(Said),
    /// Another app controls the thread: refused until control comes back.
    #[error("another app controls the thread ({0})")]
    NotOwner(Said),
    /// The token is no good: every call of this account will fail until its owner logs in again.
    #[error("token refused: {trouble} ({said})")]
    TokenDead {
        /// What is wrong with it.
        trouble: TokenTrouble,
        /// The numbers.
        said: Said,
    },
    /// The account, or the app on its behalf, may not send: pause the account and call a person.
    #[error("account may not send: {condition} ({said})")]
    AccountBlocked {
        /// What stands in the way.
        condition: Condition,
        /// The numbers.
        said: Said,
    },
    /// The message may have gone out. Never send again before looking for it.
    #[error("outcome unknown")]
    OutcomeUnknown(#[source] Doubt),
}

/// Longest wait taken from a header: the account limit counts over a rolling day (fact sheet 4.5).
pub const MAX_WAIT: Duration = Duration::from_hours(24);

impl SendError {
    /// Whether the object asked for definitely does not exist, or not for this account's eyes: an object missing
    /// (100/33), a message deleted (9000001), a thread gone (100/2534001), no such person (100/2534014, 100/2018001).
    ///
    /// Meta says the same of all of them, and of a message that is no longer among the newest of its thread (fact
    /// sheet 4.11): missing from what can be read, not necessarily from the world.
    pub fn is_missing(&self) -> bool {
        let Self::Refused { reason, .. } = self else { return false };
        matches!(reason, Refusal::ObjectMissing | Refusal::MessageDeleted | Refusal::ThreadGone | Refusal::NoSuchPerson)
    }

    /// Meta's numbers, unless nothing came back.
    pub fn said(&self) -> Option<&Said> {
        match self {
            Self::NotSent(NotSent::Unreachable(_)) | Self::OutcomeUnknown(Doubt::NoAnswer(_)) => None,
            Self::NotSent(NotSent::AttachmentFailed(said))
            | Self::Throttled { said, .. }
            | Self::WindowClosed(said)
            | Self::Refused { said, .. }
            | Self::AlreadyReplied(said)
            | Self::CommentUnusable(said)
            | Self::NotOwner(said)
            | Self::TokenDead { said, .. }
            | Self::AccountBlocked { said, .. }
            | Self::OutcomeUnknown(
                Doubt::ServerError(said)
                | Doubt::SaidMaybe(said)
                | Doubt::CreatedUnnamed(said)
                | Doubt::Unreadable(said)
                | Doubt::Unlisted(said),
            ) => Some(said),
        }
    }
}

/// Definitely not sent, and likely to work later.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NotSent {
    /// No connection was made, so no byte of the request left: name not resolved, refused, or no TLS within the
    /// connect deadline.
    ///
    /// Nothing weaker counts. A connection that breaks, even before the first byte of an answer, is
    /// [`Doubt::NoAnswer`]: we cannot see how much of the request had arrived.
    #[error("no connection to the Graph API")]
    Unreachable(#[source] HttpError),
    /// Meta could not fetch the attachment (100/2018047): worth a few tries, then permanent.
    #[error("the attachment could not be uploaded ({0})")]
    AttachmentFailed(Said),
}

/// Perhaps sent.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Doubt {
    /// The deadline passed or the connection broke before a whole answer came.
    #[error("no answer from the Graph API")]
    NoAnswer(#[source] HttpError),
    /// HTTP 5xx, whatever the body says.
    #[error("server error ({0})")]
    ServerError(Said),
    /// Codes 1 and 2, seen although the message arrived (fact sheet 4.9).
    #[error("the Graph API is not sure ({0})")]
    SaidMaybe(Said),
    /// 20/1772107: the comment was created, its id could not be told. Never to be sent again.
    #[error("created, but not named ({0})")]
    CreatedUnnamed(Said),
    /// Success without an id, a redirect, or a body that is not what was asked for.
    #[error("answer without an id ({0})")]
    Unreadable(Said),
    /// An error that is not in our table.
    #[error("unlisted error ({0})")]
    Unlisted(Said),
}

impl Doubt {
    /// Whether evidence that nothing was sent may lead to another try.
    pub fn may_send_again(&self) -> bool {
        !matches!(self, Self::CreatedUnnamed(_))
    }
}

/// Whose limit is reached, from the widest to the narrowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All accounts of the app slow down: 4, 341, and a 429 without a listed code while the app's own usage is full.
    App,
    /// All calls of this account: 17, 32, 80001, 80002, 80006, and any other 429 without a listed code.
    Account,
    /// This kind of call of this account, the others may go on: 613 (sends, private replies and conversation reads are
    /// counted apart, fact sheet 4.5) and 9, too many actions.
    Kind,
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// A short word for tables, traces and metrics; it does not change between versions.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    )*};
}

words! {
    /// Why a message was refused for good.
    Refusal {
        /// The person takes no messages now (10/2018108, 200/1545041, 551/1545041).
        PersonUnavailable = "person_unavailable",
        /// No such person for this account (100/2534014, 100/2018001).
        NoSuchPerson = "no_such_person",
        /// The person has not consented (230).
        NoConsent = "no_consent",
        /// The thread was archived or deleted (100/2534001).
        ThreadGone = "thread_gone",
        /// The object is missing or not visible (100/33).
        ObjectMissing = "object_missing",
        /// The message was deleted (9000001).
        MessageDeleted = "message_deleted",
        /// This activity cannot be answered (10903/1893049).
        ActivityUnanswerable = "activity_unanswerable",
        /// Messages are disabled there (10904/1893050).
        MessagesDisabled = "messages_disabled",
        /// The request is malformed (100): ours to mend.
        InvalidParameter = "invalid_parameter",
        /// Several images at once are not enabled (100/2534068): send them one by one.
        SeveralImages = "several_images",
        /// Something about the thread's owner (2018321, not confirmed).
        ThreadOwnerRelated = "thread_owner_related",
        /// Refused without a documented meaning (100/2534013, 100/2534122).
        Unexplained = "unexplained",
    }

    /// What is wrong with a token.
    TokenTrouble {
        /// Invalid, without a reason we know (190).
        Invalid = "invalid",
        /// The owner removed the app (190/458).
        AppRemoved = "app_removed",
        /// The owner must log in to Instagram first (190/459).
        Checkpoint = "checkpoint",
        /// The password changed, or the session was invalidated (190/460).
        PasswordChanged = "password_changed",
        /// Expired (190/463).
        Expired = "expired",
        /// The user is not confirmed (190/464).
        Unconfirmed = "unconfirmed",
        /// Logged out (190/467).
        LoggedOut = "logged_out",
        /// Invalid session (190/492).
        InvalidSession = "invalid_session",
        /// The API session or login is over (102).
        SessionOver = "session_over",
        /// It lacks the scope for private replies (200/2534066): a new consent is needed.
        ScopeMissing = "scope_missing",
        /// It cannot be written into a header: damaged on our side. The request never left.
        Unusable = "unusable",
    }

    /// What keeps an account from sending.
    Condition {
        /// The app lacks a capability or feature (3).
        FeatureMissing = "feature_missing",
        /// A permission is missing or was withdrawn (10, 200 to 299).
        PermissionMissing = "permission_missing",
        /// The owner switched off access to messages (200/2534041).
        MessageAccessOff = "message_access_off",
        /// The app may message its testers only (200/2018028).
        TestersOnly = "testers_only",
        /// Sending through the API is blocked for the account (100/2534029).
        SendingBlocked = "sending_blocked",
        /// Restricted for a while (10/1893063): pause 30 min, doubling to 4 h.
        Restricted = "restricted",
        /// Restricted until the owner logs in and resolves it (25/2207050).
        LoginNeeded = "login_needed",
        /// Blocked by policy (368): pause 24 h, doubling to 7 d.
        PolicyBlock = "policy_block",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Usage;

    #[test]
    fn missing_is_what_meta_says_of_an_object_and_of_nothing_else() {
        let cases = [
            ("object missing or not visible", 100, Some(33), true),
            ("message deleted", 9_000_001, None, true),
            ("thread archived or deleted", 100, Some(2_534_001), true),
            ("no matching user", 100, Some(2_018_001), true),
            ("wrong kind of id", 100, Some(2_534_014), true),
            ("our own mistake", 100, None, false),
            ("no consent: the person is there", 230, None, false),
            ("person unavailable: they are there", 551, Some(1_545_041), false),
            ("permission withdrawn: nothing can be seen", 10, None, false),
            ("dead token", 190, None, false),
            ("limit", 613, None, false),
            ("not sure", 2, None, false),
            ("not in the table", 803, None, false),
        ];
        for (case, code, subcode, expected) in cases {
            let said = Said { status: 400, code: Some(code), subcode, ..Said::default() };
            assert_eq!(SendError::from_refusal(said, None, Usage::default()).is_missing(), expected, "{case}");
        }
    }
}
