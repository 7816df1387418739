#![doc = include_str!("../README.md")]

mod accounts;
mod apply;
mod batch;
mod config;
mod decision;
mod effects;
mod media;
mod news;
mod outcome;
mod profile;
mod quarantine;
mod record;
mod send;
mod tally;
mod time;
mod work;

use std::sync::Arc;

use announce::Announcer;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use boot::{Clock, Metric, Metrics, shared};
use graph::Graph;
use lambda_runtime::LambdaEvent;
use outbox::Outbox;
use store::Store;
use vault::Vault;

use accounts::Accounts;
pub use batch::TIME_OUT;
pub use config::Config;
use media::OwnMedia;
use quarantine::Quarantine;

/// Every metric that this function writes.
pub fn metrics() -> impl Iterator<Item = Metric> {
    [tally::METRICS, shared::REPLIES, shared::REPLY_TIMES, shared::GRAPH].into_iter().flatten().copied()
}

/// Everything the worker works with: built once, lent to every call.
#[derive(Debug)]
pub struct Worker {
    store: Store,
    outbox: Outbox,
    graph: Graph,
    accounts: Accounts,
    own_media: OwnMedia,
    quarantine: Quarantine,
    announcer: Announcer,
    queue: aws_sdk_sqs::Client,
    events_queue_url: String,
    clock: Clock,
    metrics: Metrics,
}

impl Worker {
    /// A worker over its clients.
    pub fn new(
        config: &Config,
        store: Store,
        queue: aws_sdk_sqs::Client,
        graph: Graph,
        vault: Vault,
        clock: Clock,
        metrics: Metrics,
    ) -> Self {
        let (calls, notices) = (metrics.clone(), metrics.clone());
        let graph = graph.observed(move |call| calls.graph_call(call.operation.name(), call.class.name(), call.took));
        let settings = config.outbox.leaving_word(config.crm_queue_url.is_some());
        let outbox = Outbox::new(store.clone(), graph.clone(), settings)
            .observed(move |notice| notices.reply_notice(notice.name(), notice.after_ms()));
        Self {
            outbox,
            graph,
            own_media: OwnMedia::default(),
            accounts: Accounts::new(store.clone(), Arc::new(vault)),
            quarantine: Quarantine::new(queue.clone(), &config.quarantine_queue_url),
            announcer: Announcer::new(queue.clone(), config.crm_queue_url.clone()),
            events_queue_url: config.events_queue_url.clone(),
            store,
            queue,
            clock,
            metrics,
        }
    }

    /// Opens the connections to the table and the Graph API while start-up still has the full processor: the first batch
    /// has only the memory size's share of it. What does not answer is no reason not to start.
    pub async fn warm_up(&self) {
        let (_table, _graph) = futures::join!(self.store.warm_up(), self.graph.warm_up());
    }

    /// Handles a batch of the events queue. Conversations go side by side, the events of one in order; the first that
    /// fails is returned with those after it, everything else is done.
    ///
    /// # Errors
    /// Only for a record without a message id, which no partial answer could name: the whole batch comes again.
    pub async fn handle(&self, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, lambda_runtime::Error> {
        batch::handle(self, event).await
    }
}
