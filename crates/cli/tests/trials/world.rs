//! The world around the actors: table, queues, Meta, one clock.

mod actor;
mod office;
mod queue;
mod seam;
mod time;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use boot::CallLimits;
use job::Job;
use sandbox::clock::Clock;
use sandbox::dynamo::Dynamo;
use sandbox::meta::Meta;
use sandbox::sqs::Sqs;
use serde_json::json;
use store::{Store, TABLE_DEFINITION};
use vault::LocalKey;

pub(crate) use actor::Actor;
pub(crate) use office::Office;
pub(crate) use queue::{Batch, records_of};
pub(crate) use seam::{MetaFate, TableFate};

pub(crate) const TABLE: &str = "politicall-ig";
pub(crate) const EVENTS: &str = "events.fifo";
pub(crate) const DEAD_LETTERS: &str = "dead.fifo";
/// What the CRM reads.
pub(crate) const CRM: &str = "crm.fifo";
pub(crate) const APP: &str = "867555782500454";
pub(crate) const OTHER_APP: &str = "1203300000000077";

/// One for many trials: each has an office of its own in it.
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) meta: Meta,
    pub(crate) sqs: Sqs,
    /// Beside the actors' doors: nothing is billed here and nothing fails.
    pub(crate) store: Store,
    pub(crate) dynamo: Dynamo,
    table: aws_sdk_dynamodb::Client,
    /// What tokens are sealed with, as the content of its file.
    pub(crate) key: String,
    /// Every line of metrics.
    pub(crate) metrics: Arc<Mutex<Vec<String>>>,
    /// How many offices there were.
    offices: u64,
    /// Numbers of the deliveries that were made.
    told: BTreeSet<u64>,
    /// Keys of events that stand in the table without any worker having had them: nobody told of them.
    pub(crate) put_there: BTreeSet<String>,
    /// Everything that was ever put on the queue in this trial.
    pub(crate) jobs: Vec<Job>,
    /// Meta's refusals before this trial.
    refusals_before: usize,
}

/// How old what an eventually consistent read shows may be: mostly it is less than a second.
const READS_LAG: Duration = Duration::from_secs(3);

impl World {
    pub(crate) async fn start() -> Self {
        crate::logs::listen();
        let clock = Clock::default();
        let dynamo = Dynamo::memory(clock.clone()).await.unwrap();
        dynamo.create_table(&serde_json::from_str(TABLE_DEFINITION).unwrap()).unwrap();
        dynamo.lags(READS_LAG);
        let sqs = Sqs::start(clock.clone(), None).await.unwrap();
        sqs.create_queue(DEAD_LETTERS, &[]).await.unwrap();
        let redrive = json!({"deadLetterTargetArn": sqs.queue_arn(DEAD_LETTERS), "maxReceiveCount": 8}).to_string();
        sqs.create_queue(EVENTS, &[("VisibilityTimeout", "180"), ("RedrivePolicy", &redrive)]).await.unwrap();
        sqs.create_queue(CRM, &[("FifoQueue", "true")]).await.unwrap();
        sqs.create_queue("quarantine", &[]).await.unwrap();
        let apps = json!([
            {"name": "politicall", "app_id": APP, "app_secrets": ["secret"]},
            {"name": "other", "app_id": OTHER_APP, "app_secrets": ["other secret"]},
        ]);
        let meta = Meta::start(clock.clone(), json!({"apps": apps})).await.unwrap();
        let table = dynamo_client(dynamo.endpoint(), &boot::Clock::from_source(clock.clone())).await;
        Self {
            clock,
            meta,
            sqs,
            store: Store::new(table.clone(), TABLE),
            dynamo,
            table,
            key: LocalKey::generate().unwrap(),
            metrics: Arc::default(),
            offices: 0,
            told: BTreeSet::new(),
            put_there: BTreeSet::new(),
            jobs: Vec::new(),
            refusals_before: 0,
        }
    }

    /// Time passes.
    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(std::time::Duration::from_secs(seconds));
    }

    /// When each reply or hint that is due some time is due, in milliseconds since 1970: one call, whatever the shards.
    /// Accounts are always due some time, and nobody waits for that here.
    pub(crate) async fn due(&self) -> Vec<i64> {
        let found = self.table.scan().table_name(TABLE).index_name(store::DUE_INDEX).send().await.unwrap();
        let number =
            |item: &HashMap<String, AttributeValue>, name: &str| item[name].as_n().unwrap().parse::<i64>().unwrap();
        let chores = i64::try_from(store::CHORES_SHARD).unwrap();
        let items = found.items().iter().filter(|item| number(item, "due_shard") != chores);
        items.map(|item| number(item, "due_at")).collect()
    }

    /// How many calls would have broken a rule of Meta's in this trial, second private replies aside: asking for one
    /// again is how its first is found.
    pub(crate) fn rules_broken(&self) -> usize {
        let refused = self.meta.policies_refused();
        let news = refused.iter().skip(self.refusals_before);
        news.filter(|policy| **policy != sandbox::meta::Policy::OnePrivateReply).count()
    }
}

/// Lets connections whose caller is gone end, and calls that nobody waits for.
pub(crate) async fn rest() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

async fn dynamo_client(endpoint: &str, clock: &boot::Clock) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::new(&boot::aws_config_at(endpoint, clock, limits()).await)
}

/// One try: a fault is to be seen by our code, not by the SDK's.
fn limits() -> CallLimits {
    CallLimits { attempts: 1, ..CallLimits::default() }
}
