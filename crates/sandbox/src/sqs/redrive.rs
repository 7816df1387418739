//! Moving dead letters back.

use super::digest;
use super::message::{Handling, Message, Place};
use super::queues::Queues;
use super::refusal::Refusal;
use super::settings;

/// A redrive that took place. Here it is over as soon as it is asked for.
#[derive(Debug, Clone)]
pub(super) struct MoveTask {
    pub(super) source: String,
    pub(super) destination: Option<String>,
    pub(super) started_ms: i64,
    pub(super) to_move: usize,
    pub(super) moved: usize,
}

impl Queues {
    /// Moves the messages that wait in a dead-letter queue to `destination`, or each to the queue it came from.
    ///
    /// "All redriven messages are considered new messages with a new messageID and enqueueTime" (developer guide,
    /// "Learn how to configure a dead-letter queue redrive", read November 2026). One whose way back is not known stays.
    ///
    /// # Errors
    /// When the source is no queue's dead-letter queue, or the destination is missing or of the other type.
    pub(super) fn start_move(&mut self, source: &str, destination: Option<&str>, now_ms: i64) -> Result<(), Refusal> {
        let missing = "The resource that you specified for the SourceArn parameter doesn't exist.";
        let is_fifo = self.queues.get(source).ok_or_else(|| Refusal::no_such_resource(missing))?.settings.is_fifo;
        if self.sources(source).next().is_none() {
            return Err(Refusal::invalid("Source queue must be configured as a Dead Letter Queue."));
        }
        if let Some(destination) = destination {
            let missing = "The resource that you specified for the DestinationArn parameter doesn't exist.";
            let queue = self.queues.get(destination).ok_or_else(|| Refusal::no_such_resource(missing))?;
            if queue.settings.is_fifo != is_fifo {
                return Err(Refusal::invalid("Source and destination queues must be of the same type."));
            }
        }
        let (queue, log) = self.queue_and_log(source)?;
        let messages = queue.drain_waiting(now_ms, log);
        let to_move = messages.len();
        let moved =
            messages.into_iter().filter_map(|message| self.move_one(source, destination, message, now_ms)).count();
        let destination = destination.map(str::to_owned);
        self.move_tasks.push(MoveTask { source: source.to_owned(), destination, started_ms: now_ms, to_move, moved });
        Ok(())
    }

    fn move_one(&mut self, source: &str, destination: Option<&str>, mut message: Message, now_ms: i64) -> Option<()> {
        let origin = message.dead_letter_source.as_deref().and_then(settings::name_in_arn);
        let way_back = destination.or(origin).filter(|name| self.queues.contains_key(*name)).map(str::to_owned);
        let to = way_back.as_deref().unwrap_or(source);
        let queue = self.queues.get_mut(to)?;
        if way_back.is_some() {
            message.sequence = self.next_sequence;
            self.next_sequence += 1;
            message.id = digest::message_id(to, message.sequence);
            message.sent_ms = now_ms;
            message.dead_letter_source = None;
            message.handling = Handling::new(Place::Waiting);
        }
        queue.insert(message, &mut self.log);
        way_back.map(drop)
    }
}
