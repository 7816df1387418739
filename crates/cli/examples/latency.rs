//! How long it takes from a delivery of Meta's until the CRM can read of it: through the built functions, gateway, queues and
//! table of the sandbox, at a steady rate. To reach: 1 s for 99 of a hundred, at 200 deliveries a second for two minutes.
//!
//! `cargo build --release -p ingest -p worker && cargo run --release -p cli --example latency`. Rate and seconds may follow:
//! `-- 200 120`.

use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use instagram::{AccountId, AppId};
use sandbox::clock::Clock;
use sandbox::dynamo::Dynamo;
use sandbox::gateway::Gateway;
use sandbox::mapping::Mapping;
use sandbox::meta::Meta;
use sandbox::runtime::{Function, built};
use sandbox::sqs::Sqs;
use serde_json::{Value, json};
use store::{Account, Mode, Store, TABLE_DEFINITION};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};
use vault::LocalKey;

const APP: &str = "867555782500454";
const TABLE: &str = "politicall-ig";
/// Offices, and people who write to each.
const OFFICES: usize = 20;
const PEOPLE: usize = 500;
/// As many copies of each function as a small deployment runs at once (`template.yaml`: Sizes).
const COPIES: u32 = 10;
/// Longest wait for the last events once nothing more is delivered.
const REST: Duration = Duration::from_secs(60);
/// The bar.
const MOST_MS: i64 = 1_000;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u32>());
    let rate = arguments.next().transpose()?.unwrap_or(200);
    let seconds = arguments.next().transpose()?.unwrap_or(120);
    ensure!(rate > 0 && seconds > 0, "a rate and how many seconds, both more than nothing");
    let files = tempfile::tempdir()?;
    let clock = Clock::default();
    let offices: Vec<String> = (1..=OFFICES).map(|n| (17_841_400_000_000_000 + n).to_string()).collect();
    let world = json!({
        "apps": [{"name": "politicall", "app_id": APP, "app_secrets": ["a secret"], "verify_tokens": ["v"]}],
        "accounts": offices.iter().map(|office| json!({"account": office, "app_id": APP, "token": office, "username": office})).collect::<Vec<_>>(),
    });
    std::fs::write(files.path().join("apps.json"), json!({"apps": world["apps"]}).to_string())?;
    std::fs::write(files.path().join("token.key"), LocalKey::generate()?)?;

    let dynamo = Dynamo::memory(clock.clone()).await?;
    dynamo.create_table(&serde_json::from_str(TABLE_DEFINITION)?)?;
    let sqs = Sqs::start(clock.clone(), None).await?;
    sqs.create_queue("events.fifo", &[("VisibilityTimeout", "180"), ("FifoQueue", "true")]).await?;
    sqs.create_queue("crm.fifo", &[("FifoQueue", "true")]).await?;
    sqs.create_queue("quarantine", &[]).await?;
    let meta = Arc::new(Meta::start(clock.clone(), world).await?);
    connect(&dynamo, &offices).await?;

    let queues = [
        ("AWS_ENDPOINT_URL_SQS", sqs.endpoint()),
        ("EVENTS_QUEUE_URL", sqs.queue_url("events.fifo")),
        ("QUARANTINE_QUEUE_URL", sqs.queue_url("quarantine")),
        ("CRM_QUEUE_URL", sqs.queue_url("crm.fifo")),
    ];
    let file = |name: &str| format!("file:{}", files.path().join(name).display());
    let ingest = Function::of(built("ingest"))
        .environment(queues.clone())
        .environment([("META_APPS_SECRET", file("apps.json"))])
        .concurrency(COPIES)
        .build();
    let worker = Function::of(built("worker"))
        .environment(queues)
        .environment([
            ("AWS_ENDPOINT_URL_DYNAMODB", dynamo.endpoint().to_owned()),
            ("TABLE_NAME", TABLE.to_owned()),
            ("TOKEN_KEY", file("token.key")),
            ("GRAPH_BASE_URL", meta.endpoint().to_owned()),
        ])
        .concurrency(COPIES)
        .build();
    let gateway = Gateway::builder().route("ANY /api/webhook/instagram", ingest).start().await?;
    meta.set_callback(format!("{}/api/webhook/instagram", gateway.endpoint()).parse()?);
    let mapping =
        Mapping::of(&sqs.queue_url("events.fifo"), worker).maximum_concurrency(COPIES as usize).start().await?;

    let began = deliver(&meta, &clock, &offices, rate, seconds).await?;
    mapping.drain(REST).await?;
    let took = latencies(&sqs, &began);
    report(&took, began.len(), rate, seconds)
}

/// Offices that store what happens and answer nothing.
async fn connect(dynamo: &Dynamo, offices: &[String]) -> Result<()> {
    let config = boot::aws_config_at(dynamo.endpoint(), &boot::Clock::system(), boot::CallLimits::default()).await;
    let store = Store::new(aws_sdk_dynamodb::Client::new(&config), TABLE);
    for office in offices {
        let account = Account::new(AccountId::parse(office)?, AppId::parse(APP)?, "gabinete", office.as_str());
        store.put_account(&Account { mode: Mode::Observe, ..account }).await?;
    }
    Ok(())
}

/// Delivers one message after the other, whether the one before was answered or not. Gives when each began, by its id.
async fn deliver(
    meta: &Arc<Meta>,
    clock: &Clock,
    offices: &[String],
    rate: u32,
    seconds: u32,
) -> Result<HashMap<String, i64>> {
    let mut began = HashMap::new();
    let mut under_way = JoinSet::new();
    let mut tick = tokio::time::interval(Duration::from_secs(1) / rate);
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let started = Instant::now();
    for n in 0..usize::try_from(rate * seconds)? {
        tick.tick().await;
        let (office, person) = (&offices[n % OFFICES], 930_000_000_000_000 + (n * 7_919) % PEOPLE);
        let (mid, now) = (format!("aWdfExampleMid{n:010}"), clock.now_ms());
        let body = json!({"object": "instagram", "entry": [{"id": office, "time": now, "messaging": [{
            "sender": {"id": person.to_string()}, "recipient": {"id": office}, "timestamp": now,
            "message": {"mid": mid, "text": "Bom dia! Gostaria de saber mais sobre o trabalho do gabinete aqui no bairro."},
        }]}]});
        began.insert(mid, now);
        let meta = Arc::clone(meta);
        under_way.spawn(async move { meta.sign_and_post(body.to_string()).await });
    }
    let late = started.elapsed().saturating_sub(Duration::from_secs(u64::from(seconds)));
    ensure!(late < Duration::from_secs(2), "this machine is too slow for the rate: the deliveries took {late:?} more");
    while let Some(answer) = under_way.join_next().await {
        let answer = answer??;
        ensure!(answer.is_accepted(), "a delivery was answered {:?}", answer.status);
    }
    Ok(began)
}

/// From each delivery to its event, in milliseconds, the shortest first.
fn latencies(sqs: &Sqs, began: &HashMap<String, i64>) -> Vec<i64> {
    let mut took: HashMap<String, i64> = HashMap::new();
    for seen in sqs.messages("crm.fifo") {
        let body: Value = serde_json::from_str(&seen.body).unwrap_or_default();
        let mid = body["mid"].as_str().filter(|_| body["type"] == "message.received").unwrap_or_default();
        if let Some(began) = began.get(mid) {
            // Told twice counts once.
            took.entry(mid.to_owned()).or_insert(seen.sent_ms - began);
        }
    }
    let mut took: Vec<i64> = took.into_values().collect();
    took.sort_unstable();
    took
}

fn report(took: &[i64], delivered: usize, rate: u32, seconds: u32) -> Result<()> {
    let part = |percent: usize| took.get((took.len() * percent / 100).min(took.len().saturating_sub(1))).copied();
    let [half, most, slowest] = [50, 99, 100].map(part);
    let (half, most, slowest) = (half.context("nothing was told")?, most.unwrap_or(0), slowest.unwrap_or(0));
    writeln!(
        std::io::stdout(),
        "{rate} deliveries a second for {seconds} s: {} of {delivered} told; half within {half} ms, 99 of a hundred within \
         {most} ms, all within {slowest} ms",
        took.len()
    )?;
    ensure!(took.len() == delivered, "some were never told");
    ensure!(most <= MOST_MS, "99 of a hundred are to be told within {MOST_MS} ms");
    Ok(())
}
