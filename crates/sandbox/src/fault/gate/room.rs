//! Who is before the gate, and whose turn is drawn.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use fastrand::Rng;
use tokio::sync::oneshot;

use super::Passed;

/// Actor, operation and number of a call: what it is drawn by, whenever it came.
pub(super) type Place = (Arc<str>, String, u64);

#[derive(Debug)]
pub(super) struct Room {
    /// How often each actor entered and has not left.
    present: HashMap<Arc<str>, u32>,
    /// The waiting calls by their tickets.
    waiting: BTreeMap<u64, (Place, oneshot::Sender<()>)>,
    /// Calls that passed and are not over.
    pub(super) under_way: usize,
    pub(super) passed: Vec<Passed>,
    /// Counts all changes.
    pub(super) changes: u64,
    tickets: u64,
    random: Rng,
}

impl Room {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            present: HashMap::new(),
            waiting: BTreeMap::new(),
            under_way: 0,
            passed: Vec::new(),
            changes: 0,
            tickets: 0,
            random: Rng::with_seed(seed),
        }
    }

    pub(super) fn enter(&mut self, actor: Arc<str>) {
        *self.present.entry(actor).or_default() += 1;
    }

    pub(super) fn leave(&mut self, actor: &str) {
        if let Some(times) = self.present.get_mut(actor) {
            *times -= 1;
        }
        self.present.retain(|_, times| *times > 0);
    }

    /// Has a call wait, and gives it its ticket.
    pub(super) fn wait(&mut self, place: Place, go: oneshot::Sender<()>) -> u64 {
        self.tickets += 1;
        self.waiting.insert(self.tickets, (place, go));
        self.tickets
    }

    /// Forgets a call that is waiting no more.
    pub(super) fn forget(&mut self, ticket: u64) {
        self.waiting.remove(&ticket);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether nothing more can come before somebody is let go.
    pub(super) fn is_everybody_here(&self) -> bool {
        let is_waiting = |actor: &Arc<str>| self.waiting.values().any(|((waits, ..), _)| waits == actor);
        self.under_way == 0 && !self.present.is_empty() && self.present.keys().all(is_waiting)
    }

    /// Draws one of the waiting calls.
    pub(super) fn let_one_go(&mut self) {
        let mut places: Vec<(&Place, u64)> = self.waiting.iter().map(|(ticket, (place, _))| (place, *ticket)).collect();
        places.sort_unstable();
        let ticket = self.random.choice(&places).map(|(_, ticket)| *ticket);
        let Some(((actor, operation, number), go)) = ticket.and_then(|ticket| self.waiting.remove(&ticket)) else {
            return;
        };
        // A caller that is gone at this very moment has not passed.
        if go.send(()).is_ok() {
            self.passed.push(Passed { actor, operation, number });
        }
    }
}
