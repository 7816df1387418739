//! Where faults enter: at the wire, decided call by call.
//!
//! A server of the sandbox that can fail asks its [`Faults`] about every call, before its effect and again after it.
//! Both questions are asynchronous, so the one who answers can also delay a call, put calls of several actors into a
//! seeded order, or end the caller in between: that is a crash before or after the effect.

mod gate;
mod trap;
mod warden;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::future::BoxFuture;

use self::gate::Pass;
pub use self::gate::{Gated, Gatekeeper, Passed, Presence};
pub use self::trap::Trap;
pub use self::warden::Warden;

/// One call as it reached a server of the sandbox.
#[derive(Debug, Clone)]
pub struct Call {
    /// Who calls: every actor of a test has a door, and so a base URL, of its own.
    pub actor: Arc<str>,
    /// The service's own word for what is asked: `UpdateItem`, `SendMessageBatch`.
    pub operation: String,
    /// Counts the calls of one actor at one server from 1.
    pub number: u64,
    /// What the caller sent.
    pub body: Bytes,
    /// From the gate, if one stands before the server, until the call is over.
    pass: Pass,
}

impl Call {
    pub(crate) fn new(actor: Arc<str>, operation: String, number: u64, body: Bytes) -> Self {
        Self { actor, operation, number, body, pass: Pass::default() }
    }
}

/// What becomes of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Fate {
    /// It is served as usual.
    #[default]
    Serve,
    /// It has no effect, and the caller is told so.
    Refuse {
        /// HTTP status of the answer; below 500 the SDK looks at the code before it decides to try again.
        status: u16,
        /// The error's name as the SDK reads it from `__type`.
        code: &'static str,
    },
    /// It has no effect and no answer: the connection is closed.
    HangUp,
    /// It has its effect, but the connection is closed instead of answering.
    LoseAnswer,
    /// Some entries of a batch are answered as failed, by the service's fault. A call that is no SQS batch is served.
    FailEntries {
        /// Places of these entries in the request, from 0.
        places: Vec<usize>,
        /// Whether they have their effect all the same.
        applied: bool,
    },
}

impl Fate {
    /// DynamoDB's word for a table or partition over its rate. The SDK retries it.
    pub const THROTTLED: Self = Self::Refuse { status: 400, code: "ProvisionedThroughputExceededException" };
    /// The service itself is in trouble. The SDK retries it.
    pub const BROKEN: Self = Self::Refuse { status: 500, code: "InternalServerError" };
}

/// Decides the fate of every call, in the words of the service it is for: [`Fate`], or [`crate::meta::fault::Fate`].
///
/// A plain closure `Fn(&Call) -> Fate` is enough for most tests.
pub trait Faults<F = Fate>: Send + Sync + 'static {
    /// Asked before the call has any effect; the call waits for the answer.
    fn judge<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, F>;

    /// Told when the call had its effect and before its answer leaves; the answer waits too.
    fn took_effect<'a>(&'a self, _call: &'a Call) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }
}

impl<F, J> Faults<F> for J
where
    F: Send + 'static,
    J: Fn(&Call) -> F + Send + Sync + 'static,
{
    fn judge<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, F> {
        Box::pin(std::future::ready(self(call)))
    }
}

/// Serves every call.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFaults;

impl<F: Default + Send + 'static> Faults<F> for NoFaults {
    fn judge<'a>(&'a self, _call: &'a Call) -> BoxFuture<'a, F> {
        Box::pin(std::future::ready(F::default()))
    }
}

/// A list of fates for the calls of some operations, in order; calls beyond it, and other operations, are served.
#[derive(Debug)]
pub struct Script<F = Fate> {
    operations: Vec<&'static str>,
    fates: Mutex<VecDeque<F>>,
}

impl<F> Script<F> {
    /// The next calls of `operation` meet these fates.
    pub fn new(operation: &'static str, fates: impl IntoIterator<Item = F>) -> Self {
        Self::any(&[operation], fates)
    }

    /// The next calls of these operations meet these fates.
    pub fn any(operations: &[&'static str], fates: impl IntoIterator<Item = F>) -> Self {
        Self { operations: operations.to_vec(), fates: Mutex::new(fates.into_iter().collect()) }
    }
}

impl<F: Default> Script<F> {
    /// What becomes of a call.
    pub fn fate(&self, call: &Call) -> F {
        let is_meant = self.operations.contains(&&*call.operation);
        let fate = is_meant.then(|| self.fates.lock().unwrap_or_else(PoisonError::into_inner).pop_front()).flatten();
        fate.unwrap_or_default()
    }
}

impl<F: Default + Send + 'static> Faults<F> for Script<F> {
    fn judge<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, F> {
        Box::pin(std::future::ready(self.fate(call)))
    }
}
