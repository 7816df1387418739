//! Which queues an operator's command works on: the running stack's, the data folder's, or a deployment's.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName};
use boot::{CallLimits, Clock, Env};
use sandbox::sqs::Sqs;

use crate::data::DataFolder;
use crate::say;
use crate::stack::{DEAD_LETTER_QUEUE, EVENTS_QUEUE, QUARANTINE_QUEUE};

/// How long what was received stays out of sight, in seconds: as long as it takes to look and to send.
const VISIBILITY_SECONDS: i32 = 120;

/// How long a receive waits, in seconds: with a wait, every server of the queue is asked.
const WAIT_SECONDS: i32 = 1;

/// Most messages looked at in one go, of up to 1 MiB each.
const MOST_MESSAGES: usize = 500;

/// The queue of events, and one beside it that keeps what did not go through.
pub(crate) struct Queues {
    pub(crate) client: Client,
    pub(crate) events_url: String,
    /// The other one.
    pub(crate) kept_url: String,
    pub(crate) clock: Clock,
    /// What the other one is called in errors.
    name: &'static str,
    /// The data folder's queues are open here if no stack runs on it.
    _opened: Option<Sqs>,
}

impl Queues {
    /// With the quarantine: a deployment's if `QUARANTINE_QUEUE_URL` or `TABLE_NAME` is set, with the AWS settings of the
    /// environment; else the local ones, beside a running stack too.
    pub(crate) async fn with_quarantine(data: &Path) -> Result<Self> {
        Self::find(data, "quarantine", "QUARANTINE_QUEUE_URL", QUARANTINE_QUEUE).await
    }

    /// With the events that were given up: as [`Queues::with_quarantine`], by `DEAD_LETTER_QUEUE_URL`.
    pub(crate) async fn with_dead_letters(data: &Path) -> Result<Self> {
        Self::find(data, "dead-letter", "DEAD_LETTER_QUEUE_URL", DEAD_LETTER_QUEUE).await
    }

    /// `variable` names the other queue on a deployment, `local` here.
    async fn find(data: &Path, name: &'static str, variable: &str, local: &str) -> Result<Self> {
        let clock = Clock::system();
        let env = Env::process();
        let is_deployment = env.optional("TABLE_NAME", "the name of a DynamoDB table")?.is_some()
            || env.optional(variable, "the URL of a queue")?.is_some();
        if is_deployment {
            let (events_url, kept_url) = (env.url("EVENTS_QUEUE_URL")?, env.url(variable)?);
            say::progress("on the queues of a deployment");
            let client = Client::new(&boot::aws_config(&clock, CallLimits::default()).await?);
            return Ok(Self { client, events_url, kept_url, clock, name, _opened: None });
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
        let (events_url, kept_url) = (url(&client, EVENTS_QUEUE).await?, url(&client, local).await?);
        Ok(Self { client, events_url, kept_url, clock, name, _opened: opened })
    }

    /// Receives what is kept; of a conversation in its order and up to ten at a time, where the queue has an order.
    pub(crate) async fn receive(&self) -> Result<Vec<Message>> {
        let mut found = Vec::new();
        while found.len() < MOST_MESSAGES {
            let answer = self
                .client
                .receive_message()
                .queue_url(&self.kept_url)
                .max_number_of_messages(10)
                .visibility_timeout(VISIBILITY_SECONDS)
                .wait_time_seconds(WAIT_SECONDS)
                .message_system_attribute_names(MessageSystemAttributeName::All)
                .send()
                .await
                .with_context(|| format!("the {} queue cannot be read", self.name))?;
            let messages = answer.messages.unwrap_or_default();
            if messages.is_empty() {
                break;
            }
            found.extend(messages);
        }
        Ok(found)
    }

    /// Lets what was received be received again at once. What was deleted is gone already; what fails comes back by itself.
    pub(crate) async fn release(&self, handles: impl IntoIterator<Item = &String>) {
        for handle in handles {
            let visibility = self.client.change_message_visibility().queue_url(&self.kept_url);
            let _gone_or_later = visibility.receipt_handle(handle).visibility_timeout(0).send().await;
        }
    }

    /// About how many wait in one of the two and can be seen.
    pub(crate) async fn waiting(&self, url: &str) -> Result<usize> {
        let count = QueueAttributeName::ApproximateNumberOfMessages;
        let ask = self.client.get_queue_attributes().queue_url(url).attribute_names(count.clone());
        let counts = ask.send().await?.attributes.unwrap_or_default();
        Ok(counts.get(&count).and_then(|count| count.parse().ok()).unwrap_or_default())
    }
}

async fn url(client: &Client, name: &str) -> Result<String> {
    let answer = client.get_queue_url().queue_name(name).send().await;
    let answer = answer.with_context(|| format!("there is no queue {name}: start the stack once"))?;
    answer.queue_url.ok_or_else(|| anyhow!("the queue {name} has no address"))
}
