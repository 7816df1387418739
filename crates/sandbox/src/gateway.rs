//! API Gateway in this process: an HTTP API on loopback in front of functions, payload format 2.0.
//!
//! Shapes follow "Working with AWS Lambda proxy integrations for HTTP APIs" in the API Gateway developer guide (read
//! 22 Nov 2026). There is no TLS: a client certificate is one that the test says was shown.

mod answer;
mod event;
mod route;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use self::event::Received;
use self::route::{Pattern, best_match};
use crate::clock::Clock;
use crate::invoke::{FunctionError, Invoke, MAX_PAYLOAD_BYTES};
use crate::wire::{self, Answer, HangUp, Request, Server};

/// Longest body that an HTTP API takes: 10 MB (API Gateway quotas, read 22 Nov 2026).
pub const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;

/// Longest wait for a function (API Gateway quotas for HTTP APIs, read 22 Nov 2026). It goes on unheard.
const INTEGRATION_LIMIT: Duration = Duration::from_secs(30);

/// A running HTTP API. Dropped, it stops at once.
#[derive(Debug)]
pub struct Gateway {
    server: Server,
}

/// The HTTP API could not be started.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// Not `METHOD /path`, `ANY /path` or `$default`.
    #[error("not a route key: {0}")]
    RouteKey(String),
    /// The port is taken.
    #[error("no loopback port for the HTTP API")]
    Bind(#[source] std::io::Error),
}

/// An HTTP API before it starts.
#[derive(Default)]
pub struct Builder {
    routes: Vec<(String, Arc<dyn Invoke>)>,
    clock: Clock,
    port: u16,
    client_certificate: Option<Value>,
}

impl Builder {
    /// Sends the requests that match `key` to `function`.
    ///
    /// A key is written as in a template: `POST /api/webhook/{app}`, `ANY /{proxy+}`, `$default`.
    #[must_use]
    pub fn route(mut self, key: &str, function: impl Invoke) -> Self {
        self.routes.push((key.to_owned(), Arc::new(function)));
        self
    }

    /// The clock that events are dated by.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The port on 127.0.0.1; one that is free unless said otherwise.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Has every event carry `certificate` as `requestContext.authentication.clientCert`, as behind mutual TLS:
    /// `clientCertPem`, `subjectDN`, `issuerDN`, `serialNumber`, `validity`.
    #[must_use]
    pub fn client_certificate(mut self, certificate: Value) -> Self {
        self.client_certificate = Some(certificate);
        self
    }

    /// Starts to listen.
    ///
    /// # Errors
    /// When a route key is not one, or the port is taken.
    pub async fn start(self) -> Result<Gateway, GatewayError> {
        let mut routes = Vec::new();
        for (key, function) in self.routes {
            let pattern = Pattern::parse(&key).ok_or_else(|| GatewayError::RouteKey(key.clone()))?;
            routes.push((pattern, function));
        }
        let api = Arc::new(Api {
            routes,
            clock: self.clock,
            client_certificate: self.client_certificate,
            number: AtomicU64::new(0),
            running: Mutex::default(),
        });
        let address = SocketAddr::new(wire::LOOPBACK.ip(), self.port);
        let server = Server::start(address, move |request| {
            let api = Arc::clone(&api);
            async move { api.handle(request).await }
        })
        .await
        .map_err(GatewayError::Bind)?;
        Ok(Gateway { server })
    }
}

impl Gateway {
    /// Describes an HTTP API without routes.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Base URL of the API.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// Stops when the requests under way are answered.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

struct Api {
    routes: Vec<(Pattern, Arc<dyn Invoke>)>,
    clock: Clock,
    client_certificate: Option<Value>,
    number: AtomicU64,
    /// Invocations under way. They end with the gateway, not with the caller's connection: a function does not learn
    /// that nobody waits any more.
    running: Mutex<JoinSet<()>>,
}

impl Api {
    async fn handle(&self, request: Request) -> Answer {
        let number = self.number.fetch_add(1, Ordering::Relaxed) + 1;
        let mut response = self.answer(request, number).await?;
        if let Ok(id) = HeaderValue::from_str(&request_id(number)) {
            response.headers_mut().insert("apigw-requestid", id);
        }
        Ok(response)
    }

    async fn answer(&self, request: Request, number: u64) -> Answer {
        let (method, path) = (request.head.method.as_str(), request.head.uri.path());
        let patterns = self.routes.iter().map(|(pattern, _)| pattern);
        let Some((index, path_parameters)) = best_match(patterns, method, path) else {
            return Ok(message(StatusCode::NOT_FOUND, "Not Found"));
        };
        let (pattern, function) = &self.routes[index];
        let body = match wire::read(request.body, MAX_BODY_BYTES).await {
            Ok(body) => body,
            Err(wire::BodyError::TooLong) => return Ok(too_large()),
            Err(wire::BodyError::Broken(_)) => return Err(HangUp),
        };
        let received = Received {
            head: &request.head,
            body: &body,
            peer: request.peer,
            route_key: &pattern.key,
            path_parameters,
            client_certificate: self.client_certificate.as_ref(),
            now_ms: self.clock.now_ms(),
            number,
        };
        let event = Bytes::from(received.event().to_string());
        if event.len() > MAX_PAYLOAD_BYTES {
            return Ok(too_large());
        }
        let function = Arc::clone(function);
        let outcome = self.run(async move { function.invoke(event).await });
        Ok(match tokio::time::timeout(INTEGRATION_LIMIT, outcome).await {
            Ok(Some(Ok(payload))) => answer::translate(&payload).unwrap_or_else(failed),
            Ok(Some(Err(FunctionError::TooLarge { .. }))) => too_large(),
            Ok(_) => failed(),
            Err(_) => message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        })
    }

    /// Runs an invocation to its end, whether or not somebody still waits for it. Nothing comes of one that panics.
    async fn run<T: Send + 'static>(&self, invocation: impl Future<Output = T> + Send + 'static) -> Option<T> {
        let (ended, end) = oneshot::channel();
        {
            let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            while running.try_join_next().is_some() {}
            running.spawn(async move {
                // Nobody may be there to hear it.
                let _unheard = ended.send(invocation.await);
            });
        }
        end.await.ok()
    }
}

/// Distinct within one gateway and the same from run to run.
fn request_id(number: u64) -> String {
    format!("sandbox{number:09}=")
}

fn failed() -> http::Response<Bytes> {
    message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}

fn too_large() -> http::Response<Bytes> {
    message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
}

/// What API Gateway says for itself.
fn message(status: StatusCode, message: &str) -> http::Response<Bytes> {
    wire::json(status, json!({ "message": message }).to_string())
}
