//! The state machine behind its protocol, without sockets and with a clock of its own.

mod dead_letters;
mod delivery;
mod journal;
mod property;
mod sending;

use serde_json::{Value, json};

use super::protocol::{self, Receive};
use super::queues::Queues;
use super::refusal::Refusal;

const FIFO: &str = "jobs.fifo";
const STANDARD: &str = "jobs";

/// Some queues and the time.
struct World {
    queues: Queues,
    now_ms: i64,
}

/// What a test looks at in a message that it received.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Got {
    body: String,
    handle: String,
    receives: u32,
}

impl World {
    /// A world with one queue; a name in `.fifo` makes a FIFO queue.
    fn with(name: &str, attributes: Value) -> Self {
        let mut world = Self { queues: Queues::default(), now_ms: 1_750_000_000_000 };
        world.create(name, attributes);
        world
    }

    fn create(&mut self, name: &str, mut attributes: Value) {
        if name.ends_with(".fifo") {
            attributes["FifoQueue"] = json!("true");
        }
        self.call("CreateQueue", json!({ "QueueName": name, "Attributes": attributes })).unwrap();
    }

    fn pass_s(&mut self, seconds: i64) {
        self.now_ms += seconds * 1000;
    }

    #[expect(clippy::needless_pass_by_value, reason = "a test writes its input in place")]
    fn call(&mut self, action: &str, input: Value) -> Result<Value, Refusal> {
        if action == "ReceiveMessage" {
            let request: Receive = protocol::parse(&input)?;
            request.wait_ms(&self.queues)?;
            return Ok(request.look(&mut self.queues, self.now_ms)?.unwrap_or_default());
        }
        protocol::answer(&mut self.queues, action, &input, "http://here", self.now_ms)
    }

    /// The code of a refusal, or "" for a success.
    fn code(&mut self, action: &str, input: Value) -> &'static str {
        self.call(action, input).map_or_else(|refusal| refusal.code, |_| "")
    }

    /// Sends to the FIFO queue; body and deduplication id are the same.
    fn send(&mut self, group: &str, body: &str) -> Value {
        self.call("SendMessage", message(group, body)).unwrap()
    }

    fn send_to(&mut self, queue: &str, group: &str, body: &str) {
        if queue == FIFO {
            self.send(group, body)
        } else {
            self.send_standard(body)
        };
    }

    fn send_standard(&mut self, body: &str) -> Value {
        self.call("SendMessage", json!({ "QueueUrl": STANDARD, "MessageBody": body })).unwrap()
    }

    fn receive(&mut self, queue: &str, most: i64) -> Vec<Got> {
        self.receive_raw(queue, most)
            .into_iter()
            .map(|message| Got {
                body: message["Body"].as_str().unwrap().to_owned(),
                handle: message["ReceiptHandle"].as_str().unwrap().to_owned(),
                receives: message["Attributes"]["ApproximateReceiveCount"].as_str().unwrap().parse().unwrap(),
            })
            .collect()
    }

    fn receive_raw(&mut self, queue: &str, most: i64) -> Vec<Value> {
        let input = json!({
            "QueueUrl": queue,
            "MaxNumberOfMessages": most,
            "MessageSystemAttributeNames": ["All"],
            "MessageAttributeNames": ["All"],
        });
        self.call("ReceiveMessage", input).unwrap()["Messages"].as_array().cloned().unwrap_or_default()
    }

    fn delete(&mut self, queue: &str, got: &Got) -> &'static str {
        self.code("DeleteMessage", json!({ "QueueUrl": queue, "ReceiptHandle": got.handle }))
    }

    fn change_visibility(&mut self, queue: &str, got: &Got, seconds: i64) -> &'static str {
        let input = json!({ "QueueUrl": queue, "ReceiptHandle": got.handle, "VisibilityTimeout": seconds });
        self.code("ChangeMessageVisibility", input)
    }

    /// Waiting, in flight, delayed.
    fn counts(&mut self, queue: &str) -> (usize, usize, usize) {
        let counts = self.queues.counts(queue, self.now_ms).unwrap();
        (counts.waiting, counts.in_flight, counts.delayed)
    }
}

fn message(group: &str, body: &str) -> Value {
    json!({ "QueueUrl": FIFO, "MessageBody": body, "MessageGroupId": group, "MessageDeduplicationId": body })
}

fn bodies(messages: &[Got]) -> Vec<&str> {
    messages.iter().map(|got| got.body.as_str()).collect()
}
