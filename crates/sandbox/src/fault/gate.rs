//! A gate before several servers, so that a seed decides whose call comes next.
//!
//! Calls of all actors wait at the gate, and it lets one go at a time: when that one is over and nothing else moves,
//! the next is drawn from those that wait. Which calls wait by then depends on the actors alone, not on the machine's
//! speed, as long as everything runs on one thread: there, giving way lets every other task and socket have its turn,
//! so that a number of quiet turns is a measure of rest that no other load on the machine can shorten.
//!
//! Limits. On several threads, or with actors in processes of their own, rest is measured by real time as well, and a
//! slow machine may change the order. An actor that is there ([`Gatekeeper::enter`]) but waits for something else than
//! the gate costs a millisecond of real time for each call of the others. Calls that hang, and long polls, are passed
//! by after that time. Numbers of calls that one actor makes side by side follow their arrival. What depends on real
//! time (a deadline, a token's random part) is not replayed.

mod room;

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use self::room::Room;
use super::{Call, Faults};

/// Quiet turns of the runtime after which nobody is on the way any more: a call's answer and the next call after it
/// take a dozen, and a new connection a few more.
const QUIET_TURNS: u32 = 64;
/// How long one waits for an actor that is there and does not come to the gate.
const GRACE: Duration = Duration::from_millis(1);

/// Stands at the doors of several servers. Clones stand at the same gate.
#[derive(Debug, Clone)]
pub struct Gatekeeper {
    gate: Arc<Gate>,
    _keeping: Arc<Keeping>,
}

/// A judge behind the gate: asked about a call when the call has passed.
#[derive(Debug)]
pub struct Gated<J> {
    gate: Arc<Gate>,
    _keeping: Arc<Keeping>,
    judge: J,
}

/// An actor is there until this is dropped.
#[derive(Debug)]
pub struct Presence {
    gate: Arc<Gate>,
    actor: Arc<str>,
}

/// A call that passed the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// Who called.
    pub actor: Arc<str>,
    /// What for.
    pub operation: String,
    /// The call's number at its door.
    pub number: u64,
}

#[derive(Debug)]
struct Gate {
    room: Mutex<Room>,
    /// Rung when something changed.
    changed: Notify,
}

#[derive(Debug)]
struct Keeping(JoinHandle<()>);

impl Drop for Keeping {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Gatekeeper {
    /// Opens a gate in the current tokio runtime. The same seed draws the same calls.
    pub fn start(seed: u64) -> Self {
        let gate = Arc::new(Gate { room: Mutex::new(Room::new(seed)), changed: Notify::new() });
        let keeping = tokio::spawn(keep(Arc::clone(&gate)));
        Self { gate, _keeping: Arc::new(Keeping(keeping)) }
    }

    /// Puts the gate before a judge: for the doors of every server whose calls are to be in one order.
    pub fn before<J>(&self, judge: J) -> Gated<J> {
        Gated { gate: Arc::clone(&self.gate), _keeping: Arc::clone(&self._keeping), judge }
    }

    /// Says that an actor is there, by the name of its doors: until it waits at the gate or leaves, the gate waits.
    ///
    /// Without anybody there, the gate waits its grace for every call.
    #[must_use = "the actor is there until this is dropped"]
    pub fn enter(&self, actor: &str) -> Presence {
        let actor: Arc<str> = actor.into();
        self.gate.change(|room| room.enter(Arc::clone(&actor)));
        Presence { gate: Arc::clone(&self.gate), actor }
    }

    /// Returns when no call has waited, passed or ended for the grace: whoever is there waits for something else. Time
    /// to move the clock.
    pub async fn rest(&self) {
        loop {
            self.gate.quiet(|_| false).await;
            if self.gate.room().is_empty() {
                return;
            }
        }
    }

    /// Every call that passed, in order: equal for two runs of one seed that went alike.
    pub fn history(&self) -> Vec<Passed> {
        self.gate.room().passed.clone()
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.gate.change(|room| room.leave(&self.actor));
    }
}

impl<F: Send + 'static, J: Faults<F>> Faults<F> for Gated<J> {
    fn judge<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, F> {
        Box::pin(async move {
            call.pass.keep(Gate::pass(&self.gate, call).await);
            self.judge.judge(call).await
        })
    }

    fn took_effect<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, ()> {
        self.judge.took_effect(call)
    }
}

impl Gate {
    fn room(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Room) -> T) -> T {
        let mut room = self.room();
        room.changes += 1;
        let changed = change(&mut room);
        drop(room);
        self.changed.notify_one();
        changed
    }

    /// Waits until it is the call's turn.
    async fn pass(gate: &Arc<Self>, call: &Call) -> UnderWay {
        let (go, may_go) = oneshot::channel();
        let place = (Arc::clone(&call.actor), call.operation.clone(), call.number);
        let ticket = gate.change(|room| room.wait(place, go));
        let waiting = Waiting { gate: Arc::clone(gate), ticket };
        // The keeper lives as long as the gate's doors do; without it there is no order to keep.
        let _turn = may_go.await;
        drop(waiting);
        UnderWay::begin(Arc::clone(gate))
    }

    /// Returns after a while in which nothing changed: a number of turns if `suffices` then, and the grace at most.
    async fn quiet(&self, suffices: impl Fn(&Room) -> bool) {
        let (mut seen, mut turns, mut since) = (self.room().changes, 0, Instant::now());
        loop {
            tokio::task::yield_now().await;
            let room = self.room();
            if room.changes != seen {
                (seen, turns, since) = (room.changes, 0, Instant::now());
            }
            turns += 1;
            if turns >= QUIET_TURNS && (suffices(&room) || since.elapsed() >= GRACE) {
                return;
            }
        }
    }
}

/// Lets calls go, one at a time.
async fn keep(gate: Arc<Gate>) {
    loop {
        if gate.room().is_empty() {
            gate.changed.notified().await;
            continue;
        }
        gate.quiet(Room::is_everybody_here).await;
        gate.change(Room::let_one_go);
    }
}

/// A call at the gate. Dropped before its turn, its caller is gone.
struct Waiting {
    gate: Arc<Gate>,
    ticket: u64,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.gate.change(|room| room.forget(self.ticket));
    }
}

/// A call that passed and is not over.
#[derive(Debug)]
struct UnderWay(Arc<Gate>);

impl UnderWay {
    fn begin(gate: Arc<Gate>) -> Self {
        gate.change(|room| room.under_way += 1);
        Self(gate)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.change(|room| room.under_way -= 1);
    }
}

/// What a call carries from the gate to its end. A copy of the call is not the call.
#[derive(Debug, Default)]
pub(super) struct Pass(OnceLock<UnderWay>);

impl Pass {
    fn keep(&self, under_way: UnderWay) {
        // A call that passes two gates is under way at the first.
        let _second = self.0.set(under_way);
    }
}

impl Clone for Pass {
    fn clone(&self) -> Self {
        Self::default()
    }
}

#[cfg(test)]
mod tests;
