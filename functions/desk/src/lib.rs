#![doc = include_str!("../README.md")]

mod access;
mod accounts;
mod answer;
mod ask;
mod comments;
mod config;
mod conversation;
mod conversations;
mod deed;
mod entry;
mod outside;
mod parked;
mod people;
mod replies;
mod route;
mod sending;
mod steering;
mod tally;
mod trail;

use std::time::Duration;

use boot::{Chain, Clock, Metric, Metrics, Sheet, shared};
use gateway::Defect;
use graph::{Call, Graph};
use lambda_http::{Adapter, Body, Error, LambdaEvent, Request, RequestExt, Response, Service, service_fn};
use outbox::{Outbox, Settings};
use serde::Serialize;
use store::Store;
use vault::Vault;

pub use config::Config;
pub use gateway::Event;
pub use parked::{PATIENCE_MS, latest};
pub use route::{Action, ROUTES, Route};

use answer::{Answer, Problem};
use ask::Ask;

/// How long an answer may take. One Graph call has 8 s, the table little.
pub const BUDGET: Duration = Duration::from_secs(26);

/// What is left of Lambda's own time when we stop working and answer.
const MARGIN: Duration = Duration::from_millis(500);

/// Every metric that this function writes.
pub fn metrics() -> impl Iterator<Item = Metric> {
    [tally::METRICS, shared::GRAPH].into_iter().flatten().copied()
}

/// The function: lives as long as its process.
#[derive(Debug)]
pub struct Desk {
    store: Store,
    graph: Graph,
    vault: Vault,
    outbox: Outbox,
    clock: Clock,
    metrics: Metrics,
}

/// What the function talks to.
#[derive(Debug)]
pub struct Parts {
    /// The table.
    pub store: Store,
    /// The Graph API.
    pub graph: Graph,
    /// What opens tokens.
    pub vault: Vault,
    /// How much is believed about Meta.
    pub outbox: Settings,
}

impl Desk {
    /// Wires the parts. Nothing is called yet.
    pub fn new(parts: Parts, clock: Clock, metrics: Metrics) -> Self {
        let Parts { store, graph, vault, outbox } = parts;
        let counts = metrics.clone();
        let graph =
            graph.observed(move |call: Call| counts.graph_call(call.operation.name(), call.class.name(), call.took));
        // The CRM is told by whoever looks for what is due.
        let outbox = Outbox::new(store.clone(), graph.clone(), outbox.leaving_word(true));
        Self { store, graph, vault, outbox, clock, metrics }
    }

    /// Opens the connection to the table while start-up still has the full processor. That it does not answer is no
    /// reason not to start.
    pub async fn warm_up(&self) {
        if let Err(error) = self.store.warm_up().await {
            tracing::warn!(error = %Chain(&error), "the table does not answer yet");
        }
    }

    /// Answers one event of the gateway.
    ///
    /// # Errors
    /// Never: every trouble has a status of its own.
    pub async fn handle(&self, event: LambdaEvent<Event>) -> Result<impl Serialize, Error> {
        let (event, context) = (event.payload, event.context);
        let (request, defect) = event.into_parts();
        let handler = service_fn(|request| self.respond(request, defect));
        Adapter::from(handler).call(LambdaEvent::new(request, context)).await
    }

    async fn respond(&self, request: Request, defect: Option<Defect>) -> Result<Response<Body>, Error> {
        let lambda_deadline = request.lambda_context_ref().map_or(0, |context| context.deadline);
        let deadline = self.clock.deadline(BUDGET, lambda_deadline, MARGIN);
        // Boxed: the ways through are many, and the longest would be carried by all.
        let outcome = deadline.limit(Box::pin(self.answer(&request, defect))).await.unwrap_or_else(|error| {
            tracing::error!(error = %error, "a request took too long");
            Err(Problem::unavailable("time"))
        });
        let mut sheet = Sheet::default();
        let response = match outcome {
            Ok(answer) => {
                sheet.count(if request.method() == "GET" { tally::READS } else { tally::WRITES }, 1);
                answer.into_response()
            }
            Err(problem) => {
                problem.count(&mut sheet);
                problem.into_response()
            }
        };
        self.metrics.write(sheet);
        Ok(response)
    }

    async fn answer(&self, request: &Request, defect: Option<Defect>) -> Result<Answer, Problem> {
        let found = route::find(request.method().as_str(), gateway::path(request))?;
        let ask = Ask::read(request, defect, found)?;
        if let Action::Accounts = ask.action {
            return self.accounts(&ask).await;
        }
        let account = self.account_of(&ask).await?;
        match ask.action {
            Action::Accounts | Action::Account => self.one_account(&account),
            Action::Conversations => self.conversations(&ask, &account).await,
            Action::Conversation => self.conversation(&ask, &account).await,
            Action::Pause | Action::Resume | Action::Tag | Action::Untag => self.steer(&ask, &account).await,
            Action::SendMessage | Action::ReplyPublicly | Action::ReplyPrivately => self.send(&ask, &account).await,
            Action::TakeAnswer => self.take_answer(&ask, &account).await,
            Action::ReleaseDraft | Action::DropDraft => self.judge_draft(&ask, &account).await,
            Action::Hide | Action::Unhide | Action::DeleteComment => self.moderate(&ask, &account).await,
            Action::Parked => self.parked(&ask, &account).await,
            Action::Failed => self.failed(&ask, &account).await,
            Action::Drafts => self.drafts(&ask, &account).await,
            Action::Settle => self.settle(&ask, &account).await,
            Action::Export => self.export(&ask, &account).await,
            Action::Erase => self.erase(&ask, &account).await,
            Action::Erasure => self.erasure(&ask, &account).await,
        }
    }
}
