//! A world with one worker in it.

mod acts;
mod batch;
mod deliveries;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use boot::{CallLimits, Metrics};
use graph::Graph;
use instagram::{AccountId, AppId};
use job::Job;
use sandbox::clock::Clock;
use sandbox::dynamo::{Bill, Door, Dynamo};
use sandbox::fault::{Trap, Warden};
use sandbox::meta::{DeliveryState, Meta};
use sandbox::sqs::Sqs;
use secrecy::SecretString;
use serde_json::{Value, json};
use store::{Account, Conversation, Item, Key, Mode, Reply, Store, TABLE_DEFINITION, keys};
use vault::{LocalKey, Vault};
use worker::{Config, Worker};

pub(crate) use batch::{Record, event};
pub(crate) use deliveries::{jobs_of, shifted};

pub(crate) type TableFate = sandbox::fault::Fate;
pub(crate) type MetaFate = sandbox::meta::fault::Fate;

pub(crate) const OFFICE: &str = "17841400000000001";
pub(crate) const OTHER_OFFICE: &str = "17841400000000002";
pub(crate) const APP: &str = "867555782500454";
pub(crate) const OTHER_APP: &str = "1203300000000077";
pub(crate) const PERSON: &str = "910000000000001";
pub(crate) const POST: &str = "18000000000010101";

/// One rule per word, and what it makes of it. `um` to `seis` answer each with a text of its own.
pub(crate) const RULES: &str = r#"{"version": 1, "rules": [
    {"id": "agenda", "on": ["message"], "when": [{"words": {"any": ["agenda"]}}], "do": [{"text": "A agenda da semana."}]},
    {"id": "passos", "on": ["message"], "when": [{"words": {"any": ["passos"]}}],
     "do": [{"text": "Primeiro passo."}, {"text": "Segundo passo."}]},
    {"id": "um", "on": ["message"], "when": [{"words": {"any": ["um"]}}], "do": [{"text": "Resposta um."}]},
    {"id": "dois", "on": ["message"], "when": [{"words": {"any": ["dois"]}}], "do": [{"text": "Resposta dois."}]},
    {"id": "tres", "on": ["message"], "when": [{"words": {"any": ["tres"]}}], "do": [{"text": "Resposta tres."}]},
    {"id": "quatro", "on": ["message"], "when": [{"words": {"any": ["quatro"]}}], "do": [{"text": "Resposta quatro."}]},
    {"id": "quero", "on": ["comment"], "when": [{"words": {"any": ["quero"]}}], "do": [{"private_reply": "Segue o material."}]},
    {"id": "publico", "on": ["comment"], "when": [{"words": {"any": ["linda"]}}], "do": [{"public_reply": "Obrigado!"}]},
    {"id": "ambos", "on": ["comment"], "when": [{"words": {"any": ["buraco"]}}],
     "do": [{"private_reply": "Onde fica?"}, {"public_reply": "Enviamos uma mensagem."}]}
]}"#;

/// How long a Graph call may take, in real time: long enough for a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(3);

/// The world's pauses take no time: the clock moves instead, and whoever waits for it notices.
#[derive(Debug, Clone)]
struct Skip(Clock);

impl AsyncSleep for Skip {
    fn sleep(&self, duration: Duration) -> Sleep {
        let clock = self.0.clone();
        Sleep::new(async move {
            tokio::task::yield_now().await;
            clock.advance(duration);
        })
    }
}

/// How old what an eventually consistent read shows may be.
const READS_LAG: Duration = Duration::from_secs(3);

/// What the CRM reads, in a world that has one.
pub(crate) const CRM: &str = "crm.fifo";

pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) meta: Meta,
    pub(crate) sqs: Sqs,
    /// Beside the worker's door: nothing is billed here and nothing fails.
    pub(crate) store: Store,
    pub(crate) worker: Worker,
    pub(crate) trap: Arc<Trap>,
    pub(crate) table: Warden<TableFate>,
    pub(crate) queue: Warden<TableFate>,
    pub(crate) graph: Warden<MetaFate>,
    metrics: Arc<Mutex<Vec<String>>>,
    key: String,
    /// How long a Graph call may take, in real time.
    patience: Duration,
    dynamo: Dynamo,
    table_door: Door,
    queue_door: sandbox::sqs::Door,
    graph_door: sandbox::meta::Door,
    /// The numbers of the deliveries that were made.
    told: Mutex<BTreeSet<u64>>,
}

impl World {
    /// Two offices that answer by [`RULES`].
    pub(crate) async fn start() -> Self {
        let account = |id: &str, token: &str| {
            json!({"account": id, "username": format!("office.{token}"), "app_id": APP, "token": token, "mode": "answer",
                   "customer": token})
        };
        let world = json!({
            "apps": [{"name": "politicall", "app_id": APP, "app_secrets": ["secret"]}],
            "accounts": [account(OFFICE, "IGAAoffice"), account(OTHER_OFFICE, "IGAAother")],
            "media": [{"account": OFFICE, "id": POST, "product": "FEED"}],
        });
        Self::of(world, |_| Some(RULES.to_owned())).await
    }

    /// The same, whose table does not always show a reader what was written a moment ago.
    pub(crate) async fn late() -> Self {
        let world = Self::start().await;
        world.dynamo.lags(READS_LAG);
        world
    }

    /// The same, with a CRM that is told what happens.
    pub(crate) async fn with_crm() -> Self {
        let mut world = Self::start().await;
        world.sqs.create_queue(CRM, &[("FifoQueue", "true")]).await.unwrap();
        world.restart().await;
        world
    }

    /// [`late`](Self::late), whose worker waits for Meta no longer than a moment: where many calls are never answered. On a busy
    /// machine a call that would be answered may be given up, too.
    pub(crate) async fn hasty() -> Self {
        let mut world = Self::late().await;
        world.patience = Duration::from_millis(250);
        world.restart().await;
        world
    }

    /// A world of `events/world.json`'s shape; `rules` says which document an account has.
    pub(crate) async fn of(world: Value, rules: impl Fn(&Value) -> Option<String>) -> Self {
        let clock = Clock::default();
        let trap = Arc::<Trap>::default();
        let (table, queue, graph) = (Warden::before("table", &trap), Warden::default(), Warden::before("graph", &trap));

        let dynamo = Dynamo::memory(clock.clone()).await.unwrap();
        dynamo.create_table(&serde_json::from_str(TABLE_DEFINITION).unwrap()).unwrap();
        let table_door = dynamo.door("worker", table.clone()).await.unwrap();
        let sqs = Sqs::start(clock.clone(), None).await.unwrap();
        sqs.create_queue("events.fifo", &[("VisibilityTimeout", "180")]).await.unwrap();
        sqs.create_queue("quarantine", &[]).await.unwrap();
        let queue_door = sqs.door("worker", queue.clone()).await.unwrap();
        let accounts = world["accounts"].as_array().cloned().unwrap_or_default();
        let meta = Meta::start(clock.clone(), world).await.unwrap();
        let graph_door = meta.door("worker", graph.clone()).await.unwrap();

        let store = Store::new(dynamo_client(dynamo.endpoint(), &clock).await, "politicall-ig");
        let key = LocalKey::generate().unwrap();
        let metrics = Arc::default();
        let worker = worker_at(&clock, &table_door, &queue_door, (&graph_door, PATIENCE), &sqs, &key, &metrics).await;
        let world = Self {
            clock,
            meta,
            sqs,
            store,
            worker,
            trap,
            table,
            queue,
            graph,
            metrics,
            key,
            patience: PATIENCE,
            dynamo,
            table_door,
            queue_door,
            graph_door,
            told: Mutex::default(),
        };
        for account in accounts {
            world.connect(&account, rules(&account)).await;
        }
        world
    }

    async fn connect(&self, seed: &Value, rules: Option<String>) {
        let id = AccountId::parse(seed["account"].as_str().unwrap()).unwrap();
        let vault = Vault::local(LocalKey::parse(&self.key).unwrap());
        let token = SecretString::from(seed["token"].as_str().unwrap());
        let account = Account {
            mode: serde_json::from_value(seed["mode"].clone()).unwrap(),
            sealed_token: Some(vault.seal(id.as_str(), &token).await.unwrap()),
            ..Account::new(
                id.clone(),
                AppId::parse(seed["app_id"].as_str().unwrap()).unwrap(),
                seed["customer"].as_str().unwrap().to_owned(),
                seed["username"].as_str().unwrap().to_owned(),
            )
        };
        self.store.put_account(&account).await.unwrap();
        if let Some(rules) = rules {
            self.store.put_rules(&id, &rules, self.clock.now_ms()).await.unwrap();
        }
    }

    /// Changes an account behind the worker's back; what the worker believes of it is over.
    pub(crate) async fn change(&self, id: &str, change: impl FnOnce(&mut Account)) {
        let mut account = self.store.account(&AccountId::parse(id).unwrap()).await.unwrap().unwrap();
        change(&mut account);
        self.store.put_account(&account).await.unwrap();
        self.clock.advance(Duration::from_secs(6));
    }

    pub(crate) async fn set_mode(&self, mode: Mode) {
        self.change(OFFICE, |account| account.mode = mode).await;
    }

    /// Another worker, as cold as after a crash.
    pub(crate) async fn new_worker(&self) -> Worker {
        worker_at(
            &self.clock,
            &self.table_door,
            &self.queue_door,
            (&self.graph_door, self.patience),
            &self.sqs,
            &self.key,
            &self.metrics,
        )
        .await
    }

    /// Replaces the worker by a cold one.
    pub(crate) async fn restart(&mut self) {
        self.worker = self.new_worker().await;
    }

    /// The key that the accounts' tokens are sealed with, as the content of its file.
    pub(crate) fn token_key(&self) -> &str {
        &self.key
    }

    /// The worker's ways to the table, the queue and the Graph API.
    pub(crate) fn doors(&self) -> [String; 3] {
        [self.table_door.endpoint(), self.queue_door.endpoint(), self.graph_door.endpoint().to_owned()]
    }

    /// A citizen writes to the first office.
    pub(crate) fn writes(&self, person: &str, text: &str) -> Job {
        self.meta.person_writes(OFFICE, person, text);
        self.told_last()
    }

    /// A citizen comments on the first office's post.
    pub(crate) fn comments(&self, person: &str, text: &str) -> Job {
        self.meta.person_comments(OFFICE, POST, person, text);
        self.told_last()
    }

    /// A person of the office answers in Instagram itself.
    pub(crate) fn answers_by_hand(&self, person: &str, text: &str) -> Job {
        self.meta.human_writes(OFFICE, person, text);
        self.told_last()
    }

    /// What Meta has to tell and nobody asked for yet, in its order.
    pub(crate) fn told(&self) -> Vec<Job> {
        let mut told = self.told.lock().unwrap();
        let deliveries = self.meta.deliveries().into_iter().filter(|delivery| delivery.state != DeliveryState::Dropped);
        let new = deliveries.filter(|delivery| told.insert(delivery.number));
        new.flat_map(|delivery| jobs_of(delivery.body.as_bytes(), &delivery.app_id, self.clock.now_ms())).collect()
    }

    /// The one thing that Meta has to tell.
    pub(crate) fn only_told(&self) -> Job {
        let mut told = self.told();
        assert_eq!(told.len(), 1, "Meta told of one thing");
        told.remove(0)
    }

    /// The latest that Meta has to tell; what came before stays to be told.
    pub(crate) fn told_last(&self) -> Job {
        let last = self.meta.deliveries().pop().unwrap();
        assert!(self.told.lock().unwrap().insert(last.number), "not told before");
        jobs_of(last.body.as_bytes(), &last.app_id, self.clock.now_ms()).remove(0)
    }

    /// What the worker's calls to the table have come to.
    pub(crate) fn bill(&self) -> Bill {
        self.table_door.bill()
    }

    /// How often the worker called the Graph API.
    pub(crate) fn graph_calls(&self) -> usize {
        self.meta.calls().len()
    }

    /// How often the worker tried to send something.
    pub(crate) fn attempts(&self) -> usize {
        let is_send = |operation| matches!(operation, "SendMessage" | "PrivateReply" | "ReplyToComment");
        self.meta.calls().iter().filter(|call| is_send(call.operation)).count()
    }

    /// All counts of a metric.
    pub(crate) fn metric(&self, name: &str) -> u64 {
        self.lines().iter().filter_map(|line| line[name].as_u64()).sum()
    }

    /// All values of a distribution.
    pub(crate) fn values(&self, name: &str) -> Vec<u64> {
        let lines = self.lines();
        lines.iter().filter_map(|line| line[name].as_array()).flatten().filter_map(Value::as_u64).collect()
    }

    /// What the worker's lines of metrics say.
    pub(crate) fn lines(&self) -> Vec<Value> {
        self.metrics.lock().unwrap().iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// What lies in quarantine: reason and bytes.
    pub(crate) fn quarantined(&self) -> Vec<(String, Vec<u8>)> {
        let parse = |body: &str| {
            let kept = job::Quarantined::parse(body).unwrap();
            let bytes = kept.bytes().unwrap();
            (kept.reason.into_owned(), bytes)
        };
        self.sqs.messages("quarantine").iter().map(|message| parse(&message.body)).collect()
    }

    pub(crate) async fn item(&self, job: &Job) -> Item {
        self.store.item(&key_of(job), self.clock.now_ms()).await.unwrap()
    }

    pub(crate) async fn conversation(&self, job: &Job) -> Conversation {
        self.store.conversation(&job.account, &job.peer, self.clock.now_ms()).await.unwrap()
    }

    pub(crate) async fn replies(&self, job: &Job) -> Vec<Reply> {
        self.item(job).await.decision.map(|decided| decided.replies).unwrap_or_default()
    }

    /// The one reply to a job's event.
    pub(crate) async fn reply(&self, job: &Job) -> Reply {
        let mut replies = self.replies(job).await;
        assert_eq!(replies.len(), 1, "one reply");
        replies.remove(0)
    }

    /// Why the event was or was not answered.
    pub(crate) async fn why(&self, job: &Job) -> Option<String> {
        self.item(job).await.decision.map(|decided| decided.why)
    }

    /// What people got from the first office's app.
    pub(crate) fn sent_to(&self, person: &str) -> Vec<String> {
        self.meta.sent_to(OFFICE, person).into_iter().filter_map(|message| message.text).collect()
    }

    /// All items of the table, one JSON object each.
    pub(crate) async fn everything(&self) -> Vec<Value> {
        let client = dynamo_client(self.dynamo.endpoint(), &self.clock).await;
        let items = client.scan().table_name("politicall-ig").consistent_read(true).send().await.unwrap();
        items.items().iter().map(|item| serde_dynamo::from_item(item.clone()).unwrap()).collect()
    }
}

/// Where a job's event lies.
pub(crate) fn key_of(job: &Job) -> Key {
    keys::item(&job.account, &job.peer, &job.event().unwrap(), &job.key)
}

async fn dynamo_client(endpoint: &str, clock: &Clock) -> aws_sdk_dynamodb::Client {
    let clock = boot::Clock::from_source(clock.clone());
    // One try: a fault is to be seen by our code, not by the SDK's.
    let limits = CallLimits { attempts: 1, ..CallLimits::default() };
    aws_sdk_dynamodb::Client::new(&boot::aws_config_at(endpoint, &clock, limits).await)
}

async fn worker_at(
    clock: &Clock,
    table: &Door,
    queue: &sandbox::sqs::Door,
    (graph, patience): (&sandbox::meta::Door, Duration),
    sqs: &Sqs,
    key: &str,
    metrics: &Arc<Mutex<Vec<String>>>,
) -> Worker {
    // The SDK's time-outs are real; the worker's own pauses are skipped.
    let real = boot::Clock::from_source(clock.clone());
    let skipping = boot::Clock::from_parts(clock.clone(), Skip(clock.clone()));
    let limits = CallLimits { attempts: 1, ..CallLimits::default() };
    let store = Store::new(dynamo_client(&table.endpoint(), clock).await, "politicall-ig");
    let queue = aws_sdk_sqs::Client::new(&boot::aws_config_at(&queue.endpoint(), &real, limits).await);
    let graph = Graph::with_deadline(graph.endpoint(), patience).unwrap();
    let config = Config {
        events_queue_url: sqs.queue_url("events.fifo"),
        quarantine_queue_url: sqs.queue_url("quarantine"),
        crm_queue_url: sqs.queue_names().iter().any(|name| name == CRM).then(|| sqs.queue_url(CRM)),
        table_name: "politicall-ig".to_owned(),
        graph_base_url: String::new(),
        token_key: String::new(),
        outbox: outbox::Settings::default(),
    };
    let lines = Arc::clone(metrics);
    let metrics = Metrics::with_writer("worker", skipping.clone(), move |line| {
        lines.lock().unwrap().push(line.to_owned());
    });
    let vault = Vault::local(LocalKey::parse(key).unwrap());
    Worker::new(&config, store, queue, graph, vault, skipping, metrics)
}
