//! A way into the Graph API for one actor: takes the request apart, lets faults decide, asks the world.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode};
use serde_json::json;

use super::fault::Fate;
use super::reply::{Refusal, Reply};
use super::request::Request;
use super::route::Operation;
use super::state::{CallRecord, State};
use super::{Shared, dialog, ids};
use crate::fault::{Call, Faults};
use crate::wire::{self, HangUp, Server};

/// Longest request body; the longest that means something has a few kilobytes.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// A base address of the Graph API, for one actor of a test. Dropped, it closes at once.
#[derive(Debug)]
pub struct Door {
    server: Server,
    endpoint: String,
}

impl Door {
    pub(super) async fn open(
        shared: Arc<Shared>,
        address: SocketAddr,
        actor: &str,
        faults: impl Faults<Fate>,
    ) -> std::io::Result<Self> {
        let desk = Arc::new(Desk { shared, actor: actor.into(), faults, calls: AtomicU64::new(0) });
        let server = Server::start(address, move |request| {
            let desk = Arc::clone(&desk);
            async move { desk.answer(request).await }
        })
        .await?;
        let endpoint = format!("http://{}", server.address());
        Ok(Self { server, endpoint })
    }

    /// What goes into `GRAPH_BASE_URL`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Lets the calls under way finish, and closes.
    pub async fn close(self) {
        self.server.stop().await;
    }
}

struct Desk<F> {
    shared: Arc<Shared>,
    actor: Arc<str>,
    faults: F,
    calls: AtomicU64,
}

impl<F: Faults<Fate>> Desk<F> {
    async fn answer(&self, request: wire::Request) -> wire::Answer {
        let wire::Request { head, body, .. } = request;
        let Ok(body) = wire::read(body, MAX_BODY_BYTES).await else {
            return Ok(wire::json(StatusCode::PAYLOAD_TOO_LARGE, "{}"));
        };
        let request = Request::parse(&head, &body);
        let operation = Operation::of(&request, &self.shared.state().world);
        let number = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let call = Call::new(Arc::clone(&self.actor), operation.name().to_owned(), number, body);
        let fate = self.faults.judge(&call).await;
        let reaches = match &fate {
            Fate::Serve | Fate::AnswerInstead(_) | Fate::LoseAnswer | Fate::HangAfter => true,
            Fate::Delay(real_time) => {
                tokio::time::sleep(*real_time).await;
                true
            }
            Fate::Refuse(_) | Fate::HangUp | Fate::Hang | Fate::ApplyAfter(_) | Fate::HangAndApplyAfter(_) => false,
        };
        let served = reaches.then(|| self.serve(operation, &request));
        // Before anything is awaited: the caller may be gone by then, and this task with it.
        self.record(operation, &head, request, &fate, served.as_ref());
        if reaches {
            self.faults.took_effect(&call).await;
        }
        match (fate, served) {
            (Fate::Refuse(reply) | Fate::AnswerInstead(reply), _) => Ok(respond(reply)),
            (Fate::Serve | Fate::Delay(_), Some(response)) => Ok(response),
            (Fate::Hang | Fate::HangAfter | Fate::HangAndApplyAfter(_), _) => {
                // Over, for whoever waits for its end; only the connection stays.
                drop(call);
                std::future::pending().await
            }
            (Fate::HangUp | Fate::LoseAnswer | Fate::ApplyAfter(_) | Fate::Serve | Fate::Delay(_), _) => Err(HangUp),
        }
    }

    fn serve(&self, operation: Operation, request: &Request) -> Response<Bytes> {
        let now = self.shared.clock.now_ms();
        let mut state = self.shared.state();
        if operation == Operation::LoginDialog {
            return dialog::serve(&mut state.world, request, now);
        }
        let (account, outcome) = state.serve(operation, request, now);
        let trace = ids::trace(state.calls.len() as u64 + 1);
        let reply = match outcome {
            Ok(body) => Reply::ok(&body),
            Err(refusal) => Refusal::with_trace(refusal, trace).into(),
        };
        let mut response = respond(reply);
        if let Some(account) = account {
            tell_usage(&mut response, &state, &account, now);
        }
        drop(state);
        self.shared.queued.notify_one();
        response
    }

    fn record(
        &self,
        operation: Operation,
        head: &http::request::Parts,
        request: Request,
        fate: &Fate,
        served: Option<&Response<Bytes>>,
    ) {
        let now = self.shared.clock.now_ms();
        let record = CallRecord {
            at: now,
            actor: self.actor.to_string(),
            operation: operation.name(),
            path: head.uri.path().to_owned(),
            fate: fate.clone(),
            status: served.map(|response| response.status().as_u16()),
        };
        let mut state = self.shared.state();
        state.calls.push(record);
        if let Fate::ApplyAfter(after) | Fate::HangAndApplyAfter(after) = fate {
            let record = state.calls.len() - 1;
            state.put_off(operation, request, record, now, *after);
        }
        drop(state);
        // What is due later is somebody's to wait for.
        self.shared.queued.notify_one();
    }
}

fn respond(reply: Reply) -> Response<Bytes> {
    wire::json(reply.status, reply.body)
}

/// The usage headers, as on every answer to a known token (fact sheet 4.5).
fn tell_usage(response: &mut Response<Bytes>, state: &State, id: &str, now: i64) {
    let Some(account) = state.world.account(id) else { return };
    let app = state.used.get(&account.app_id).copied().unwrap_or_default().percent;
    let used = state.used_by(id, now);
    let app_usage = json!({"call_count": app, "total_time": app, "total_cputime": app});
    let account_usage = json!({id: [{
        "type": "instagram",
        "call_count": used.percent,
        "total_cputime": used.percent,
        "total_time": used.percent,
        "estimated_time_to_regain_access": used.regain_minutes,
    }]});
    for (name, value) in [("x-app-usage", app_usage), ("x-business-use-case-usage", account_usage)] {
        if let Ok(value) = HeaderValue::from_str(&value.to_string()) {
            response.headers_mut().insert(name, value);
        }
    }
}
