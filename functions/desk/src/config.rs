//! The function's settings.

use boot::{Env, EnvError};

/// Everything that differs between environments.
#[derive(Debug, Clone)]
pub struct Config {
    /// `TABLE_NAME`
    pub table_name: String,
    /// `TOKEN_KEY`
    pub token_key: String,
    /// `GRAPH_BASE_URL`
    pub graph_base_url: String,
    /// How much is believed about Meta.
    pub outbox: outbox::Settings,
}

impl Config {
    /// Reads the variables.
    ///
    /// # Errors
    /// The first variable that is missing or malformed.
    pub fn from_env(env: &Env) -> Result<Self, EnvError> {
        Ok(Self {
            table_name: env.text("TABLE_NAME", "the name of a DynamoDB table")?,
            token_key: env.text("TOKEN_KEY", "the ARN of a KMS key, or file: and the path of a key file")?,
            graph_base_url: env.url("GRAPH_BASE_URL")?,
            outbox: outbox::Settings::read(|name, words| env.optional(name, words), EnvError::malformed)?,
        })
    }
}
