//! Faults that a test sets while the world runs.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use futures::future::BoxFuture;
use sandbox::fault::{Call, Faults};

pub(crate) type MetaFate = sandbox::meta::fault::Fate;
pub(crate) type TableFate = sandbox::fault::Fate;

type Judge<F> = Arc<Mutex<Box<dyn FnMut(&Call) -> F + Send>>>;

/// Stands at one service's door. Clones stand at the same door.
#[derive(Clone)]
pub(crate) struct Warden<F> {
    judge: Judge<F>,
    calls: Arc<AtomicU64>,
}

impl<F: Default + Send + 'static> Warden<F> {
    pub(crate) fn new() -> Self {
        Self { judge: Arc::new(Mutex::new(Box::new(|_| F::default()))), calls: Arc::default() }
    }

    /// How many calls there were.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
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
        self.calls.fetch_add(1, Ordering::Relaxed);
        Box::pin(async { (self.judge.lock().unwrap())(call) })
    }

    fn took_effect<'a>(&'a self, _call: &'a Call) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}
