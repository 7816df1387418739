//! What lies in the dead-letter queue.

use anyhow::Result;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use job::{Job, JobError};

use crate::queues::Queues;

/// An event that was given up.
///
/// No `Debug`: its body holds people's words.
pub(super) struct Dead {
    /// The queue's own id, which it keeps as long as it lies there.
    pub(super) id: String,
    pub(super) body: String,
    pub(super) job: Result<Job, JobError>,
    pub(super) group: Option<String>,
    pub(super) deduplication: Option<String>,
    /// When it came here: a FIFO queue counts its time anew.
    pub(super) given_up_at: Option<i64>,
    pub(super) handle: String,
}

impl Dead {
    fn of(message: Message) -> Self {
        let fact = |name| message.attributes.as_ref().and_then(|facts| facts.get(&name)).cloned();
        let group = fact(MessageSystemAttributeName::MessageGroupId);
        let deduplication = fact(MessageSystemAttributeName::MessageDeduplicationId);
        let given_up_at = fact(MessageSystemAttributeName::SentTimestamp).and_then(|at| at.parse().ok());
        let body = message.body.unwrap_or_default();
        Self {
            id: message.message_id.unwrap_or_default(),
            job: Job::parse(&body),
            body,
            group,
            deduplication,
            given_up_at,
            handle: message.receipt_handle.unwrap_or_default(),
        }
    }

    /// Enough of its id to name it by.
    pub(super) fn short_id(&self) -> &str {
        self.id.get(..8).unwrap_or(&self.id)
    }
}

/// Receives what is there; of each conversation in its order, up to ten at a time.
pub(super) async fn gather(queues: &Queues) -> Result<Vec<Dead>> {
    Ok(queues.receive().await?.into_iter().map(Dead::of).collect())
}
