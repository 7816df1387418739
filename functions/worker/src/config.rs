//! What the worker is told by its environment.

use boot::{Env, EnvError};

/// The worker's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// The queue that the events come from: failed ones get their waiting time there.
    pub events_queue_url: String,
    /// The queue that keeps what cannot be understood or belongs to nobody.
    pub quarantine_queue_url: String,
    /// The CRM's queue; `None` where no CRM is told of anything.
    pub crm_queue_url: Option<String>,
    /// The table.
    pub table_name: String,
    /// The Graph API, without a version: `https://graph.instagram.com`.
    pub graph_base_url: String,
    /// What opens the accounts' tokens: see `vault::Vault::from_setting`.
    pub token_key: String,
    /// How much is believed about Meta.
    pub outbox: outbox::Settings,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// [`EnvError`] names the variable and the form it must have.
    pub fn from_env(env: &Env) -> Result<Self, EnvError> {
        Ok(Self {
            events_queue_url: env.url("EVENTS_QUEUE_URL")?,
            quarantine_queue_url: env.url("QUARANTINE_QUEUE_URL")?,
            crm_queue_url: env.optional_url("CRM_QUEUE_URL")?,
            table_name: env.text("TABLE_NAME", "the name of a DynamoDB table")?,
            graph_base_url: env.url("GRAPH_BASE_URL")?,
            token_key: env.text("TOKEN_KEY", "the ARN of a KMS key, or file: and the path of a key file")?,
            outbox: outbox::Settings::read(|name, words| env.optional(name, words), EnvError::malformed)?,
        })
    }
}
