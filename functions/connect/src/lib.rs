#![doc = include_str!("../README.md")]

mod callback;
mod config;
mod cookie;
mod crm_secrets;
mod end;
mod lang;
mod leaving;
mod login;
mod nonce;
mod page;
mod pages;
mod privacy;
mod return_to;
mod route;
mod secrets;
mod state;
mod tally;
mod ticket;
mod visit;

use std::time::Duration;

use boot::{AppsSecret, Clock, Deadline, Metric, Metrics, SecretError, Sheet, shared};
use gateway::Defect;
use graph::{Call, Graph, Login};
use instagram::Apps;
use lambda_http::http::StatusCode;
use lambda_http::http::header::ALLOW;
use lambda_http::{Adapter, Body, Error, LambdaEvent, Request, RequestExt, Response, Service, service_fn};
use serde::Serialize;
use store::Store;
use vault::Vault;

pub use config::Config;
pub use crm_secrets::{CrmSecrets, CrmSecretsError};
pub use gateway::Event;
pub use route::{CALLBACK_PATH, START_PATH};
pub use ticket::{CONTEXT, TICKET_LIFE, Ticket, TicketError};

use route::Action;
use visit::Visit;

/// How long an answer may take. Meta's three calls of a login have 8 s each, the table needs little.
pub const BUDGET: Duration = Duration::from_secs(26);

/// What is left of Lambda's own time when we stop working and answer.
const MARGIN: Duration = Duration::from_millis(500);

/// Every metric that this function writes.
pub fn metrics() -> impl Iterator<Item = Metric> {
    [tally::METRICS, shared::GRAPH].into_iter().flatten().copied()
}

/// The function: lives as long as its process.
#[derive(Debug)]
pub struct Connect {
    store: Store,
    graph: Graph,
    login: Login,
    vault: Vault,
    apps: AppsSecret<Apps>,
    crm: AppsSecret<CrmSecrets>,
    clock: Clock,
    metrics: Metrics,
    base_url: Option<String>,
    crm_base_url: Option<String>,
    fields: Vec<&'static str>,
    privacy_contact: Option<String>,
    /// Where Meta's dialog is: the one other place that a form of ours may lead to.
    dialog_origin: String,
}

/// What the function talks to.
#[derive(Debug)]
pub struct Parts {
    /// The table.
    pub store: Store,
    /// The Graph API.
    pub graph: Graph,
    /// Meta's login.
    pub login: Login,
    /// What seals tokens.
    pub vault: Vault,
    /// The Meta apps' secrets.
    pub apps: AppsSecret<Apps>,
    /// The CRM's secrets.
    pub crm: AppsSecret<CrmSecrets>,
}

impl Connect {
    /// Wires the parts. Nothing is called yet.
    pub fn new(config: Config, parts: Parts, clock: Clock, metrics: Metrics) -> Self {
        let Parts { store, graph, login, vault, apps, crm } = parts;
        let counts = |metrics: &Metrics| {
            let metrics = metrics.clone();
            move |call: Call| metrics.graph_call(call.operation.name(), call.class.name(), call.took)
        };
        let (graph, login) = (graph.observed(counts(&metrics)), login.observed(counts(&metrics)));
        Self {
            store,
            graph,
            login,
            vault,
            apps,
            crm,
            clock,
            metrics,
            base_url: config.base_url,
            crm_base_url: config.crm_base_url,
            fields: config.fields,
            privacy_contact: config.privacy_contact,
            dialog_origin: config::origin(&config.login_base_url).unwrap_or_default(),
        }
    }

    /// Loads the secrets and opens the connection to the table while start-up still has the full processor.
    ///
    /// A service that does not answer is no reason not to start; requests will be answered 503 until it does.
    ///
    /// # Errors
    /// Secrets that are there but malformed.
    pub async fn warm_up(&self) -> Result<(), SecretError> {
        let (apps, crm, _table) = futures::join!(self.apps.get(), self.crm.get(), self.store.warm_up());
        for outcome in [apps.map(drop), crm.map(drop)] {
            if let Err(error @ SecretError::Invalid(_)) = outcome {
                return Err(error);
            }
        }
        Ok(())
    }

    /// Answers one event of the gateway.
    ///
    /// # Errors
    /// Never: every trouble has a status of its own.
    pub async fn handle(&self, event: LambdaEvent<Event>) -> Result<impl Serialize, Error> {
        let (event, context) = (event.payload, event.context);
        let base = self.base(&event);
        let (request, defect) = event.into_parts();
        let handler = service_fn(|request| self.respond(request, defect, base.as_deref()));
        Adapter::from(handler).call(LambdaEvent::new(request, context)).await
    }

    /// Where browsers reach this function: as configured, or else under the name that the gateway was called by.
    fn base(&self, event: &Event) -> Option<String> {
        self.base_url.clone().or_else(|| Some(format!("https://{}", event.domain_name()?)))
    }

    async fn respond(
        &self,
        request: Request,
        defect: Option<Defect>,
        base: Option<&str>,
    ) -> Result<Response<Body>, Error> {
        let lambda_deadline = request.lambda_context_ref().map_or(0, |context| context.deadline);
        let deadline = self.clock.deadline(BUDGET, lambda_deadline, MARGIN);
        let mut sheet = Sheet::default();
        let response = self.answer(&request, defect, base, &deadline, &mut sheet).await;
        self.metrics.write(sheet);
        Ok(response)
    }

    async fn answer(
        &self,
        request: &Request,
        defect: Option<Defect>,
        base: Option<&str>,
        deadline: &Deadline,
        sheet: &mut Sheet,
    ) -> Response<Body> {
        let mut visit = Visit::new(request, base.unwrap_or_default(), deadline, sheet);
        let lang = visit.lang;
        let action = match route::find(request) {
            Ok(action) => action,
            Err(StatusCode::METHOD_NOT_ALLOWED) => return method_not_allowed(),
            Err(status) => return pages::not_found(lang).answer(status),
        };
        if defect.is_some() || base.is_none() {
            return page::bare(StatusCode::BAD_REQUEST);
        }
        // Boxed: the way through a login is long, and every other answer would carry its weight.
        let answer = Box::pin(async {
            match action {
                Action::Start => self.start(&mut visit).await,
                Action::Go => self.go(&mut visit).await,
                Action::Callback => self.callback(&mut visit).await,
                Action::Deauthorize => self.deauthorize(&mut visit).await,
                Action::Deletion => self.deletion(&mut visit).await,
                Action::DeletionStatus => self.deletion_status(&mut visit).await,
                Action::Privacy => privacy::page(visit.lang, self.privacy_contact.as_deref()).answer(StatusCode::OK),
            }
        });
        match deadline.limit(answer).await {
            Ok(response) => response,
            Err(error) => {
                tracing::error!(error = %error, "a request took too long");
                sheet.count(tally::UNAVAILABLE, 1);
                sheet.word(tally::REASON, "time");
                let (status, page) = pages::end(lang, &end::End::NoAnswer);
                page.answer(status)
            }
        }
    }
}

/// Something on our side does not answer.
fn unavailable(visit: &mut Visit<'_>, reason: &'static str) -> Response<Body> {
    visit.sheet.count(tally::UNAVAILABLE, 1);
    visit.sheet.word(tally::REASON, reason);
    pages::unavailable(visit.lang).answer(StatusCode::SERVICE_UNAVAILABLE)
}

fn method_not_allowed() -> Response<Body> {
    let mut response = page::bare(StatusCode::METHOD_NOT_ALLOWED);
    response.headers_mut().insert(ALLOW, lambda_http::http::HeaderValue::from_static("GET, POST"));
    response
}
