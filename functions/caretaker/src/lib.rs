#![doc = include_str!("../README.md")]

mod accounts;
mod backlog;
mod chores;
mod config;
mod delivery;
mod erasures;
mod hints;
mod parked;
mod replies;
mod run;
mod tally;
mod trouble;
mod work;

use std::time::Duration;

use announce::Announcer;
use boot::{Chain, Clock, Metric, Metrics, TimedOut, shared};
use graph::Graph;
use lambda_runtime::LambdaEvent;
use outbox::Outbox;
use serde::de::IgnoredAny;
use store::Store;
use vault::Vault;

use accounts::Accounts;
use chores::Survey;
pub use config::Config;
use tally::{HEARTBEAT, RUNS_CUT_OFF, Tally};

/// The function's time-out in the template.
pub const TIME_OUT: Duration = Duration::from_secs(60);

/// Nothing begins later than this after a run's beginning: one Graph call (8 s) and its record end before the run is cut off.
pub const WORKING_TIME: Duration = Duration::from_secs(45);

/// What is still under way then, such as a long series of reads, is dropped; the next run does it again.
const CUT_OFF: Duration = Duration::from_secs(57);

/// Every metric that this function writes.
pub fn metrics() -> impl Iterator<Item = Metric> {
    [tally::METRICS, shared::REPLIES, shared::REPLY_TIMES, shared::GRAPH].into_iter().flatten().copied()
}

/// Everything the caretaker works with: built once, lent to every run.
#[derive(Debug)]
pub struct Caretaker {
    store: Store,
    outbox: Outbox,
    graph: Graph,
    accounts: Accounts,
    queue: aws_sdk_sqs::Client,
    events_queue_url: String,
    announcer: Announcer,
    /// What accounts are subscribed to.
    fields: Vec<&'static str>,
    survey: Survey,
    clock: Clock,
    metrics: Metrics,
}

impl Caretaker {
    /// A caretaker over its clients.
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
            accounts: Accounts::new(store.clone(), vault),
            store,
            announcer: Announcer::new(queue.clone(), config.crm_queue_url.clone()),
            queue,
            events_queue_url: config.events_queue_url.clone(),
            fields: config.fields.clone(),
            survey: Survey::new(clock.now_ms()),
            clock,
            metrics,
        }
    }

    /// One run. Whatever the schedule sends, the table says what there is to do.
    ///
    /// # Errors
    /// When no shard could be read: then nothing was done. Everything else leaves its own item due and is logged.
    pub async fn handle(&self, event: LambdaEvent<IgnoredAny>) -> Result<(), lambda_runtime::Error> {
        let lambda_ms = event.context.deadline;
        let begin_until = self.clock.deadline(WORKING_TIME, lambda_ms, TIME_OUT - WORKING_TIME);
        let end_until = self.clock.deadline(CUT_OFF, lambda_ms, TIME_OUT - CUT_OFF);
        let tally = Tally::default();
        let run = async {
            let (ran, (), (), ()) = futures::join!(
                self.run(&begin_until, &tally),
                self.do_chores(&begin_until, &tally),
                self.count_parked(&tally),
                self.count_erasures(&tally)
            );
            ran
        };
        let outcome = match end_until.limit(Box::pin(run)).await {
            Ok(outcome) => outcome,
            Err(TimedOut) => {
                tracing::warn!("a run took too long and was cut off; what it did not end is still due");
                tally.count(RUNS_CUT_OFF, 1);
                Ok(())
            }
        };
        if outcome.is_ok() {
            tally.count(HEARTBEAT, 1);
        }
        self.metrics.write(tally.into_sheet());
        outcome.map_err(|error| {
            tracing::error!(error = %Chain(&error), "no shard could be read: nothing was done");
            error.into()
        })
    }
}
