//! A batch of the events queue: groups side by side, the records of a group in order.

use std::collections::HashMap;
use std::time::Duration;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use aws_sdk_sqs::types::ChangeMessageVisibilityBatchRequestEntry;
use futures::future::join_all;
use lambda_runtime::LambdaEvent;

use crate::Worker;
use crate::record::{Disposition, LEAVE};
use crate::tally::Tally;

/// The function's time-out in the template: what a deadline that makes no sense is replaced by.
pub const TIME_OUT: Duration = Duration::from_secs(30);

/// How long a returned record stays invisible, in seconds, by how often it was received; the last value from then on.
const WAITS_SECONDS: [i32; 5] = [5, 15, 45, 135, 180];

pub(crate) async fn handle(
    worker: &Worker,
    event: LambdaEvent<SqsEvent>,
) -> Result<SqsBatchResponse, lambda_runtime::Error> {
    let records = event.payload.records;
    // Only a record with an id can be named in the answer; AWS reads an empty name as "the whole batch failed".
    if records.iter().any(|record| record.message_id.as_deref().is_none_or(str::is_empty)) {
        return Err("a record has no message id".into());
    }
    let deadline = worker.clock.deadline(TIME_OUT, event.context.deadline, Duration::ZERO);
    let tally = Tally::default();
    let groups = by_group(&records);
    let returned = join_all(groups.into_iter().map(|group| async {
        for (place, record) in group.iter().enumerate() {
            let out_of_time = deadline.remaining() < LEAVE;
            if out_of_time || worker.process(record, &deadline, &tally).await == Disposition::Redeliver {
                return group.into_iter().skip(place).collect();
            }
        }
        Vec::new()
    }))
    .await;
    let returned: Vec<&SqsMessage> = returned.into_iter().flatten().collect();
    worker.delay(&returned).await;
    worker.metrics.write(tally.into_sheet());

    let mut response = SqsBatchResponse::default();
    for record in returned {
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = record.message_id.clone().unwrap_or_default();
        response.batch_item_failures.push(failure);
    }
    Ok(response)
}

/// The records of each group in their order, the groups in the order of their first record.
fn by_group(records: &[SqsMessage]) -> Vec<Vec<&SqsMessage>> {
    let mut groups: Vec<Vec<&SqsMessage>> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for record in records {
        let name = record.attributes.get("MessageGroupId").map(String::as_str);
        match name.and_then(|name| places.get(name)) {
            Some(place) => groups[*place].push(record),
            None => {
                if let Some(name) = name {
                    places.insert(name, groups.len());
                }
                groups.push(vec![record]);
            }
        }
    }
    groups
}

impl Worker {
    /// Lets returned records come again soon at first, later and later after that. If the queue does not do it, they
    /// come after the visibility timeout: nothing is lost, so nothing is reported.
    async fn delay(&self, returned: &[&SqsMessage]) {
        for (part, records) in returned.chunks(10).enumerate() {
            let mut request = self.queue.change_message_visibility_batch().queue_url(&self.events_queue_url);
            for (place, record) in records.iter().enumerate() {
                let receipts = record.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok());
                let wait = WAITS_SECONDS[receipts.unwrap_or(1_usize).clamp(1, WAITS_SECONDS.len()) - 1];
                let entry = ChangeMessageVisibilityBatchRequestEntry::builder()
                    .id(format!("{part}-{place}"))
                    .receipt_handle(record.receipt_handle.clone().unwrap_or_default())
                    .visibility_timeout(wait)
                    .build();
                if let Ok(entry) = entry {
                    request = request.entries(entry);
                }
            }
            if let Err(error) = request.send().await {
                tracing::warn!(code = error_code(&error), "returned records wait for the whole visibility timeout");
            }
        }
    }
}

fn error_code<E: aws_sdk_sqs::error::ProvideErrorMetadata>(error: &E) -> &str {
    error.code().unwrap_or("no answer")
}
