//! One HTTP stack for every AWS client: rustls with ring, and the roots that AWS uses, compiled in.

use std::path::PathBuf;
use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::identity::IdentityCache;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_secretsmanager::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_types::sdk_config::Builder;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use crate::{Clock, Env, EnvError};

/// The five roots of Amazon Trust Services.
///
/// Mozilla's whole list has 118 and can only be handed over as PEM, which is decoded at every start; these five cost a
/// twentieth of that, and a certificate from any other authority is no AWS endpoint's. Partitions with other roots
/// (China) and emulators behind TLS name theirs in `AWS_CA_BUNDLE`.
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");

/// How long one call may take, and how often it is tried.
///
/// A client that needs other limits overrides them in its own configuration; connections are shared all the same.
#[derive(Debug, Clone, Copy)]
pub struct CallLimits {
    /// Until a connection stands, TLS included.
    pub connect: Duration,
    /// One attempt, from the first byte sent to the last byte received. None if the caller has a [`crate::Deadline`].
    pub attempt: Option<Duration>,
    /// The call with all its attempts and the pauses between them. None if the caller has a [`crate::Deadline`].
    pub operation: Option<Duration>,
    /// Attempts in all; 1 switches retries off.
    pub attempts: u32,
}

impl Default for CallLimits {
    /// For small calls within a region, which answer within tens of milliseconds: a connection in 1 s, 2 s an attempt,
    /// three attempts within 5 s.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(1),
            attempt: Some(Duration::from_secs(2)),
            operation: Some(Duration::from_secs(5)),
            attempts: 3,
        }
    }
}

impl CallLimits {
    /// As the SDK's timeouts.
    pub fn timeouts(&self) -> TimeoutConfig {
        let mut timeouts = TimeoutConfig::builder().connect_timeout(self.connect);
        timeouts.set_operation_attempt_timeout(self.attempt).set_operation_timeout(self.operation);
        timeouts.build()
    }

    /// As the SDK's retries.
    pub fn retries(&self) -> RetryConfig {
        match self.attempts {
            0 | 1 => RetryConfig::disabled(),
            attempts => RetryConfig::standard().with_max_attempts(attempts),
        }
    }
}

/// Why no SDK configuration could be made. All of them end the start of a function.
#[derive(Debug, thiserror::Error)]
pub enum AwsError {
    /// A variable is missing or malformed.
    #[error(transparent)]
    Env(#[from] EnvError),
    /// The file of roots cannot be read.
    #[error("the certificate bundle cannot be read")]
    Roots(#[source] std::io::Error),
}

/// The SDK configuration of a function: region, access keys and endpoints from the environment, as Lambda sets them.
///
/// `AWS_ENDPOINT_URL_SQS` and its like, else `AWS_ENDPOINT_URL`, name emulators; plain `http` works. `AWS_CA_BUNDLE`,
/// else `SSL_CERT_FILE`, names a PEM file whose roots are trusted instead of the built-in ones.
///
/// Nobody is asked for keys and no profile is read. The SDK's own loader can do both; linking it makes a function
/// 1.4 MiB larger, and 1.3 MiB of that is in memory once it has started.
///
/// # Errors
/// No region, no keys, or a bundle that cannot be read.
pub fn lambda_aws_config(clock: &Clock, limits: CallLimits) -> Result<SdkConfig, AwsError> {
    let env = Env::process();
    env.text("AWS_ACCESS_KEY_ID", "an access key id, as Lambda sets it")?;
    let region = Region::new(env.text("AWS_REGION", "an AWS region such as sa-east-1")?);
    // Read again whenever the SDK asks, so that the keys themselves are in no structure of ours.
    let keys = SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new());
    let http = http_client(clock, limits.connect, roots(&env)?);
    let everywhere = env.optional("AWS_ENDPOINT_URL", "a URL")?;
    let mut config = builder(clock, limits, http, region, keys);
    config.set_endpoint_url(everywhere);
    Ok(config.service_config(Endpoints(env)).build())
}

/// The SDK configuration of a person's machine: the SDK's own chain finds region and keys (environment, profile,
/// container, instance).
///
/// Roots and endpoints as for [`lambda_aws_config`].
///
/// # Errors
/// No region, or a bundle that cannot be read.
pub async fn aws_config(clock: &Clock, limits: CallLimits) -> Result<SdkConfig, AwsError> {
    let http = http_client(clock, limits.connect, roots(&Env::process())?);
    let config = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .time_source(clock.time_source())
        .sleep_impl(clock.async_sleep())
        .timeout_config(limits.timeouts())
        .retry_config(limits.retries())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .load()
        .await;
    if config.region().is_none() {
        return Err(EnvError::missing("AWS_REGION", "an AWS region such as sa-east-1").into());
    }
    Ok(config)
}

/// The SDK configuration for an emulator of AWS at `endpoint_url`: made-up keys, nothing from the environment.
pub async fn aws_config_at(endpoint_url: &str, clock: &Clock, limits: CallLimits) -> SdkConfig {
    let keys = Credentials::builder().access_key_id("local").secret_access_key("local").provider_name("local").build();
    let http = http_client(clock, limits.connect, TrustStore::empty());
    builder(clock, limits, http, Region::new("sa-east-1"), SharedCredentialsProvider::new(keys))
        .endpoint_url(endpoint_url)
        .build()
}

fn builder(
    clock: &Clock,
    limits: CallLimits,
    http: SharedHttpClient,
    region: Region,
    keys: SharedCredentialsProvider,
) -> Builder {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(region)
        .credentials_provider(keys)
        .identity_cache(IdentityCache::lazy().build())
        .http_client(http)
        .time_source(clock.time_source())
        .sleep_impl(clock.async_sleep())
        .timeout_config(limits.timeouts())
        .retry_config(limits.retries())
        // It watches long transfers at the price of a timer per call; ours are short and have a limit per attempt.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
}

/// `AWS_ENDPOINT_URL_<SERVICE>`, as every AWS SDK reads it
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>, read 2026-11-22).
#[derive(Debug)]
struct Endpoints(Env);

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_uppercase().replace(' ', "_");
        self.0.optional(&format!("{}_{service}", key.env()), "a URL").ok().flatten()
    }
}

/// One connector for all clients, and so one pool of connections and one TLS configuration.
///
/// The client that `aws_smithy_http_client::Builder` makes builds a connector per client and per set of timeouts, and
/// decodes the roots each time.
fn http_client(clock: &Clock, connect: Duration, roots: TrustStore) -> SharedHttpClient {
    let tls = TlsContext::builder().with_trust_store(roots).build().unwrap_or_default();
    let connector = Connector::builder()
        .tls_provider(Provider::rustls(CryptoMode::Ring))
        .tls_context(tls)
        .sleep_impl(clock.async_sleep())
        .connector_settings(HttpConnectorSettings::builder().connect_timeout(connect).build())
        .build();
    let connector = SharedHttpConnector::new(connector);
    http_client_fn(move |_, _| connector.clone())
}

fn roots(env: &Env) -> Result<TrustStore, AwsError> {
    const EXPECTED: &str = "the path of a PEM file with root certificates";
    for name in ["AWS_CA_BUNDLE", "SSL_CERT_FILE"] {
        let Some(path) = env.optional(name, EXPECTED)? else {
            continue;
        };
        let pem = std::fs::read(PathBuf::from(path)).map_err(AwsError::Roots)?;
        if !pem.windows(BEGIN.len()).any(|window| window == BEGIN) {
            return Err(EnvError::malformed(name, EXPECTED).into());
        }
        return Ok(TrustStore::empty().with_pem_certificate(pem));
    }
    Ok(TrustStore::empty().with_pem_certificate(AMAZON_ROOTS))
}

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";

#[cfg(test)]
mod tests {
    use rustls_pki_types::CertificateDer;
    use rustls_pki_types::pem::PemObject;
    use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

    use super::*;

    #[test]
    fn every_built_in_root_is_on_mozillas_list() {
        let ours: Vec<_> = CertificateDer::pem_slice_iter(AMAZON_ROOTS).map(Result::unwrap).collect();
        assert_eq!(ours.len(), 5);
        assert!(ours.iter().all(|root| TLS_SERVER_ROOT_CERTS.contains(root)));
    }

    #[test]
    fn a_services_own_endpoint_is_found_by_the_name_of_the_variable() {
        let endpoints = Endpoints(Env::of([("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:1")]));
        for (service, expected) in [("Secrets Manager", Some("http://127.0.0.1:1")), ("SQS", None)] {
            let key = ServiceConfigKey::builder().service_id(service).env("AWS_ENDPOINT_URL").profile("endpoint_url");
            assert_eq!(endpoints.load_config(key.build().unwrap()).as_deref(), expected, "{service}");
        }
    }

    #[test]
    fn a_bundle_that_is_missing_or_holds_no_certificate_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("empty.pem");
        std::fs::write(&empty, "no certificate here").unwrap();
        let good = folder.path().join("good.pem");
        std::fs::write(&good, AMAZON_ROOTS).unwrap();
        let cases = [
            ("the file is missing", folder.path().join("absent.pem"), false),
            ("the file holds no certificate", empty, false),
            ("the file holds certificates", good, true),
        ];
        for (case, path, accepted) in cases {
            let env = Env::of([("AWS_CA_BUNDLE", path.to_str().unwrap())]);
            assert_eq!(roots(&env).is_ok(), accepted, "{case}");
        }
    }
}
