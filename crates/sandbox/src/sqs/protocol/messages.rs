//! Actions on messages.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::batch::Batch;
use super::{QueueUrl, check_range};
use crate::sqs::digest::{md5_of_attributes, md5_of_body};
use crate::sqs::message::{Attributes, Content, Message};
use crate::sqs::queues::Queues;
use crate::sqs::receipt::Receipt;
use crate::sqs::refusal::Refusal;
use crate::sqs::settings::{MOST_BYTES, MOST_DELAY_S, MOST_VISIBILITY_S, MOST_WAIT_S};

/// Messages in one answer (API reference, `ReceiveMessage`).
const MOST_RECEIVED: i64 = 10;

/// One message to send, alone or in a batch.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Outgoing {
    #[serde(default)]
    message_body: String,
    delay_seconds: Option<i64>,
    #[serde(default)]
    message_attributes: Attributes,
    #[serde(default)]
    message_system_attributes: Attributes,
    message_group_id: Option<String>,
    message_deduplication_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Send {
    queue_url: QueueUrl,
    #[serde(flatten)]
    message: Outgoing,
}

pub(super) fn send(state: &mut Queues, input: Send, now_ms: i64) -> Result<Value, Refusal> {
    send_one(state, input.queue_url.name(), input.message, now_ms)
}

pub(super) fn send_batch(state: &mut Queues, input: Batch<Outgoing>, now_ms: i64) -> Result<Value, Refusal> {
    state.queue(input.queue_url.name())?;
    input.check()?;
    let bytes = input.entries.iter().map(|entry| entry.item.size_bytes()).sum();
    if bytes > MOST_BYTES {
        return Err(Refusal::batch_too_long(MOST_BYTES, bytes));
    }
    Ok(input.each(|queue, message| send_one(state, queue, message, now_ms)))
}

impl Outgoing {
    fn size_bytes(&self) -> usize {
        let content = Content { attributes: self.message_attributes.clone(), ..Content::default() };
        self.message_body.len() + content.size_bytes()
    }
}

fn send_one(state: &mut Queues, queue: &str, message: Outgoing, now_ms: i64) -> Result<Value, Refusal> {
    let delay = message.delay_seconds.map(|s| check_range("DelaySeconds", s, 0, MOST_DELAY_S)).transpose()?;
    let content = Content {
        body: message.message_body,
        attributes: message.message_attributes,
        system_attributes: message.message_system_attributes,
        group: message.message_group_id,
        deduplication_id: message.message_deduplication_id,
    };
    let mut answer = Map::new();
    answer.insert("MD5OfMessageBody".to_owned(), md5_of_body(&content.body).into());
    let digests = [
        ("MD5OfMessageAttributes", md5_of_attributes(&content.attributes)),
        ("MD5OfMessageSystemAttributes", md5_of_attributes(&content.system_attributes)),
    ];
    for (name, digest) in digests {
        answer.extend(digest.map(|digest| (name.to_owned(), digest.into())));
    }
    let original = state.send(queue, content, delay.map(|s| s * 1000), now_ms)?;
    answer.insert("MessageId".to_owned(), original.message_id.into());
    if state.queue(queue)?.settings.is_fifo {
        answer.insert("SequenceNumber".to_owned(), sequence_number(original.sequence).into());
    }
    Ok(Value::Object(answer))
}

/// Twenty digits, so that numbers compare as texts too.
fn sequence_number(sequence: u64) -> String {
    format!("{sequence:020}")
}

/// The input of `ReceiveMessage`. `ReceiveRequestAttemptId` is taken and does nothing: a receive whose answer was lost
/// is over when the visibility timeout is.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sqs) struct Receive {
    queue_url: QueueUrl,
    #[serde(default = "one")]
    max_number_of_messages: i64,
    visibility_timeout: Option<i64>,
    wait_time_seconds: Option<i64>,
    /// The older name of the next one.
    #[serde(default)]
    attribute_names: Vec<String>,
    #[serde(default)]
    message_system_attribute_names: Vec<String>,
    #[serde(default)]
    message_attribute_names: Vec<String>,
}

fn one() -> i64 {
    1
}

impl Receive {
    /// How long this call waits for a first message; also checks the input.
    pub(in crate::sqs) fn wait_ms(&self, state: &Queues) -> Result<i64, Refusal> {
        check_range("MaxNumberOfMessages", self.max_number_of_messages, 1, MOST_RECEIVED)?;
        if let Some(visibility_s) = self.visibility_timeout {
            check_range("VisibilityTimeout", visibility_s, 0, MOST_VISIBILITY_S)?;
        }
        let queue = state.queue(self.queue_url.name())?;
        match self.wait_time_seconds {
            Some(wait_s) => Ok(check_range("WaitTimeSeconds", wait_s, 0, MOST_WAIT_S)? * 1000),
            None => Ok(queue.settings.wait_ms),
        }
    }

    /// One look: the messages handed out, or nothing.
    pub(in crate::sqs) fn look(&self, state: &mut Queues, now_ms: i64) -> Result<Option<Value>, Refusal> {
        let name = self.queue_url.name();
        let most = usize::try_from(self.max_number_of_messages).unwrap_or(1);
        let given = state.receive(name, most, self.visibility_timeout.map(|s| s * 1000), now_ms)?;
        if given.is_empty() {
            return Ok(None);
        }
        let queue = state.queue(name)?;
        let messages = given.into_iter().filter_map(|sequence| queue.message(sequence));
        let shown: Vec<Value> = messages.map(|message| self.show(message, name, queue.settings.is_fifo)).collect();
        Ok(Some(json!({ "Messages": shown })))
    }

    /// When another look could find something that no call brings: the next end of a delay or a timeout.
    pub(in crate::sqs) fn next_timer_ms(&self, state: &Queues) -> Option<i64> {
        state.queue(self.queue_url.name()).ok()?.next_timer_ms()
    }

    fn show(&self, message: &Message, queue: &str, is_fifo: bool) -> Value {
        let receipt = Receipt { sequence: message.sequence, receives: message.handling.receives };
        let mut shown = json!({
            "MessageId": message.id,
            "ReceiptHandle": receipt.handle(queue),
            "MD5OfBody": md5_of_body(&message.content.body),
            "Body": message.content.body,
        });
        let asked = |name: &str| {
            let names = self.attribute_names.iter().chain(&self.message_system_attribute_names);
            names.into_iter().any(|asked| asked == "All" || asked == name)
        };
        let facts: Map<String, Value> = system_attributes(message, is_fifo)
            .filter(|(name, _)| asked(name))
            .map(|(n, v)| (n.to_owned(), v.into()))
            .collect();
        if !facts.is_empty() {
            shown["Attributes"] = Value::Object(facts);
        }
        let attributes = self.attributes_asked_for(&message.content.attributes);
        if let Some(digest) = md5_of_attributes(&attributes) {
            shown["MD5OfMessageAttributes"] = digest.into();
            shown["MessageAttributes"] = json!(attributes);
        }
        shown
    }

    /// "All", ".*", a name, or "prefix.*".
    fn attributes_asked_for(&self, attributes: &Attributes) -> Attributes {
        let is_asked_for = |name: &str| {
            self.message_attribute_names.iter().any(|asked| match asked.strip_suffix(".*") {
                Some(prefix) => name.starts_with(prefix),
                None => asked == "All" || asked == name,
            })
        };
        attributes.iter().filter(|(name, _)| is_asked_for(name)).map(|(n, a)| (n.clone(), a.clone())).collect()
    }
}

/// Everything the service knows about a message beside its content.
fn system_attributes(message: &Message, is_fifo: bool) -> impl Iterator<Item = (&'static str, String)> {
    let content = &message.content;
    let trace = content.system_attributes.get("AWSTraceHeader").and_then(|trace| trace.string_value.clone());
    [
        ("SenderId", Some(super::ACCOUNT.to_owned())),
        ("SentTimestamp", Some(message.sent_ms.to_string())),
        ("ApproximateReceiveCount", Some(message.handling.receives.to_string())),
        ("ApproximateFirstReceiveTimestamp", message.handling.first_received_ms.map(|ms| ms.to_string())),
        ("SequenceNumber", is_fifo.then(|| sequence_number(message.sequence))),
        ("MessageGroupId", content.group.clone()),
        ("MessageDeduplicationId", content.deduplication_id.clone()),
        ("AWSTraceHeader", trace),
        ("DeadLetterQueueSourceArn", message.dead_letter_source.clone()),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
}

/// A message in flight, alone or in a batch.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct InFlight {
    #[serde(default)]
    receipt_handle: String,
    visibility_timeout: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OnMessage {
    queue_url: QueueUrl,
    #[serde(flatten)]
    message: InFlight,
}

pub(super) fn delete(state: &mut Queues, input: &OnMessage, now_ms: i64) -> Result<Value, Refusal> {
    delete_one(state, input.queue_url.name(), &input.message, now_ms)
}

pub(super) fn delete_batch(state: &mut Queues, input: Batch<InFlight>, now_ms: i64) -> Result<Value, Refusal> {
    state.queue(input.queue_url.name())?;
    input.check()?;
    Ok(input.each(|queue, message| delete_one(state, queue, &message, now_ms)))
}

fn delete_one(state: &mut Queues, queue: &str, message: &InFlight, now_ms: i64) -> Result<Value, Refusal> {
    let (queue, log) = state.queue_and_log(queue)?;
    queue.delete(&message.receipt_handle, now_ms, log)?;
    Ok(json!({}))
}

pub(super) fn change_visibility(state: &mut Queues, input: &OnMessage, now_ms: i64) -> Result<Value, Refusal> {
    change_visibility_one(state, input.queue_url.name(), &input.message, now_ms)
}

pub(super) fn change_visibility_batch(
    state: &mut Queues,
    input: Batch<InFlight>,
    now_ms: i64,
) -> Result<Value, Refusal> {
    state.queue(input.queue_url.name())?;
    input.check()?;
    Ok(input.each(|queue, message| change_visibility_one(state, queue, &message, now_ms)))
}

fn change_visibility_one(state: &mut Queues, queue: &str, message: &InFlight, now_ms: i64) -> Result<Value, Refusal> {
    let visibility_s = message.visibility_timeout.ok_or_else(|| Refusal::missing("VisibilityTimeout"))?;
    let visibility_s = check_range("VisibilityTimeout", visibility_s, 0, MOST_VISIBILITY_S)?;
    let (queue, log) = state.queue_and_log(queue)?;
    queue.change_visibility(&message.receipt_handle, visibility_s * 1000, now_ms, log)?;
    Ok(json!({}))
}
