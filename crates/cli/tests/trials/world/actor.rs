//! A worker, a caretaker or a desk with doors of its own.

use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::sqs::SqsEvent;
use boot::Metrics;
use caretaker::Caretaker;
use desk::Desk;
use graph::Graph;
use lambda_runtime::{Context, LambdaEvent};
use outbox::Settings;
use sandbox::fault::{Gatekeeper, Trap};
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use store::Store;
use vault::{LocalKey, Vault};
use worker::Worker;

use super::seam::{MetaFate, Seam, TableFate, Warden};
use super::time::Own;
use super::{CRM, EVENTS, TABLE, World, dynamo_client, limits};

/// How long a Graph call may take, in real time, where all are answered: long enough for a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// What belongs to a process of ours, whichever function it runs: connections outlive a kill, caches do not.
pub(crate) struct Actor {
    pub(crate) name: &'static str,
    pub(crate) table: Warden<TableFate>,
    pub(crate) queue: Warden<TableFate>,
    pub(crate) graph: Warden<MetaFate>,
    seam: Arc<Seam>,
    own: Own,
    settings: Settings,
    store: Store,
    sqs: aws_sdk_sqs::Client,
    meta: Graph,
    key: String,
    events_url: String,
    quarantine_url: String,
    crm_url: String,
    metrics: Arc<std::sync::Mutex<Vec<String>>>,
    table_door: sandbox::dynamo::Door,
    queue_door: sandbox::sqs::Door,
    graph_door: sandbox::meta::Door,
}

impl Actor {
    pub(crate) async fn new(world: &World, name: &'static str, settings: Settings) -> Self {
        Self::with(world, name, settings, PATIENCE, 0).await
    }

    /// `skew_ms`: how far its clock is ahead of everybody's.
    pub(crate) async fn with(
        world: &World,
        name: &'static str,
        settings: Settings,
        patience: Duration,
        skew_ms: i64,
    ) -> Self {
        let seam = Arc::<Seam>::default();
        let (table, queue, graph) =
            (Warden::new(&seam, "table"), Warden::new(&seam, "queue"), Warden::new(&seam, "graph"));
        let table_door = world.dynamo.door(name, table.clone()).await.unwrap();
        let queue_door = world.sqs.door(name, queue.clone()).await.unwrap();
        let graph_door = world.meta.door(name, graph.clone()).await.unwrap();
        let own = Own { clock: world.clock.clone(), skew_ms };
        // The SDK's time-outs are real.
        let real = boot::Clock::from_source(own.clone());
        Self {
            name,
            table,
            queue,
            graph,
            seam,
            settings,
            store: Store::new(dynamo_client(&table_door.endpoint(), &real).await, TABLE),
            sqs: aws_sdk_sqs::Client::new(&boot::aws_config_at(&queue_door.endpoint(), &real, limits()).await),
            meta: Graph::with_deadline(graph_door.endpoint(), patience).unwrap(),
            key: world.key.clone(),
            events_url: world.sqs.queue_url(EVENTS),
            quarantine_url: world.sqs.queue_url("quarantine"),
            crm_url: world.sqs.queue_url(CRM),
            metrics: Arc::clone(&world.metrics),
            own,
            table_door,
            queue_door,
            graph_door,
        }
    }

    pub(crate) fn trap(&self) -> &Trap {
        self.seam.trap()
    }

    pub(crate) fn set_gate(&self, gate: Option<&Gatekeeper>) {
        self.seam.set_gate(gate);
    }

    /// Nothing fails any more.
    pub(crate) fn mend(&self) {
        self.table.mend();
        self.queue.mend();
        self.graph.mend();
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.own.now_ms()
    }

    /// The same as a process of its own reads it.
    pub(crate) fn environment(&self) -> [(&'static str, String); 7] {
        [
            ("AWS_ENDPOINT_URL_DYNAMODB", self.table_door.endpoint()),
            ("AWS_ENDPOINT_URL_SQS", self.queue_door.endpoint()),
            ("GRAPH_BASE_URL", self.graph_door.endpoint().to_owned()),
            ("EVENTS_QUEUE_URL", self.events_url.clone()),
            ("QUARANTINE_QUEUE_URL", self.quarantine_url.clone()),
            ("CRM_QUEUE_URL", self.crm_url.clone()),
            ("TABLE_NAME", TABLE.to_owned()),
        ]
    }

    fn parts(&self, service: &'static str) -> (Vault, boot::Clock, Metrics) {
        let clock = boot::Clock::from_parts(self.own.clone(), self.own.clone());
        let lines = Arc::clone(&self.metrics);
        let metrics = Metrics::with_writer(service, clock.clone(), move |line| {
            lines.lock().unwrap().push(line.to_owned());
        });
        (Vault::local(LocalKey::parse(&self.key).unwrap()), clock, metrics)
    }

    /// A worker, as cold as after a crash.
    pub(crate) fn worker(&self) -> Worker {
        let (vault, clock, metrics) = self.parts("worker");
        let config = worker::Config {
            events_queue_url: self.events_url.clone(),
            quarantine_queue_url: self.quarantine_url.clone(),
            crm_queue_url: Some(self.crm_url.clone()),
            table_name: TABLE.to_owned(),
            graph_base_url: String::new(),
            token_key: String::new(),
            outbox: self.settings,
        };
        Worker::new(&config, self.store.clone(), self.sqs.clone(), self.meta.clone(), vault, clock, metrics)
    }

    /// A caretaker, as cold as after a crash.
    pub(crate) fn caretaker(&self) -> Caretaker {
        let (vault, clock, metrics) = self.parts("caretaker");
        let config = caretaker::Config {
            events_queue_url: self.events_url.clone(),
            crm_queue_url: Some(self.crm_url.clone()),
            fields: instagram::FIELDS.to_vec(),
            table_name: TABLE.to_owned(),
            graph_base_url: String::new(),
            token_key: String::new(),
            outbox: self.settings,
        };
        Caretaker::new(&config, self.store.clone(), self.sqs.clone(), self.meta.clone(), vault, clock, metrics)
    }

    /// A desk, as cold as after a crash.
    pub(crate) fn desk(&self) -> Desk {
        let (vault, clock, metrics) = self.parts("desk");
        let parts = desk::Parts { store: self.store.clone(), graph: self.meta.clone(), vault, outbox: self.settings };
        Desk::new(parts, clock, metrics)
    }

    /// Has a desk answer an event of the gateway as Lambda does; the status.
    pub(crate) async fn ask(&self, desk: &Desk, event: &Value) -> u64 {
        let event = serde_json::from_str(&event.to_string()).unwrap();
        let answer = desk.handle(LambdaEvent::new(event, self.context(28))).await.unwrap();
        serde_json::to_value(answer).unwrap()["statusCode"].as_u64().unwrap()
    }

    /// Has a worker handle records as Lambda does; the message ids of those that come again.
    pub(crate) async fn hand(&self, worker: &Worker, records: &[Value]) -> Vec<String> {
        let event: SqsEvent = serde_json::from_value(json!({ "Records": records })).unwrap();
        let answer = worker.handle(LambdaEvent::new(event, self.context(30))).await.unwrap();
        answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect()
    }

    /// Has a caretaker make one run of so many seconds as Lambda does; says whether it could read anything.
    pub(crate) async fn run_for(&self, caretaker: &Caretaker, seconds: u64) -> bool {
        caretaker.handle(LambdaEvent::new(IgnoredAny, self.context(seconds))).await.is_ok()
    }

    fn context(&self, seconds: u64) -> Context {
        let mut context = Context::default();
        context.deadline = u64::try_from(self.now_ms()).unwrap() + seconds * 1000;
        context
    }
}
