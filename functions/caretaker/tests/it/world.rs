//! A world with one caretaker in it, and what workers left there.

mod logins;
mod plans;
mod time;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use boot::{CallLimits, Metrics};
use caretaker::{Caretaker, Config};
use graph::Graph;
use instagram::{AccountId, AppId};
use job::Job;
use lambda_runtime::{Context, LambdaEvent};
use outbox::{Outbox, Settings};
use sandbox::clock::Clock;
use sandbox::dynamo::Dynamo;
use sandbox::fault::Warden;
use sandbox::meta::Meta;
use sandbox::sqs::Sqs;
use secrecy::SecretString;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use store::{Account, Login, Mode, Store, TABLE_DEFINITION};
use vault::{LocalKey, Vault};

use time::Skip;

pub(crate) use logins::DAY_MS;
pub(crate) use plans::Plan;

pub(crate) type TableFate = sandbox::fault::Fate;
pub(crate) type MetaFate = sandbox::meta::fault::Fate;

pub(crate) const OFFICE: &str = "17841400000000001";
pub(crate) const OTHER_OFFICE: &str = "17841400000000002";
pub(crate) const APP: &str = "867555782500454";
pub(crate) const PERSON: &str = "910000000000001";
pub(crate) const POST: &str = "18000000000010101";
const TABLE: &str = "politicall-ig";

/// How long a Graph call may take, in real time: long enough for a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(3);

pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) meta: Meta,
    pub(crate) sqs: Sqs,
    /// Beside the caretaker's door: nothing fails here.
    pub(crate) store: Store,
    pub(crate) caretaker: Caretaker,
    /// What happens to the caretaker's calls.
    pub(crate) table: Warden<TableFate>,
    pub(crate) queue: Warden<TableFate>,
    pub(crate) graph: Warden<MetaFate>,
    /// What happens to the worker's calls to Meta.
    pub(crate) workers_graph: Warden<MetaFate>,
    worker: Outbox,
    metrics: Arc<Mutex<Vec<String>>>,
    key: String,
    settings: Settings,
    /// What accounts are subscribed to.
    pub(crate) fields: Vec<&'static str>,
    patience: Duration,
    table_door: sandbox::dynamo::Door,
    queue_door: sandbox::sqs::Door,
    graph_door: sandbox::meta::Door,
    _workers_door: sandbox::meta::Door,
    _dynamo: Dynamo,
}

impl World {
    /// Two offices that answer.
    pub(crate) async fn start() -> Self {
        Self::of(&[OFFICE, OTHER_OFFICE], Settings::default()).await
    }

    /// Offices that answer.
    pub(crate) async fn of(offices: &[&str], settings: Settings) -> Self {
        let clock = Clock::default();
        let accounts: Vec<Value> = offices
            .iter()
            .map(|id| json!({"account": id, "username": format!("office.{id}"), "app_id": APP, "token": token_of(id)}))
            .collect();
        let world = json!({
            "apps": [{"name": "politicall", "app_id": APP, "app_secrets": ["secret"]}],
            "accounts": accounts,
            "media": [{"account": offices[0], "id": POST, "product": "FEED"}],
        });
        let (table, queue, graph, workers_graph) =
            (Warden::default(), Warden::default(), Warden::default(), Warden::default());
        let dynamo = Dynamo::memory(clock.clone()).await.unwrap();
        dynamo.create_table(&serde_json::from_str(TABLE_DEFINITION).unwrap()).unwrap();
        let table_door = dynamo.door("caretaker", table.clone()).await.unwrap();
        let sqs = Sqs::start(clock.clone(), None).await.unwrap();
        sqs.create_queue("events.fifo", &[("VisibilityTimeout", "180")]).await.unwrap();
        sqs.create_queue("crm.fifo", &[("MessageRetentionPeriod", "1209600")]).await.unwrap();
        let queue_door = sqs.door("caretaker", queue.clone()).await.unwrap();
        let meta = Meta::start(clock.clone(), world).await.unwrap();
        meta.set_echo(sandbox::meta::Echo::Drop);
        let graph_door = meta.door("caretaker", graph.clone()).await.unwrap();
        let workers_door = meta.door("worker", workers_graph.clone()).await.unwrap();

        let store = Store::new(dynamo_client(dynamo.endpoint(), &clock).await, TABLE);
        let workers_way = Graph::with_deadline(workers_door.endpoint(), PATIENCE).unwrap();
        let worker = Outbox::new(store.clone(), workers_way, settings);
        let key = LocalKey::generate().unwrap();
        let metrics = Arc::default();
        let ways = (&table_door, &queue_door, &graph_door);
        let fields = instagram::FIELDS.to_vec();
        let caretaker = caretaker_at(&clock, ways, PATIENCE, &sqs, &key, settings, &fields, &metrics).await;
        let world = Self {
            clock,
            meta,
            sqs,
            store,
            caretaker,
            table,
            queue,
            graph,
            workers_graph,
            worker,
            metrics,
            key,
            settings,
            fields,
            patience: PATIENCE,
            table_door,
            queue_door,
            graph_door,
            _workers_door: workers_door,
            _dynamo: dynamo,
        };
        for office in offices {
            world.connect(office).await;
        }
        world
    }

    /// The office's owner logs in: whatever was wrong with its token is over.
    pub(crate) async fn connect(&self, office: &str) {
        let vault = self.vault();
        let account = Account {
            mode: Mode::Answer,
            // It lacks nothing for a while.
            login: Login {
                issued_at: Some(self.clock.now_ms()),
                expires_at: Some(self.clock.now_ms() + 60 * 86_400_000),
                checked_at: Some(self.clock.now_ms()),
                ..Login::default()
            },
            sealed_token: Some(vault.seal(office, &SecretString::from(token_of(office))).await.unwrap()),
            ..Account::new(
                AccountId::parse(office).unwrap(),
                AppId::parse(APP).unwrap(),
                "customer",
                format!("office.{office}"),
            )
        };
        self.store.put_account(&account).await.unwrap();
    }

    /// Changes an office behind everybody's back; what anybody believes of it is over.
    pub(crate) async fn change(&self, office: &str, change: impl FnOnce(&mut Account)) {
        let mut account = self.store.account(&AccountId::parse(office).unwrap()).await.unwrap().unwrap();
        change(&mut account);
        self.store.put_account(&account).await.unwrap();
        self.pass(6);
    }

    /// Another caretaker, as cold as after a crash.
    pub(crate) async fn new_caretaker(&self) -> Caretaker {
        let ways = (&self.table_door, &self.queue_door, &self.graph_door);
        let (patience, settings, fields) = (self.patience, self.settings, &self.fields);
        caretaker_at(&self.clock, ways, patience, &self.sqs, &self.key, settings, fields, &self.metrics).await
    }

    /// From now on the caretaker waits for Meta no longer than a moment: where many calls are never answered.
    pub(crate) async fn make_hasty(&mut self) {
        self.patience = Duration::from_millis(250);
        self.caretaker = self.new_caretaker().await;
    }

    /// Time passes.
    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// One run as Lambda makes it.
    pub(crate) async fn run(&self) {
        self.run_of(&self.caretaker, 60).await.unwrap();
    }

    /// One run that has so many seconds.
    pub(crate) async fn run_of(&self, caretaker: &Caretaker, seconds: u64) -> Result<(), lambda_runtime::Error> {
        let mut context = Context::default();
        context.deadline = u64::try_from(self.clock.now_ms()).unwrap() + seconds * 1000;
        caretaker.handle(LambdaEvent::new(IgnoredAny, context)).await
    }

    /// As many minutes pass, and at the end of each is a run, whatever time the one before took.
    pub(crate) async fn minutes(&self, minutes: u64) {
        let began = self.clock.now_ms();
        for minute in 1..=minutes {
            let at = began + i64::try_from(minute * 60_000).unwrap();
            let left = u64::try_from(at - self.clock.now_ms()).unwrap_or(0);
            self.clock.advance(Duration::from_millis(left));
            self.run().await;
        }
    }

    /// All counts of a metric.
    pub(crate) fn metric(&self, name: &str) -> u64 {
        self.values(name).iter().sum()
    }

    /// What the latest run that said so said.
    pub(crate) fn level(&self, name: &str) -> Option<u64> {
        self.values(name).pop()
    }

    fn values(&self, name: &str) -> Vec<u64> {
        let lines = self.metrics.lock().unwrap();
        lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).unwrap()[name].as_u64()).collect()
    }

    /// The jobs on the events queue.
    pub(crate) fn jobs(&self) -> Vec<Job> {
        let messages = self.sqs.messages("events.fifo");
        messages.iter().map(|message| Job::parse(&message.body).unwrap()).collect()
    }

    /// What a person got from an office's app.
    pub(crate) fn sent_to(&self, office: &str, person: &str) -> Vec<String> {
        self.meta.sent_to(office, person).into_iter().filter_map(|message| message.text).collect()
    }

    /// A vault with the key that tokens are sealed with.
    pub(crate) fn vault(&self) -> Vault {
        Vault::local(LocalKey::parse(&self.key).unwrap())
    }

    /// The key that tokens are sealed with, as the content of its file.
    pub(crate) fn token_key(&self) -> &str {
        &self.key
    }

    /// The caretaker's ways to the table, the queue and the Graph API.
    pub(crate) fn doors(&self) -> [String; 3] {
        [self.table_door.endpoint(), self.queue_door.endpoint(), self.graph_door.endpoint().to_owned()]
    }
}

pub(crate) fn token_of(office: &str) -> String {
    format!("IGAA{office}")
}

async fn dynamo_client(endpoint: &str, clock: &Clock) -> aws_sdk_dynamodb::Client {
    let clock = boot::Clock::from_source(clock.clone());
    // One try: a fault is to be seen by our code, not by the SDK's.
    let limits = CallLimits { attempts: 1, ..CallLimits::default() };
    aws_sdk_dynamodb::Client::new(&boot::aws_config_at(endpoint, &clock, limits).await)
}

#[expect(clippy::too_many_arguments, reason = "all that a caretaker works with")]
async fn caretaker_at(
    clock: &Clock,
    (table, queue, graph): (&sandbox::dynamo::Door, &sandbox::sqs::Door, &sandbox::meta::Door),
    patience: Duration,
    sqs: &Sqs,
    key: &str,
    settings: Settings,
    fields: &[&'static str],
    metrics: &Arc<Mutex<Vec<String>>>,
) -> Caretaker {
    // The SDK's time-outs are real; the caretaker's own pauses are skipped.
    let real = boot::Clock::from_source(clock.clone());
    let skipping = boot::Clock::from_parts(clock.clone(), Skip(clock.clone()));
    let limits = CallLimits { attempts: 1, ..CallLimits::default() };
    let store = Store::new(dynamo_client(&table.endpoint(), clock).await, TABLE);
    let queue = aws_sdk_sqs::Client::new(&boot::aws_config_at(&queue.endpoint(), &real, limits).await);
    let graph = Graph::with_deadline(graph.endpoint(), patience).unwrap();
    let config = Config {
        events_queue_url: sqs.queue_url("events.fifo"),
        crm_queue_url: Some(sqs.queue_url("crm.fifo")),
        fields: fields.to_vec(),
        table_name: TABLE.to_owned(),
        graph_base_url: String::new(),
        token_key: String::new(),
        outbox: settings,
    };
    let lines = Arc::clone(metrics);
    let metrics = Metrics::with_writer("caretaker", skipping.clone(), move |line| {
        lines.lock().unwrap().push(line.to_owned());
    });
    let vault = Vault::local(LocalKey::parse(key).unwrap());
    Caretaker::new(&config, store, queue, graph, vault, skipping, metrics)
}
