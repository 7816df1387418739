#![doc = include_str!("../README.md")]

mod apps;
mod certificate;
mod config;
mod deliver;
mod gateway;
mod pack;
mod queue;
mod route;
mod subscribe;
mod tally;
mod triage;

use std::time::Duration;

use aws_sdk_sqs::Client;
use boot::{AppsSecret, CallLimits, Clock, Deadline, Metrics, SecretError, Sheet};
use instagram::Apps;
use lambda_runtime::{Error, LambdaEvent};

pub use config::Config;
pub use gateway::{Request, Response};

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

    /// Answers one request.
    ///
    /// # Errors
    /// Never: every trouble has a status of its own.
    pub async fn handle(&self, event: LambdaEvent<Request>) -> Result<Response, Error> {
        let deadline = self.clock.deadline(BUDGET, event.context.deadline, MARGIN);
        let mut sheet = Sheet::default();
        let response = self.answer(&event.payload, &deadline, &mut sheet).await;
        self.metrics.write(&sheet);
        Ok(response)
    }

    async fn answer(&self, request: &Request, deadline: &Deadline, sheet: &mut Sheet) -> Response {
        let (action, app) = match route::find(request) {
            Ok(found) => found,
            Err(refusal) => return refusal,
        };
        if let Some(expected) = &self.common_name
            && !certificate::has_common_name(request.certificate_subject(), expected)
        {
            sheet.count(tally::CERTIFICATE_REFUSED, 1);
            return Response::FORBIDDEN;
        }
        match action {
            Action::Subscribe => self.subscribe(request, app, deadline, sheet).await,
            Action::Deliver => self.deliver(request, app, deadline, sheet).await,
        }
    }
}
