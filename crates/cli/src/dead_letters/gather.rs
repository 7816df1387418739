//! What lies in the dead-letter queue.

use anyhow::{Context, Result};
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use job::{Job, JobError};

use crate::queues::DeadLetters;

/// How long what was received stays out of sight, in seconds: as long as it takes to look and to send.
const VISIBILITY_SECONDS: i32 = 120;

/// How long a receive waits, in seconds: with a wait, every server of the queue is asked.
const WAIT_SECONDS: i32 = 1;

/// Most events looked at in one go, of up to 1 MiB each.
const MOST_MESSAGES: usize = 500;

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
pub(super) async fn gather(queues: &DeadLetters) -> Result<Vec<Dead>> {
    let mut found = Vec::new();
    while found.len() < MOST_MESSAGES {
        let answer = queues
            .client
            .receive_message()
            .queue_url(&queues.dead_url)
            .max_number_of_messages(10)
            .visibility_timeout(VISIBILITY_SECONDS)
            .wait_time_seconds(WAIT_SECONDS)
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .send()
            .await
            .context("the dead-letter queue cannot be read")?;
        let messages = answer.messages.unwrap_or_default();
        if messages.is_empty() {
            break;
        }
        found.extend(messages.into_iter().map(Dead::of));
    }
    Ok(found)
}

/// Lets what was received be received again at once. What was sent back is gone already; what fails comes back by itself.
pub(super) async fn release(queues: &DeadLetters, found: &[Dead]) {
    for dead in found {
        let visibility = queues.client.change_message_visibility().queue_url(&queues.dead_url);
        let _gone_or_later = visibility.receipt_handle(&dead.handle).visibility_timeout(0).send().await;
    }
}
