//! Faults that a test sets while the world runs.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;

use super::{Call, Fate, Faults, Script, Trap};

type Judge<F> = Box<dyn FnMut(&Call) -> F + Send>;

/// Stands at one service's door, and serves until it is told otherwise. Clones stand at the same door.
pub struct Warden<F = Fate>(Arc<Door<F>>);

struct Door<F> {
    /// Which service lies behind: traps tell calls by it and by their number there.
    service: &'static str,
    trap: Arc<Trap>,
    judge: Mutex<Judge<F>>,
    calls: AtomicU64,
}

impl<F> Clone for Warden<F> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<F> fmt::Debug for Warden<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Warden").field("service", &self.0.service).field("calls", &self.calls()).finish_non_exhaustive()
    }
}

impl<F: Default + Send + 'static> Default for Warden<F> {
    fn default() -> Self {
        Self::before("", &Arc::default())
    }
}

impl<F: Default + Send + 'static> Warden<F> {
    /// At the door of a service, with a trap that may lie before several: each of them has a name of its own there.
    pub fn before(service: &'static str, trap: &Arc<Trap>) -> Self {
        let judge: Judge<F> = Box::new(|_| F::default());
        Self(Arc::new(Door { service, trap: Arc::clone(trap), judge: Mutex::new(judge), calls: AtomicU64::new(0) }))
    }

    /// From now on `judge` decides.
    pub fn set(&self, judge: impl FnMut(&Call) -> F + Send + 'static) {
        *self.0.judge.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(judge);
    }

    /// The next calls of `operation` meet these fates, in order; everything else is served.
    pub fn script(&self, operation: &'static str, fates: impl IntoIterator<Item = F>) {
        let script = Script::new(operation, fates);
        self.set(move |call| script.fate(call));
    }

    /// Every call of these operations meets this fate from now on; everything else is served.
    pub fn always(&self, operations: &'static [&'static str], fate: F)
    where
        F: Clone,
    {
        self.set(move |call| if operations.contains(&&*call.operation) { fate.clone() } else { F::default() });
    }

    /// Everything is served again.
    pub fn mend(&self) {
        self.set(|_| F::default());
    }
}

impl<F> Warden<F> {
    /// How many calls came to the door.
    pub fn calls(&self) -> u64 {
        self.0.calls.load(Ordering::Relaxed)
    }
}

impl<F: Default + Send + 'static> Faults<F> for Warden<F> {
    fn judge<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, F> {
        self.0.calls.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            self.0.trap.before(self.0.service, call).await;
            (self.0.judge.lock().unwrap_or_else(PoisonError::into_inner))(call)
        })
    }

    fn took_effect<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, ()> {
        Box::pin(self.0.trap.after(self.0.service, call))
    }
}
