//! The local stack: everything that runs in AWS, and a Meta to talk to, in one process on 127.0.0.1.

mod parts;
mod seed;
mod tending;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use boot::{CallLimits, Clock, Metrics};
use sandbox::dynamo::Dynamo;
use sandbox::gateway::Gateway;
use sandbox::mapping::Mapping;
use sandbox::meta::Meta;
use sandbox::schedule::Schedule;
use sandbox::sqs::Sqs;
use serde_json::Value;
use store::{Store, TABLE_DEFINITION};
use tempfile::TempDir;
use vault::{LocalKey, Vault};

use crate::data::{DataFolder, Endpoints, crm_secret};
use crate::page::{self, Fields, Heard, Page};
use crate::project::{Project, read_text};

use tending::Tending;

pub(crate) use parts::TABLE;

/// The callback's path, as in Meta's app dashboard.
pub(crate) const CALLBACK_PATH: &str = "/api/webhook/instagram";

/// The queue between ingest and worker.
pub(crate) const EVENTS_QUEUE: &str = "events.fifo";

/// The queue of events that the worker gave up.
pub(crate) const DEAD_LETTER_QUEUE: &str = "dead-letters.fifo";

/// The queue that keeps what cannot be understood or belongs to nobody.
pub(crate) const QUARANTINE_QUEUE: &str = "quarantine";

/// The queue that tells the CRM.
pub(crate) const CRM_QUEUE: &str = "crm.fifo";

/// A running local stack.
#[derive(Debug)]
pub(crate) struct Stack {
    pub(crate) endpoints: Endpoints,
    /// The address of the page for a person at this machine.
    pub(crate) page: String,
    pub(crate) store: Store,
    pub(crate) sqs: Sqs,
    pub(crate) meta: Arc<Meta>,
    pub(crate) clock: sandbox::clock::Clock,
    dynamo: Dynamo,
    gateway: Gateway,
    mapping: Mapping,
    tending: Tending,
    visits: [Schedule; 2],
    data: Option<DataFolder>,
    _scratch: Option<TempDir>,
}

/// Where a stack's data lies, and what its functions are told.
struct Files {
    apps: PathBuf,
    crm: PathBuf,
    key: PathBuf,
    scratch: Option<TempDir>,
}

impl Stack {
    /// Starts a stack that keeps its data in a folder.
    pub(crate) async fn in_folder(project: &Project, data: DataFolder, port: u16) -> Result<Self> {
        if data.running().is_some() {
            bail!("a stack already runs on this data folder; stop it first, or name another one with --data");
        }
        let clock = sandbox::clock::Clock::default();
        let dynamo = Dynamo::file(&data.file("table.db")).await?;
        let sqs = Sqs::start(clock.clone(), Some(&data.file("queues.jsonl"))).await.context("SQS cannot start")?;
        let world = data.world()?;
        let (apps, crm, key) = (data.file("apps.json"), data.file("crm.json"), data.file("token.key"));
        let files = Files { apps, crm, key, scratch: None };
        let stack = Self::assemble(project, world, clock, dynamo, sqs, files, port, Some(data)).await?;
        stack.meta.deliver_in_background();
        if let Some(data) = &stack.data {
            data.announce(&stack.endpoints)?;
        }
        Ok(stack)
    }

    /// Starts a fresh stack in memory, with the sample secrets of `events/world.json`.
    pub(crate) async fn in_memory(project: &Project) -> Result<Self> {
        let clock = sandbox::clock::Clock::default();
        let dynamo = Dynamo::memory(clock.clone()).await?;
        let sqs = Sqs::start(clock.clone(), None).await.context("SQS cannot start")?;
        let world = project.world()?;
        let scratch = tempfile::tempdir().context("no folder for temporary files")?;
        let files = Files {
            apps: scratch.path().join("apps.json"),
            crm: scratch.path().join("crm.json"),
            key: scratch.path().join("token.key"),
            scratch: Some(scratch),
        };
        std::fs::write(&files.apps, serde_json::json!({"apps": world["apps"]}).to_string())?;
        std::fs::write(&files.crm, crm_secret()?)?;
        std::fs::write(&files.key, LocalKey::generate()?)?;
        Self::assemble(project, world, clock, dynamo, sqs, files, 0, None).await
    }

    #[expect(clippy::too_many_arguments, reason = "the two ways to start differ in exactly these parts")]
    async fn assemble(
        project: &Project,
        world: Value,
        sandbox_clock: sandbox::clock::Clock,
        dynamo: Dynamo,
        sqs: Sqs,
        files: Files,
        port: u16,
        data: Option<DataFolder>,
    ) -> Result<Self> {
        let mut definition: Value = serde_json::from_str(TABLE_DEFINITION)?;
        definition["TableName"] = TABLE.into();
        dynamo.create_table(&definition)?;
        parts::create_queues(&sqs).await?;
        let meta = Arc::new(Meta::start(sandbox_clock.clone(), world.clone()).await?);
        let heard = Heard::default();
        let (memory, fields) = (heard.clone(), Fields::of(project)?);
        sqs.listen(CRM_QUEUE, move |body| memory.put(body));

        let clock = Clock::from_source(sandbox_clock.clone());
        let key = read_text(&files.key)?;
        let vault = Vault::local(LocalKey::parse(&key)?);
        let dynamo_config = boot::aws_config_at(dynamo.endpoint(), &clock, CallLimits::default()).await;
        let store = Store::new(aws_sdk_dynamodb::Client::new(&dynamo_config), TABLE);
        seed::accounts(&store, &vault, project, &world, clock.now_ms()).await?;

        let queue_config = boot::aws_config_at(&sqs.endpoint(), &clock, ingest::CALL_LIMITS).await;
        let queues = aws_sdk_sqs::Client::new(&queue_config);
        let metrics = |service| Metrics::with_writer(service, clock.clone(), |_| {});
        let ingest = parts::ingest(&sqs, &queues, &files.apps, &clock, metrics("ingest"))?;
        let ingest = parts::told_to_meta(Arc::clone(&meta), ingest);
        let graph = graph::Graph::new(meta.endpoint())?;
        let connecting = parts::Connecting {
            apps: files.apps.clone(),
            crm: files.crm,
            meta: meta.endpoint().to_owned(),
            store: store.clone(),
            graph: graph.clone(),
            vault: Vault::local(LocalKey::parse(&key)?),
            clock: clock.clone(),
            metrics: metrics("connect"),
        };
        let third_vault = Vault::local(LocalKey::parse(&key)?);
        let desk = parts::desk(store.clone(), graph.clone(), third_vault, &clock, metrics("desk"));
        let (second_vault, tables) = (Vault::local(LocalKey::parse(&key)?), store.clone());
        let caretaker =
            parts::caretaker(&sqs, queues.clone(), tables, graph.clone(), second_vault, &clock, metrics("caretaker"));
        let worker = parts::worker(&sqs, queues, store.clone(), graph, vault, &clock, metrics("worker"));

        // Its pages name their own address, which is known once the gateway listens.
        let connect = Arc::new(OnceLock::new());
        let (tables, meta_here, clock_here) = (store.clone(), Arc::clone(&meta), sandbox_clock.clone());
        let page = Page { store: tables, meta: meta_here, clock: clock_here, heard, fields }.serve();
        let pages = page::ROUTES.iter().fold(Gateway::builder(), |gateway, route| gateway.route(route, page.clone()));
        let gateway = pages
            .route(&format!("ANY {CALLBACK_PATH}"), ingest.clone())
            .route(&format!("ANY {CALLBACK_PATH}/{{app}}"), ingest)
            .route("ANY /connect/{proxy+}", parts::once_there(Arc::clone(&connect)))
            // In AWS for whom IAM lets in; here for everybody on this machine, and for nobody else.
            .route("ANY /v1/{proxy+}", page::at_home(desk))
            .clock(sandbox_clock.clone())
            .port(port)
            .start()
            .await
            .with_context(|| format!("port {port} of 127.0.0.1 is taken: choose another one with --port"))?;
        // Nobody else sets it.
        let _is_first = connect.set(parts::connect(connecting, &gateway.endpoint())?);
        let mapping = parts::map(&sqs, worker).await?;
        let endpoints = Endpoints {
            callback: format!("{}{CALLBACK_PATH}", gateway.endpoint()),
            connect: gateway.endpoint(),
            desk: format!("{}/v1", gateway.endpoint()),
            dynamodb: dynamo.endpoint().to_owned(),
            sqs: sqs.endpoint(),
            graph: meta.endpoint().to_owned(),
        };
        meta.set_callback(endpoints.callback.parse()?);
        let tending = Tending { caretaker, store: store.clone(), clock: sandbox_clock.clone() };
        let visits = tending.start();
        let scratch = files.scratch;
        let page = format!("{}/", gateway.endpoint());
        Ok(Self {
            endpoints,
            page,
            store,
            sqs,
            meta,
            clock: sandbox_clock,
            dynamo,
            gateway,
            mapping,
            tending,
            visits,
            data,
            _scratch: scratch,
        })
    }

    /// Waits until everything queued is processed. False if that takes longer than `limit`.
    pub(crate) async fn settle(&self, limit: Duration) -> bool {
        self.sqs.wait_for(EVENTS_QUEUE, limit, |counts| counts.waiting + counts.in_flight + counts.delayed == 0).await
    }

    /// Has the caretaker come now if something is due soon; says whether it came.
    pub(crate) async fn tend(&self) -> Result<bool> {
        self.tending.visit_if_due_soon().await
    }

    /// Stops in order: nothing new comes in, what is under way ends, the world is saved.
    pub(crate) async fn stop(self) -> Result<()> {
        self.gateway.stop().await;
        self.mapping.stop().await;
        for visits in self.visits {
            visits.stop().await;
        }
        let world = self.meta.dump()?;
        if let Some(data) = &self.data {
            data.save_world(&world)?;
            data.retract();
        }
        self.sqs.stop().await;
        self.dynamo.stop().await;
        Ok(())
    }
}
