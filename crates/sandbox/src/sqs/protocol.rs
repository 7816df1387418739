//! The service's actions: JSON in, JSON out, between the two the state machine.
//!
//! Names and meanings are those of the SQS API reference (read November 2026). `ReceiveMessage` is asked once per
//! look; waiting for messages is up to the server around it.

mod batch;
mod messages;
mod queues;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::queues::Queues;
use super::refusal::Refusal;
pub(super) use messages::Receive;

/// Answers one action. `origin` is the scheme and authority that queue URLs begin with.
///
/// # Errors
/// What the service would answer.
pub(super) fn answer(
    state: &mut Queues,
    action: &str,
    input: &Value,
    origin: &str,
    now_ms: i64,
) -> Result<Value, Refusal> {
    match action {
        "CreateQueue" => queues::create(state, parse(input)?, origin, now_ms),
        "GetQueueUrl" => queues::url(state, &parse(input)?, origin),
        "ListQueues" => queues::list(state, &parse(input)?, origin),
        "DeleteQueue" => queues::delete(state, &parse(input)?),
        "PurgeQueue" => queues::purge(state, &parse(input)?, now_ms),
        "GetQueueAttributes" => queues::attributes(state, &parse(input)?, now_ms),
        "SetQueueAttributes" => queues::set_attributes(state, &parse(input)?, now_ms),
        "TagQueue" => queues::tag(state, parse(input)?, now_ms),
        "UntagQueue" => queues::untag(state, &parse(input)?, now_ms),
        "ListQueueTags" => queues::tags(state, &parse(input)?),
        "ListDeadLetterSourceQueues" => queues::sources(state, &parse(input)?, origin),
        "StartMessageMoveTask" => queues::start_move(state, &parse(input)?, now_ms),
        "ListMessageMoveTasks" => queues::list_moves(state, &parse(input)?),
        "SendMessage" => messages::send(state, parse(input)?, now_ms),
        "SendMessageBatch" => messages::send_batch(state, parse(input)?, now_ms),
        "DeleteMessage" => messages::delete(state, &parse(input)?, now_ms),
        "DeleteMessageBatch" => messages::delete_batch(state, parse(input)?, now_ms),
        "ChangeMessageVisibility" => messages::change_visibility(state, &parse(input)?, now_ms),
        "ChangeMessageVisibilityBatch" => messages::change_visibility_batch(state, parse(input)?, now_ms),
        _ => Err(Refusal::unknown_action(action)),
    }
}

/// Reads an action's input.
pub(super) fn parse<T: DeserializeOwned>(input: &Value) -> Result<T, Refusal> {
    T::deserialize(input).map_err(|error| Refusal::unreadable(&error))
}

/// The queue that a URL names: its last segment. Host and account are not compared, as a local stack may be reached
/// by several names.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct QueueUrl(String);

impl QueueUrl {
    pub(super) fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

/// The account that queue URLs show.
const ACCOUNT: &str = "000000000000";

/// The URL of a queue.
pub(super) fn queue_url(origin: &str, name: &str) -> String {
    format!("{origin}/{ACCOUNT}/{name}")
}

/// A number that has to lie between two others.
fn check_range(parameter: &str, value: i64, least: i64, most: i64) -> Result<i64, Refusal> {
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    let reason = format!("Must be between {least} and {most}, if provided.");
    Err(Refusal::invalid(format!("Value {value} for parameter {parameter} is invalid. Reason: {reason}")))
}
