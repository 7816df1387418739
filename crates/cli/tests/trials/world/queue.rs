//! The way from Meta's deliveries over the events queue to a worker, and back.

use instagram::{AppId, UnixMillis};
use job::{Job, Receipt};
use sandbox::meta::DeliveryState;
use serde_json::{Value, json};

use super::{DEAD_LETTERS, EVENTS, World};

/// Messages that were handed out together, as Lambda hands them on.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) records: Vec<Value>,
}

impl World {
    /// What Meta has to tell by now comes into the queue; says how much it was.
    pub(crate) async fn hear(&mut self) -> usize {
        let now = self.clock.now_ms();
        let mut due: Vec<(i64, u64, String, String)> = self.meta.world(|world| {
            let due = world.deliveries.iter().filter(|delivery| {
                delivery.state == DeliveryState::Waiting
                    && delivery.due_at <= now
                    && !self.told.contains(&delivery.number)
            });
            due.map(|delivery| (delivery.due_at, delivery.number, delivery.body.clone(), delivery.app_id.clone()))
                .collect()
        });
        due.sort_unstable();
        let heard = due.len();
        for (_, number, body, app) in due {
            self.told.insert(number);
            for job in jobs_of(body.as_bytes(), &app, now) {
                self.enqueue(&job).await;
                self.jobs.push(job);
            }
        }
        heard
    }

    /// When Meta has something to tell next, in milliseconds since 1970.
    pub(crate) fn next_told(&self) -> Option<i64> {
        self.meta.world(|world| {
            let untold = world
                .deliveries
                .iter()
                .filter(|delivery| delivery.state == DeliveryState::Waiting && !self.told.contains(&delivery.number));
            untold.map(|delivery| delivery.due_at).min()
        })
    }

    pub(crate) async fn enqueue(&self, job: &Job) {
        let message = json!({
            "QueueUrl": self.sqs.queue_url(EVENTS),
            "MessageBody": job.body(),
            "MessageGroupId": job.group_id(),
            "MessageDeduplicationId": job.deduplication_id(),
        });
        self.sqs.call("SendMessage", &message).await.unwrap();
    }

    /// Up to ten messages that are there now.
    pub(crate) async fn receive(&mut self) -> Option<Batch> {
        let request = json!({
            "QueueUrl": self.sqs.queue_url(EVENTS),
            "MaxNumberOfMessages": 10,
            "MessageSystemAttributeNames": ["All"],
        });
        let answer = self.sqs.call("ReceiveMessage", &request).await.unwrap();
        let records: Vec<Value> = answer["Messages"].as_array().into_iter().flatten().map(record).collect();
        for record in &records {
            // The caretaker may have put it there.
            let job = Job::parse(record["body"].as_str().unwrap()).unwrap();
            if !self.jobs.iter().any(|known| known.key == job.key && known.peer == job.peer) {
                self.jobs.push(job);
            }
        }
        (!records.is_empty()).then_some(Batch { records })
    }

    /// Deletes all of a batch but what comes again.
    pub(crate) async fn acknowledge(&self, batch: &Batch, returned: &[String]) {
        let done = batch.records.iter().filter(|record| !returned.iter().any(|id| record["messageId"] == **id));
        let entries: Vec<Value> = done
            .enumerate()
            .map(|(place, record)| json!({"Id": place.to_string(), "ReceiptHandle": record["receiptHandle"]}))
            .collect();
        if !entries.is_empty() {
            let request = json!({"QueueUrl": self.sqs.queue_url(EVENTS), "Entries": entries});
            self.sqs.call("DeleteMessageBatch", &request).await.unwrap();
        }
    }

    /// Messages that are not acknowledged.
    pub(crate) fn queued(&self) -> usize {
        let counts = self.sqs.counts(EVENTS).unwrap();
        counts.waiting + counts.delayed + counts.in_flight
    }

    pub(crate) fn dead_letters(&self) -> usize {
        self.sqs.messages(DEAD_LETTERS).len()
    }
}

/// The jobs that ingest makes of a delivery.
fn jobs_of(body: &[u8], app: &str, received_at: i64) -> Vec<Job> {
    let receipt = Receipt { received_at: UnixMillis(received_at), app: AppId::parse(app).unwrap(), trace: None };
    let delivery = instagram::split(body).unwrap();
    let elements = delivery.elements.iter();
    elements.map(|element| Job::new(element, &element.event().unwrap(), &receipt)).collect()
}

/// Jobs as if the queue handed them out once more, in batches of ten.
pub(crate) fn records_of(jobs: &[Job]) -> Vec<Vec<Value>> {
    let again = |(place, job): (usize, &Job)| {
        record(&json!({
            "MessageId": format!("again-{place}"),
            "ReceiptHandle": "of another handing-out",
            "Body": job.body(),
            "Attributes": {"ApproximateReceiveCount": "2", "MessageGroupId": job.group_id()},
        }))
    };
    let records: Vec<Value> = jobs.iter().enumerate().map(again).collect();
    records.chunks(10).map(<[Value]>::to_vec).collect()
}

/// A message of `ReceiveMessage` as it stands in a function's event.
fn record(message: &Value) -> Value {
    json!({
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:sa-east-1:000000000000:events.fifo",
        "awsRegion": "sa-east-1",
    })
}
