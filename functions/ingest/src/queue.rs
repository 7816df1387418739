//! A queue that takes all messages of a delivery, or says so in time.

use std::error::Error;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use boot::{Clock, Deadline, TimedOut};
use futures::StreamExt;

use crate::pack::{Message, pack};

/// Calls of one delivery that are under way at the same time. A thousand events are a hundred calls: at 20 ms each they
/// take 2 s one after the other and a quarter of a second like this.
const SIDE_BY_SIDE: usize = 8;

/// Pause before what was refused is tried again; it doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_millis(400);

/// A queue by its address. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Queue {
    client: Client,
    url: String,
    clock: Clock,
}

/// Not every message is on the queue. Those that are stay there: the next delivery doubles them, and the event keys tell.
#[derive(Debug, thiserror::Error)]
#[error("{refused} of {all} messages were not accepted in time")]
pub(crate) struct NotAccepted {
    refused: usize,
    all: usize,
    source: Refusal,
}

/// Why messages of one call were not accepted.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("the call failed")]
    Call(#[source] Box<dyn Error + Send + Sync>),
    /// The call went well and its answer lists failures: SQS says 200 to that too.
    #[error("the queue refused entries ({0})")]
    Entries(String),
    #[error(transparent)]
    TimedOut(#[from] TimedOut),
}

type Entries = Vec<SendMessageBatchRequestEntry>;

impl Queue {
    pub(crate) fn new(client: Client, url: String, clock: Clock) -> Self {
        Self { client, url, clock }
    }

    /// Opens the connection and runs through all of a call's code once, without sending anything: SQS refuses a batch of
    /// no messages, after it has checked permission to send.
    pub(crate) async fn connect(&self, deadline: &Deadline) {
        let call = self.client.send_message_batch().queue_url(&self.url).set_entries(Some(Vec::new())).send();
        // Whatever the answer, a connection was tried; the deliveries will tell what is wrong.
        let _ = deadline.limit(call).await;
    }

    /// Puts every message on the queue. What is refused is tried again, and only that, until the deadline.
    pub(crate) async fn send(&self, messages: Vec<Message>, deadline: &Deadline) -> Result<(), NotAccepted> {
        let all = messages.len();
        let mut pending = messages;
        let mut pause = FIRST_PAUSE;
        while !pending.is_empty() {
            let calls = pack(pending).into_iter().map(|call| self.send_once(call, deadline));
            let answers: Vec<_> = futures::stream::iter(calls).buffer_unordered(SIDE_BY_SIDE).collect().await;

            pending = Vec::new();
            let mut last_refusal = None;
            for (refused, refusal) in answers.into_iter().filter_map(Result::err) {
                pending.extend(refused);
                last_refusal = Some(refusal);
            }
            let Some(source) = last_refusal else { break };
            if deadline.remaining() <= pause {
                return Err(NotAccepted { refused: pending.len(), all, source });
            }
            self.clock.sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        Ok(())
    }

    /// One call. An error carries the messages that were not accepted, or of which nobody knows.
    async fn send_once(&self, call: Vec<Message>, deadline: &Deadline) -> Result<(), (Vec<Message>, Refusal)> {
        let request = self.client.send_message_batch().queue_url(&self.url).set_entries(Some(entries(&call)));
        let answer = match deadline.limit(request.send()).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err((call, Refusal::Call(Box::new(error)))),
            Err(timed_out) => return Err((call, timed_out.into())),
        };
        let Some(failure) = answer.failed().first() else { return Ok(()) };
        let refusal = Refusal::Entries(failure.code().to_owned());
        let failed: Option<Vec<usize>> = answer.failed().iter().map(|failure| failure.id().parse().ok()).collect();
        // A failure that names none of our entries may mean any of them.
        let Some(failed) = failed.filter(|failed| failed.iter().all(|place| *place < call.len())) else {
            return Err((call, refusal));
        };
        let refused = (0..).zip(call).filter(|(place, _)| failed.contains(place)).map(|(_, message)| message).collect();
        Err((refused, refusal))
    }
}

/// The messages as the SDK wants them; an entry's id is its place in the call.
fn entries(messages: &[Message]) -> Entries {
    let entry = |(place, message): (usize, &Message)| {
        SendMessageBatchRequestEntry::builder()
            .id(place.to_string())
            .message_body(&message.body)
            .set_message_group_id(message.order.as_ref().map(|order| order.group_id.clone()))
            .set_message_deduplication_id(message.order.as_ref().map(|order| order.deduplication_id.clone()))
            .build()
            .expect("an entry has an id and a body")
    };
    messages.iter().enumerate().map(entry).collect()
}
