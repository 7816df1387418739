//! A handler with everything around it.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use boot::{AppsSecret, CallLimits, Clock, Env, Metrics};
use connect::{Config, Connect, CrmSecrets, Parts, Ticket};
use graph::{Graph, Login};
use hmac::{Hmac, KeyInit, Mac};
use instagram::{AccountId, Apps};
use lambda_runtime::{Context, LambdaEvent};
use sandbox::clock::Clock as SandboxClock;
use sandbox::dynamo::{Door, Dynamo};
use sandbox::fault::{Trap, Warden};
use sandbox::meta::Meta;
use sandbox::runtime::Function;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sha2::Sha256;
use store::{Account, Store, TABLE_DEFINITION};
use vault::{LocalKey, Vault};

pub(crate) type TableFate = sandbox::fault::Fate;
pub(crate) type MetaFate = sandbox::meta::fault::Fate;

pub(crate) const HOST: &str = "conectar.example.com";
pub(crate) const CALLBACK: &str = "https://conectar.example.com/connect/callback";
pub(crate) const CRM: &str = "https://crm.example.com";
pub(crate) const APP: &str = "1001";
pub(crate) const APP_SECRET: &str = "canary-app-secret-of-politicall";
pub(crate) const OLDER_APP_SECRET: &str = "canary-older-secret-of-politicall";
pub(crate) const OTHER_APP: &str = "1002";
pub(crate) const OTHER_APP_SECRET: &str = "canary-app-secret-of-zulmira";
pub(crate) const CRM_SECRET: &str = "canary-crm-secret-0123456789-abcdef";
pub(crate) const OFFICE: &str = "17841400000000001";
pub(crate) const OFFICE_SCOPED: &str = "27000000000000001";
pub(crate) const OTHER_OFFICE: &str = "17841400000000002";
pub(crate) const CUSTOMER: &str = "gabinete-helena";
pub(crate) const OTHER_CUSTOMER: &str = "gabinete-zulmira";
pub(crate) const PERMISSIONS: [&str; 3] = instagram::NEEDED_PERMISSIONS;

pub(crate) struct Stage {
    pub(crate) connect: Connect,
    pub(crate) clock: SandboxClock,
    pub(crate) meta: Meta,
    pub(crate) store: Store,
    pub(crate) trap: Arc<Trap>,
    pub(crate) table: Warden<TableFate>,
    pub(crate) graph: Warden<MetaFate>,
    pub(crate) apps_path: PathBuf,
    pub(crate) crm_path: PathBuf,
    settings: Vec<(String, String)>,
    metrics: Arc<Mutex<Vec<String>>>,
    key: String,
    tickets: AtomicU64,
    /// The built function, where it answers instead of the handler in this process.
    binary: Option<Function>,
    dynamo: Dynamo,
    table_door: Door,
    _graph_door: sandbox::meta::Door,
    folder: tempfile::TempDir,
}

/// An answer as the gateway sees it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u64,
    pub(crate) headers: Value,
    pub(crate) cookies: Vec<String>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].as_str().unwrap_or_default()
    }

    /// The page's title.
    pub(crate) fn title(&self) -> &str {
        let (_, rest) = self.body.split_once("<h1>").unwrap_or_else(|| panic!("no page: {self:?}"));
        rest.split_once("</h1>").unwrap().0
    }
}

pub(crate) fn apps(first_secret: &str) -> Value {
    json!([
        {"name": "politicall", "app_id": APP, "app_secrets": [first_secret, OLDER_APP_SECRET]},
        {"name": "zulmira", "app_id": OTHER_APP, "app_secrets": [OTHER_APP_SECRET]},
    ])
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// With settings beside the usual ones.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        sandbox::ear::listen(crate::logs::ROOMS);
        let clock = SandboxClock::default();
        let account = |id: &str, scoped: &str, username: &str| json!({"account": id, "app_scoped_id": scoped, "username": username, "app_id": APP, "subscribed_fields": []});
        let world = json!({
            "apps": apps(APP_SECRET),
            "accounts": [
                account(OFFICE, OFFICE_SCOPED, "gabinete.helena"),
                account(OTHER_OFFICE, "27000000000000002", "gabinete.zulmira"),
            ],
        });
        let trap = Arc::<Trap>::default();
        let (table, graph) = (Warden::before("table", &trap), Warden::before("graph", &trap));
        let dynamo = Dynamo::memory(clock.clone()).await.unwrap();
        dynamo.create_table(&serde_json::from_str(TABLE_DEFINITION).unwrap()).unwrap();
        let table_door = dynamo.door("connect", table.clone()).await.unwrap();
        let meta = Meta::start(clock.clone(), world).await.unwrap();
        let graph_door = meta.door("connect", graph.clone()).await.unwrap();

        let folder = tempfile::tempdir().unwrap();
        let (apps_path, crm_path) = (folder.path().join("apps.json"), folder.path().join("crm.json"));
        fs::write(&apps_path, json!({"apps": apps(APP_SECRET)}).to_string()).unwrap();
        fs::write(&crm_path, json!({"secrets": [CRM_SECRET]}).to_string()).unwrap();
        let key = LocalKey::generate().unwrap();
        let given = [
            ("CRM_SECRET", format!("file:{}", crm_path.display())),
            ("META_APPS_SECRET", format!("file:{}", apps_path.display())),
            ("CRM_BASE_URL", CRM.to_owned()),
            ("TABLE_NAME", "politicall-ig".to_owned()),
            ("TOKEN_KEY", "unused".to_owned()),
            ("GRAPH_BASE_URL", graph_door.endpoint().to_owned()),
            ("LOGIN_BASE_URL", meta.endpoint().to_owned()),
            ("CODE_BASE_URL", graph_door.endpoint().to_owned()),
        ];
        let mut all: Vec<_> = given.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        all.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let metrics = Arc::default();
        let connect = connect_at(&clock, &table_door, &all, &key, &metrics).await;
        let store = store_at(dynamo.endpoint(), &clock).await;
        Self {
            connect,
            clock,
            meta,
            store,
            trap,
            table,
            graph,
            apps_path,
            crm_path,
            settings: all,
            metrics,
            key,
            tickets: AtomicU64::new(0),
            binary: None,
            dynamo,
            table_door,
            _graph_door: graph_door,
            folder,
        }
    }

    /// Another instance of the function, as cold as after a crash.
    pub(crate) async fn restart(&mut self) {
        self.connect = connect_at(&self.clock, &self.table_door, &self.settings, &self.key, &self.metrics).await;
    }

    /// From now on the built function answers, under the Runtime API, at every level of logging.
    pub(crate) fn use_binary(&mut self) {
        let key_file = self.folder.path().join("token.key");
        fs::write(&key_file, &self.key).unwrap();
        let function = Function::of(env!("CARGO_BIN_EXE_connect"))
            .environment(self.settings.clone())
            .environment([
                ("TOKEN_KEY", format!("file:{}", key_file.display())),
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

    /// A new ticket of the first customer's CRM user, good for five minutes.
    pub(crate) fn ticket(&self) -> Ticket {
        Ticket {
            id: format!("ticket-{}", self.tickets.fetch_add(1, Ordering::Relaxed)),
            customer: CUSTOMER.to_owned(),
            office: "Gabinete da Vereadora Helena".to_owned(),
            user: "u-17".to_owned(),
            expires_at: self.clock.now_ms() / 1_000 + 300,
            app: None,
            return_to: Some("/contas?ok=1".to_owned()),
        }
    }

    /// A new ticket as text.
    pub(crate) fn signed_ticket(&self) -> String {
        self.ticket().sign(&crm_secrets())
    }

    /// A new ticket of another customer.
    pub(crate) fn others_ticket(&self) -> String {
        let ticket = Ticket {
            customer: OTHER_CUSTOMER.to_owned(),
            office: "Gabinete da Vereadora Zulmira".to_owned(),
            ..self.ticket()
        };
        ticket.sign(&crm_secrets())
    }

    /// Hands an event to the handler.
    pub(crate) async fn send(&self, event: &Value) -> Answer {
        let answer: Value = if let Some(binary) = &self.binary {
            serde_json::from_slice(&binary.invoke(event.to_string()).await.unwrap()).unwrap()
        } else {
            let mut context = Context::default();
            context.deadline = u64::try_from(self.clock.now_ms() + 28_000).unwrap();
            let event = LambdaEvent::new(serde_json::from_str(&event.to_string()).unwrap(), context);
            let answer = self.connect.handle(event).await.unwrap();
            serde_json::from_str(&serde_json::to_string(&answer).unwrap()).unwrap()
        };
        let cookies = answer["cookies"].as_array().into_iter().flatten();
        Answer {
            status: answer["statusCode"].as_u64().unwrap(),
            headers: answer["headers"].clone(),
            cookies: cookies.map(|cookie| cookie.as_str().unwrap().to_owned()).collect(),
            body: answer["body"].as_str().unwrap_or_default().to_owned(),
        }
    }

    /// Posts a `signed_request`, as Meta does.
    pub(crate) async fn signed(&self, path: &str, request: &str) -> Answer {
        self.send(&form("POST", path, &[("signed_request", request)])).await
    }

    pub(crate) async fn account(&self, id: &str) -> Option<Account> {
        self.store.account(&AccountId::parse(id).unwrap()).await.unwrap()
    }

    /// The stored token of an account, opened.
    pub(crate) async fn token(&self, account: &Account) -> SecretString {
        let vault = Vault::local(LocalKey::parse(&self.key).unwrap());
        vault.open(account.id.as_str(), account.sealed_token.as_ref().unwrap()).await.unwrap()
    }

    /// Whether Meta takes the stored token of an account.
    pub(crate) async fn is_token_good(&self, account: &Account) -> bool {
        let graph = Graph::new(self.meta.endpoint()).unwrap();
        let me = graph.me(&self.token(account).await).await.result;
        me.is_ok_and(|me| me.account == account.id && Some(me.scoped_id) == account.login.scoped_id)
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

pub(crate) fn crm_secrets() -> CrmSecrets {
    CrmSecrets::parse_parts([json!({"secrets": [CRM_SECRET]}).to_string().as_str()]).unwrap()
}

/// A `signed_request` of Meta's.
pub(crate) fn signed_request(secret: &str, user: &str, issued_at_ms: i64) -> String {
    sign_payload(secret, &json!({"algorithm": "HMAC-SHA256", "issued_at": issued_at_ms / 1_000, "user_id": user}))
}

pub(crate) fn sign_payload(secret: &str, payload: &Value) -> String {
    let payload = URL_SAFE_NO_PAD.encode(payload.to_string());
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(&payload);
    format!("{}.{payload}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// A request as the gateway builds it.
pub(crate) fn request(method: &str, path: &str, query: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": format!("{method} {path}"),
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": HOST, "accept-language": "pt-BR,pt;q=0.9"},
        "requestContext": {"domainName": HOST, "stage": "$default", "http": {"method": method, "path": path}},
        "isBase64Encoded": false,
    })
}

/// A form, which the gateway hands over as base64.
pub(crate) fn form(method: &str, path: &str, fields: &[(&str, &str)]) -> Value {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let mut event = request(method, path, "");
    event["headers"]["content-type"] = json!("application/x-www-form-urlencoded");
    event["body"] = json!(STANDARD.encode(body));
    event["isBase64Encoded"] = json!(true);
    event
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

async fn connect_at(
    clock: &SandboxClock,
    table: &Door,
    settings: &[(String, String)],
    key: &str,
    metrics: &Arc<Mutex<Vec<String>>>,
) -> Connect {
    let config = Config::from_env(&Env::of(settings.iter().cloned())).unwrap();
    let clock_of_function = Clock::from_source(clock.clone());
    let patience = Duration::from_secs(3);
    let parts = Parts {
        store: store_at(&table.endpoint(), clock).await,
        graph: Graph::with_deadline(&config.graph_base_url, patience).unwrap(),
        login: Login::new(&config.login_base_url, &config.code_base_url).unwrap(),
        vault: Vault::local(LocalKey::parse(key).unwrap()),
        apps: AppsSecret::new(config.meta_apps_secret.clone(), None, clock_of_function.clone(), |texts| {
            Apps::parse_parts(texts.iter().copied())
        }),
        crm: AppsSecret::new(config.crm_secret.clone(), None, clock_of_function.clone(), |texts| {
            CrmSecrets::parse_parts(texts.iter().copied())
        }),
    };
    let lines = Arc::clone(metrics);
    let meter = Metrics::with_writer("connect", clock_of_function.clone(), move |line| {
        lines.lock().unwrap().push(line.to_owned());
    });
    Connect::new(config, parts, clock_of_function, meter)
}

/// The words of a secret, for a look at what must not be told.
pub(crate) fn exposed(secret: &SecretString) -> String {
    secret.expose_secret().to_owned()
}
