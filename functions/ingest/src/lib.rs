#![doc = include_str!("../README.md")]

mod answer;
mod apps;
mod certificate;
mod config;
mod deliver;
mod pack;
mod queue;
mod route;
mod subscribe;
mod tally;
mod triage;

use std::time::Duration;

use aws_sdk_sqs::Client;
use boot::{AppsSecret, CallLimits, Clock, Deadline, Metric, Metrics, SecretError, Sheet};
use instagram::Apps;
use lambda_http::http::StatusCode;
use lambda_http::{Adapter, Body, Error, LambdaEvent, Request, RequestExt, Response, Service, service_fn};
use serde::Serialize;

pub use config::Config;
pub use gateway::Event;

use gateway::Defect;
use queue::Queue;
use route::Action;

/// A delivery is answered within 4 s: Meta asks for 5 s (fact sheet 1.4). 200 ms of it belong to the gateway and the way.
const BUDGET: Duration = Duration::from_millis(3_800);

/// What is left of Lambda's own time when we stop working and answer.
const MARGIN: Duration = Duration::from_millis(200);

/// For the function's clients: one attempt and no time of its own for each call, because what to try again and until
/// when is decided here, entry by entry, under one deadline. A slow answer is still an answer.
pub const CALL_LIMITS: CallLimits =
    CallLimits { connect: Duration::from_secs(1), attempt: None, operation: None, attempts: 1 };

/// Every metric that this function writes.
pub fn metrics() -> impl Iterator<Item = Metric> {
    tally::METRICS.iter().copied()
}

/// The function: lives as long as its process and answers one request at a time, or many.
#[derive(Debug)]
pub struct Ingest {
    events: Queue,
    quarantine: Queue,
    secrets: AppsSecret<Apps>,
    common_name: Option<String>,
    clock: Clock,
    metrics: Metrics,
}

impl Ingest {
    /// Wires the parts. Nothing is called yet.
    pub fn new(config: Config, sqs: &Client, secrets: AppsSecret<Apps>, clock: Clock, metrics: Metrics) -> Self {
        Self {
            events: Queue::new(sqs.clone(), config.events_queue_url, clock.clone()),
            quarantine: Queue::new(sqs.clone(), config.quarantine_queue_url, clock.clone()),
            secrets,
            common_name: config.mtls_common_name,
            clock,
            metrics,
        }
    }

    /// Loads the secrets and opens the connection to the queue while start-up still has the full processor: the first
    /// delivery has only the memory size's share of it.
    ///
    /// A service that does not answer is no reason not to start; the deliveries will say 503 until it does.
    ///
    /// # Errors
    /// Secrets that are there but empty or malformed: nothing could ever be verified.
    pub async fn warm_up(&self) -> Result<(), SecretError> {
        let deadline = self.clock.deadline(BUDGET, 0, MARGIN);
        let (secrets, ()) = futures::join!(self.secrets.get(), self.events.connect(&deadline));
        match secrets {
            Err(error @ SecretError::Invalid(_)) => Err(error),
            Ok(_) | Err(SecretError::Unreachable(_)) => Ok(()),
        }
    }

    /// Answers one event of the gateway: `lambda_http` makes a request of it and an event of the response.
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
        let mut sheet = Sheet::default();
        let response = self.answer(&request, defect, &deadline, &mut sheet).await;
        self.metrics.write(sheet);
        Ok(response)
    }

    async fn answer(
        &self,
        request: &Request,
        defect: Option<Defect>,
        deadline: &Deadline,
        sheet: &mut Sheet,
    ) -> Response<Body> {
        let (action, app) = match route::find(request) {
            Ok(found) => found,
            Err(status) => return answer::bare(status),
        };
        if let Some(expected) = &self.common_name
            && !certificate::has_common_name(gateway::certificate_subject(request), expected)
        {
            sheet.count(tally::CERTIFICATE_REFUSED, 1);
            return answer::bare(StatusCode::FORBIDDEN);
        }
        if let Some(defect) = defect {
            if defect == Defect::Body {
                sheet.count(tally::BODY_REFUSED, 1);
                sheet.word(tally::REASON, "not_base64");
            }
            return answer::bare(StatusCode::BAD_REQUEST);
        }
        match action {
            Action::Deliver => answer::bare(self.deliver(request, app, deadline, sheet).await),
            Action::Subscribe => match self.subscribe(request, app, deadline, sheet).await {
                Ok(challenge) => answer::text(challenge.as_str()),
                Err(status) => answer::bare(status),
            },
        }
    }
}
