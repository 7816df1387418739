//! One process of a function and the Runtime API it talks to.

use std::future::Future;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::api::{Api, Invocation, Phase};
use super::output::{Output, Stream};
use crate::clock::Clock;
use crate::invoke::{FunctionError, Report};
use crate::wire::{self, Server};

/// AWS gives a function on demand this long to ask for its first event, outside the function's own timeout.
const INIT_LIMIT: Duration = Duration::from_secs(10);

/// Status of a process that [`super::Function::kill`] ended.
pub(super) const KILLED: &str = "killed from outside";

/// What the processes of one function have in common.
pub(super) struct Settings {
    pub(super) binary: PathBuf,
    pub(super) name: String,
    pub(super) environment: Vec<(String, String)>,
    pub(super) memory_mb: u32,
    pub(super) timeout: Duration,
    pub(super) region: String,
    pub(super) clock: Clock,
}

/// A running process. Dropped, it is killed.
pub(super) struct Instance {
    child: Child,
    api: Arc<Api>,
    events: mpsc::Sender<Invocation>,
    reading: [Option<JoinHandle<()>>; 2],
    _server: Server,
}

/// The process gave no outcome and is of no more use.
pub(super) struct Unanswered {
    /// The process had ended on its own before it took the event: another one may take it.
    pub(super) ended_before: bool,
    pub(super) error: FunctionError,
}

impl Instance {
    /// Starts a process and waits until it asks for an event.
    pub(super) async fn start(settings: &Settings, output: &Output) -> Result<Self, FunctionError> {
        let (events, queued) = mpsc::channel(1);
        let api = Arc::new(Api::new(queued));
        let served = Arc::clone(&api);
        let server = Server::start(wire::LOOPBACK, move |request| {
            let api = Arc::clone(&served);
            async move { api.handle(request).await }
        })
        .await
        .map_err(|error| init_error("Runtime.Unknown", &error.to_string()))?;

        let mut child = Command::new(&settings.binary)
            .env_clear()
            .envs(lambda_environment(settings, &server.address().to_string()))
            .envs(settings.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| init_error("Runtime.InvalidEntrypoint", &error.to_string()))?;
        let reading = [
            child.stdout.take().map(|pipe| output.follow(Stream::Stdout, pipe)),
            child.stderr.take().map(|pipe| output.follow(Stream::Stderr, pipe)),
        ];

        let mut phase = api.phase();
        let started = tokio::select! {
            biased;
            phase = phase.wait_for(|phase| !matches!(phase, Phase::Starting)) => match phase.as_deref() {
                Ok(Phase::Failed(report)) => Err(FunctionError::Init(report.clone())),
                _ => Ok(()),
            },
            ended = child.wait() => Err(init_error("Runtime.ExitError", &in_words(ended))),
            () = tokio::time::sleep(INIT_LIMIT) => Err(init_error("Sandbox.Timedout", "no first event asked for")),
        };
        let instance = Self { child, api, events, reading, _server: server };
        match started {
            Ok(()) => Ok(instance),
            Err(error) => {
                instance.end().await;
                Err(error)
            }
        }
    }

    /// Has the process handle one event. After `Err` the instance must be ended.
    ///
    /// An error that the function reports itself is an outcome, and the process stays.
    pub(super) async fn invoke(
        &mut self,
        settings: &Settings,
        event: Bytes,
        number: u64,
        killed: impl Future<Output = ()>,
    ) -> Result<Result<Bytes, FunctionError>, Unanswered> {
        let (answer, mut answered) = oneshot::channel();
        let invocation = invocation(settings, event, number, answer);
        // Refused only when the server is gone, and then so is the process: seen below.
        let _queued = self.events.send(invocation).await;
        let error = tokio::select! {
            biased;
            Ok(outcome) = &mut answered => return Ok(outcome),
            ended = self.child.wait() => {
                // The answer and the end may arrive together.
                if let Ok(outcome) = answered.try_recv() {
                    return Ok(outcome);
                }
                let error = FunctionError::Crashed { status: in_words(ended) };
                return Err(Unanswered { ended_before: !self.api.is_busy(), error });
            }
            () = killed => FunctionError::Crashed { status: KILLED.to_owned() },
            () = tokio::time::sleep(settings.timeout) => FunctionError::TimedOut(settings.timeout),
        };
        Err(Unanswered { ended_before: false, error })
    }

    /// Whether the process can still take an event.
    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Kills the process and returns when it is gone and its last line is read.
    pub(super) async fn end(mut self) {
        // Fails only where the process has ended already.
        let _gone = self.child.kill().await;
        for reading in self.reading.iter_mut().filter_map(Option::take) {
            let _read = reading.await;
        }
    }
}

fn invocation(
    settings: &Settings,
    event: Bytes,
    number: u64,
    answer: oneshot::Sender<Result<Bytes, FunctionError>>,
) -> Invocation {
    let now_ms = settings.clock.now_ms();
    let timeout_ms = i64::try_from(settings.timeout.as_millis()).unwrap_or(i64::MAX);
    Invocation {
        request_id: format!("00000000-0000-4000-8000-{number:012x}"),
        function_arn: format!("arn:aws:lambda:{}:000000000000:function:{}", settings.region, settings.name),
        trace_id: format!("Root=1-{:08x}-{number:024x};Parent={number:016x};Sampled=0", now_ms / 1000),
        deadline_ms: now_ms.saturating_add(timeout_ms),
        event,
        answer,
    }
}

/// The variables that AWS sets ("Defined runtime environment variables", AWS Lambda developer guide). The keys are
/// dummies: whatever the process signs is only checked by servers on loopback.
fn lambda_environment(settings: &Settings, api: &str) -> Vec<(&'static str, String)> {
    vec![
        ("AWS_LAMBDA_RUNTIME_API", api.to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", settings.name.clone()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", settings.memory_mb.to_string()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", settings.name)),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "sandbox/[$LATEST]".to_owned()),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023".to_owned()),
        ("AWS_REGION", settings.region.clone()),
        ("AWS_DEFAULT_REGION", settings.region.clone()),
        ("AWS_ACCESS_KEY_ID", "sandbox".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "sandbox".to_owned()),
        ("_HANDLER", "bootstrap".to_owned()),
        ("LANG", "en_US.UTF-8".to_owned()),
        ("TZ", ":UTC".to_owned()),
    ]
}

fn init_error(error_type: &str, message: &str) -> FunctionError {
    FunctionError::Init(Report { error_type: error_type.to_owned(), message: message.to_owned() })
}

fn in_words(ended: std::io::Result<ExitStatus>) -> String {
    ended.map_or_else(|_| "unknown status".to_owned(), |status| status.to_string())
}
