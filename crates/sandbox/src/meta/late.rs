//! Requests that Meta accepts late: whoever sent them heard nothing, and they have their effect all the same.

use std::time::Duration;

use super::Meta;
use super::reply::{Outcome, Reply};
use super::request::Request;
use super::route::{self, Operation};
use super::state::State;

/// A request whose time is still to come.
#[derive(Debug)]
pub(super) struct Late {
    /// When it is accepted, in milliseconds since 1970.
    due_at: i64,
    operation: Operation,
    request: Request,
    /// The place of its record among the calls.
    record: usize,
}

impl Late {
    pub(super) fn due_at(&self) -> i64 {
        self.due_at
    }
}

impl Meta {
    /// Gives late requests ([`Fate::ApplyAfter`](super::fault::Fate::ApplyAfter)) that are due by the clock their
    /// effect, and says how many it were.
    ///
    /// Every look at this Meta and every call to it does the same first, so nothing is ever seen out of order; this is
    /// for whoever wants to know when.
    pub fn apply_due(&self) -> usize {
        let before = self.shared.unswept().late.len();
        let after = self.shared.state().late.len();
        self.shared.queued.notify_one();
        before.saturating_sub(after)
    }
}

impl State {
    /// Keeps a request for later; `record` is the place of its record among the calls.
    pub(super) fn put_off(&mut self, operation: Operation, request: Request, record: usize, now: i64, after: Duration) {
        let after_ms = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
        self.late.push(Late { due_at: now.saturating_add(after_ms), operation, request, record });
    }

    /// Serves the late requests that are due at `now`, each as of its own time, the earliest first.
    pub(super) fn apply_due(&mut self, now: i64) {
        loop {
            let due = self.late.iter().enumerate().filter(|(_, late)| late.due_at <= now);
            let Some((place, _)) = due.min_by_key(|(_, late)| late.due_at) else { return };
            let late = self.late.remove(place);
            let (_, outcome) = self.serve(late.operation, &late.request, late.due_at);
            let status = outcome.map_or_else(|refusal| Reply::from(refusal).status, |_| http::StatusCode::OK);
            if let Some(record) = self.calls.get_mut(late.record) {
                record.status = Some(status.as_u16());
            }
        }
    }

    /// Serves a call as of `now`; the account it was for comes back too, once the token has told.
    pub(super) fn serve(&mut self, operation: Operation, request: &Request, now: i64) -> (Option<String>, Outcome) {
        let (account, outcome) = route::serve(self, operation, request, now);
        self.refused.extend(outcome.as_ref().err().and_then(|refusal| refusal.policy));
        (account, outcome)
    }
}
