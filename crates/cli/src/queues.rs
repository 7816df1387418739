//! Which queues an operator's command works on: the running stack's, the data folder's, or a deployment's.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use boot::{CallLimits, Clock, Env};
use sandbox::sqs::Sqs;

use crate::data::DataFolder;
use crate::say;
use crate::stack::{DEAD_LETTER_QUEUE, EVENTS_QUEUE, QUARANTINE_QUEUE};

/// The queue of events and the quarantine.
pub(crate) struct Queues {
    pub(crate) client: Client,
    pub(crate) events_url: String,
    pub(crate) quarantine_url: String,
    pub(crate) clock: Clock,
    _opened: Option<Sqs>,
}

impl Queues {
    /// A deployment's if `QUARANTINE_QUEUE_URL` or `TABLE_NAME` is set, with the AWS settings of the environment; else the
    /// local ones, beside a running stack too.
    pub(crate) async fn find(data: &Path) -> Result<Self> {
        let queue = ("QUARANTINE_QUEUE_URL", QUARANTINE_QUEUE);
        let Found { client, events_url, other_url, clock, opened } = Found::with(data, queue).await?;
        Ok(Self { client, events_url, quarantine_url: other_url, clock, _opened: opened })
    }
}

/// The queue of events and that of those given up.
pub(crate) struct DeadLetters {
    pub(crate) client: Client,
    pub(crate) events_url: String,
    pub(crate) dead_url: String,
    pub(crate) clock: Clock,
    _opened: Option<Sqs>,
}

impl DeadLetters {
    /// A deployment's if `DEAD_LETTER_QUEUE_URL` or `TABLE_NAME` is set; else the local ones, as with [`Queues::find`].
    pub(crate) async fn find(data: &Path) -> Result<Self> {
        let queue = ("DEAD_LETTER_QUEUE_URL", DEAD_LETTER_QUEUE);
        let Found { client, events_url, other_url, clock, opened } = Found::with(data, queue).await?;
        Ok(Self { client, events_url, dead_url: other_url, clock, _opened: opened })
    }

    /// About how many wait there and can be seen.
    pub(crate) async fn waiting(&self) -> Result<usize> {
        let count = QueueAttributeName::ApproximateNumberOfMessages;
        let ask = self.client.get_queue_attributes().queue_url(&self.dead_url).attribute_names(count.clone());
        let answer = ask.send().await.context("the dead-letter queue cannot be asked")?;
        let counts = answer.attributes.unwrap_or_default();
        Ok(counts.get(&count).and_then(|count| count.parse().ok()).unwrap_or_default())
    }
}

/// The queue of events and one beside it.
struct Found {
    client: Client,
    events_url: String,
    other_url: String,
    clock: Clock,
    /// The data folder's queues are open here if no stack runs on it.
    opened: Option<Sqs>,
}

impl Found {
    /// `other` is the variable that names the other queue on a deployment, and its local name.
    async fn with(data: &Path, other: (&str, &str)) -> Result<Self> {
        let (variable, name) = other;
        let clock = Clock::system();
        let env = Env::process();
        let is_deployment = env.optional("TABLE_NAME", "the name of a DynamoDB table")?.is_some()
            || env.optional(variable, "the URL of a queue")?.is_some();
        if is_deployment {
            let (events_url, other_url) = (env.url("EVENTS_QUEUE_URL")?, env.url(variable)?);
            say::progress("on the queues of a deployment");
            let client = Client::new(&boot::aws_config(&clock, CallLimits::default()).await?);
            return Ok(Self { client, events_url, other_url, clock, opened: None });
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
        let (events_url, other_url) = (url(&client, EVENTS_QUEUE).await?, url(&client, name).await?);
        Ok(Self { client, events_url, other_url, clock, opened })
    }
}

async fn url(client: &Client, name: &str) -> Result<String> {
    let answer = client.get_queue_url().queue_name(name).send().await;
    let answer = answer.with_context(|| format!("there is no queue {name}: start the stack once"))?;
    answer.queue_url.ok_or_else(|| anyhow!("the queue {name} has no address"))
}
