//! KMS, as far as sealing needs it: `Encrypt` and `Decrypt` with symmetric keys, by the service's JSON protocol.
//!
//! A ciphertext is a name for what this KMS remembers, so there is nothing in it to find. As in the service, the encryption
//! context is part of it: the same pairs are needed to open it, in any order.
//! Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html>.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::fault::{Call, Fate, Faults};
use crate::wire::{self, Answer, HangUp, Request, Server};

const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// A plaintext has at most 4 KB.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// A running KMS. Keys exist once they are made.
#[derive(Debug, Clone, Default)]
pub struct Kms(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// By ARN: whether the key is enabled.
    keys: HashMap<String, bool>,
    sealed: HashMap<Vec<u8>, Sealed>,
    made: u64,
}

/// Shows no plaintext.
impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("keys", &self.keys).field("sealed", &self.sealed.len()).finish()
    }
}

struct Sealed {
    key: String,
    context: BTreeMap<String, String>,
    plaintext: String,
}

/// An error's name as the SDK reads it.
type Refusal = &'static str;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    #[serde(default)]
    key_id: Option<String>,
    /// In base64, as in the protocol.
    #[serde(default)]
    plaintext: Option<String>,
    #[serde(default)]
    ciphertext_blob: Option<String>,
    #[serde(default)]
    encryption_context: BTreeMap<String, String>,
}

impl Kms {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a key and gives its ARN.
    pub fn create_key(&self) -> String {
        let mut state = self.state();
        state.made += 1;
        let arn = format!("arn:aws:kms:sa-east-1:000000000000:key/{:08x}", state.made);
        state.keys.insert(arn.clone(), true);
        arn
    }

    /// Enables or disables a key. What is sealed with a disabled one stays shut.
    pub fn set_enabled(&self, key: &str, enabled: bool) {
        self.state().keys.insert(key.to_owned(), enabled);
    }

    /// Opens a way in, for one actor, where `faults` decides on each call.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn door(&self, actor: &str, faults: impl Faults) -> io::Result<Door> {
        let passage = Arc::new(Passage { kms: self.clone(), actor: actor.into(), number: AtomicU64::new(0), faults });
        let server = Server::start(wire::LOOPBACK, move |request| {
            let passage = Arc::clone(&passage);
            async move { passage.pass(request).await }
        })
        .await?;
        Ok(Door { server })
    }

    fn call(&self, operation: &str, body: &[u8]) -> Result<Value, Refusal> {
        let input: Input = serde_json::from_slice(body).map_err(|_| "SerializationException")?;
        match operation {
            "Encrypt" => self.encrypt(input),
            "Decrypt" => self.decrypt(&input),
            _ => Err("UnknownOperationException"),
        }
    }

    fn encrypt(&self, input: Input) -> Result<Value, Refusal> {
        let (Some(key), Some(plaintext)) = (input.key_id, input.plaintext) else {
            return Err("ValidationException");
        };
        let mut state = self.state();
        check_key(&state, &key)?;
        state.made += 1;
        let ciphertext = format!("sandbox-kms-{:016x}", state.made).into_bytes();
        let answer = json!({
            "CiphertextBlob": STANDARD.encode(&ciphertext), "KeyId": key, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        });
        state.sealed.insert(ciphertext, Sealed { key, context: input.encryption_context, plaintext });
        Ok(answer)
    }

    fn decrypt(&self, input: &Input) -> Result<Value, Refusal> {
        let ciphertext = input.ciphertext_blob.as_ref().and_then(|text| STANDARD.decode(text).ok());
        let state = self.state();
        let sealed = ciphertext.and_then(|ciphertext| state.sealed.get(&ciphertext));
        let sealed = sealed.filter(|sealed| sealed.context == input.encryption_context);
        let sealed = sealed.ok_or("InvalidCiphertextException")?;
        if input.key_id.as_ref().is_some_and(|key| *key != sealed.key) {
            return Err("IncorrectKeyException");
        }
        check_key(&state, &sealed.key)?;
        Ok(json!({
            "Plaintext": sealed.plaintext, "KeyId": sealed.key, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        }))
    }
}

fn check_key(state: &State, key: &str) -> Result<(), Refusal> {
    match state.keys.get(key) {
        Some(true) => Ok(()),
        Some(false) => Err("DisabledException"),
        None => Err("NotFoundException"),
    }
}

/// One actor's way in. Dropped, it cuts the connections it has.
#[derive(Debug)]
pub struct Door {
    server: Server,
}

impl Door {
    /// Base URL for this actor's SDK client.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.server.address())
    }
}

struct Passage<F> {
    kms: Kms,
    actor: Arc<str>,
    number: AtomicU64,
    faults: F,
}

impl<F: Faults> Passage<F> {
    async fn pass(&self, request: Request) -> Answer {
        let body = wire::read(request.body, MAX_BODY_BYTES).await.map_err(|_| HangUp)?;
        let target = request.head.headers.get(TARGET).and_then(|target| target.to_str().ok()).unwrap_or_default();
        let operation = target.strip_prefix("TrentService.").unwrap_or_default().to_owned();
        let number = self.number.fetch_add(1, Ordering::Relaxed) + 1;
        let call = Call::new(Arc::clone(&self.actor), operation, number, body);
        match self.faults.judge(&call).await {
            Fate::Serve | Fate::FailEntries { .. } => Ok(self.serve(&call).await),
            Fate::Refuse { status, code } => {
                Ok(refused(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), code))
            }
            Fate::HangUp => Err(HangUp),
            Fate::LoseAnswer => {
                self.serve(&call).await;
                Err(HangUp)
            }
        }
    }

    async fn serve(&self, call: &Call) -> http::Response<Bytes> {
        let answer = self.kms.call(&call.operation, &call.body);
        self.faults.took_effect(call).await;
        match answer {
            Ok(answer) => response(StatusCode::OK, &answer),
            Err(refusal) => refused(StatusCode::BAD_REQUEST, refusal),
        }
    }
}

fn refused(status: StatusCode, code: &str) -> http::Response<Bytes> {
    response(status, &json!({ "__type": code, "message": "refused by the sandbox" }))
}

fn response(status: StatusCode, body: &Value) -> http::Response<Bytes> {
    let mut response = wire::json(status, body.to_string());
    response.headers_mut().insert(header::CONTENT_TYPE, CONTENT_TYPE);
    response
}
