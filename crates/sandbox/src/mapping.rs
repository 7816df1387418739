//! The event source mapping in this process: takes batches from an SQS queue to a function.
//!
//! `ReportBatchItemFailures` is always on. What the function did not finish is left to its visibility timeout, or to
//! whatever the function set in its place. That a message group is with one invocation at a time is the queue's own
//! doing: it hands out nothing of a group that has messages in flight.

mod queue;
mod record;
mod verdict;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use self::queue::Queue;
pub use self::queue::QueueError;
use crate::invoke::{Invoke, MAX_PAYLOAD_BYTES};

/// How long one receive waits for messages, in seconds; the longest that SQS allows.
const LONG_POLL_S: u32 = 20;
/// Pause after the queue could not be asked.
const BACKOFF: Duration = Duration::from_millis(50);
/// How often [`Mapping::drain`] looks while no batch ends.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// A mapping that takes batches by itself. Dropped, it stops at once: running invocations are cut off, and their
/// messages come back.
#[derive(Debug)]
pub struct Mapping {
    poller: Poller,
    stop: watch::Sender<bool>,
    polling: JoinHandle<()>,
}

/// A mapping that takes a batch when told to, for tests that decide the order of things.
#[derive(Clone)]
pub struct Poller {
    source: Arc<Source>,
}

struct Source {
    queue: Queue,
    function: Arc<dyn Invoke>,
    batch_size: u32,
    concurrency: usize,
    tally: watch::Sender<Tally>,
}

/// What became of the messages that a mapping took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Messages taken from the queue, each as often as it was taken.
    pub received: u64,
    /// Calls of the function.
    pub invocations: u64,
    /// Messages deleted because the function was done with them.
    pub deleted: u64,
    /// Messages left to come back.
    pub returned: u64,
}

/// The queue still held messages when the time was up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{left} messages were left in the queue")]
pub struct NotDrained {
    /// Waiting, delayed and in flight.
    pub left: u64,
}

/// A mapping before it starts.
pub struct Builder {
    queue_url: String,
    endpoint: Option<String>,
    function: Arc<dyn Invoke>,
    batch_size: u32,
    concurrency: usize,
}

impl Builder {
    /// Base URL to ask the queue at; that of the queue's URL unless said otherwise.
    #[must_use]
    pub fn endpoint(mut self, endpoint: &str) -> Self {
        self.endpoint = Some(endpoint.to_owned());
        self
    }

    /// Messages of one batch at most, 1 to 10; 10 unless said otherwise.
    #[must_use]
    pub fn batch_size(mut self, messages: u32) -> Self {
        self.batch_size = messages;
        self
    }

    /// Invocations at once at most; 10 unless said otherwise.
    #[must_use]
    pub fn maximum_concurrency(mut self, invocations: usize) -> Self {
        self.concurrency = invocations;
        self
    }

    /// Asks the queue for its name and gives a mapping that does nothing by itself.
    ///
    /// # Errors
    /// When the queue cannot be asked.
    pub async fn poller(self) -> Result<Poller, QueueError> {
        let source = Source {
            queue: Queue::open(self.queue_url, self.endpoint).await?,
            function: self.function,
            batch_size: self.batch_size,
            concurrency: self.concurrency,
            tally: watch::Sender::default(),
        };
        Ok(Poller { source: Arc::new(source) })
    }

    /// Starts to take batches.
    ///
    /// # Errors
    /// When the queue cannot be asked.
    pub async fn start(self) -> Result<Mapping, QueueError> {
        let poller = self.poller().await?;
        let (stop, stopped) = watch::channel(false);
        let polling = tokio::spawn(poll(Arc::clone(&poller.source), stopped));
        Ok(Mapping { poller, stop, polling })
    }
}

impl Mapping {
    /// Describes a mapping from the queue to the function.
    pub fn of(queue_url: &str, function: impl Invoke) -> Builder {
        Builder {
            queue_url: queue_url.to_owned(),
            endpoint: None,
            function: Arc::new(function),
            batch_size: 10,
            concurrency: 10,
        }
    }

    /// Waits until the queue holds nothing any more, neither waiting nor in flight, for `limit` of real time at most.
    /// Messages that come back by the sandbox's clock need somebody to move it.
    ///
    /// # Errors
    /// [`NotDrained`] when the time is up.
    pub async fn drain(&self, limit: Duration) -> Result<(), NotDrained> {
        let mut tally = self.poller.source.tally.subscribe();
        let mut left = 0;
        let drained = async {
            loop {
                // A queue that cannot be asked just now holds something for all we know.
                left = self.poller.source.queue.len().await.unwrap_or(1);
                if left == 0 {
                    return;
                }
                // Whichever comes first: a batch that ended, or time.
                let _ended = tokio::time::timeout(LOOK_AGAIN, tally.changed()).await;
            }
        };
        let drained = tokio::time::timeout(limit, drained).await;
        drained.map_err(|_| NotDrained { left })
    }

    /// What became of the messages so far.
    pub fn tally(&self) -> Tally {
        self.poller.tally()
    }

    /// Takes no more batches, and returns when the running invocations have ended and their messages are deleted.
    pub async fn stop(mut self) -> Tally {
        self.stop.send_replace(true);
        // Cancelled, panicked or come to its end: no batch is taken any more.
        let _ended = (&mut self.polling).await;
        self.tally()
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        self.polling.abort();
    }
}

impl Poller {
    /// Takes one batch if there is one now, has the function handle it, and deletes what the function finished.
    /// Gives what became of this batch; `received` is 0 when there was none.
    ///
    /// # Errors
    /// When the queue could not be asked. A failure of the function is no error here.
    pub async fn poll(&self) -> Result<Tally, QueueError> {
        let messages = self.source.queue.receive(self.source.batch_size, 0).await?;
        Ok(self.source.handle(messages).await)
    }

    /// What became of the messages so far.
    pub fn tally(&self) -> Tally {
        *self.source.tally.borrow()
    }
}

/// Takes batches until told to stop, each in a task of its own, and waits for those.
async fn poll(source: Arc<Source>, mut stopped: watch::Receiver<bool>) {
    // Owned here, so that dropping the mapping ends the invocations with it.
    let mut running = JoinSet::new();
    while !*stopped.borrow() {
        while running.try_join_next().is_some() {}
        if running.len() >= source.concurrency {
            tokio::select! {
                _ended = running.join_next() => {}
                _ = stopped.wait_for(|stop| *stop) => {}
            }
            continue;
        }
        let received = tokio::select! {
            received = source.queue.receive(source.batch_size, LONG_POLL_S) => received,
            _ = stopped.wait_for(|stop| *stop) => break,
        };
        match received {
            Ok(messages) if messages.is_empty() => {}
            Ok(messages) => {
                let source = Arc::clone(&source);
                running.spawn(async move { source.handle(messages).await });
            }
            Err(_) => tokio::time::sleep(BACKOFF).await,
        }
    }
    while running.join_next().await.is_some() {}
}

impl Source {
    async fn handle(&self, messages: Vec<Value>) -> Tally {
        let mut batch = Tally { received: count(messages.len()), ..Tally::default() };
        let records = messages.iter().map(|message| self.queue.record(message));
        for records in events(records.collect()) {
            batch.invocations += 1;
            let deleted = self.invoke(&records).await;
            batch.deleted += count(deleted);
            if deleted < records.len() {
                // What would come next may be of the same group as what has failed.
                break;
            }
        }
        batch.returned = batch.received - batch.deleted;
        self.tally.send_modify(|tally| tally.add(batch));
        batch
    }

    /// How many of the records were finished and deleted.
    async fn invoke(&self, records: &[Value]) -> usize {
        let event = json!({ "Records": records }).to_string();
        let answer = self.function.invoke(event.into()).await;
        let ids: Vec<&str> = records.iter().filter_map(|record| record["messageId"].as_str()).collect();
        let failed = answer.map_or_else(|_| ids.clone(), |answer| verdict::failed(&answer, &ids));
        let finished = records.iter().filter(|record| !failed.iter().any(|id| record["messageId"] == *id));
        let receipts: Vec<&str> = finished.filter_map(|record| record["receiptHandle"].as_str()).collect();
        // A message that could not be deleted comes again, here as in AWS.
        self.queue.delete(&receipts).await.unwrap_or(0)
    }
}

impl Tally {
    fn add(&mut self, batch: Self) {
        self.received += batch.received;
        self.invocations += batch.invocations;
        self.deleted += batch.deleted;
        self.returned += batch.returned;
    }
}

/// Splits a batch where its event would be too long for an invocation: ten messages of 1 MiB each are.
fn events(records: Vec<Value>) -> Vec<Vec<Value>> {
    let mut events: Vec<Vec<Value>> = Vec::new();
    let mut bytes = usize::MAX;
    for record in records {
        let length = record.to_string().len() + ",".len();
        bytes = bytes.saturating_add(length);
        match events.last_mut() {
            Some(event) if bytes <= MAX_PAYLOAD_BYTES => event.push(record),
            _ => {
                bytes = r#"{"Records":[]}"#.len() + length;
                events.push(vec![record]);
            }
        }
    }
    events
}

fn count(messages: usize) -> u64 {
    u64::try_from(messages).unwrap_or(u64::MAX)
}

impl std::fmt::Debug for Poller {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Poller").field("tally", &self.tally()).finish_non_exhaustive()
    }
}
