//! The parts of the stack, wired as `template.yaml` wires them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use anyhow::{Result, anyhow};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use boot::{AppsSecret, Clock, Env, Metrics};
use bytes::Bytes;
use caretaker::Caretaker;
use connect::{Connect, CrmSecrets};
use desk::Desk;
use graph::{Graph, Login};
use ingest::Ingest;
use instagram::Apps;
use lambda_runtime::{Context, LambdaEvent};
use sandbox::invoke::{FunctionError, Invoke};
use sandbox::mapping::Mapping;
use sandbox::meta::Meta;
use sandbox::sqs::Sqs;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use store::Store;
use vault::Vault;
use worker::Worker;

use super::{CRM_QUEUE, DEAD_LETTER_QUEUE, EVENTS_QUEUE, QUARANTINE_QUEUE};

/// The table's name.
pub(crate) const TABLE: &str = "politicall-ig";

/// Receipts until an event goes to the dead-letter queue, as in the template.
const MAX_RECEIVES: u32 = 8;

pub(super) async fn create_queues(sqs: &Sqs) -> Result<()> {
    let fifo =
        [("FifoQueue", "true"), ("DeduplicationScope", "messageGroup"), ("FifoThroughputLimit", "perMessageGroupId")];
    let refused = |refusal: sandbox::sqs::Refusal| anyhow!("the local SQS refused a queue: {refusal:?}");
    sqs.create_queue(DEAD_LETTER_QUEUE, &fifo).await.map_err(refused)?;
    let redrive = json!({"deadLetterTargetArn": sqs.queue_arn(DEAD_LETTER_QUEUE), "maxReceiveCount": MAX_RECEIVES});
    let redrive = redrive.to_string();
    let mut events = fifo.to_vec();
    events.extend([("VisibilityTimeout", "180"), ("RedrivePolicy", redrive.as_str())]);
    sqs.create_queue(EVENTS_QUEUE, &events).await.map_err(refused)?;
    // What the CRM does not take it may take for 14 days, as in the template.
    let mut crm = fifo.to_vec();
    crm.push(("MessageRetentionPeriod", "1209600"));
    sqs.create_queue(CRM_QUEUE, &crm).await.map_err(refused)?;
    sqs.create_queue(QUARANTINE_QUEUE, &[("MessageRetentionPeriod", "1209600")]).await.map_err(refused)?;
    Ok(())
}

pub(super) fn ingest(
    sqs: &Sqs,
    queues: &aws_sdk_sqs::Client,
    apps: &Path,
    clock: &Clock,
    metrics: Metrics,
) -> Result<impl Invoke + Clone> {
    let env = Env::of([
        ("EVENTS_QUEUE_URL", sqs.queue_url(EVENTS_QUEUE)),
        ("QUARANTINE_QUEUE_URL", sqs.queue_url(QUARANTINE_QUEUE)),
        ("META_APPS_SECRET", format!("file:{}", apps.display())),
    ]);
    let config = ingest::Config::from_env(&env)?;
    let secrets = AppsSecret::new(config.meta_apps_secret.clone(), None, clock.clone(), |texts| {
        Apps::parse_parts(texts.iter().copied())
    });
    let ingest = Arc::new(Ingest::new(config, queues, secrets, clock.clone(), metrics));
    Ok(move |event: Bytes| {
        let ingest = Arc::clone(&ingest);
        async move { answer(ingest.handle(read(&event)?).await) }
    })
}

/// Lets Meta know of every delivery before it reaches `ingest`: one that a person posts, signed elsewhere, opens the same
/// windows as Meta's own.
pub(super) fn told_to_meta(meta: Arc<Meta>, ingest: impl Invoke) -> impl Invoke + Clone {
    let ingest = Arc::new(ingest);
    move |event: Bytes| {
        let (meta, ingest) = (Arc::clone(&meta), Arc::clone(&ingest));
        async move {
            if let Some(body) = body(&event) {
                meta.learn(&body);
            }
            ingest.invoke(event).await
        }
    }
}

/// The body in a gateway event.
fn body(event: &[u8]) -> Option<Vec<u8>> {
    let event: Value = serde_json::from_slice(event).ok()?;
    let body = event["body"].as_str()?;
    if event["isBase64Encoded"] == true { STANDARD.decode(body).ok() } else { Some(body.as_bytes().to_vec()) }
}

pub(super) fn worker(
    sqs: &Sqs,
    queues: aws_sdk_sqs::Client,
    store: Store,
    graph: Graph,
    vault: Vault,
    clock: &Clock,
    metrics: Metrics,
) -> Arc<Worker> {
    let config = worker::Config {
        events_queue_url: sqs.queue_url(EVENTS_QUEUE),
        quarantine_queue_url: sqs.queue_url(QUARANTINE_QUEUE),
        crm_queue_url: Some(sqs.queue_url(CRM_QUEUE)),
        table_name: TABLE.to_owned(),
        graph_base_url: String::new(),
        token_key: String::new(),
        outbox: outbox::Settings::default(),
    };
    Arc::new(Worker::new(&config, store, queues, graph, vault, clock.clone(), metrics))
}

pub(super) fn caretaker(
    sqs: &Sqs,
    queues: aws_sdk_sqs::Client,
    store: Store,
    graph: Graph,
    vault: Vault,
    clock: &Clock,
    metrics: Metrics,
) -> Arc<Caretaker> {
    let config = caretaker::Config {
        events_queue_url: sqs.queue_url(EVENTS_QUEUE),
        crm_queue_url: Some(sqs.queue_url(CRM_QUEUE)),
        fields: instagram::FIELDS.to_vec(),
        table_name: TABLE.to_owned(),
        graph_base_url: String::new(),
        token_key: String::new(),
        outbox: outbox::Settings::default(),
    };
    Arc::new(Caretaker::new(&config, store, queues, graph, vault, clock.clone(), metrics))
}

/// What `connect` is made of.
pub(super) struct Connecting {
    pub(super) apps: PathBuf,
    pub(super) crm: PathBuf,
    pub(super) meta: String,
    pub(super) store: Store,
    pub(super) graph: Graph,
    pub(super) vault: Vault,
    pub(super) clock: Clock,
    pub(super) metrics: Metrics,
}

pub(super) fn connect(parts: Connecting, base_url: &str) -> Result<Connect> {
    let env = Env::of([
        ("CONNECT_BASE_URL", base_url.to_owned()),
        ("CRM_SECRET", format!("file:{}", parts.crm.display())),
        ("META_APPS_SECRET", format!("file:{}", parts.apps.display())),
        ("TABLE_NAME", TABLE.to_owned()),
        ("TOKEN_KEY", "handed in".to_owned()),
        ("GRAPH_BASE_URL", parts.meta.clone()),
        ("LOGIN_BASE_URL", parts.meta.clone()),
        ("CODE_BASE_URL", parts.meta),
    ]);
    let config = connect::Config::from_env(&env)?;
    let apps = AppsSecret::new(config.meta_apps_secret.clone(), None, parts.clock.clone(), |texts| {
        Apps::parse_parts(texts.iter().copied())
    });
    let crm = AppsSecret::new(config.crm_secret.clone(), None, parts.clock.clone(), |texts| {
        CrmSecrets::parse_parts(texts.iter().copied())
    });
    let login = Login::new(&config.login_base_url, &config.code_base_url)?;
    let (store, graph, vault) = (parts.store, parts.graph, parts.vault);
    let talks_to = connect::Parts { store, graph, login, vault, apps, crm };
    Ok(Connect::new(config, talks_to, parts.clock, parts.metrics))
}

/// Hands events to `connect` from the moment on that it is there.
pub(super) fn once_there(connect: Arc<OnceLock<Connect>>) -> impl Invoke {
    move |event: Bytes| {
        let connect = Arc::clone(&connect);
        async move {
            let connect = connect.get().ok_or("the stack is still starting");
            let connect = connect.map_err(Box::<dyn std::error::Error + Send + Sync>::from)?;
            answer(connect.handle(read(&event)?).await)
        }
    }
}

/// The CRM's API.
pub(super) fn desk(
    store: Store,
    graph: Graph,
    vault: Vault,
    clock: &Clock,
    metrics: Metrics,
) -> impl Invoke + Clone + use<> {
    let desk = Arc::new(Desk::new(
        desk::Parts { store, graph, vault, outbox: outbox::Settings::default() },
        clock.clone(),
        metrics,
    ));
    move |event: Bytes| {
        let desk = Arc::clone(&desk);
        async move { answer(desk.handle(read(&event)?).await) }
    }
}

pub(super) async fn map(sqs: &Sqs, worker: Arc<Worker>) -> Result<Mapping> {
    let target = move |event: Bytes| {
        let worker = Arc::clone(&worker);
        async move { answer(worker.handle(read(&event)?).await) }
    };
    Ok(Mapping::of(&sqs.queue_url(EVENTS_QUEUE), target).start().await?)
}

fn read<T: DeserializeOwned>(event: &[u8]) -> Result<LambdaEvent<T>, FunctionError> {
    let payload = serde_json::from_slice(event)
        .map_err(|e| FunctionError::from(Box::<dyn std::error::Error + Send + Sync>::from(e)))?;
    Ok(LambdaEvent::new(payload, Context::default()))
}

fn answer<T: Serialize>(answer: Result<T, lambda_runtime::Error>) -> Result<Vec<u8>, FunctionError> {
    let written = answer.and_then(|answer| Ok(serde_json::to_vec(&answer)?));
    written.map_err(FunctionError::from)
}
