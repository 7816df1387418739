//! Faults that a test sets while the world runs, and a trap that stops the function at its k-th call to anybody.

use std::sync::{Arc, Mutex};

use futures::future::BoxFuture;
use sandbox::fault::{Call, Faults};
use tokio::sync::Notify;

pub(crate) type MetaFate = sandbox::meta::fault::Fate;
pub(crate) type TableFate = sandbox::fault::Fate;

type Judge<F> = Arc<Mutex<Box<dyn FnMut(&Call) -> F + Send>>>;

/// Stands at one service's door. Clones stand at the same door.
#[derive(Clone)]
pub(crate) struct Warden<F> {
    judge: Judge<F>,
    trap: Arc<Trap>,
}

impl<F: Default + Send + 'static> Warden<F> {
    pub(crate) fn new(trap: &Arc<Trap>) -> Self {
        Self { judge: Arc::new(Mutex::new(Box::new(|_| F::default()))), trap: Arc::clone(trap) }
    }

    /// From now on `judge` decides.
    pub(crate) fn set(&self, judge: impl FnMut(&Call) -> F + Send + 'static) {
        *self.judge.lock().unwrap() = Box::new(judge);
    }

    /// The next calls of `operation` meet these fates, in order; everything else is served.
    pub(crate) fn script(&self, operation: &'static str, fates: impl IntoIterator<Item = F>) {
        let mut fates: Vec<F> = fates.into_iter().collect();
        fates.reverse();
        self.set(move |call| if call.operation == operation { fates.pop().unwrap_or_default() } else { F::default() });
    }
}

impl<F: Default + Send + 'static> Faults<F> for Warden<F> {
    fn judge<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, F> {
        Box::pin(async {
            self.trap.before().await;
            (self.judge.lock().unwrap())(call)
        })
    }

    fn took_effect<'a>(&'a self, _call: &'a Call) -> BoxFuture<'a, ()> {
        Box::pin(self.trap.after())
    }
}

/// Counts calls and holds one of them for ever: who waits for [`Trap::sprung`] then drops the caller.
#[derive(Default)]
pub(crate) struct Trap {
    plan: Mutex<Plan>,
    sprung: Notify,
}

#[derive(Clone, Copy, Default)]
struct Plan {
    after_its_effect: bool,
    /// How many calls are still to come until the one that is held, itself included; 0 for none.
    left: u32,
    /// The one that is held after its effect has come, and has not had its effect yet.
    is_here: bool,
}

impl Trap {
    /// Holds the k-th call from now.
    pub(crate) fn set(&self, k: u32, after_its_effect: bool) {
        *self.plan.lock().unwrap() = Plan { left: k, after_its_effect, is_here: false };
    }

    /// Nothing is held any more.
    pub(crate) fn disarm(&self) {
        *self.plan.lock().unwrap() = Plan::default();
    }

    /// Returns when a call is held.
    pub(crate) async fn sprung(&self) {
        self.sprung.notified().await;
    }

    async fn before(&self) {
        let is_it = {
            let mut plan = self.plan.lock().unwrap();
            let counts = plan.left > 0;
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
        std::future::pending::<()>().await;
    }
}
