//! A way into DynamoDB for one actor, which counts, bills and fails.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use dynoxide::Database;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::bill::Bill;
use super::cost;
use super::lag::Lag;
use crate::fault::{Call, Fate, Faults};
use crate::wire::{self, Answer, Client, HangUp, Request, Server};

const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");
/// DynamoDB takes no longer body.
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// One actor's way in. Dropped, it cuts the connections it has.
#[derive(Debug)]
pub struct Door {
    server: Server,
    bill: Arc<Mutex<Bill>>,
}

impl Door {
    pub(super) async fn open(
        database: Database,
        lag: Arc<Lag>,
        upstream: &str,
        actor: &str,
        faults: impl Faults,
    ) -> std::io::Result<Self> {
        let bill = Arc::new(Mutex::new(Bill::default()));
        let passage = Arc::new(Passage {
            database,
            lag,
            upstream: upstream.to_owned(),
            client: Client::new(),
            actor: actor.into(),
            number: AtomicU64::new(0),
            bill: Arc::clone(&bill),
            faults,
        });
        let server = Server::start(wire::LOOPBACK, move |request| {
            let passage = Arc::clone(&passage);
            async move { passage.pass(request).await }
        })
        .await?;
        Ok(Self { server, bill })
    }

    /// Base URL for this actor's SDK client.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// What the actor's calls come to so far.
    pub fn bill(&self) -> Bill {
        self.bill.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Closes when the calls under way are answered.
    pub async fn close(self) {
        self.server.stop().await;
    }
}

struct Passage<F> {
    database: Database,
    lag: Arc<Lag>,
    upstream: String,
    client: Client,
    actor: Arc<str>,
    number: AtomicU64,
    bill: Arc<Mutex<Bill>>,
    faults: F,
}

impl<F: Faults> Passage<F> {
    async fn pass(&self, request: Request) -> Answer {
        let body = wire::read(request.body, MAX_BODY_BYTES).await.map_err(|_| HangUp)?;
        let target =
            request.head.headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
        let number = self.number.fetch_add(1, Ordering::Relaxed) + 1;
        let call =
            Call::new(Arc::clone(&self.actor), target.rsplit('.').next().unwrap_or_default().to_owned(), number, body);
        let fate = self.faults.judge(&call).await;
        if let Fate::Refuse { .. } | Fate::HangUp = fate {
            self.charge(&call.operation, super::Usage { calls: 1, ..super::Usage::default() });
        }
        match fate {
            Fate::Refuse { status, code } => Ok(refusal(status, code)),
            Fate::HangUp => Err(HangUp),
            Fate::Serve | Fate::FailEntries { .. } => self.serve(&request.head, &call).await,
            Fate::LoseAnswer => self.serve(&request.head, &call).await.and(Err(HangUp)),
        }
    }

    /// Hands the call on with the question for its capacity added, and takes that out of the answer again.
    async fn serve(&self, head: &http::request::Parts, call: &Call) -> Answer {
        let mut asked: Value = serde_json::from_slice(&call.body).unwrap_or_default();
        if compares_a_key_with_nothing(&asked) {
            return Ok(refusal(400, "ValidationException"));
        }
        let capacity_wanted = asked["ReturnConsumedCapacity"].as_str().is_some_and(|mode| mode != "NONE");
        let mut forwarded = call.body.clone();
        if asked.is_object() && !capacity_wanted && reports_capacity(&call.operation) {
            asked["ReturnConsumedCapacity"] = json!("TOTAL");
            forwarded = asked.to_string().into();
        }

        let noted = self.lag.before(&call.operation, &asked, &self.database);
        let mut answer = self.forward(head, forwarded).await?;
        let mut said: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        if let Some(noted) = noted.filter(|_| answer.status().is_success()) {
            self.lag.wrote(noted);
        }
        self.charge(&call.operation, cost::of(&call.operation, &asked, &said, &self.database));
        let is_aged = self.lag.age(&call.operation, &asked, &mut said);
        let is_told_less =
            !capacity_wanted && said.as_object_mut().is_some_and(|said| said.remove("ConsumedCapacity").is_some());
        if is_aged || is_told_less {
            *answer.body_mut() = said.to_string().into();
        }
        self.faults.took_effect(call).await;
        Ok(answer)
    }

    async fn forward(&self, head: &http::request::Parts, body: Bytes) -> Answer {
        let mut request = http::Request::new(body);
        *request.method_mut() = head.method.clone();
        *request.uri_mut() = format!("{}/", self.upstream).parse().map_err(|_| HangUp)?;
        for name in [
            header::CONTENT_TYPE,
            header::AUTHORIZATION,
            HeaderName::from_static("x-amz-target"),
            HeaderName::from_static("x-amz-date"),
        ] {
            if let Some(value) = head.headers.get(&name) {
                request.headers_mut().insert(name, value.clone());
            }
        }
        let mut answer = self.client.send(request).await.map_err(|_| HangUp)?;
        // Both describe the body as it left the emulator, not as it leaves here.
        answer.headers_mut().remove(header::CONTENT_LENGTH);
        answer.headers_mut().remove("x-amz-crc32");
        Ok(answer)
    }

    fn charge(&self, operation: &str, usage: super::Usage) {
        self.bill.lock().unwrap_or_else(PoisonError::into_inner).add(operation, usage);
    }
}

/// The operations on items; those on tables know no `ReturnConsumedCapacity`.
fn reports_capacity(operation: &str) -> bool {
    operation.ends_with("Item") || operation.ends_with("Items") || matches!(operation, "Query" | "Scan")
}

/// A key attribute cannot hold an empty text, and DynamoDB refuses to look for one, by its beginning too. dynoxide looks, and
/// finds what a caller may have meant.
fn compares_a_key_with_nothing(asked: &Value) -> bool {
    let condition = asked["KeyConditionExpression"].as_str().unwrap_or_default();
    let is_name = |character: char| character == ':' || character == '_' || character.is_ascii_alphanumeric();
    let mut names = condition.split(|character| !is_name(character)).filter(|name| name.starts_with(':'));
    names.any(|name| asked["ExpressionAttributeValues"][name]["S"] == "")
}

fn refusal(status: u16, code: &str) -> http::Response<Bytes> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body =
        json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "refused by the sandbox"});
    let mut response = wire::json(status, body.to_string());
    response.headers_mut().insert(header::CONTENT_TYPE, CONTENT_TYPE);
    response
}
