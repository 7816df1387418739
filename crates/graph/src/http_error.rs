//! How an HTTP exchange broke, and whether the request may have arrived.

use std::sync::Arc;

use crate::{Doubt, NotSent, SendError};

/// How an HTTP exchange broke. The library's own error is the [`source`](std::error::Error::source).
///
/// It names the address's parts by no means: addresses carry ids, and ids are logged as fields where they matter.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{what}")]
pub struct HttpError {
    what: Break,
    source: Arc<reqwest::Error>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Break {
    #[error("no connection")]
    Connect,
    #[error("the deadline passed")]
    Deadline,
    #[error("the exchange broke off")]
    Exchange,
}

/// Two are equal if they broke in the same way.
impl PartialEq for HttpError {
    fn eq(&self, other: &Self) -> bool {
        self.what == other.what
    }
}

impl HttpError {
    /// Whether the deadline passed.
    pub fn is_deadline(&self) -> bool {
        self.what == Break::Deadline
    }
}

impl From<reqwest::Error> for HttpError {
    fn from(error: reqwest::Error) -> Self {
        // First: a connection that took too long is a connection that was not made.
        let what = if error.is_connect() {
            Break::Connect
        } else if error.is_timeout() {
            Break::Deadline
        } else {
            Break::Exchange
        };
        Self { what, source: Arc::new(error.without_url()) }
    }
}

impl From<HttpError> for SendError {
    fn from(error: HttpError) -> Self {
        match error.what {
            Break::Connect => Self::NotSent(NotSent::Unreachable(error)),
            Break::Deadline | Break::Exchange => Self::OutcomeUnknown(Doubt::NoAnswer(error)),
        }
    }
}
