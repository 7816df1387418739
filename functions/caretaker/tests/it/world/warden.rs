//! Faults that a test sets while the world runs.

use std::sync::{Arc, Mutex};

use futures::future::BoxFuture;
use sandbox::fault::{Call, Faults};

type Judge<F> = Box<dyn FnMut(&Call) -> F + Send>;

/// Stands at one service's door. Clones stand at the same door.
pub(crate) struct Warden<F>(Arc<Mutex<Judge<F>>>);

impl<F> Clone for Warden<F> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<F: Default + Send + 'static> Default for Warden<F> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Box::new(|_| F::default()))))
    }
}

impl<F: Default + Clone + Send + 'static> Warden<F> {
    /// From now on `judge` decides.
    pub(crate) fn set(&self, judge: impl FnMut(&Call) -> F + Send + 'static) {
        *self.0.lock().unwrap() = Box::new(judge);
    }

    /// Every call of these operations meets this fate from now on.
    pub(crate) fn always(&self, operations: &'static [&'static str], fate: F) {
        self.set(move |call| if operations.contains(&&*call.operation) { fate.clone() } else { F::default() });
    }

    /// The next calls of `operation` meet these fates, in order; everything else is served.
    pub(crate) fn script(&self, operation: &'static str, fates: impl IntoIterator<Item = F>) {
        let mut fates: std::collections::VecDeque<F> = fates.into_iter().collect();
        self.set(
            move |call| {
                if call.operation == operation { fates.pop_front().unwrap_or_default() } else { F::default() }
            },
        );
    }

    /// Everything is served again.
    pub(crate) fn mend(&self) {
        self.set(|_| F::default());
    }
}

impl<F: Default + Send + 'static> Faults<F> for Warden<F> {
    fn judge<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, F> {
        let fate = (self.0.lock().unwrap())(call);
        Box::pin(std::future::ready(fate))
    }
}
