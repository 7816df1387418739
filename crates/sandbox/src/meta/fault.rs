//! Where faults enter Meta: the sandbox's seam, with the answers that only the Graph API can give.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use http::StatusCode;

use super::Reply;
use crate::fault::{self, Call};

/// What becomes of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is served as usual.
    Serve,
    /// It is served after a while of real time, unless the caller has closed the connection by then.
    Delay(Duration),
    /// It has no effect, and this is the answer.
    Refuse(Reply),
    /// It has its effect, and this is the answer: 500, junk, nothing at all.
    AnswerInstead(Reply),
    /// It has no effect and no answer: the connection is closed.
    HangUp,
    /// It has its effect, but the connection is closed instead of answering.
    LoseAnswer,
    /// It has no effect and the connection stays open, silent, until the caller closes it.
    Hang,
    /// It has its effect and the connection stays open, silent, until the caller closes it.
    HangAfter,
}

/// The shared seam's fates, in Meta's words. A refusal's code is a number here; another word means code 2.
impl From<fault::Fate> for Fate {
    fn from(fate: fault::Fate) -> Self {
        match fate {
            // A batch's entries can fail one by one; the Graph API has no batches here.
            fault::Fate::Serve | fault::Fate::FailEntries { .. } => Self::Serve,
            fault::Fate::HangUp => Self::HangUp,
            fault::Fate::LoseAnswer => Self::LoseAnswer,
            fault::Fate::Refuse { status, code } => {
                let mut reply = Reply::refusal(code.parse().unwrap_or(2), None);
                reply.status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                Self::Refuse(reply)
            }
        }
    }
}

/// Decides the fate of every call to the Graph API. A closure `Fn(&Call) -> Fate` is enough for most tests.
pub trait Faults: Send + Sync + 'static {
    /// Asked before the call has any effect; the call waits for the answer.
    fn judge<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Fate>;

    /// Told when the call had its effect and before its answer leaves; the answer waits too.
    fn took_effect<'a>(&'a self, _call: &'a Call) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }
}

impl<F> Faults for F
where
    F: Fn(&Call) -> Fate + Send + Sync + 'static,
{
    fn judge<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Fate> {
        Box::pin(std::future::ready(self(call)))
    }
}

/// Serves every call.
impl Faults for fault::NoFaults {
    fn judge<'a>(&'a self, _call: &'a Call) -> BoxFuture<'a, Fate> {
        Box::pin(std::future::ready(Fate::Serve))
    }
}

/// Lets one judge of the whole sandbox decide Meta's calls too.
#[derive(Debug)]
pub struct Shared<F>(pub F);

impl<F: fault::Faults> Faults for Shared<F> {
    fn judge<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Fate> {
        Box::pin(async move { self.0.judge(call).await.into() })
    }

    fn took_effect<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, ()> {
        self.0.took_effect(call)
    }
}

/// A list of fates for the calls of one operation, in order; calls beyond it, and other operations, are served.
#[derive(Debug)]
pub struct Script {
    operation: &'static str,
    fates: Mutex<VecDeque<Fate>>,
}

impl Script {
    /// The next calls of `operation` meet these fates.
    pub fn new(operation: &'static str, fates: impl IntoIterator<Item = Fate>) -> Self {
        Self { operation, fates: Mutex::new(fates.into_iter().collect()) }
    }
}

impl Faults for Script {
    fn judge<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Fate> {
        let fate = if call.operation == self.operation {
            self.fates.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
        } else {
            None
        };
        Box::pin(std::future::ready(fate.unwrap_or(Fate::Serve)))
    }
}
