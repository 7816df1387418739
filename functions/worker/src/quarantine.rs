//! Jobs that nobody here can act on: kept whole, for a person to look at and to replay.

use instagram::UnixMillis;
use job::{Holds, Quarantined};

use crate::outcome::Trouble;

/// The queue that keeps them.
#[derive(Debug)]
pub(crate) struct Quarantine {
    client: aws_sdk_sqs::Client,
    url: String,
}

/// Why a job is kept instead of applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The body is no job of a version this code knows.
    Unreadable,
    /// The element is not what ingest said it was.
    Malformed,
    /// No customer's account has this id.
    UnknownAccount,
    /// Applying it failed by a fault of the code, twice.
    Poison,
    /// It holds more than a table's item can.
    TooLarge,
}

impl Reason {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable_job",
            Self::Malformed => "malformed_element",
            Self::UnknownAccount => "unknown_account",
            Self::Poison => "poison",
            Self::TooLarge => "too_large",
        }
    }
}

impl Quarantine {
    pub(crate) fn new(client: aws_sdk_sqs::Client, url: &str) -> Self {
        Self { client, url: url.to_owned() }
    }

    /// Keeps a job's body, in parts if it is long. Only once this succeeded may the job be acknowledged.
    pub(crate) async fn keep(&self, body: &str, reason: Reason, now_ms: i64) -> Result<(), Trouble> {
        let now = UnixMillis(now_ms);
        for part in Quarantined::parts_of(Holds::Job, body.as_bytes(), reason.code(), now, None, None) {
            self.client
                .send_message()
                .queue_url(&self.url)
                .message_body(part.body())
                .send()
                .await
                .map_err(|e| Trouble::Queue(Box::new(e)))?;
        }
        Ok(())
    }
}
