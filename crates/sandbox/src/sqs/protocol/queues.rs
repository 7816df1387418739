//! Actions on queues.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{QueueUrl, check_range, queue_url};
use crate::sqs::queue::Definition;
use crate::sqs::queues::Queues;
use crate::sqs::refusal::Refusal;
use crate::sqs::settings::{self, Written};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Create {
    queue_name: String,
    #[serde(default)]
    attributes: Written,
    /// In lower case, unlike everything else on this wire.
    #[serde(default, rename = "tags")]
    tags: BTreeMap<String, String>,
}

pub(super) fn create(state: &mut Queues, input: Create, origin: &str, now_ms: i64) -> Result<Value, Refusal> {
    state.create(&input.queue_name, &input.attributes, input.tags, now_ms)?;
    Ok(json!({ "QueueUrl": queue_url(origin, &input.queue_name) }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ByName {
    queue_name: String,
}

pub(super) fn url(state: &Queues, input: &ByName, origin: &str) -> Result<Value, Refusal> {
    let queue = state.queue(&input.queue_name)?;
    Ok(json!({ "QueueUrl": queue_url(origin, &queue.name) }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List {
    #[serde(default)]
    queue_name_prefix: String,
    #[serde(flatten)]
    page: Page,
}

/// A page of names; the token is the last name of the page before.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    max_results: Option<i64>,
    next_token: Option<String>,
}

impl Page {
    /// "If MaxResults is not set, the response includes up to 1,000 queues and no NextToken" (API reference,
    /// `ListQueues`).
    fn of<'a>(&self, names: impl Iterator<Item = &'a str>, member: &str, origin: &str) -> Result<Value, Refusal> {
        let most = self.max_results.map(|most| check_range("MaxResults", most, 1, 1000)).transpose()?;
        let after = self.next_token.as_deref();
        let mut rest = names.filter(|name| after.is_none_or(|after| *name > after)).peekable();
        let page: Vec<&str> = rest.by_ref().take(usize::try_from(most.unwrap_or(1000)).unwrap_or(1000)).collect();
        let urls: Vec<String> = page.iter().map(|name| queue_url(origin, name)).collect();
        let mut answer = json!({ member: urls });
        if let (Some(_), Some(_), Some(last)) = (most, rest.peek(), page.last()) {
            answer["NextToken"] = json!(last);
        }
        Ok(answer)
    }
}

pub(super) fn list(state: &Queues, input: &List, origin: &str) -> Result<Value, Refusal> {
    let names = state.queues.keys().map(String::as_str);
    input.page.of(names.filter(|name| name.starts_with(&input.queue_name_prefix)), "QueueUrls", origin)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Sources {
    queue_url: QueueUrl,
    #[serde(flatten)]
    page: Page,
}

/// The member of this answer is written in lower case (botocore's service model).
pub(super) fn sources(state: &Queues, input: &Sources, origin: &str) -> Result<Value, Refusal> {
    let queue = state.queue(input.queue_url.name())?;
    input.page.of(state.sources(&queue.name), "queueUrls", origin)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OnQueue {
    queue_url: QueueUrl,
}

pub(super) fn delete(state: &mut Queues, input: &OnQueue) -> Result<Value, Refusal> {
    state.delete_queue(input.queue_url.name())?;
    Ok(json!({}))
}

pub(super) fn purge(state: &mut Queues, input: &OnQueue, now_ms: i64) -> Result<Value, Refusal> {
    state.purge(input.queue_url.name(), now_ms)?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetAttributes {
    queue_url: QueueUrl,
    #[serde(default)]
    attribute_names: Vec<String>,
}

pub(super) fn attributes(state: &mut Queues, input: &GetAttributes, now_ms: i64) -> Result<Value, Refusal> {
    let name = input.queue_url.name();
    let counts = state.counts(name, now_ms)?;
    if let Some(unknown) = input.attribute_names.iter().find(|asked| !settings::is_known(asked)) {
        return Err(Refusal::invalid_attribute_name(unknown));
    }
    let definition = &state.queue(name)?.definition;
    let mut shown = settings::shown(name, &definition.written);
    let computed = [
        ("QueueArn", settings::arn(name)),
        ("ApproximateNumberOfMessages", counts.waiting.to_string()),
        ("ApproximateNumberOfMessagesNotVisible", counts.in_flight.to_string()),
        ("ApproximateNumberOfMessagesDelayed", counts.delayed.to_string()),
        ("CreatedTimestamp", (definition.created_ms / 1000).to_string()),
        ("LastModifiedTimestamp", (definition.modified_ms / 1000).to_string()),
    ];
    shown.extend(computed.map(|(name, value)| (name.to_owned(), value)));
    shown.retain(|name, _| input.attribute_names.iter().any(|asked| asked == "All" || asked == name));
    Ok(if shown.is_empty() { json!({}) } else { json!({ "Attributes": shown }) })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SetAttributes {
    queue_url: QueueUrl,
    attributes: Written,
}

pub(super) fn set_attributes(state: &mut Queues, input: &SetAttributes, now_ms: i64) -> Result<Value, Refusal> {
    state.set_attributes(input.queue_url.name(), &input.attributes, now_ms)?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    queue_url: QueueUrl,
    tags: BTreeMap<String, String>,
}

pub(super) fn tag(state: &mut Queues, input: Tag, now_ms: i64) -> Result<Value, Refusal> {
    retag(state, input.queue_url.name(), now_ms, |definition| definition.tags.extend(input.tags))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Untag {
    queue_url: QueueUrl,
    tag_keys: Vec<String>,
}

pub(super) fn untag(state: &mut Queues, input: &Untag, now_ms: i64) -> Result<Value, Refusal> {
    let is_kept = |key: &String| !input.tag_keys.contains(key);
    retag(state, input.queue_url.name(), now_ms, |definition| definition.tags.retain(|key, _| is_kept(key)))
}

fn retag(state: &mut Queues, name: &str, now_ms: i64, change: impl FnOnce(&mut Definition)) -> Result<Value, Refusal> {
    let (queue, log) = state.queue_and_log(name)?;
    let (mut definition, settings) = (queue.definition.clone(), queue.settings.clone());
    change(&mut definition);
    definition.modified_ms = now_ms;
    queue.redefine(definition, settings, log);
    Ok(json!({}))
}

pub(super) fn tags(state: &Queues, input: &OnQueue) -> Result<Value, Refusal> {
    Ok(json!({ "Tags": state.queue(input.queue_url.name())?.definition.tags }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StartMove {
    source_arn: String,
    destination_arn: Option<String>,
}

pub(super) fn start_move(state: &mut Queues, input: &StartMove, now_ms: i64) -> Result<Value, Refusal> {
    let name = |arn| {
        settings::name_in_arn(arn).ok_or_else(|| {
            Refusal::invalid("You must use this format to specify an ARN: arn:aws:sqs:<region>:<account>:<name>")
        })
    };
    let destination = input.destination_arn.as_deref().map(name).transpose()?;
    state.start_move(name(&input.source_arn)?, destination, now_ms)?;
    Ok(json!({ "TaskHandle": format!("move-{}", state.move_tasks.len()) }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListMoves {
    source_arn: String,
    max_results: Option<i64>,
}

/// The latest moves out of a queue, latest first.
pub(super) fn list_moves(state: &Queues, input: &ListMoves) -> Result<Value, Refusal> {
    let most = check_range("MaxResults", input.max_results.unwrap_or(1), 1, 10)?;
    let source = settings::name_in_arn(&input.source_arn).unwrap_or_default();
    let missing = "The resource that you specified for the SourceArn parameter doesn't exist.";
    state.queue(source).map_err(|_| Refusal::no_such_resource(missing))?;
    let tasks = state.move_tasks.iter().rev().filter(|task| task.source == source);
    let shown = tasks.take(usize::try_from(most).unwrap_or(1)).map(|task| {
        let mut shown = json!({
            "Status": if task.moved == task.to_move { "COMPLETED" } else { "FAILED" },
            "SourceArn": settings::arn(&task.source),
            "StartedTimestamp": task.started_ms,
            "ApproximateNumberOfMessagesToMove": task.to_move,
            "ApproximateNumberOfMessagesMoved": task.moved,
        });
        if let Some(destination) = &task.destination {
            shown["DestinationArn"] = settings::arn(destination).into();
        }
        if task.moved < task.to_move {
            shown["FailureReason"] = "CouldNotDetermineMessageSource".into();
        }
        shown
    });
    Ok(json!({ "Results": shown.collect::<Vec<_>>() }))
}
