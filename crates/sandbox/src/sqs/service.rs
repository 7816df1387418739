//! The state machine with a clock, a journal, and callers that wait.

use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::{Notify, watch};

use super::Seen;
use super::journal::Journal;
use super::message::Counts;
use super::protocol::{self, Receive};
use super::queues::{Listener, Queues};
use super::refusal::Refusal;
use crate::clock::Clock;

pub(super) struct Service {
    clock: Clock,
    state: Mutex<State>,
    /// Told after every change, so that waiting receives look again.
    changed: Notify,
    closing: watch::Sender<bool>,
}

struct State {
    queues: Queues,
    journal: Option<Journal>,
}

impl State {
    fn keep_changes(&mut self, now_ms: i64) -> io::Result<()> {
        let lines = self.queues.log.take();
        match &mut self.journal {
            Some(journal) if journal.needs_rewrite() => journal.rewrite(&self.queues.snapshot(now_ms)),
            Some(journal) => journal.append(&lines),
            None => Ok(()),
        }
    }
}

impl Service {
    pub(super) fn open(clock: Clock, data: Option<&Path>) -> io::Result<Self> {
        let state = match data {
            None => State { queues: Queues::default(), journal: None },
            Some(path) => {
                let (changes, mut journal) = Journal::open(path)?;
                let mut queues = Queues::restore(changes)?;
                journal.rewrite(&queues.snapshot(clock.now_ms()))?;
                State { queues, journal: Some(journal) }
            }
        };
        Ok(Self { clock, state: Mutex::new(state), changed: Notify::new(), closing: watch::Sender::new(false) })
    }

    /// Does one action; a receive may wait.
    pub(super) async fn call(&self, action: &str, input: &Value, origin: &str) -> Result<Value, Refusal> {
        if action == "ReceiveMessage" {
            self.receive(&protocol::parse(input)?).await
        } else {
            self.change(|queues, now_ms| protocol::answer(queues, action, input, origin, now_ms))
        }
    }

    /// Looks until there is something or the wait is over: again after every change, and when a timeout or a delay
    /// ends.
    async fn receive(&self, request: &Receive) -> Result<Value, Refusal> {
        let mut closing = self.closing.subscribe();
        let wait_ms = request.wait_ms(&self.state().queues)?;
        let deadline_ms = self.clock.now_ms() + wait_ms;
        loop {
            // Listening before looking: a change in between is not missed.
            let changed = self.changed.notified();
            let found = self.change(|queues, now_ms| request.look(queues, now_ms))?;
            if let Some(messages) = found {
                return Ok(messages);
            }
            if self.clock.now_ms() >= deadline_ms {
                return Ok(json!({}));
            }
            let next_ms = request.next_timer_ms(&self.state().queues).unwrap_or(deadline_ms);
            tokio::select! {
                () = changed => {}
                () = self.clock.sleep_until(next_ms.min(deadline_ms)) => {}
                _ = closing.wait_for(|closing| *closing) => return Ok(json!({})),
            }
        }
    }

    /// Runs one step of the state machine, keeps what it changed, and wakes who waits for changes.
    fn change<T>(&self, step: impl FnOnce(&mut Queues, i64) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let mut state = self.state();
        // Read under the lock: time never runs backwards from one step to the next.
        let now_ms = self.clock.now_ms();
        let before = state.queues.log.count();
        let answer = step(&mut state.queues, now_ms);
        let has_changed = state.queues.log.count() != before;
        if let Err(error) = state.keep_changes(now_ms) {
            tracing::error!(%error, "the queue journal cannot be written");
            return Err(Refusal::internal("the queue journal cannot be written"));
        }
        drop(state);
        if has_changed {
            self.changed.notify_waiters();
        }
        answer
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.state().queues.queues.keys().cloned().collect()
    }

    pub(super) fn counts(&self, queue: &str) -> Option<Counts> {
        let now_ms = self.clock.now_ms();
        self.state().queues.counts(queue, now_ms).ok()
    }

    pub(super) fn messages(&self, queue: &str) -> Vec<Seen> {
        let mut state = self.state();
        let Some(queue) = state.queues.queues.get_mut(queue) else { return Vec::new() };
        queue.settle(self.clock.now_ms());
        let seen = queue.messages().map(|message| Seen {
            id: message.id.clone(),
            body: message.content.body.clone(),
            group: message.content.group.clone(),
            receives: message.handling.receives,
            sent_ms: message.sent_ms,
            place: message.handling.place,
            dead_letter_source: message.dead_letter_source.clone(),
        });
        seen.collect()
    }

    /// Waits until the counts of a queue that exists are as wished.
    pub(super) async fn until(&self, queue: &str, is_wished: impl Fn(Counts) -> bool) {
        loop {
            let changed = self.changed.notified();
            if self.counts(queue).is_some_and(&is_wished) {
                return;
            }
            let next_ms = self.state().queues.queue(queue).ok().and_then(super::queue::Queue::next_timer_ms);
            match next_ms {
                Some(next_ms) => tokio::select! {
                    () = changed => {}
                    () = self.clock.sleep_until(next_ms) => {}
                },
                None => changed.await,
            }
        }
    }

    pub(super) fn return_in_flight(&self, queue: &str) -> Result<(), Refusal> {
        self.change(|queues, now_ms| {
            let (queue, log) = queues.queue_and_log(queue)?;
            queue.return_in_flight(now_ms, log);
            Ok(())
        })
    }

    pub(super) fn listen(&self, queue: &str, listener: Listener) {
        self.state().queues.listeners.push((queue.to_owned(), listener));
    }

    pub(super) fn close(&self) {
        self.closing.send_replace(true);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
