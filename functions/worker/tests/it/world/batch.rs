//! Batches as the event source mapping hands them over.

use aws_lambda_events::sqs::SqsEvent;
use job::Job;
use lambda_runtime::{Context, LambdaEvent};
use serde_json::{Value, json};
use worker::Worker;

use super::World;

/// One record of a batch.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) body: String,
    pub(crate) group: String,
    pub(crate) receives: u32,
}

impl From<&Job> for Record {
    fn from(job: &Job) -> Self {
        Self { body: job.body(), group: job.group_id(), receives: 1 }
    }
}

impl Record {
    pub(crate) fn raw(body: &str, group: &str) -> Self {
        Self { body: body.to_owned(), group: group.to_owned(), receives: 1 }
    }

    pub(crate) fn received(self, receives: u32) -> Self {
        Self { receives, ..self }
    }
}

impl World {
    /// Hands jobs over in one batch. Gives the places of those that come again.
    pub(crate) async fn deliver(&self, jobs: &[Job]) -> Vec<usize> {
        let records: Vec<Record> = jobs.iter().map(Record::from).collect();
        self.hand_to(&self.worker, &records).await
    }

    /// As [`World::deliver`], and everything is done.
    pub(crate) async fn apply(&self, jobs: &[Job]) {
        assert_eq!(self.deliver(jobs).await, [0_usize; 0], "everything is acknowledged");
    }

    pub(crate) async fn hand_to(&self, worker: &Worker, records: &[Record]) -> Vec<usize> {
        let deadline_ms = u64::try_from(self.clock.now_ms()).unwrap() + 30_000;
        self.hand_with_deadline(worker, records, deadline_ms).await
    }

    pub(crate) async fn hand_with_deadline(&self, worker: &Worker, records: &[Record], deadline_ms: u64) -> Vec<usize> {
        let records: Vec<Value> =
            records.iter().enumerate().map(|(place, record)| event_record(place, record)).collect();
        let answer = worker.handle(event(&json!({ "Records": records }), deadline_ms)).await.unwrap();
        let answer = serde_json::to_value(answer).unwrap();
        let failures = answer["batchItemFailures"].as_array().unwrap();
        failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().parse().unwrap()).collect()
    }
}

/// AWS's own JSON through AWS's own type.
pub(crate) fn event(batch: &Value, deadline_ms: u64) -> LambdaEvent<SqsEvent> {
    let mut context = Context::default();
    context.deadline = deadline_ms;
    LambdaEvent::new(serde_json::from_value(batch.clone()).unwrap(), context)
}

fn event_record(place: usize, record: &Record) -> Value {
    json!({
        "messageId": place.to_string(),
        "receiptHandle": format!("receipt-{place}"),
        "body": record.body,
        "attributes": {
            "ApproximateReceiveCount": record.receives.to_string(),
            "SentTimestamp": "1793620801120",
            "MessageGroupId": record.group,
            "MessageDeduplicationId": format!("deduplication-{place}"),
            "SenderId": "ingest",
            "ApproximateFirstReceiveTimestamp": "1793620801131",
        },
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:sa-east-1:000000000000:events.fifo",
        "awsRegion": "sa-east-1",
    })
}
