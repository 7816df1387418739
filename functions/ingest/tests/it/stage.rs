//! A handler with everything around it.

use std::fs;
use std::future::ready;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use boot::{AppsSecret, Clock, Env, Metrics, SecretPlace};
use hmac::{Hmac, KeyInit, Mac};
use ingest::{CALL_LIMITS, Config, Ingest};
use instagram::Apps;
use job::{Job, Quarantined};
use lambda_runtime::{Context, LambdaEvent};
use sandbox::clock::Clock as SandboxClock;
use sandbox::fault::{Faults, NoFaults};
use sandbox::sqs::{Door, Sqs};
use serde_json::{Value, json};
use sha2::Sha256;

pub(crate) const SECRET: &str = "secret-of-politicall";
pub(crate) const OLDER_SECRET: &str = "older-secret-of-politicall";
pub(crate) const OTHER_APPS_SECRET: &str = "secret-of-zulmira";
pub(crate) const VERIFY_TOKEN: &str = "verify-token-of-politicall";

const EVENTS: &str = "events.fifo";
const QUARANTINE: &str = "quarantine";

/// The apps' secrets with `first` as the first of the first app.
pub(crate) fn apps(first: &str) -> String {
    json!({"apps": [
        {"name": "politicall", "app_id": "1001", "app_secrets": [first, OLDER_SECRET], "verify_tokens": [VERIFY_TOKEN]},
        {"name": "zulmira", "app_id": "1002", "app_secrets": [OTHER_APPS_SECRET], "verify_tokens": ["token-of-zulmira"]},
    ]})
    .to_string()
}

/// The sandbox's clock, under which the short pauses of a retry pass at once and long waits end when it is moved.
#[derive(Debug)]
struct Pauses(SandboxClock);

impl AsyncSleep for Pauses {
    fn sleep(&self, duration: Duration) -> Sleep {
        if duration <= Duration::from_millis(400) {
            self.0.advance(duration);
            return Sleep::new(ready(()));
        }
        let clock = self.0.clone();
        let until = clock.now_ms() + i64::try_from(duration.as_millis()).unwrap();
        Sleep::new(async move { clock.sleep_until(until).await })
    }
}

pub(crate) struct Stage {
    pub(crate) ingest: Arc<Ingest>,
    pub(crate) sqs: Sqs,
    pub(crate) clock: SandboxClock,
    pub(crate) secrets_path: PathBuf,
    secret_looks: Arc<AtomicUsize>,
    metrics: Arc<Mutex<Vec<String>>>,
    _folder: tempfile::TempDir,
    _door: Option<Door>,
}

impl Stage {
    /// Everything works.
    pub(crate) async fn new() -> Self {
        Self::with_faults(NoFaults).await
    }

    /// Calls to SQS meet `faults`.
    pub(crate) async fn with_faults(faults: impl Faults) -> Self {
        let clock = SandboxClock::default();
        Self::with_clock_and_faults(clock, faults).await
    }

    /// As [`Stage::with_faults`], for faults that take time.
    pub(crate) async fn with_clock_and_faults(clock: SandboxClock, faults: impl Faults) -> Self {
        let sqs = Sqs::start(clock.clone(), None).await.unwrap();
        let door = sqs.door("ingest", faults).await.unwrap();
        let endpoint = door.endpoint();
        Self::build(sqs, clock, Some(door), &endpoint, &[]).await
    }

    /// Calls go to a server of the test's own; the queues behind are the sandbox's.
    pub(crate) async fn with_endpoint(sqs: Sqs, clock: SandboxClock, endpoint: &str) -> Self {
        Self::build(sqs, clock, None, endpoint, &[]).await
    }

    /// With a setting.
    pub(crate) async fn with_setting(name: &str, value: &str) -> Self {
        let clock = SandboxClock::default();
        let sqs = Sqs::start(clock.clone(), None).await.unwrap();
        let endpoint = sqs.endpoint();
        Self::build(sqs, clock, None, &endpoint, &[(name, value)]).await
    }

    async fn build(
        sqs: Sqs,
        clock: SandboxClock,
        door: Option<Door>,
        endpoint: &str,
        settings: &[(&str, &str)],
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let secrets_path = folder.path().join("apps.json");
        fs::write(&secrets_path, apps(SECRET)).unwrap();
        let mut env = vec![
            ("EVENTS_QUEUE_URL", sqs.create_queue(EVENTS, &[]).await.unwrap()),
            ("QUARANTINE_QUEUE_URL", sqs.create_queue(QUARANTINE, &[]).await.unwrap()),
            ("META_APPS_SECRET", format!("file:{}", secrets_path.display())),
        ];
        env.extend(settings.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let config = Config::from_env(&Env::of(env)).unwrap();

        let our_clock = Clock::from_parts(clock.clone(), Pauses(clock.clone()));
        let client = aws_sdk_sqs::Client::new(&boot::aws_config_at(endpoint, &our_clock, CALL_LIMITS).await);
        let secret_looks = Arc::new(AtomicUsize::new(0));
        let secrets = counted_secrets(config.meta_apps_secret.clone(), our_clock.clone(), &secret_looks);
        let metrics = Arc::new(Mutex::new(Vec::new()));
        let lines = Arc::clone(&metrics);
        let meter = Metrics::with_writer("ingest", our_clock.clone(), move |line| {
            lines.lock().unwrap().push(line.to_owned());
        });
        let ingest = Arc::new(Ingest::new(config, &client, secrets, our_clock, meter));
        Self { ingest, sqs, clock, secrets_path, secret_looks, metrics, _folder: folder, _door: door }
    }

    /// Hands an event to the handler and gives its whole answer, as the gateway sees both.
    pub(crate) async fn send(&self, event: Value) -> Value {
        let mut context = Context::default();
        context.deadline = u64::try_from(self.clock.now_ms() + 5_000).unwrap();
        let event = LambdaEvent::new(serde_json::from_str(&event.to_string()).unwrap(), context);
        let answer = self.ingest.handle(event).await.unwrap();
        serde_json::from_str(&serde_json::to_string(&answer).unwrap()).unwrap()
    }

    /// The status of the answer to an event.
    pub(crate) async fn status(&self, event: Value) -> u64 {
        self.send(event).await["statusCode"].as_u64().unwrap()
    }

    /// The status of the answer to a delivery signed with the app's first secret.
    pub(crate) async fn deliver(&self, body: impl AsRef<[u8]>) -> u64 {
        self.status(delivery(body.as_ref(), SECRET)).await
    }

    /// The jobs on the events queue, in order of arrival.
    pub(crate) fn jobs(&self) -> Vec<Job> {
        self.sqs.messages(EVENTS).iter().map(|seen| Job::parse(&seen.body).unwrap()).collect()
    }

    /// The messages of the quarantine.
    pub(crate) fn quarantine(&self) -> Vec<Quarantined> {
        self.sqs.messages(QUARANTINE).iter().map(|seen| Quarantined::parse(&seen.body).unwrap()).collect()
    }

    /// The only thing in quarantine, joined from its parts: why it is there, and its bytes.
    pub(crate) fn quarantined(&self) -> (String, Vec<u8>) {
        let mut parts = self.quarantine();
        parts.sort_by_key(|part| part.part);
        assert!(parts.iter().all(|part| part.id == parts[0].id && part.parts as usize == parts.len()));
        let bytes = parts.iter().flat_map(|part| part.bytes().unwrap()).collect();
        (parts[0].reason.clone().into_owned(), bytes)
    }

    /// How often the secrets were read.
    pub(crate) fn secret_looks(&self) -> usize {
        self.secret_looks.load(Ordering::Relaxed)
    }

    /// Sum of a metric over all lines so far.
    pub(crate) fn metric(&self, name: &str) -> u64 {
        let lines = self.metrics.lock().unwrap();
        lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap()[name].as_u64().unwrap_or(0)).sum()
    }

    /// Lines written so far.
    pub(crate) fn metric_lines(&self) -> usize {
        self.metrics.lock().unwrap().len()
    }
}

fn counted_secrets(place: SecretPlace, clock: Clock, looks: &Arc<AtomicUsize>) -> AppsSecret<Apps> {
    let looks = Arc::clone(looks);
    AppsSecret::new(place, None, clock, move |texts| {
        looks.fetch_add(1, Ordering::Relaxed);
        Apps::parse_parts(texts.iter().copied())
    })
}

/// A status without a word, as the gateway takes it.
pub(crate) fn bare(status: u16) -> Value {
    json!({
        "statusCode": status,
        "headers": {},
        "multiValueHeaders": {},
        "body": "",
        "isBase64Encoded": false,
        "cookies": [],
    })
}

pub(crate) fn sign(body: &[u8], secret: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// A request as the gateway builds it.
pub(crate) fn request(method: &str, path: &str, query: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": format!("{method} {path}"),
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": "hooks.example.com", "user-agent": "Webhooks/1.0 (https://fb.me/webhooks)"},
        "requestContext": {"stage": "$default", "http": {"method": method, "path": path}},
        "isBase64Encoded": false,
    })
}

/// A delivery with `body`, sent as text if it is text and as base64 if not.
pub(crate) fn delivery(body: &[u8], secret: &str) -> Value {
    let mut event = request("POST", "/api/webhook/instagram", "");
    event["headers"]["x-hub-signature-256"] = json!(sign(body, secret));
    match std::str::from_utf8(body) {
        Ok(text) => event["body"] = json!(text),
        Err(_) => {
            event["body"] = json!(STANDARD.encode(body));
            event["isBase64Encoded"] = json!(true);
        }
    }
    event
}

/// A body with one text message from `person`.
pub(crate) fn message(mid: &str, person: &str, text: &str) -> String {
    body(&[message_element(mid, person, text)])
}

/// One messaging object. `text` goes in as it stands: escape what JSON wants escaped.
pub(crate) fn message_element(mid: &str, person: &str, text: &str) -> String {
    format!(
        r#"{{"sender":{{"id":"{person}"}},"recipient":{{"id":"17841400000000001"}},"timestamp":1793620800000,"message":{{"mid":"{mid}","text":"{text}"}}}}"#
    )
}

/// A body with these messaging objects.
pub(crate) fn body(elements: &[String]) -> String {
    let elements = elements.join(",");
    format!(
        r#"{{"object":"instagram","entry":[{{"id":"17841400000000001","time":1793620800412,"messaging":[{elements}]}}]}}"#
    )
}

/// A body with `count` text messages from as many people.
pub(crate) fn messages(count: usize) -> String {
    body(
        &(0..count)
            .map(|n| message_element(&format!("mid-{n}"), &format!("{}", 900_000 + n), "Bom dia"))
            .collect::<Vec<_>>(),
    )
}
