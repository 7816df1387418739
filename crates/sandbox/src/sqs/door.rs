//! A way into SQS for one actor, which fails.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::service::Service;
use crate::fault::{Call, Fate, Faults};
use crate::wire::{self, Answer, HangUp, Request, Server};

const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");
const QUERY_ERROR: HeaderName = HeaderName::from_static("x-amzn-query-error");

/// Room for a batch of 1 MiB in which every character is escaped (`\u0001` is six bytes), and for ten times its frame.
const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;

/// One actor's way in. Dropped, it cuts the connections it has.
#[derive(Debug)]
pub struct Door {
    server: Server,
}

impl Door {
    pub(super) async fn open(
        address: SocketAddr,
        service: Arc<Service>,
        actor: &str,
        faults: impl Faults,
    ) -> io::Result<Self> {
        let passage = Arc::new(Passage { service, actor: actor.into(), number: AtomicU64::new(0), faults });
        let server = Server::start(address, move |request| {
            let passage = Arc::clone(&passage);
            async move { passage.pass(request).await }
        })
        .await?;
        Ok(Self { server })
    }

    /// Base URL for this actor's SDK client.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// Closes when the calls under way are answered, waiting receives included.
    pub async fn close(self) {
        self.server.stop().await;
    }
}

struct Passage<F> {
    service: Arc<Service>,
    actor: Arc<str>,
    number: AtomicU64,
    faults: F,
}

impl<F: Faults> Passage<F> {
    async fn pass(&self, request: Request) -> Answer {
        let body = wire::read(request.body, MAX_BODY_BYTES).await.map_err(|_| HangUp)?;
        let header = |name| request.head.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let target = header(HeaderName::from_static("x-amz-target")).unwrap_or_default();
        // Queue URLs lead back to where the caller came in.
        let origin = format!("http://{}", header(header::HOST).unwrap_or("127.0.0.1"));
        let number = self.number.fetch_add(1, Ordering::Relaxed) + 1;
        let call = Call::new(
            Arc::clone(&self.actor),
            target.strip_prefix("AmazonSQS.").unwrap_or_default().to_owned(),
            number,
            body,
        );
        match self.faults.judge(&call).await {
            Fate::Serve => Ok(self.serve(&call, &origin, &[], false).await),
            Fate::FailEntries { places, applied } => Ok(self.serve(&call, &origin, &places, applied).await),
            Fate::Refuse { status, code } => Ok(refused_by_fate(status, code)),
            Fate::HangUp => Err(HangUp),
            Fate::LoseAnswer => {
                self.serve(&call, &origin, &[], false).await;
                Err(HangUp)
            }
        }
    }

    async fn serve(&self, call: &Call, origin: &str, failing: &[usize], applied: bool) -> http::Response<Bytes> {
        let answer = match serde_json::from_slice::<Value>(&call.body) {
            Err(error) => Err(Refusal::unreadable(&error)),
            Ok(input) if failing.is_empty() || !call.operation.ends_with("Batch") => {
                self.service.call(&call.operation, &input, origin).await
            }
            Ok(input) => self.serve_with_failures(&call.operation, input, origin, failing, applied).await,
        };
        self.faults.took_effect(call).await;
        match answer {
            Ok(answer) => response(StatusCode::OK, &answer),
            Err(refusal) => refused(&refusal),
        }
    }

    /// Serves a batch in which some entries are answered as failed.
    async fn serve_with_failures(
        &self,
        action: &str,
        mut input: Value,
        origin: &str,
        failing: &[usize],
        applied: bool,
    ) -> Result<Value, Refusal> {
        let Some(entries) = input["Entries"].as_array_mut() else {
            return self.service.call(action, &input, origin).await;
        };
        let failed: Vec<Value> =
            failing.iter().filter_map(|place| entries.get(*place)).map(|entry| entry["Id"].clone()).collect();
        if !applied {
            entries.retain(|entry| !failed.contains(&entry["Id"]));
        }
        let has_entries = !entries.is_empty();
        let mut answer = if has_entries {
            self.service.call(action, &input, origin).await?
        } else {
            json!({ "Successful": [], "Failed": [] })
        };
        for list in ["Successful", "Failed"] {
            if let Some(entries) = answer[list].as_array_mut() {
                entries.retain(|entry| !failed.contains(&entry["Id"]));
            }
        }
        if let Some(entries) = answer["Failed"].as_array_mut() {
            let refusal = Refusal::internal("failed by the sandbox");
            entries.extend(failed.into_iter().map(|id| refusal.batch_entry(id)));
        }
        Ok(answer)
    }
}

fn refused(refusal: &Refusal) -> http::Response<Bytes> {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
    let body = json!({
        "__type": format!("com.amazonaws.sqs#{}", refusal.shape),
        "message": refusal.message,
    });
    let mut response = response(status, &body);
    let side = if refusal.is_sender_fault() { "Sender" } else { "Receiver" };
    if let Ok(value) = HeaderValue::from_str(&format!("{};{side}", refusal.code)) {
        response.headers_mut().insert(QUERY_ERROR, value);
    }
    response
}

fn refused_by_fate(status: u16, code: &str) -> http::Response<Bytes> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = json!({ "__type": format!("com.amazonaws.sqs#{code}"), "message": "refused by the sandbox" });
    response(status, &body)
}

fn response(status: StatusCode, body: &Value) -> http::Response<Bytes> {
    let mut response = wire::json(status, body.to_string());
    response.headers_mut().insert(header::CONTENT_TYPE, CONTENT_TYPE);
    response
}
