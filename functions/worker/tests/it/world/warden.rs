//! Faults that a test sets while the world runs, and a trap that stops the worker at its k-th call.

use std::sync::{Arc, Mutex};

use futures::future::BoxFuture;
use sandbox::fault::{Call, Faults};
use tokio::sync::Notify;

pub(crate) type MetaFate = sandbox::meta::fault::Fate;

type Judge<F> = Box<dyn FnMut(&Call) -> F + Send>;

/// Stands at one service's door. Clones stand at the same door.
pub(crate) struct Warden<F> {
    judge: Arc<Mutex<Judge<F>>>,
    usual: F,
    trap: Arc<Trap>,
}

impl<F: Clone> Clone for Warden<F> {
    fn clone(&self) -> Self {
        Self { judge: Arc::clone(&self.judge), usual: self.usual.clone(), trap: Arc::clone(&self.trap) }
    }
}

impl<F: Clone + Send + 'static> Warden<F> {
    pub(crate) fn new(trap: &Arc<Trap>, usual: F) -> Self {
        let serve = usual.clone();
        Self { judge: Arc::new(Mutex::new(Box::new(move |_| serve.clone()))), usual, trap: Arc::clone(trap) }
    }

    /// From now on `judge` decides.
    pub(crate) fn set(&self, judge: impl FnMut(&Call) -> F + Send + 'static) {
        *self.judge.lock().unwrap() = Box::new(judge);
    }

    /// The next calls of `operation` meet these fates, in order; everything else is served.
    pub(crate) fn script(&self, operation: &'static str, fates: impl IntoIterator<Item = F>) {
        let mut fates: Vec<F> = fates.into_iter().collect();
        fates.reverse();
        let usual = self.usual.clone();
        self.set(move |call| {
            let meant = call.operation == operation;
            if meant { fates.pop().unwrap_or_else(|| usual.clone()) } else { usual.clone() }
        });
    }

    /// Everything is served again.
    pub(crate) fn mend(&self) {
        let usual = self.usual.clone();
        self.set(move |_| usual.clone());
    }

    fn fate(&self, call: &Call) -> F {
        (self.judge.lock().unwrap())(call)
    }
}

impl<F: Clone + Send + Sync + 'static> Faults<F> for Warden<F> {
    fn judge<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, F> {
        Box::pin(async {
            self.trap.before(call).await;
            self.fate(call)
        })
    }

    fn took_effect<'a>(&'a self, _call: &'a Call) -> BoxFuture<'a, ()> {
        Box::pin(self.trap.after())
    }
}

/// Counts calls and holds one of them: who waits for [`Trap::sprung`] then ends the caller, or lets it go on later.
#[derive(Default)]
pub(crate) struct Trap {
    plan: Mutex<Plan>,
    sprung: Notify,
    released: Notify,
}

#[derive(Clone, Copy, Default)]
struct Plan {
    /// The operation whose calls count; nothing for all.
    operation: Option<&'static str>,
    after_its_effect: bool,
    /// How many calls are still to come until the one that is held, itself included; 0 for none.
    left: u32,
    /// The one that is held after its effect has come, and has not had its effect yet.
    is_here: bool,
}

impl Trap {
    /// Holds the k-th call from now.
    pub(crate) fn set(&self, k: u32, after_its_effect: bool) {
        *self.plan.lock().unwrap() = Plan { left: k, after_its_effect, ..Plan::default() };
    }

    /// Holds the k-th call of one operation from now.
    pub(crate) fn set_at(&self, operation: &'static str, k: u32, after_its_effect: bool) {
        *self.plan.lock().unwrap() = Plan { operation: Some(operation), left: k, after_its_effect, ..Plan::default() };
    }

    /// Nothing is held any more.
    pub(crate) fn disarm(&self) {
        *self.plan.lock().unwrap() = Plan::default();
    }

    /// Returns when a call is held.
    pub(crate) async fn sprung(&self) {
        self.sprung.notified().await;
    }

    /// Lets the held call go on.
    pub(crate) fn release(&self) {
        self.released.notify_one();
    }

    async fn before(&self, call: &Call) {
        let is_it = {
            let mut plan = self.plan.lock().unwrap();
            let counts = plan.left > 0 && plan.operation.is_none_or(|operation| call.operation == operation);
            plan.left -= u32::from(counts);
            let is_it = counts && plan.left == 0;
            plan.is_here = is_it && plan.after_its_effect;
            is_it && !plan.after_its_effect
        };
        if is_it {
            self.hold().await;
        }
    }

    async fn after(&self) {
        if std::mem::take(&mut self.plan.lock().unwrap().is_here) {
            self.hold().await;
        }
    }

    async fn hold(&self) {
        self.sprung.notify_one();
        self.released.notified().await;
    }
}
