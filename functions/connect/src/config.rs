//! The function's settings.

use boot::{Env, EnvError, SecretPlace};
use instagram::wanted_fields;
use lambda_http::http::Uri;

/// Everything that differs between environments; see the README for the variables.
#[derive(Debug, Clone)]
pub struct Config {
    /// `CONNECT_BASE_URL`, without a slash at the end
    pub base_url: Option<String>,
    /// `CRM_BASE_URL`, without a slash at the end
    pub crm_base_url: Option<String>,
    /// `CRM_SECRET`
    pub crm_secret: SecretPlace,
    /// `META_APPS_SECRET`
    pub meta_apps_secret: SecretPlace,
    /// `TABLE_NAME`
    pub table_name: String,
    /// `TOKEN_KEY`
    pub token_key: String,
    /// `GRAPH_BASE_URL`
    pub graph_base_url: String,
    /// `LOGIN_BASE_URL`
    pub login_base_url: String,
    /// `CODE_BASE_URL`
    pub code_base_url: String,
    /// `EXTRA_FIELDS`, behind the usual ones
    pub fields: Vec<&'static str>,
    /// `PRIVACY_CONTACT`
    pub privacy_contact: Option<String>,
}

impl Config {
    /// Reads the variables.
    ///
    /// # Errors
    /// The first variable that is missing or malformed.
    pub fn from_env(env: &Env) -> Result<Self, EnvError> {
        Ok(Self {
            base_url: base(env, "CONNECT_BASE_URL")?,
            crm_base_url: base(env, "CRM_BASE_URL")?,
            crm_secret: SecretPlace::from_env(env, "CRM_SECRET")?,
            meta_apps_secret: SecretPlace::from_env(env, "META_APPS_SECRET")?,
            table_name: env.text("TABLE_NAME", "the name of a DynamoDB table")?,
            token_key: env.text("TOKEN_KEY", "the ARN of a KMS key, or file: and the path of a key file")?,
            graph_base_url: env.url("GRAPH_BASE_URL")?,
            login_base_url: env.url("LOGIN_BASE_URL")?,
            code_base_url: env.url("CODE_BASE_URL")?,
            fields: fields(env)?,
            privacy_contact: env.optional("PRIVACY_CONTACT", "an e-mail address")?,
        })
    }
}

/// The scheme and host of an address, as a policy names a place.
pub(crate) fn origin(url: &str) -> Option<String> {
    let url: Uri = url.parse().ok()?;
    Some(format!("{}://{}", url.scheme_str()?, url.authority()?))
}

fn base(env: &Env, name: &str) -> Result<Option<String>, EnvError> {
    const EXPECTED: &str = "https:// or http:// and a host, without path, query or fragment";
    let Some(text) = env.optional(name, EXPECTED)? else { return Ok(None) };
    let text = text.trim_end_matches('/');
    let is_origin = origin(text).is_some_and(|origin| origin == text) && !text.contains('@');
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    if is_origin && is_web { Ok(Some(text.to_owned())) } else { Err(EnvError::malformed(name, EXPECTED)) }
}

fn fields(env: &Env) -> Result<Vec<&'static str>, EnvError> {
    const NAME: &str = "EXTRA_FIELDS";
    const EXPECTED: &str = "some of messaging_handover, messaging_optins and standby, joined by commas";
    let extra = env.optional(NAME, EXPECTED)?;
    wanted_fields(extra.as_deref()).map_err(|_| EnvError::malformed(NAME, EXPECTED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_a_host_and_nothing_more() {
        let cases = [
            ("a host", "https://conectar.example.com", Some("https://conectar.example.com")),
            ("a slash at the end", "https://conectar.example.com/", Some("https://conectar.example.com")),
            ("a port", "http://127.0.0.1:4000", Some("http://127.0.0.1:4000")),
            ("a path", "https://example.com/a", None),
            ("a query", "https://example.com?a", None),
            ("a user", "https://a@example.com", None),
            ("another scheme", "ftp://example.com", None),
            ("no scheme", "example.com", None),
        ];
        for (case, text, expected) in cases {
            let env = Env::of([("CRM_BASE_URL", text)]);
            assert_eq!(base(&env, "CRM_BASE_URL").ok().flatten().as_deref(), expected, "{case}");
        }
    }

    #[test]
    fn three_fields_can_be_added() {
        let count = |text: &str| fields(&Env::of([("EXTRA_FIELDS", text)])).ok().map(|fields| fields.len());
        let cases = [
            ("", Some(8)),
            ("standby", Some(9)),
            ("messaging_handover, messaging_optins,standby", Some(11)),
            ("message_echoes", None),
            ("messages", None),
        ];
        for (text, expected) in cases {
            assert_eq!(count(text), expected, "{text}");
        }
    }
}
