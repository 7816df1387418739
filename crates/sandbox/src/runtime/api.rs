//! The Lambda Runtime API as one process sees it.
//!
//! Routes, headers and status codes follow the "Lambda runtime API" page of the AWS Lambda developer guide (version
//! 2018-06-01, read 22 Nov 2026).

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};

use crate::invoke::{FunctionError, MAX_PAYLOAD_BYTES, Report};
use crate::wire::{self, Answer, HangUp, Request};

const ROOT: &str = "/2018-06-01/runtime/";

/// One event on its way to the process.
#[derive(Debug)]
pub(super) struct Invocation {
    pub(super) request_id: String,
    pub(super) function_arn: String,
    pub(super) trace_id: String,
    /// When the process will be killed, in milliseconds since 1970.
    pub(super) deadline_ms: i64,
    pub(super) event: Bytes,
    pub(super) answer: oneshot::Sender<Result<Bytes, FunctionError>>,
}

/// How far the process has come.
#[derive(Debug, Clone)]
pub(super) enum Phase {
    Starting,
    /// It has asked for an event at least once.
    Ready,
    /// It said that it cannot start.
    Failed(Report),
}

/// The server's state for one process.
#[derive(Debug)]
pub(super) struct Api {
    phase: watch::Sender<Phase>,
    queued: tokio::sync::Mutex<mpsc::Receiver<Invocation>>,
    current: Mutex<Option<Current>>,
}

/// The event that the process has and has not answered.
#[derive(Debug)]
struct Current {
    request_id: String,
    answer: oneshot::Sender<Result<Bytes, FunctionError>>,
}

impl Api {
    pub(super) fn new(queued: mpsc::Receiver<Invocation>) -> Self {
        Self {
            phase: watch::Sender::new(Phase::Starting),
            queued: tokio::sync::Mutex::new(queued),
            current: Mutex::default(),
        }
    }

    pub(super) fn phase(&self) -> watch::Receiver<Phase> {
        self.phase.subscribe()
    }

    pub(super) async fn handle(&self, request: Request) -> Answer {
        let path = request.head.uri.path().strip_prefix(ROOT).unwrap_or_default().to_owned();
        let steps: Vec<&str> = path.split('/').collect();
        match (&request.head.method, steps.as_slice()) {
            (&Method::GET, ["invocation", "next"]) => self.next().await,
            (&Method::POST, ["invocation", request_id, "response"]) => self.response(request_id, request).await,
            (&Method::POST, ["invocation", request_id, "error"]) => self.error(request_id, request).await,
            (&Method::POST, ["init", "error"]) => self.init_error(request).await,
            _ => Ok(refusal(StatusCode::NOT_FOUND, "UnknownRoute")),
        }
    }

    async fn next(&self) -> Answer {
        self.phase.send_replace(Phase::Ready);
        let mut queued = self.queued.lock().await;
        let invocation = queued.recv().await.ok_or(HangUp)?;
        let current = Current { request_id: invocation.request_id.clone(), answer: invocation.answer };
        self.lock().replace(current);

        let mut response = wire::json(StatusCode::OK, invocation.event);
        let headers = response.headers_mut();
        set(headers, "lambda-runtime-aws-request-id", &invocation.request_id);
        set(headers, "lambda-runtime-deadline-ms", &invocation.deadline_ms.to_string());
        set(headers, "lambda-runtime-invoked-function-arn", &invocation.function_arn);
        set(headers, "lambda-runtime-trace-id", &invocation.trace_id);
        Ok(response)
    }

    async fn response(&self, request_id: &str, request: Request) -> Answer {
        let read = wire::read(request.body, MAX_PAYLOAD_BYTES).await;
        let (answer, response) = match read {
            Ok(body) => (Ok(body), accepted()),
            Err(wire::BodyError::TooLong) => {
                let error_type = "Function.ResponseSizeTooLarge";
                let report = Report { error_type: error_type.to_owned(), message: String::new() };
                (Err(FunctionError::Reported(report)), refusal(StatusCode::PAYLOAD_TOO_LARGE, error_type))
            }
            // The process broke off; what became of it decides the invocation.
            Err(wire::BodyError::Broken(_)) => return Err(HangUp),
        };
        let Some(current) = self.take(request_id) else {
            return Ok(refusal(StatusCode::BAD_REQUEST, "InvalidRequestID"));
        };
        // Nobody listens any more when the time is up.
        let _late = current.answer.send(answer);
        Ok(response)
    }

    async fn error(&self, request_id: &str, request: Request) -> Answer {
        let report = report(request).await?;
        let Some(current) = self.take(request_id) else {
            return Ok(refusal(StatusCode::BAD_REQUEST, "InvalidRequestID"));
        };
        let _late = current.answer.send(Err(FunctionError::Reported(report)));
        Ok(accepted())
    }

    async fn init_error(&self, request: Request) -> Answer {
        let report = report(request).await?;
        self.phase.send_replace(Phase::Failed(report));
        Ok(accepted())
    }

    /// Whether the process has an event that it has not answered.
    pub(super) fn is_busy(&self) -> bool {
        self.lock().is_some()
    }

    fn take(&self, request_id: &str) -> Option<Current> {
        self.lock().take_if(|current| current.request_id == request_id)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Current>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The error's name from the body, else from the header.
async fn report(request: Request) -> Result<Report, HangUp> {
    let header = request.head.headers.get("lambda-runtime-function-error-type").cloned();
    let body = wire::read(request.body, MAX_PAYLOAD_BYTES).await.map_err(|_| HangUp)?;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let named = body["errorType"].as_str();
    let from_header = header.as_ref().and_then(|header| header.to_str().ok());
    Ok(Report {
        error_type: named.or(from_header).unwrap_or("Unknown").to_owned(),
        message: body["errorMessage"].as_str().unwrap_or_default().to_owned(),
    })
}

fn accepted() -> http::Response<Bytes> {
    wire::json(StatusCode::ACCEPTED, r#"{"status":"OK"}"#)
}

fn refusal(status: StatusCode, error_type: &str) -> http::Response<Bytes> {
    wire::json(status, serde_json::json!({"errorType": error_type, "errorMessage": ""}).to_string())
}

/// The values are ours and printable; one that is not is left out.
fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
