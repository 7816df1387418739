//! All queues of the server, and what passes between them.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use super::deduplication::Original;
use super::journal::{Change, Log, lines};
use super::message::{Content, Counts, Handling, Message, Place};
use super::queue::{Definition, Queue};
use super::redrive::MoveTask;
use super::refusal::Refusal;
use super::settings::{self, Redrive, Settings, Written};

/// One purge per queue in this time (API reference, `PurgeQueue`, read November 2026).
const PURGE_INTERVAL_MS: i64 = 60_000;

/// Told the body of a message.
pub(super) type Listener = Arc<dyn Fn(&str) + Send + Sync>;

/// The whole state of the server. Every method is told the time.
#[derive(Default)]
pub(super) struct Queues {
    pub(super) queues: BTreeMap<String, Queue>,
    pub(super) next_sequence: u64,
    pub(super) move_tasks: Vec<MoveTask>,
    pub(super) log: Log,
    /// Who is told of what is put on which queue.
    pub(super) listeners: Vec<(String, Listener)>,
}

impl Queues {
    /// Reads a state back from a journal.
    ///
    /// # Errors
    /// `InvalidData` when the journal holds a queue that could not have been made.
    pub(super) fn restore(changes: Vec<Change<'static>>) -> io::Result<Self> {
        let mut state = Self::default();
        for change in changes {
            state.restore_one(change)?;
        }
        state.log = Log::keeping();
        Ok(state)
    }

    fn restore_one(&mut self, change: Change<'static>) -> io::Result<()> {
        let invalid = |refusal: Refusal| io::Error::new(io::ErrorKind::InvalidData, refusal);
        let mut unlogged = Log::default();
        match change {
            Change::Sequence { next } => self.next_sequence = self.next_sequence.max(next),
            Change::Queue { queue, definition } => {
                let definition = definition.into_owned();
                if let Some(known) = self.queues.get_mut(&*queue) {
                    let settings = Settings::parse(&queue, &definition.written).map_err(invalid)?;
                    known.redefine(definition, settings, &mut unlogged);
                } else {
                    let name = queue.into_owned();
                    self.queues.insert(name.clone(), Queue::new(name, definition).map_err(invalid)?);
                }
            }
            Change::QueueGone { queue } => drop(self.queues.remove(&*queue)),
            Change::Sent { queue, key, original } => {
                self.next_sequence = self.next_sequence.max(original.sequence + 1);
                if let Some(queue) = self.queues.get_mut(&*queue) {
                    queue.restore_sent(key.into_owned(), original.into_owned());
                }
            }
            Change::Message { queue, message } => {
                self.next_sequence = self.next_sequence.max(message.sequence + 1);
                if let Some(queue) = self.queues.get_mut(&*queue) {
                    queue.insert(message.into_owned(), &mut unlogged);
                }
            }
            Change::Handling { queue, sequence, handling } => {
                if let Some(queue) = self.queues.get_mut(&*queue) {
                    queue.restore_handling(sequence, handling);
                }
            }
            Change::Gone { queue, sequence } => {
                if let Some(queue) = self.queues.get_mut(&*queue) {
                    queue.delete_message(sequence, &mut unlogged);
                }
            }
        }
        Ok(())
    }

    /// Journal lines for the whole state, without what is over by now.
    pub(super) fn snapshot(&mut self, now_ms: i64) -> Vec<u8> {
        self.queues.values_mut().for_each(|queue| queue.settle(now_ms));
        let sequence = std::iter::once(Change::Sequence { next: self.next_sequence });
        lines(sequence.chain(self.queues.values().flat_map(Queue::changes)))
    }

    /// Makes a queue, or finds it.
    ///
    /// # Errors
    /// `QueueAlreadyExists` when it is there with another value for one of these attributes.
    pub(super) fn create(
        &mut self,
        name: &str,
        written: &Written,
        tags: BTreeMap<String, String>,
        now_ms: i64,
    ) -> Result<(), Refusal> {
        let written = settings::merge(&Written::new(), written);
        if let Some(known) = self.queues.get(name) {
            let shown = settings::shown(name, &known.definition.written);
            return match written.iter().find(|(attribute, value)| shown.get(*attribute) != Some(value)) {
                Some((attribute, _)) => Err(Refusal::queue_name_exists(attribute)),
                None => Ok(()),
            };
        }
        let definition = Definition { written, tags, created_ms: now_ms, modified_ms: now_ms };
        let queue = Queue::new(name.to_owned(), definition)?;
        self.check_redrive(name, queue.settings.redrive.as_ref())?;
        self.log.note(|| Change::queue(&queue.name, &queue.definition));
        self.queues.insert(name.to_owned(), queue);
        Ok(())
    }

    pub(super) fn set_attributes(&mut self, name: &str, new: &Written, now_ms: i64) -> Result<(), Refusal> {
        let queue = self.queue(name)?;
        let mut definition = queue.definition.clone();
        definition.written = settings::merge(&definition.written, new);
        definition.modified_ms = now_ms;
        let settings = Settings::parse(name, &definition.written)?;
        self.check_redrive(name, settings.redrive.as_ref())?;
        let (queue, log) = self.queue_and_log(name)?;
        queue.settle(now_ms);
        queue.redefine(definition, settings, log);
        Ok(())
    }

    /// "The dead-letter queue of a FIFO queue must also be a FIFO queue" (API reference, `SetQueueAttributes`).
    fn check_redrive(&self, name: &str, redrive: Option<&Redrive>) -> Result<(), Refusal> {
        let Some(redrive) = redrive else { return Ok(()) };
        let refused =
            |reason: &str| Refusal::invalid(format!("Value for parameter RedrivePolicy is invalid. Reason: {reason}."));
        let dead_letters =
            self.queues.get(&redrive.dead_letters).ok_or_else(|| refused("Dead letter target does not exist"))?;
        if dead_letters.settings.is_fifo == name.ends_with(".fifo") {
            Ok(())
        } else {
            Err(refused("Dead-letter queue must be same type of queue as the source"))
        }
    }

    pub(super) fn delete_queue(&mut self, name: &str) -> Result<(), Refusal> {
        self.queue(name)?;
        self.queues.remove(name);
        self.log.note(|| Change::QueueGone { queue: name.into() });
        Ok(())
    }

    pub(super) fn purge(&mut self, name: &str, now_ms: i64) -> Result<(), Refusal> {
        let (queue, log) = self.queue_and_log(name)?;
        if queue.purged_ms.is_some_and(|purged_ms| now_ms < purged_ms + PURGE_INTERVAL_MS) {
            return Err(Refusal::purge_in_progress());
        }
        queue.purged_ms = Some(now_ms);
        queue.purge(log);
        Ok(())
    }

    pub(super) fn send(
        &mut self,
        name: &str,
        content: Content,
        delay_ms: Option<i64>,
        now_ms: i64,
    ) -> Result<Original, Refusal> {
        let sequence = self.next_sequence;
        let body = self.listeners.iter().any(|(queue, _)| queue == name).then(|| content.body.clone());
        let (queue, log) = self.queue_and_log(name)?;
        queue.settle(now_ms);
        let original = queue.send(content, delay_ms, sequence, now_ms, log)?;
        if original.sequence == sequence {
            self.next_sequence += 1;
            if let Some(body) = body {
                self.tell(name, &body);
            }
        }
        Ok(original)
    }

    fn tell(&self, name: &str, body: &str) {
        for (_, listener) in self.listeners.iter().filter(|(queue, _)| queue == name) {
            listener(body);
        }
    }

    /// Hands out messages; what was handed out too often goes to the dead-letter queue instead.
    pub(super) fn receive(
        &mut self,
        name: &str,
        most: usize,
        visibility_ms: Option<i64>,
        now_ms: i64,
    ) -> Result<Vec<u64>, Refusal> {
        let redrive = self.queue(name)?.settings.redrive.clone();
        // A dead-letter queue that was deleted takes nothing: the message goes on being handed out.
        let redrive = redrive.filter(|redrive| self.queues.contains_key(&redrive.dead_letters));
        let dead_after = redrive.as_ref().map(|redrive| redrive.most_receives);
        let (queue, log) = self.queue_and_log(name)?;
        let visibility_ms = visibility_ms.unwrap_or(queue.settings.visibility_ms);
        let received = queue.receive(most, visibility_ms, dead_after, now_ms, log);
        if let Some(redrive) = redrive {
            for message in received.dead {
                self.bury(name, &redrive.dead_letters, message, now_ms);
            }
        }
        Ok(received.given)
    }

    /// Puts a message into the dead-letter queue.
    ///
    /// It keeps its id. On a FIFO queue the time of sending starts anew and the deduplication id becomes the message
    /// id, so that two messages never meet there by sharing one (developer guide, "Setting-up dead-letter queue
    /// retention" and "Learn how to configure a dead-letter queue redrive", read November 2026).
    fn bury(&mut self, from: &str, to: &str, mut message: Message, now_ms: i64) {
        let Some(queue) = self.queues.get_mut(to) else { return };
        message.sequence = self.next_sequence;
        self.next_sequence += 1;
        message.dead_letter_source = Some(settings::arn(from));
        message.handling = Handling { place: Place::Waiting, ..message.handling };
        if queue.settings.is_fifo {
            message.sent_ms = now_ms;
            message.content.deduplication_id = Some(message.id.clone());
        }
        queue.insert(message, &mut self.log);
    }

    pub(super) fn counts(&mut self, name: &str, now_ms: i64) -> Result<Counts, Refusal> {
        let queue = self.queues.get_mut(name).ok_or_else(Refusal::no_such_queue)?;
        queue.settle(now_ms);
        Ok(queue.counts())
    }

    /// The queues that give up messages to this one.
    pub(super) fn sources(&self, dead_letters: &str) -> impl Iterator<Item = &str> {
        let gives_to =
            move |queue: &&Queue| queue.settings.redrive.as_ref().is_some_and(|r| r.dead_letters == dead_letters);
        self.queues.values().filter(gives_to).map(|queue| queue.name.as_str())
    }

    pub(super) fn queue(&self, name: &str) -> Result<&Queue, Refusal> {
        self.queues.get(name).ok_or_else(Refusal::no_such_queue)
    }

    pub(super) fn queue_and_log(&mut self, name: &str) -> Result<(&mut Queue, &mut Log), Refusal> {
        let queue = self.queues.get_mut(name).ok_or_else(Refusal::no_such_queue)?;
        Ok((queue, &mut self.log))
    }
}
