//! A handler with everything around it.

use std::fs;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use boot::{CallLimits, Clock, Metrics};
use desk::{Desk, Parts};
use graph::Graph;
use instagram::{AccountId, AppId, Element, Peer, UnixMillis, event_key};
use lambda_runtime::{Context, LambdaEvent};
use sandbox::clock::Clock as SandboxClock;
use sandbox::dynamo::{Door, Dynamo};
use sandbox::fault::Warden;
use sandbox::meta::Meta;
use sandbox::runtime::Function;
use secrecy::SecretString;
use serde_json::{Value, json};
use store::{Account, Consistency, Decided, Key, Listed, Mode, ReplyRef, ReplyState, Store, TABLE_DEFINITION};
use vault::{LocalKey, Vault};

use crate::document;

pub(crate) type TableFate = sandbox::fault::Fate;
pub(crate) type MetaFate = sandbox::meta::fault::Fate;

pub(crate) const APP: &str = "1001";
pub(crate) const OFFICE: &str = "17841400000000001";
pub(crate) const CUSTOMER: &str = "gabinete-helena";
pub(crate) const OTHER_OFFICE: &str = "17841400000000002";
pub(crate) const OTHER_CUSTOMER: &str = "gabinete-zulmira";
pub(crate) const PERSON: &str = "900000000000001";
pub(crate) const TOKEN: &str = "IGAA-canary-token-of-helena";
pub(crate) const AUTHOR: &str = "u-17";

const MINUTE: i64 = 60_000;

pub(crate) struct Stage {
    pub(crate) desk: Desk,
    pub(crate) clock: SandboxClock,
    pub(crate) meta: Meta,
    pub(crate) store: Store,
    pub(crate) table: Warden<TableFate>,
    pub(crate) graph: Warden<MetaFate>,
    metrics: Arc<Mutex<Vec<String>>>,
    key: String,
    requests: AtomicU64,
    /// What the tests call now: the clock runs on by itself.
    moment: AtomicI64,
    /// The built function, where it answers instead of the handler in this process.
    binary: Option<Function>,
    graph_door: sandbox::meta::Door,
    dynamo: Dynamo,
    table_door: Door,
    folder: tempfile::TempDir,
}

/// An answer as the gateway sees it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u64,
    pub(crate) headers: Value,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// The problem's code.
    pub(crate) fn code(&self) -> String {
        self.body()["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl Stage {
    pub(crate) async fn new() -> Self {
        sandbox::ear::listen(crate::logs::ROOMS);
        let clock = SandboxClock::default();
        let moment = clock.now_ms();
        let account = |id: &str, scoped: &str, username: &str, token: &str| json!({"account": id, "app_scoped_id": scoped, "username": username, "app_id": APP, "token": token});
        let world = json!({
            "apps": [{"name": "politicall", "app_id": APP, "app_secrets": ["secret"]}],
            "accounts": [
                account(OFFICE, "27000000000000001", "gabinete.helena", TOKEN),
                account(OTHER_OFFICE, "27000000000000002", "gabinete.zulmira", "IGAA-canary-token-of-zulmira"),
            ],
            "media": [{"id": "18000000000000001", "account": OFFICE}],
        });
        let (table, graph) = (Warden::default(), Warden::default());
        let dynamo = Dynamo::memory(clock.clone()).await.unwrap();
        dynamo.create_table(&serde_json::from_str(TABLE_DEFINITION).unwrap()).unwrap();
        let table_door = dynamo.door("desk", table.clone()).await.unwrap();
        let meta = Meta::start(clock.clone(), world).await.unwrap();
        let graph_door = meta.door("desk", graph.clone()).await.unwrap();
        let key = LocalKey::generate().unwrap();
        let metrics: Arc<Mutex<Vec<String>>> = Arc::default();
        let lines = Arc::clone(&metrics);
        let clock_of_function = Clock::from_source(clock.clone());
        let meter = Metrics::with_writer("desk", clock_of_function.clone(), move |line| {
            lines.lock().unwrap().push(line.to_owned());
        });
        let parts = Parts {
            store: store_at(&table_door.endpoint(), &clock).await,
            graph: Graph::with_deadline(graph_door.endpoint(), Duration::from_secs(3)).unwrap(),
            vault: Vault::local(LocalKey::parse(&key).unwrap()),
            outbox: outbox::Settings::default(),
        };
        let stage = Self {
            desk: Desk::new(parts, clock_of_function, meter),
            store: store_at(dynamo.endpoint(), &clock).await,
            clock,
            meta,
            table,
            graph,
            metrics,
            key,
            requests: AtomicU64::new(0),
            moment: AtomicI64::new(moment),
            binary: None,
            graph_door,
            dynamo,
            table_door,
            folder: tempfile::tempdir().unwrap(),
        };
        stage.connect(OFFICE, CUSTOMER, TOKEN).await;
        stage.connect(OTHER_OFFICE, OTHER_CUSTOMER, "IGAA-canary-token-of-zulmira").await;
        stage
    }

    async fn connect(&self, id: &str, customer: &str, token: &str) {
        let vault = Vault::local(LocalKey::parse(&self.key).unwrap());
        let sealed = vault.seal(id, &SecretString::from(token.to_owned())).await.unwrap();
        let mut account = Account {
            mode: Mode::Answer,
            sealed_token: Some(sealed),
            ..Account::new(account_id(id), AppId::parse(APP).unwrap(), customer, "gabinete")
        };
        account.login.connected_at = self.now() - 60 * MINUTE;
        account.login.expires_at = Some(self.now() + 40 * 24 * 60 * MINUTE + 60 * MINUTE);
        self.store.put_account(&account).await.unwrap();
    }

    /// The moment at which everything began, and what was let pass since.
    pub(crate) fn now(&self) -> i64 {
        self.moment.load(Ordering::Relaxed)
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, ms: i64) {
        self.clock.advance(Duration::from_millis(u64::try_from(ms).unwrap()));
        self.moment.fetch_add(ms, Ordering::Relaxed);
    }

    /// From now on the built function answers, under the Runtime API, at every level of logging.
    pub(crate) fn use_binary(&mut self) {
        let key_file = self.folder.path().join("token.key");
        fs::write(&key_file, &self.key).unwrap();
        let function = Function::of(env!("CARGO_BIN_EXE_desk"))
            .environment([
                ("TABLE_NAME", "politicall-ig".to_owned()),
                ("TOKEN_KEY", format!("file:{}", key_file.display())),
                ("GRAPH_BASE_URL", self.graph_door.endpoint().to_owned()),
                ("LOG_LEVEL", "trace".to_owned()),
                ("AWS_ENDPOINT_URL_DYNAMODB", self.table_door.endpoint()),
            ])
            .timeout(Duration::from_secs(28))
            .build();
        self.binary = Some(function);
    }

    /// Stops the built function: what it wrote.
    pub(crate) async fn stop_binary(&mut self) -> Vec<String> {
        let lines = self.binary.take().unwrap().stop().await;
        lines.into_iter().map(|line| line.text).collect()
    }

    /// Hands an event to the handler. Every answer is held against the document.
    pub(crate) async fn send(&self, event: &Value) -> Answer {
        let answer: Value = if let Some(binary) = &self.binary {
            serde_json::from_slice(&binary.invoke(event.to_string()).await.unwrap()).unwrap()
        } else {
            let mut context = Context::default();
            context.deadline = u64::try_from(self.clock.now_ms() + 28_000).unwrap();
            let event = LambdaEvent::new(serde_json::from_str(&event.to_string()).unwrap(), context);
            let answer = self.desk.handle(event).await.unwrap();
            serde_json::from_str(&serde_json::to_string(&answer).unwrap()).unwrap()
        };
        let answer = Answer {
            status: answer["statusCode"].as_u64().unwrap(),
            headers: answer["headers"].clone(),
            text: answer["body"].as_str().unwrap_or_default().to_owned(),
        };
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        document::hold(text("/requestContext/http/method"), text("/rawPath"), &answer);
        answer
    }

    /// Hands an event to the handler in this process, whatever the document says of its path.
    pub(crate) async fn desk_only(&self, event: &Value) -> u64 {
        let event = LambdaEvent::new(serde_json::from_str(&event.to_string()).unwrap(), Context::default());
        let answer = self.desk.handle(event).await.unwrap();
        let answer: Value = serde_json::from_str(&serde_json::to_string(&answer).unwrap()).unwrap();
        answer["statusCode"].as_u64().unwrap()
    }

    /// How many calls the function has made to the table.
    pub(crate) fn calls(&self) -> u64 {
        self.table.calls()
    }

    /// Reads, for the first customer's account.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(&request("GET", &ours(path))).await
    }

    /// Does something under a new key.
    pub(crate) async fn act(&self, method: &str, path: &str, body: Value) -> Answer {
        let key = format!("key-{}", self.requests.fetch_add(1, Ordering::Relaxed));
        self.act_as(&key, method, path, body).await
    }

    /// Does something under a key.
    pub(crate) async fn act_as(&self, key: &str, method: &str, path: &str, body: Value) -> Answer {
        self.send(&written(method, &ours(path), key, &body)).await
    }

    /// An event of the first account, `ago` milliseconds ago, as the worker stores it.
    pub(crate) async fn hears(&self, raw: &Value, ago: i64, decided: Option<Decided>) -> Key {
        self.hears_of(OFFICE, raw, ago, decided).await
    }

    /// The same of any account.
    pub(crate) async fn hears_of(&self, account: &str, raw: &Value, ago: i64, decided: Option<Decided>) -> Key {
        let (account, at) = (account_id(account), UnixMillis(self.now() - ago));
        let raw = raw.to_string();
        let element =
            Element { account: Some(account.clone()), entry_time: Some(at), standby: false, foreign: false, raw: &raw };
        let event = element.event().unwrap();
        let (peer, key) = (event.peer().unwrap(), event_key(&event, &raw));
        let item = store::keys::item(&account, &peer, &event, &key);
        let expires_at = self.now() / 1000 + 180 * 86_400;
        let loaded = self.store.load(&account, &peer, &item, Consistency::Strong, self.now()).await.unwrap();
        let mut next = loaded.conversation.clone();
        next.facts.apply(&event, &key, at, true);
        next.expires_at = expires_at;
        self.store.enter_recent(&account, &peer, &loaded.conversation.facts, &next).await.unwrap();
        self.store.save_facts(&account, &peer, &loaded.conversation, next).await.unwrap();
        let mut content = loaded.item.content.clone();
        content.apply(&event, &raw, at);
        self.store.save_item(&item, &loaded.item, &content, decided.as_ref(), expires_at).await.unwrap();
        item
    }

    /// Has Meta know a comment.
    pub(crate) fn comment_at_meta(&self, id: &str) {
        let media = "18000000000000001";
        let known = json!({"id": id, "account": OFFICE, "media": media, "from": PERSON, "at": self.now()});
        self.meta.world(|world| world.comments.push(serde_json::from_value(known).unwrap()));
    }

    /// A comment that Meta knows, too.
    pub(crate) async fn hears_comment(&self, id: &str, text: &str) -> Key {
        self.comment_at_meta(id);
        self.hears(&comment(PERSON, id, text), 1_000, None).await
    }

    /// What Meta knows of a comment: whether it is hidden, and whether it is deleted.
    pub(crate) fn at_meta(&self, id: &str) -> (bool, bool) {
        self.meta.world(|world| {
            let comment = world.comments.iter().find(|comment| comment.id == id).unwrap();
            (comment.hidden, comment.deleted)
        })
    }

    /// Says that a reply of an item is parked, or failed.
    pub(crate) async fn lists(&self, item: &Key, step: usize, state: ReplyState) {
        let place = ReplyRef { item: item.clone(), step };
        let entry = Listed::new(&account_id(OFFICE), &place, state, "no_evidence", self.now());
        self.store.list(&entry).await.unwrap();
    }

    /// The caretaker's part of an erasure, to its end.
    pub(crate) async fn erase_all(&self) {
        self.pass(store::SETTLED_MS + 60_000);
        for _ in 0..1_000 {
            let keys = self.store.due_keys(store::CHORES_SHARD, self.now(), 100).await.unwrap();
            let orders: Vec<Key> = keys.into_iter().filter(store::keys::is_order).collect();
            if orders.is_empty() {
                return;
            }
            for order in orders {
                if self.store.erase_page(&order, self.now()).await.unwrap() == store::Page::Later {
                    self.pass(store::SETTLED_MS + 60_000);
                }
            }
        }
        panic!("an erasure does not end");
    }

    pub(crate) async fn account(&self) -> Account {
        self.store.account(&account_id(OFFICE)).await.unwrap().unwrap()
    }

    /// Every item of the table, as text, in its order.
    pub(crate) async fn everything(&self) -> Vec<String> {
        let client = client_at(self.dynamo.endpoint(), &self.clock).await;
        let items = client.scan().table_name("politicall-ig").consistent_read(true).send().await.unwrap();
        let read = |item: &_| serde_dynamo::from_item::<_, Value>(std::collections::HashMap::clone(item)).unwrap();
        let mut items: Vec<_> = items.items().iter().map(|item| read(item).to_string()).collect();
        items.sort();
        items
    }

    /// Sum of a metric over all lines so far.
    pub(crate) fn metric(&self, name: &str) -> u64 {
        let lines = self.metrics.lock().unwrap();
        lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap()[name].as_u64().unwrap_or(0)).sum()
    }

    /// Every metric line so far.
    pub(crate) fn metric_lines(&self) -> Vec<String> {
        self.metrics.lock().unwrap().clone()
    }
}

pub(crate) fn account_id(text: &str) -> AccountId {
    AccountId::parse(text).unwrap()
}

pub(crate) fn peer(text: &str) -> Peer {
    Peer::parse(text).unwrap()
}

/// A path of the first customer's account.
pub(crate) fn ours(path: &str) -> String {
    format!("/v1/customers/{CUSTOMER}/accounts/{OFFICE}{path}")
}

/// A request as the gateway builds it; a query stands behind a question mark.
pub(crate) fn request(method: &str, target: &str) -> Value {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    json!({
        "version": "2.0",
        "routeKey": "ANY /v1/{proxy+}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": "desk.example.com", "x-author": AUTHOR},
        "requestContext": {"domainName": "desk.example.com", "stage": "$default", "http": {"method": method, "path": path}},
        "isBase64Encoded": false,
    })
}

/// A request that does something.
pub(crate) fn written(method: &str, target: &str, key: &str, body: &Value) -> Value {
    let mut event = request(method, target);
    event["headers"]["idempotency-key"] = json!(key);
    if !body.is_null() {
        event["headers"]["content-type"] = json!("application/json");
        event["body"] = json!(STANDARD.encode(body.to_string()));
        event["isBase64Encoded"] = json!(true);
    }
    event
}

/// A message of a person's.
pub(crate) fn message(person: &str, mid: &str, text: &str) -> Value {
    json!({"sender": {"id": person}, "recipient": {"id": OFFICE}, "message": {"mid": mid, "text": text}})
}

/// A comment of a person's.
pub(crate) fn comment(person: &str, id: &str, text: &str) -> Value {
    let from = json!({"id": person, "username": "kim"});
    json!({"field": "comments", "value": {"id": id, "from": from, "text": text, "media": {"id": "18000000000000001"}}})
}

/// The same during a broadcast.
pub(crate) fn live_comment(person: &str, id: &str, text: &str) -> Value {
    let mut live = comment(person, id, text);
    live["field"] = json!("live_comments");
    live
}

async fn client_at(endpoint: &str, clock: &SandboxClock) -> aws_sdk_dynamodb::Client {
    let clock = Clock::from_source(clock.clone());
    // One try: a fault is to be seen by our code, not by the SDK's.
    let limits = CallLimits { attempts: 1, ..CallLimits::default() };
    aws_sdk_dynamodb::Client::new(&boot::aws_config_at(endpoint, &clock, limits).await)
}

async fn store_at(endpoint: &str, clock: &SandboxClock) -> Store {
    Store::new(client_at(endpoint, clock).await, "politicall-ig")
}
