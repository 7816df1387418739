//! The built functions between the sandbox's servers, with a counter at every door.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use instagram::{AccountId, AppId};
use sandbox::clock::Clock;
use sandbox::dynamo::{self, Dynamo};
use sandbox::fault::{Call, Fate, NoFaults};
use sandbox::gateway::Gateway;
use sandbox::invoke::Invoke;
use sandbox::mapping::{Mapping, Poller};
use sandbox::meta::{Meta, fault};
use sandbox::runtime::{Function, built};
use sandbox::sqs::Sqs;
use secrecy::SecretString;
use serde_json::{Value, json};
use store::{Account, Mode, Store, TABLE_DEFINITION};
use vault::{LocalKey, Vault};

use super::counts::{Counts, Meter, Thing, amount, started};
use super::cpu;

const APP: &str = "867555782500454";
const SECRET: &str = "a secret of the measured app";
const TABLE: &str = "politicall-ig";
const GATEWAY_UNIT: usize = 512 * 1024;
const QUEUE_UNIT: usize = 64 * 1024;
/// Longest wait for a line that a function has written already.
const LIMIT: Duration = Duration::from_secs(20);

/// Answers as offices write them: a sentence or two, below the 300 bytes that the bars on write units are for.
const RULES: &str = r#"{"version": 1, "rules": [
    {"id": "agenda", "on": ["message"], "when": [{"words": {"any": ["agenda"]}}],
     "do": [{"text": "Olá! A próxima reunião aberta do gabinete é na quinta, às 19h, na Câmara. Venha conversar com a gente."}]},
    {"id": "quero", "on": ["comment"], "when": [{"words": {"any": ["quero"]}}],
     "do": [{"private_reply": "Olá! Obrigado pelo interesse. Aqui está o formulário para participar do mutirão de sábado."}]},
    {"id": "linda", "on": ["comment"], "when": [{"words": {"any": ["linda"]}}],
     "do": [{"public_reply": "Obrigado pelo carinho! Seguimos juntos."}]}
]}"#;

/// Everything between Meta and the table.
pub(crate) struct Stage {
    pub(crate) meta: Meta,
    store: Store,
    client: aws_sdk_dynamodb::Client,
    meter: Meter,
    sqs: Sqs,
    table: dynamo::Door,
    keeper_table: dynamo::Door,
    poller: Poller,
    caretaker: Function,
    dynamo: Dynamo,
    accounts: Vec<String>,
    vault: Vault,
    _held: Held,
}

/// What only has to live as long as the stage.
struct Held {
    _ingest: Function,
    _worker: Function,
    _gateway: Gateway,
    _queue_doors: [sandbox::sqs::Door; 3],
    _graph: sandbox::meta::Door,
    _files: tempfile::TempDir,
}

impl Stage {
    /// A stage with so many connected accounts that answer.
    pub(crate) async fn start(accounts: usize) -> Result<Self> {
        let clock = Clock::default();
        let meter = Meter::default();
        let files = tempfile::tempdir()?;
        let accounts: Vec<String> = (1..=accounts).map(|n| (17_841_400_000_000_000 + n).to_string()).collect();
        let world = world(&accounts);
        std::fs::write(files.path().join("apps.json"), json!({"apps": world["apps"]}).to_string())?;
        let key = LocalKey::generate()?;
        std::fs::write(files.path().join("token.key"), &key)?;

        let dynamo = Dynamo::memory(clock.clone()).await?;
        dynamo.create_table(&serde_json::from_str(TABLE_DEFINITION)?)?;
        let table = dynamo.door("worker", NoFaults).await?;
        let keeper_table = dynamo.door("caretaker", NoFaults).await?;
        let sqs = Sqs::start(clock.clone(), None).await?;
        sqs.create_queue("events.fifo", &[("VisibilityTimeout", "180"), ("FifoQueue", "true")]).await?;
        sqs.create_queue("quarantine", &[]).await?;
        let meta = Meta::start(clock, world).await?;
        meta.set_own_comments_come_back(true);
        let counted = meter.clone();
        let graph = meta.door("functions", move |_: &Call| {
            counted.add(Thing::GraphCalls, 1.0);
            fault::Fate::Serve
        });
        let graph = graph.await?;

        let mut queue_doors = Vec::new();
        for actor in ["ingest", "worker", "mapping"] {
            let counted = meter.clone();
            let judge = move |call: &Call| {
                count_queue_call(&counted, call);
                Fate::Serve
            };
            queue_doors.push(sqs.door(actor, judge).await?);
        }
        let [at_ingest, at_worker, at_mapping] =
            <[_; 3]>::try_from(queue_doors).map_err(|_| anyhow::anyhow!("three"))?;

        let queues = |door: &sandbox::sqs::Door| {
            [
                ("AWS_ENDPOINT_URL_SQS", door.endpoint()),
                ("EVENTS_QUEUE_URL", sqs.queue_url("events.fifo")),
                ("QUARANTINE_QUEUE_URL", sqs.queue_url("quarantine")),
            ]
        };
        let sending = |table: &dynamo::Door| {
            [
                ("AWS_ENDPOINT_URL_DYNAMODB", table.endpoint()),
                ("TABLE_NAME", TABLE.to_owned()),
                ("TOKEN_KEY", format!("file:{}", files.path().join("token.key").display())),
                ("GRAPH_BASE_URL", graph.endpoint().to_owned()),
            ]
        };
        let ingest = function("ingest", &meter)
            .environment(queues(&at_ingest))
            .environment([("META_APPS_SECRET", format!("file:{}", files.path().join("apps.json").display()))])
            .concurrency(1)
            .build();
        let worker = function("worker", &meter)
            .environment(queues(&at_worker))
            .environment(sending(&table))
            .concurrency(1)
            .build();
        let caretaker = function("caretaker", &meter)
            .environment(queues(&at_worker))
            .environment(sending(&keeper_table))
            .timeout(caretaker::TIME_OUT)
            .concurrency(1)
            .build();

        let gateway = Gateway::builder()
            .route("ANY /api/webhook/instagram", counted_ingest(ingest.clone(), meter.clone()))
            .start()
            .await?;
        meta.set_callback(format!("{}/api/webhook/instagram", gateway.endpoint()).parse()?);
        let poller = Mapping::of(&sqs.queue_url("events.fifo"), counted_worker(worker.clone(), meter.clone()))
            .endpoint(&at_mapping.endpoint())
            .poller()
            .await?;

        let config = boot::aws_config_at(dynamo.endpoint(), &boot::Clock::system(), boot::CallLimits::default()).await;
        let client = aws_sdk_dynamodb::Client::new(&config);
        let stage = Self {
            meta,
            store: Store::new(client.clone(), TABLE),
            client,
            meter,
            sqs,
            table,
            keeper_table,
            poller,
            caretaker,
            dynamo,
            accounts,
            vault: Vault::local(LocalKey::parse(&key)?),
            _held: Held {
                _ingest: ingest,
                _worker: worker,
                _gateway: gateway,
                _queue_doors: [at_ingest, at_worker, at_mapping],
                _graph: graph,
                _files: files,
            },
        };
        stage.connect_accounts().await?;
        Ok(stage)
    }

    pub(crate) fn accounts(&self) -> &[String] {
        &self.accounts
    }

    /// An account as a login leaves it, with a check of its subscription that is due unless it `was_checked`.
    async fn account(&self, id: &str, was_checked: bool) -> Result<Account> {
        let now = boot::Clock::system().now_ms();
        let mut account = Account {
            mode: Mode::Answer,
            sealed_token: Some(self.vault.seal(id, &SecretString::from(token(id))).await?),
            rules: self.store.account(&AccountId::parse(id)?).await?.map_or(0, |account| account.rules),
            due_at: (!was_checked).then_some(now),
            ..Account::new(AccountId::parse(id)?, AppId::parse(APP)?, "gabinete", "gabinete")
        };
        account.login.issued_at = Some(now);
        account.login.expires_at = Some(now + 60 * 86_400_000);
        account.login.checked_at = was_checked.then_some(now);
        Ok(account)
    }

    async fn connect_accounts(&self) -> Result<()> {
        for id in &self.accounts {
            let account = self.account(id, true).await?;
            self.store.put_account(&account).await?;
            self.store.put_rules(&account.id, RULES, 0).await?;
        }
        Ok(())
    }

    /// Has every account's subscription be due for its check.
    pub(crate) async fn make_checks_due(&self) -> Result<()> {
        for id in &self.accounts {
            self.store.put_account(&self.account(id, false).await?).await?;
        }
        Ok(())
    }

    /// What `work` used, once the `lines` that it must leave in the logs are there.
    pub(crate) async fn measured(
        &self,
        lines: impl Fn(&Counts) -> f64,
        work: impl Future<Output = Result<()>>,
    ) -> Result<Counts> {
        let before = self.read().and(&processor());
        work.await?;
        let written = async {
            loop {
                let used = self.read().since(&before);
                if used.of(Thing::LogEntries) >= lines(&used) {
                    return used.and(&processor());
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(LIMIT, written).await.context("a line is missing in the logs")
    }

    fn read(&self) -> Counts {
        let mut counts = self.meter.read();
        for door in [&self.table, &self.keeper_table] {
            let bill = door.bill().total();
            counts.add(Thing::WriteUnits, bill.write_units);
            counts.add(Thing::ReadUnits, bill.read_units);
            counts.add(Thing::TableCalls, u32::try_from(bill.calls).map_or(f64::INFINITY, f64::from));
        }
        counts
    }

    /// Posts what Meta has to tell, each delivery by itself, and takes it off the queue, batch by batch.
    pub(crate) async fn pass_on(&self) -> Result<usize> {
        let posted = self.meta.deliver_due().await;
        self.work_off().await?;
        Ok(posted)
    }

    /// Takes one batch off the queue, which must have so many records.
    pub(crate) async fn work_off_one(&self, records: usize) -> Result<()> {
        let batch = self.poller.poll().await?;
        ensure!(batch.returned == 0, "the worker returned a record");
        ensure!(usize::try_from(batch.received)? == records, "a batch of {} records", batch.received);
        Ok(())
    }

    /// Takes everything off the queue, in batches that are as full as they can be.
    pub(crate) async fn work_off(&self) -> Result<()> {
        while self.sqs.counts("events.fifo").is_some_and(|counts| counts.waiting > 0) {
            let batch = self.poller.poll().await?;
            ensure!(batch.returned == 0, "the worker returned a record");
        }
        let set_aside = self.sqs.counts("quarantine").map_or(0, |counts| counts.waiting);
        ensure!(set_aside == 0, "something lies in quarantine");
        Ok(())
    }

    /// One run of the caretaker.
    pub(crate) async fn keep(&self) -> Result<()> {
        self.meter.add(Thing::CaretakerCalls, 1.0);
        let event = json!({"version": "0", "detail-type": "Scheduled Event", "source": "aws.scheduler"});
        self.caretaker.invoke(event.to_string()).await?;
        Ok(())
    }

    /// How many metrics the caretaker's latest run wrote: those are there whatever happens.
    pub(crate) fn metrics_of_a_run(&self) -> Result<usize> {
        let lines = self.caretaker.lines();
        let latest: Value = serde_json::from_str(&lines.last().context("no run left a line")?.text)?;
        let metrics = latest["_aws"]["CloudWatchMetrics"].as_array().into_iter().flatten();
        Ok(metrics.filter_map(|set| set["Metrics"].as_array()).map(Vec::len).sum())
    }

    /// Read units for a look at all accounts, as the caretaker takes one every quarter of an hour.
    pub(crate) async fn survey(&self) -> Result<f64> {
        let door = self.dynamo.door("survey", NoFaults).await?;
        let config = boot::aws_config_at(&door.endpoint(), &boot::Clock::system(), boot::CallLimits::default()).await;
        let found = Store::new(aws_sdk_dynamodb::Client::new(&config), TABLE).accounts().await?;
        ensure!(found.len() == self.accounts.len(), "an account is missing");
        Ok(door.bill().total().read_units)
    }

    /// Bytes that the table holds, as AWS measures them: 100 more per item than its attributes have.
    pub(crate) async fn stored_bytes(&self) -> Result<f64> {
        let table = self.client.describe_table().table_name(TABLE).send().await?.table;
        let bytes = table.and_then(|table| table.table_size_bytes).context("the table has no size")?;
        Ok(amount(usize::try_from(bytes)?))
    }

    /// Has Meta sign with another secret than the app's from now on.
    pub(crate) fn forge(&self) {
        self.meta.world(|world| world.apps[0].app_secrets = vec!["another secret".to_owned()]);
    }
}

/// What the functions took of the processor so far.
fn processor() -> Counts {
    let mut counts = Counts::default();
    for (name, thing) in
        [("ingest", Thing::IngestCpu), ("worker", Thing::WorkerCpu), ("caretaker", Thing::CaretakerCpu)]
    {
        counts.add(thing, cpu::spent(name).as_secs_f64() * 1_000.0);
    }
    counts
}

/// The person who writes to an account.
pub(crate) fn person(account: &str) -> String {
    account.replacen("178414", "9", 1)
}

/// The post of an account.
pub(crate) fn post(account: &str) -> String {
    account.replacen("178414", "180000", 1)
}

fn token(account: &str) -> String {
    format!("IGAA-{account}")
}

fn world(accounts: &[String]) -> Value {
    let each = |make: &dyn Fn(usize, &str) -> Value| -> Vec<Value> {
        accounts.iter().enumerate().map(|(n, account)| make(n, account)).collect()
    };
    json!({
        "apps": [{"name": "politicall", "app_id": APP, "app_secrets": [SECRET], "verify_tokens": ["v"]}],
        "accounts": each(&|n, account| json!({
            "account": account, "app_scoped_id": format!("2700000000{n:07}"), "username": format!("gabinete.{n}"),
            "name": "Gabinete", "app_id": APP, "token": token(account),
        })),
        "people": each(&|n, account| json!({
            "account": account, "id": person(account), "username": format!("pessoa.{n}"), "name": "Ana",
        })),
        "media": each(&|_, account| json!({"account": account, "id": post(account), "product": "FEED"})),
    })
}

/// A built function whose lines are counted. They log what they log in production.
fn function(name: &str, meter: &Meter) -> sandbox::runtime::Builder {
    let counted = meter.clone();
    Function::of(built(name)).environment([("LOG_LEVEL", "info")]).on_line(move |line| {
        counted.add(Thing::LogEntries, 1.0);
        counted.add(Thing::LogBytes, amount(line.text.len()));
    })
}

fn counted_ingest(function: Function, meter: Meter) -> impl Invoke {
    move |event: Bytes| {
        let (function, meter) = (function.clone(), meter.clone());
        async move {
            let request: Value = serde_json::from_slice(&event).unwrap_or_default();
            let body = request["body"].as_str().unwrap_or_default();
            meter.add(Thing::GatewayRequests, started(body.len(), GATEWAY_UNIT));
            meter.add(Thing::IngestCalls, 1.0);
            function.invoke(event).await
        }
    }
}

fn counted_worker(function: Function, meter: Meter) -> impl Invoke {
    move |event: Bytes| {
        let (function, meter) = (function.clone(), meter.clone());
        async move {
            let batch: Value = serde_json::from_slice(&event).unwrap_or_default();
            let bodies = batch["Records"].as_array().into_iter().flatten().filter_map(|record| record["body"].as_str());
            // Lambda asks once for what it hands over. What it asks for in vain is told apart, by the month.
            meter.add(Thing::QueueReceives, started(bodies.map(str::len).sum(), QUEUE_UNIT));
            meter.add(Thing::WorkerCalls, 1.0);
            function.invoke(event).await
        }
    }
}

fn count_queue_call(meter: &Meter, call: &Call) {
    match call.operation.as_str() {
        "SendMessageBatch" if &*call.actor == "ingest" => {
            meter.add(Thing::QueueSends, started(call.body.len(), QUEUE_UNIT));
        }
        "DeleteMessageBatch" => meter.add(Thing::QueueDeletes, 1.0),
        // The sandbox's own way of asking; receives are counted by what they brought.
        "ReceiveMessage" | "GetQueueAttributes" => {}
        _ => meter.add(Thing::QueueOthers, started(call.body.len(), QUEUE_UNIT)),
    }
}
