//! What happens to an actor's calls: a gate that puts them into order, a trap that ends the actor at one of them, and
//! faults.

use std::ops::Deref;
use std::sync::{Arc, Mutex};

use futures::future::BoxFuture;
use sandbox::fault::{Call, Faults, Gated, Gatekeeper, NoFaults, Script, Trap};

pub(crate) type TableFate = sandbox::fault::Fate;
pub(crate) type MetaFate = sandbox::meta::fault::Fate;

/// Stands before all three of an actor's doors.
#[derive(Default)]
pub(crate) struct Seam {
    gate: Mutex<Option<Arc<Gated<NoFaults>>>>,
    trap: Arc<Trap>,
}

/// Stands at one door, behind the seam's gate.
pub(crate) struct Warden<F> {
    seam: Arc<Seam>,
    behind: sandbox::fault::Warden<F>,
}

impl<F> Clone for Warden<F> {
    fn clone(&self) -> Self {
        Self { seam: Arc::clone(&self.seam), behind: self.behind.clone() }
    }
}

impl<F> Deref for Warden<F> {
    type Target = sandbox::fault::Warden<F>;

    fn deref(&self) -> &Self::Target {
        &self.behind
    }
}

impl Seam {
    /// From now on calls pass this gate, or none.
    pub(crate) fn set_gate(&self, gate: Option<&Gatekeeper>) {
        *self.gate.lock().unwrap() = gate.map(|gate| Arc::new(gate.before(NoFaults)));
    }

    pub(crate) fn trap(&self) -> &Trap {
        &self.trap
    }
}

impl<F: Default + Send + 'static> Warden<F> {
    pub(crate) fn new(seam: &Arc<Seam>, service: &'static str) -> Self {
        Self { seam: Arc::clone(seam), behind: sandbox::fault::Warden::before(service, &seam.trap) }
    }

    /// The next calls of these operations meet these fates, in order; everything else is served.
    pub(crate) fn script(&self, operations: &'static [&'static str], fates: impl IntoIterator<Item = F>) {
        let script = Script::any(operations, fates);
        self.set(move |call| script.fate(call));
    }
}

impl<F: Default + Send + 'static> Faults<F> for Warden<F> {
    fn judge<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, F> {
        Box::pin(async move {
            let gate = self.seam.gate.lock().unwrap().clone();
            if let Some(gate) = gate {
                let _served: TableFate = gate.judge(call).await;
            }
            self.behind.judge(call).await
        })
    }

    fn took_effect<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, ()> {
        self.behind.took_effect(call)
    }
}
