//! SQS in this process, on a loopback port: standard and FIFO queues behind doors that fail.
//!
//! The rules are a state machine without sockets or clock (`sqs/queue.rs`, `sqs/queues.rs`); around it are the JSON
//! protocol (`sqs/protocol.rs`), one [`Door`] per actor, and a journal file for queues that outlive the process.
//! Stricter than the service where the service leaves a choice: a receive gives what there is, in order, and the
//! latest state is seen at once. Not offered: policies, encryption, the query protocol, limits on messages in flight,
//! and repeating a receive by its `ReceiveRequestAttemptId`.

mod deduplication;
mod digest;
mod door;
mod journal;
mod lanes;
mod message;
mod protocol;
mod queue;
mod queues;
mod receipt;
mod redrive;
mod refusal;
mod service;
mod settings;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

pub use self::door::Door;
pub use self::message::{Counts, Place};
pub use self::refusal::Refusal;
use self::service::Service;
use crate::clock::Clock;
use crate::fault::{Faults, NoFaults};
use crate::wire;

/// A running SQS. Dropped, it stops at once.
pub struct Sqs {
    service: Arc<Service>,
    door: Door,
}

/// A message as it lies in its queue.
///
/// No `Debug`: a body holds people's words.
#[derive(Clone)]
pub struct Seen {
    /// The id that the sender got.
    pub id: String,
    /// What was sent.
    pub body: String,
    /// The message group; on a standard queue the sender's, if any.
    pub group: Option<String>,
    /// How often it was handed out.
    pub receives: u32,
    /// When it was sent, milliseconds since 1970.
    pub sent_ms: i64,
    /// Waiting, delayed or in flight.
    pub place: Place,
    /// ARN of the queue that gave it up.
    pub dead_letter_source: Option<String>,
}

impl fmt::Debug for Sqs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqs").field("endpoint", &self.endpoint()).finish_non_exhaustive()
    }
}

impl Sqs {
    /// Starts on a port that the system picks.
    ///
    /// Queues and messages survive in the file `data`, or live as long as this value.
    ///
    /// # Errors
    /// When no port can be bound; `WouldBlock` when another process has the file, `InvalidData` when it is damaged
    /// beyond a torn last line.
    pub async fn start(clock: Clock, data: Option<&Path>) -> io::Result<Self> {
        Self::start_at(wire::LOOPBACK, clock, data).await
    }

    /// As [`Sqs::start`], at an address of the caller's choice.
    ///
    /// # Errors
    /// As [`Sqs::start`].
    pub async fn start_at(address: SocketAddr, clock: Clock, data: Option<&Path>) -> io::Result<Self> {
        let service = Arc::new(Service::open(clock, data)?);
        let door = Door::open(address, Arc::clone(&service), "anyone", NoFaults).await?;
        Ok(Self { service, door })
    }

    /// Base URL for an SDK client (`AWS_ENDPOINT_URL_SQS`); nothing fails here.
    pub fn endpoint(&self) -> String {
        self.door.endpoint()
    }

    /// Opens a further way in, for one actor, where `faults` decides on each call.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn door(&self, actor: &str, faults: impl Faults) -> io::Result<Door> {
        Door::open(wire::LOOPBACK, Arc::clone(&self.service), actor, faults).await
    }

    /// The URL of a queue, whether it exists or not. Good at every door.
    pub fn queue_url(&self, name: &str) -> String {
        protocol::queue_url(&self.endpoint(), name)
    }

    /// The ARN of a queue, whether it exists or not.
    pub fn queue_arn(&self, name: &str) -> String {
        settings::arn(name)
    }

    /// Does one action of the API without a socket: `input` and answer are the JSON of the protocol.
    ///
    /// # Errors
    /// What the service would answer.
    pub async fn call(&self, action: &str, input: &Value) -> Result<Value, Refusal> {
        self.service.call(action, input, &self.endpoint()).await
    }

    /// Makes sure that a queue exists, and gives its URL. A name that ends in `.fifo` makes a FIFO queue.
    ///
    /// `attributes` are those of `CreateQueue`, each as a text.
    ///
    /// # Errors
    /// When the attributes are not valid, or the queue exists with others.
    pub async fn create_queue(&self, name: &str, attributes: &[(&str, &str)]) -> Result<String, Refusal> {
        let mut input = json!({ "QueueName": name, "Attributes": {} });
        if name.ends_with(".fifo") {
            input["Attributes"]["FifoQueue"] = json!("true");
        }
        for (attribute, value) in attributes {
            input["Attributes"][attribute] = json!(value);
        }
        self.call("CreateQueue", &input).await?;
        Ok(self.queue_url(name))
    }

    /// The names of all queues, in alphabetical order.
    pub fn queue_names(&self) -> Vec<String> {
        self.service.names()
    }

    /// How many messages a queue holds; nothing where there is no such queue.
    pub fn counts(&self, queue: &str) -> Option<Counts> {
        self.service.counts(queue)
    }

    /// The messages of a queue in the order of arrival; none where there is no such queue.
    pub fn messages(&self, queue: &str) -> Vec<Seen> {
        self.service.messages(queue)
    }

    /// Waits until a queue's counts are as wished, and says whether they were within `limit` of real time.
    pub async fn wait_for(&self, queue: &str, limit: Duration, is_wished: impl Fn(Counts) -> bool) -> bool {
        tokio::time::timeout(limit, self.service.until(queue, is_wished)).await.is_ok()
    }

    /// From now on tells `listener` the body of each message that is put on a queue, in this order and once: a duplicate is
    /// none. It takes nothing from whoever receives.
    ///
    /// It is told while the queues are locked, so it must not ask this SQS anything.
    pub fn listen(&self, queue: &str, listener: impl Fn(&str) + Send + Sync + 'static) {
        self.service.listen(queue, Arc::new(listener));
    }

    /// Ends the visibility timeout of everything in flight: the messages come again, as the service may do once in a
    /// while of its own accord.
    ///
    /// # Errors
    /// When there is no such queue, or the journal cannot be written.
    pub fn return_in_flight(&self, queue: &str) -> Result<(), Refusal> {
        self.service.return_in_flight(queue)
    }

    /// Ends waiting receives with empty answers, and stops when the calls under way are answered. Doors stay open.
    pub async fn stop(self) {
        self.service.close();
        self.door.close().await;
    }
}
