//! Which queues an operator's command works on: the running stack's, the data folder's, or a deployment's.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use aws_sdk_sqs::Client;
use boot::{CallLimits, Clock, Env};
use sandbox::sqs::Sqs;

use crate::data::DataFolder;
use crate::say;
use crate::stack::{EVENTS_QUEUE, QUARANTINE_QUEUE};

/// The queues.
pub(crate) struct Queues {
    pub(crate) client: Client,
    pub(crate) events_url: String,
    pub(crate) quarantine_url: String,
    pub(crate) clock: Clock,
    /// The data folder's queues are open here if no stack runs on it.
    _opened: Option<Sqs>,
}

impl Queues {
    /// A deployment's if `QUARANTINE_QUEUE_URL` or `TABLE_NAME` is set, with the AWS settings of the environment; else the
    /// local ones, beside a running stack too.
    pub(crate) async fn find(data: &Path) -> Result<Self> {
        let clock = Clock::system();
        let env = Env::process();
        let is_deployment = env.optional("TABLE_NAME", "the name of a DynamoDB table")?.is_some()
            || env.optional("QUARANTINE_QUEUE_URL", "the URL of a queue")?.is_some();
        if is_deployment {
            let (events_url, quarantine_url) = (env.url("EVENTS_QUEUE_URL")?, env.url("QUARANTINE_QUEUE_URL")?);
            say::progress("on the queues of a deployment");
            let client = Client::new(&boot::aws_config(&clock, CallLimits::default()).await?);
            return Ok(Self { client, events_url, quarantine_url, clock, _opened: None });
        }
        let folder = DataFolder::existing(data)?;
        let (endpoint, opened) = match folder.running() {
            Some(running) => (running.sqs, None),
            None => {
                let file = folder.file("queues.jsonl");
                let sqs = Sqs::start(sandbox::clock::Clock::default(), Some(&file));
                let sqs = sqs.await.context("the local queues cannot be opened")?;
                (sqs.endpoint(), Some(sqs))
            }
        };
        let client = Client::new(&boot::aws_config_at(&endpoint, &clock, CallLimits::default()).await);
        let (events_url, quarantine_url) = (url(&client, EVENTS_QUEUE).await?, url(&client, QUARANTINE_QUEUE).await?);
        Ok(Self { client, events_url, quarantine_url, clock, _opened: opened })
    }
}

async fn url(client: &Client, name: &str) -> Result<String> {
    let answer = client.get_queue_url().queue_name(name).send().await;
    let answer = answer.with_context(|| format!("there is no queue {name}: start the stack once"))?;
    answer.queue_url.ok_or_else(|| anyhow!("the queue {name} has no address"))
}
