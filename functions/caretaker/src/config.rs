//! What the caretaker is told by its environment.

use boot::{Env, EnvError};

/// The form of `EXTRA_FIELDS`.
const EXTRA_FIELDS: &str = "messaging_handover, messaging_optins, standby, or some of them joined by commas";

/// The caretaker's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// The queue that messages go to which Meta only hinted at.
    pub events_queue_url: String,
    /// The CRM's queue; `None` where no CRM is told of anything.
    pub crm_queue_url: Option<String>,
    /// The webhook fields that accounts are subscribed to.
    pub fields: Vec<&'static str>,
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
            crm_queue_url: env.optional_url("CRM_QUEUE_URL")?,
            fields: instagram::wanted_fields(env.optional("EXTRA_FIELDS", EXTRA_FIELDS)?.as_deref())
                .map_err(|_| EnvError::malformed("EXTRA_FIELDS", EXTRA_FIELDS))?,
            table_name: env.text("TABLE_NAME", "the name of a DynamoDB table")?,
            graph_base_url: env.url("GRAPH_BASE_URL")?,
            token_key: env.text("TOKEN_KEY", "the ARN of a KMS key, or file: and the path of a key file")?,
            outbox: outbox::Settings::read(|name, words| env.optional(name, words), EnvError::malformed)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_no_setting_knows_is_refused_by_name() {
        let config = |extra: Option<(&str, &str)>| {
            let known = [
                ("EVENTS_QUEUE_URL", "https://sqs.example/events.fifo"),
                ("TABLE_NAME", "politicall-ig"),
                ("GRAPH_BASE_URL", "https://graph.instagram.com"),
                ("TOKEN_KEY", "file:token.key"),
            ];
            Config::from_env(&Env::of(known.into_iter().chain(extra)))
        };
        assert_eq!(config(None).unwrap().outbox, outbox::Settings::default());
        let parked = config(Some(("ON_UNKNOWN", "park"))).unwrap();
        assert_eq!(parked.outbox.on_unknown, outbox::OnUnknown::Park);
        assert_eq!((config(None).unwrap().crm_queue_url, config(None).unwrap().fields.len()), (None, 8));
        assert_eq!(config(Some(("EXTRA_FIELDS", "standby"))).unwrap().fields.len(), 9);
        for name in ["ON_UNKNOWN", "REPLY_MARKER", "CRM_QUEUE_URL", "EXTRA_FIELDS"] {
            assert!(config(Some((name, "perhaps"))).unwrap_err().to_string().starts_with(name), "{name}");
        }
    }
}
