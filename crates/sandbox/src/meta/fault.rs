//! Where faults enter Meta: the sandbox's seam, with the answers that only the Graph API can give.

use std::time::Duration;

use futures::future::BoxFuture;
use http::StatusCode;

use super::Reply;
pub use crate::fault::Script;
use crate::fault::{self, Call, Faults};

/// What becomes of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Fate {
    /// It is served as usual.
    #[default]
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
    /// The connection is closed at once, and the call has its effect, if it still may, when the sandbox's clock shows
    /// this much more. [`Faults::took_effect`] does not hear of it.
    ApplyAfter(Duration),
    /// As [`Fate::ApplyAfter`], but the connection stays open, silent, until the caller closes it.
    HangAndApplyAfter(Duration),
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

/// Lets one judge of the whole sandbox decide Meta's calls too.
#[derive(Debug)]
pub struct Shared<F>(pub F);

impl<F: fault::Faults> Faults<Fate> for Shared<F> {
    fn judge<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Fate> {
        Box::pin(async move { self.0.judge(call).await.into() })
    }

    fn took_effect<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, ()> {
        self.0.took_effect(call)
    }
}
