//! The CRM's queue.

use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use feed::Event;

/// Most messages of one call (Amazon SQS developer guide). Ten of the largest events together are far below the 1 MiB that a
/// call may have.
const MOST_OF_A_CALL: usize = 10;

/// The queue did not take an event, or not for sure. What is told again is the same, so whoever tells comes again.
#[derive(Debug, thiserror::Error)]
#[error("the CRM's queue did not take an event")]
pub struct NotTold(#[source] Box<dyn std::error::Error + Send + Sync>);

/// Tells the CRM, if there is one.
#[derive(Debug, Clone)]
pub struct Announcer {
    queue: Option<(aws_sdk_sqs::Client, String)>,
}

impl Announcer {
    /// Tells by the queue at `url`, or nobody.
    pub fn new(client: aws_sdk_sqs::Client, url: Option<String>) -> Self {
        Self { queue: url.map(|url| (client, url)) }
    }

    /// True if somebody is told.
    pub fn is_heard(&self) -> bool {
        self.queue.is_some()
    }

    /// Tells events in their order. On return they are safe.
    ///
    /// # Errors
    /// [`NotTold`]: some of them may not have been told. The caller tells all of them again.
    pub async fn tell(&self, events: &[Event]) -> Result<(), NotTold> {
        let Some((client, url)) = &self.queue else {
            return Ok(());
        };
        for events in events.chunks(MOST_OF_A_CALL) {
            let entries = events.iter().enumerate().map(entry).collect();
            let call = client.send_message_batch().queue_url(url).set_entries(Some(entries)).send();
            let answer = call.await.map_err(|error| NotTold(Box::new(error)))?;
            if let Some(failed) = answer.failed().first() {
                return Err(NotTold(format!("refused with {}", failed.code()).into()));
            }
        }
        Ok(())
    }
}

/// An event as the SDK wants it. Within a call its place is its name.
fn entry((place, event): (usize, &Event)) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry::builder()
        .id(place.to_string())
        .message_body(event.body())
        .message_group_id(event.group_id())
        .message_deduplication_id(event.deduplication_id())
        .build()
        .expect("an entry has an id and a body")
}
