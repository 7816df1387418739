//! The function's settings.

use boot::{Env, EnvError, SecretPlace};

/// Everything that differs between environments; see the README for the variables.
#[derive(Debug, Clone)]
pub struct Config {
    /// `EVENTS_QUEUE_URL`
    pub events_queue_url: String,
    /// `QUARANTINE_QUEUE_URL`
    pub quarantine_queue_url: String,
    /// `META_APPS_SECRET`
    pub meta_apps_secret: SecretPlace,
    /// `MTLS_COMMON_NAME`
    pub mtls_common_name: Option<String>,
}

impl Config {
    /// Reads the variables.
    ///
    /// # Errors
    /// The first variable that is missing or malformed.
    pub fn from_env(env: &Env) -> Result<Self, EnvError> {
        Ok(Self {
            events_queue_url: env.url("EVENTS_QUEUE_URL")?,
            quarantine_queue_url: env.url("QUARANTINE_QUEUE_URL")?,
            meta_apps_secret: SecretPlace::from_env(env, "META_APPS_SECRET")?,
            mtls_common_name: env.optional("MTLS_COMMON_NAME", "a common name")?,
        })
    }
}
