//! What happens to an actor's calls: a gate that puts them into order, a trap that ends the actor at one of them, and
//! faults.

use std::sync::{Arc, Mutex};

use futures::FutureExt;
use futures::future::BoxFuture;
use sandbox::fault::{Call, Faults, Gated, Gatekeeper, NoFaults};
use tokio::sync::Notify;

pub(crate) type TableFate = sandbox::fault::Fate;
pub(crate) type MetaFate = sandbox::meta::fault::Fate;

type Judge<F> = Arc<Mutex<Box<dyn FnMut(&Call) -> F + Send>>>;

/// Stands before all three of an actor's doors.
#[derive(Default)]
pub(crate) struct Seam {
    gate: Mutex<Option<Arc<Gated<NoFaults>>>>,
    trap: Trap,
}

/// Stands at one door.
pub(crate) struct Warden<F> {
    seam: Arc<Seam>,
    /// Which service lies behind: calls are counted per door.
    service: &'static str,
    judge: Judge<F>,
}

impl<F> Clone for Warden<F> {
    fn clone(&self) -> Self {
        Self { seam: Arc::clone(&self.seam), service: self.service, judge: Arc::clone(&self.judge) }
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
        Self { seam: Arc::clone(seam), service, judge: Arc::new(Mutex::new(Box::new(|_| F::default()))) }
    }

    /// From now on `judge` decides.
    pub(crate) fn set(&self, judge: impl FnMut(&Call) -> F + Send + 'static) {
        *self.judge.lock().unwrap() = Box::new(judge);
    }

    /// The next calls of these operations meet these fates, in order; everything else is served.
    pub(crate) fn script(&self, operations: &'static [&'static str], fates: impl IntoIterator<Item = F>) {
        let mut fates: std::collections::VecDeque<F> = fates.into_iter().collect();
        self.set(move |call| {
            let meant = operations.contains(&&*call.operation);
            if meant { fates.pop_front().unwrap_or_default() } else { F::default() }
        });
    }

    /// Everything is served again.
    pub(crate) fn mend(&self) {
        self.set(|_| F::default());
    }
}

impl<F: Default + Send + 'static> Faults<F> for Warden<F> {
    fn judge<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, F> {
        Box::pin(async move {
            let gate = self.seam.gate.lock().unwrap().clone();
            if let Some(gate) = gate {
                let _served: TableFate = gate.judge(call).await;
            }
            self.seam.trap.before((self.service, call.number)).await;
            (self.judge.lock().unwrap())(call)
        })
    }

    fn took_effect<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, ()> {
        Box::pin(self.seam.trap.after((self.service, call.number)))
    }
}

/// A call's door and its number there.
type Place = (&'static str, u64);

/// Counts an actor's calls and holds one of them: whoever waits for [`Trap::sprung`] then ends the actor, and its
/// connections with it, or lets it go on later.
#[derive(Default)]
pub(crate) struct Trap {
    plan: Mutex<Plan>,
    sprung: Notify,
    released: Notify,
}

#[derive(Default)]
struct Plan {
    after_its_effect: bool,
    /// Which call is held, counted from 1; 0 for none.
    k: u64,
    calls: u64,
    /// The one that is held once its effect has come.
    held: Option<Place>,
    is_open: bool,
}

impl Trap {
    /// Counts anew, and holds the k-th call from now; 0 for none.
    pub(crate) fn set(&self, k: u64, after_its_effect: bool) {
        *self.plan.lock().unwrap() = Plan { k, after_its_effect, ..Plan::default() };
        // Of a call that was held and that nobody waited for.
        let _earlier = self.sprung.notified().now_or_never();
    }

    /// How many calls there were since the trap was set.
    pub(crate) fn calls(&self) -> u64 {
        self.plan.lock().unwrap().calls
    }

    /// Returns when a call is held.
    pub(crate) async fn sprung(&self) {
        self.sprung.notified().await;
    }

    /// Whether calls that would be held go on; one that is held goes on, too.
    pub(crate) fn set_open(&self, is_open: bool) {
        self.plan.lock().unwrap().is_open = is_open;
        if is_open {
            self.released.notify_waiters();
        }
    }

    async fn before(&self, place: Place) {
        let is_held = {
            let mut plan = self.plan.lock().unwrap();
            plan.calls += 1;
            let is_it = plan.calls == plan.k;
            if is_it && plan.after_its_effect {
                plan.held = Some(place);
            }
            is_it && !plan.after_its_effect
        };
        if is_held {
            self.hold().await;
        }
    }

    async fn after(&self, place: Place) {
        let is_held = self.plan.lock().unwrap().held.take_if(|held| *held == place).is_some();
        if is_held {
            self.hold().await;
        }
    }

    async fn hold(&self) {
        let released = self.released.notified();
        if !self.plan.lock().unwrap().is_open {
            self.sprung.notify_one();
            released.await;
        }
    }
}
