//! A trap that holds one of an actor's calls, before its effect or after it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::FutureExt;
use tokio::sync::Notify;

use super::Call;

/// Counts the calls that come to the [`Warden`](super::Warden)s before which it lies, and holds one of them: whoever
/// waits for [`Trap::sprung`] then ends the caller, and its connections with it, or lets it go on later.
#[derive(Debug, Default)]
pub struct Trap {
    plan: Mutex<Plan>,
    sprung: Notify,
    released: Notify,
}

#[derive(Debug, Default)]
struct Plan {
    /// The operation whose calls count; nothing for all.
    operation: Option<&'static str>,
    after_its_effect: bool,
    /// Which call is held, counted from 1; 0 for none.
    k: u64,
    calls: u64,
    /// The one that is held once its effect has come: its door, and its number there.
    held: Option<(&'static str, u64)>,
    is_open: bool,
}

impl Trap {
    /// Counts anew, and holds the k-th call from now; 0 for none.
    pub fn set(&self, k: u64, after_its_effect: bool) {
        self.plan(Plan { k, after_its_effect, ..Plan::default() });
    }

    /// Counts anew, and holds the k-th call of one operation from now; 0 for none.
    pub fn set_at(&self, operation: &'static str, k: u64, after_its_effect: bool) {
        self.plan(Plan { operation: Some(operation), k, after_its_effect, ..Plan::default() });
    }

    /// Holds none of the calls to come.
    pub fn disarm(&self) {
        self.plan(Plan::default());
    }

    /// How many calls there were since it was set, of those that count.
    pub fn calls(&self) -> u64 {
        self.locked().calls
    }

    /// Returns when a call is held.
    pub async fn sprung(&self) {
        self.sprung.notified().await;
    }

    /// Lets the held call go on.
    pub fn release(&self) {
        self.released.notify_waiters();
    }

    /// Whether calls that would be held go on; one that is held goes on, too.
    pub fn set_open(&self, is_open: bool) {
        self.locked().is_open = is_open;
        if is_open {
            self.release();
        }
    }

    pub(super) async fn before(&self, service: &'static str, call: &Call) {
        let is_held = {
            let mut plan = self.locked();
            let counts = plan.operation.is_none_or(|operation| call.operation == operation);
            plan.calls += u64::from(counts);
            let is_it = counts && plan.calls == plan.k;
            if is_it && plan.after_its_effect {
                plan.held = Some((service, call.number));
            }
            is_it && !plan.after_its_effect
        };
        if is_held {
            self.hold().await;
        }
    }

    pub(super) async fn after(&self, service: &'static str, call: &Call) {
        let is_held = self.locked().held.take_if(|held| *held == (service, call.number)).is_some();
        if is_held {
            self.hold().await;
        }
    }

    async fn hold(&self) {
        let released = self.released.notified();
        if !self.locked().is_open {
            self.sprung.notify_one();
            released.await;
        }
    }

    fn plan(&self, plan: Plan) {
        *self.locked() = plan;
        // Of a call that was held and that nobody waited for.
        let _earlier = self.sprung.notified().now_or_never();
    }

    fn locked(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
