//! What the gateway and the mapping call: anything that takes an event's bytes and gives an answer's bytes.

use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;

/// A Lambda function as its caller sees it: a spawned binary ([`crate::runtime::Function`]) or a closure around a
/// handler in this process.
pub trait Invoke: Send + Sync + 'static {
    /// Hands over one event and waits for the answer.
    fn invoke(&self, event: Bytes) -> BoxFuture<'_, Result<Bytes, FunctionError>>;
}

impl<F, Fut, B, E> Invoke for F
where
    F: Fn(Bytes) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<B, E>> + Send + 'static,
    B: Into<Bytes>,
    E: Into<FunctionError>,
{
    fn invoke(&self, event: Bytes) -> BoxFuture<'_, Result<Bytes, FunctionError>> {
        self(event).map(|answer| answer.map(Into::into).map_err(Into::into)).boxed()
    }
}

/// Longest event and longest answer of one invocation, in bytes: 6 MB (AWS Lambda quotas, read 22 Nov 2026).
pub const MAX_PAYLOAD_BYTES: usize = 6 * 1024 * 1024;

/// The function gave no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum FunctionError {
    /// The handler returned an error or panicked; the process goes on.
    #[error("the function reported {}", .0.error_type)]
    Reported(Report),
    /// The process could not be started, ended or failed before it asked for its first event.
    #[error("the function did not start: {}", .0.error_type)]
    Init(Report),
    /// The process ended in the middle of the call.
    #[error("the function's process ended ({status})")]
    Crashed {
        /// Exit code or signal, in the system's words.
        status: String,
    },
    /// No answer within the function's timeout; the process was killed.
    #[error("the function gave no answer within {0:?}")]
    TimedOut(Duration),
    /// The event is over [`MAX_PAYLOAD_BYTES`]; the function did not see it.
    #[error("an event of {bytes} bytes is too large for a function")]
    TooLarge {
        /// Length of the event.
        bytes: usize,
    },
}

/// A function's own account of its failure.
#[derive(Clone)]
pub struct Report {
    /// Kind of the error, `Runtime.ExitError`.
    pub error_type: String,
    /// The function's words. They may quote what people wrote, so neither `Display` nor `Debug` shows them.
    pub message: String,
}

impl std::fmt::Debug for Report {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Report").field("error_type", &self.error_type).finish_non_exhaustive()
    }
}

impl FunctionError {
    /// The name that AWS gives this failure in `errorType`.
    pub fn error_type(&self) -> &str {
        match self {
            Self::Reported(report) | Self::Init(report) => &report.error_type,
            Self::Crashed { .. } => "Runtime.ExitError",
            Self::TimedOut(_) => "Sandbox.Timedout",
            Self::TooLarge { .. } => "RequestEntityTooLargeException",
        }
    }
}

/// A handler's error, as the Lambda runtime would report it.
impl From<Box<dyn std::error::Error + Send + Sync>> for FunctionError {
    fn from(error: Box<dyn std::error::Error + Send + Sync>) -> Self {
        Self::Reported(Report { error_type: "Runtime.HandlerError".to_owned(), message: error.to_string() })
    }
}
