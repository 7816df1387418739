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

/// How long a receive waits for a message, in seconds.
pub(crate) const WAIT_SECONDS: i32 = 1;

/// Most messages looked at in one go, of up to 1 MiB each.
const MOST_MESSAGES: usize = 500;

/// Where queues are.
pub(crate) struct Place {
    pub(crate) client: Client,
    pub(crate) clock: Clock,
    pub(crate) whose: Whose,
    /// The data folder's queues are open here if no stack runs on it.
    _opened: Option<Sqs>,
}

/// Whose queues they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// A deployment's.
    Deployment,
    /// The running stack's.
    Stack,
    /// The data folder's. No stack runs on it, and none can start until this program ends.
    Folder,
}

impl Place {
    /// A deployment's if `variable` or `TABLE_NAME` is set, with the AWS settings of the environment; else the local ones,
    /// beside a running stack too.
    pub(crate) async fn find(data: &Path, variable: &str) -> Result<Self> {
        let clock = Clock::system();
        let env = Env::process();
        let is_deployment = env.optional("TABLE_NAME", "the name of a DynamoDB table")?.is_some()
            || env.optional(variable, "the URL of a queue")?.is_some();
        if is_deployment {
            say::progress("on the queues of a deployment");
            let client = Client::new(&boot::aws_config(&clock, CallLimits::default()).await?);
            return Ok(Self { client, clock, whose: Whose::Deployment, _opened: None });
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
        let whose = if opened.is_some() { Whose::Folder } else { Whose::Stack };
        Ok(Self { client, clock, whose, _opened: opened })
    }

    /// The URL of a queue: `variable` names it on a deployment, `local` here.
    pub(crate) async fn url(&self, variable: &str, local: &str) -> Result<String> {
        if self.whose == Whose::Deployment {
            return Ok(Env::process().url(variable)?);
        }
        let answer = self.client.get_queue_url().queue_name(local).send().await;
        let answer = answer.with_context(|| format!("there is no queue {local}: start the stack once"))?;
        answer.queue_url.ok_or_else(|| anyhow!("the queue {local} has no address"))
    }

    /// Receives up to ten messages, which stay out of sight for a while; of a conversation in its order, where the queue
    /// has an order. Waits for the first of them: without a wait not every server of the queue is asked.
    pub(crate) async fn receive(&self, url: &str, visibility_seconds: i32, wait_seconds: i32) -> Result<Vec<Message>> {
        let receive = self.client.receive_message().queue_url(url).max_number_of_messages(10);
        let receive = receive.visibility_timeout(visibility_seconds).wait_time_seconds(wait_seconds);
        let answer = receive.message_system_attribute_names(MessageSystemAttributeName::All).send().await?;
        Ok(answer.messages.unwrap_or_default())
    }

    /// Lets what was received be received again at once. What was deleted is gone already; what fails comes back by itself.
    pub(crate) async fn release(&self, url: &str, handles: impl IntoIterator<Item = &String>) {
        for handle in handles {
            let visibility = self.client.change_message_visibility().queue_url(url);
            let _gone_or_later = visibility.receipt_handle(handle).visibility_timeout(0).send().await;
        }
    }

    /// Takes a message out of a queue.
    pub(crate) async fn delete(&self, url: &str, handle: &str) -> Result<()> {
        self.client.delete_message().queue_url(url).receipt_handle(handle).send().await?;
        Ok(())
    }

    /// About how many messages wait in a queue and can be seen.
    pub(crate) async fn waiting(&self, url: &str) -> Result<usize> {
        let count = QueueAttributeName::ApproximateNumberOfMessages;
        let ask = self.client.get_queue_attributes().queue_url(url).attribute_names(count.clone());
        let counts = ask.send().await?.attributes.unwrap_or_default();
        Ok(counts.get(&count).and_then(|count| count.parse().ok()).unwrap_or_default())
    }
}

/// The queue of events, and one beside it that keeps what did not go through.
pub(crate) struct Queues {
    pub(crate) place: Place,
    pub(crate) events_url: String,
    /// The other one.
    pub(crate) kept_url: String,
    /// What the other one is called in errors.
    name: &'static str,
}

impl Queues {
    /// With the quarantine, at the [`Place`] of `QUARANTINE_QUEUE_URL`.
    pub(crate) async fn with_quarantine(data: &Path) -> Result<Self> {
        Self::find(data, "quarantine", "QUARANTINE_QUEUE_URL", QUARANTINE_QUEUE).await
    }

    /// With the events that were given up, at the [`Place`] of `DEAD_LETTER_QUEUE_URL`.
    pub(crate) async fn with_dead_letters(data: &Path) -> Result<Self> {
        Self::find(data, "dead-letter", "DEAD_LETTER_QUEUE_URL", DEAD_LETTER_QUEUE).await
    }

    /// `variable` names the other queue on a deployment, `local` here.
    async fn find(data: &Path, name: &'static str, variable: &str, local: &str) -> Result<Self> {
        let place = Place::find(data, variable).await?;
        let events_url = place.url("EVENTS_QUEUE_URL", EVENTS_QUEUE).await?;
        let kept_url = place.url(variable, local).await?;
        Ok(Self { place, events_url, kept_url, name })
    }

    /// Receives what is kept, up to ten of a conversation.
    pub(crate) async fn receive(&self) -> Result<Vec<Message>> {
        let mut found = Vec::new();
        while found.len() < MOST_MESSAGES {
            let messages = self.place.receive(&self.kept_url, VISIBILITY_SECONDS, WAIT_SECONDS).await;
            let messages = messages.with_context(|| format!("the {} queue cannot be read", self.name))?;
            if messages.is_empty() {
                break;
            }
            found.extend(messages);
        }
        Ok(found)
    }

    /// [`Place::release`] for what is kept.
    pub(crate) async fn release(&self, handles: impl IntoIterator<Item = &String>) {
        self.place.release(&self.kept_url, handles).await;
    }
}
