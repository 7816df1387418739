//! One queue as a state machine: no sockets, no clock, every method is told the time.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::deduplication::{Deduplication, Key, Original};
use super::digest;
use super::journal::{Change, Log};
use super::lanes::{Lane, Lanes, Standing};
use super::message::{Content, Counts, Handling, Message, Place};
use super::receipt::Receipt;
use super::refusal::Refusal;
use super::settings::{MOST_VISIBILITY_S, Settings, Written};

/// What a queue is, without its messages.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Definition {
    pub(super) written: Written,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) tags: BTreeMap<String, String>,
    pub(super) created_ms: i64,
    pub(super) modified_ms: i64,
}

pub(super) struct Queue {
    pub(super) name: String,
    pub(super) definition: Definition,
    pub(super) settings: Settings,
    pub(super) purged_ms: Option<i64>,
    messages: BTreeMap<u64, Message>,
    lanes: Lanes,
    /// Ends of delays and visibility timeouts.
    timers: BTreeSet<(i64, u64)>,
    /// Times of sending, for retention.
    ages: BTreeSet<(i64, u64)>,
    sent: Deduplication,
    counts: Counts,
}

/// The outcome of a receive.
#[derive(Default)]
pub(super) struct Received {
    /// Sequences of the messages handed out, in order.
    pub(super) given: Vec<u64>,
    /// Messages taken out of the queue because they were handed out too often.
    pub(super) dead: Vec<Message>,
}

impl Queue {
    pub(super) fn new(name: String, definition: Definition) -> Result<Self, Refusal> {
        let settings = Settings::parse(&name, &definition.written)?;
        Ok(Self {
            name,
            definition,
            settings,
            purged_ms: None,
            messages: BTreeMap::new(),
            lanes: Lanes::default(),
            timers: BTreeSet::new(),
            ages: BTreeSet::new(),
            sent: Deduplication::default(),
            counts: Counts::default(),
        })
    }

    /// Lets the clock do its work: delays and timeouts end, what is older than the retention period vanishes, and
    /// duplicates of what was sent long ago are no longer known.
    pub(super) fn settle(&mut self, now_ms: i64) {
        self.sent.forget(now_ms);
        while let Some(&(until_ms, sequence)) = self.timers.first()
            && until_ms <= now_ms
        {
            self.put(sequence, Place::Waiting);
        }
        while let Some(&(sent_ms, sequence)) = self.ages.first()
            && sent_ms + self.settings.retention_ms <= now_ms
        {
            self.take_out(sequence);
        }
    }

    /// Takes a message in, or finds that it was sent before; gives its id and sequence.
    ///
    /// `sequence` is used only if the message is new; `delay_ms` is the sender's wish.
    ///
    /// # Errors
    /// As the service: what it refuses once it refuses again.
    pub(super) fn send(
        &mut self,
        mut content: Content,
        delay_ms: Option<i64>,
        sequence: u64,
        now_ms: i64,
        log: &mut Log,
    ) -> Result<Original, Refusal> {
        content.check()?;
        if content.size_bytes() > self.settings.most_bytes {
            return Err(Refusal::too_long(self.settings.most_bytes));
        }
        let key = self.deduplication_key(&mut content, delay_ms)?;
        if let Some(original) = key.as_ref().and_then(|key| self.sent.original(key, now_ms)) {
            return Ok(original.clone());
        }
        let original = Original { sent_ms: now_ms, message_id: digest::message_id(&self.name, sequence), sequence };
        if let Some(key) = key {
            log.note(|| Change::sent(&self.name, &key, &original));
            self.sent.remember(key, original.clone());
        }
        let delay_ms = delay_ms.unwrap_or(self.settings.delay_ms);
        let place = if delay_ms > 0 { Place::Delayed { until_ms: now_ms + delay_ms } } else { Place::Waiting };
        let message = Message {
            sequence,
            id: original.message_id.clone(),
            sent_ms: now_ms,
            content,
            dead_letter_source: None,
            handling: Handling::new(place),
        };
        self.insert(message, log);
        Ok(original)
    }

    /// FIFO only; also fills in the id that content-based deduplication gives.
    fn deduplication_key(&self, content: &mut Content, delay_ms: Option<i64>) -> Result<Option<Key>, Refusal> {
        if !self.settings.is_fifo {
            // A group id is allowed here ("fair queues"), a deduplication id is not.
            return match content.deduplication_id {
                Some(_) => Err(not_for_this_type("MessageDeduplicationId")),
                None => Ok(None),
            };
        }
        if delay_ms.is_some_and(|delay_ms| delay_ms > 0) {
            return Err(not_for_this_type("DelaySeconds"));
        }
        let group = content.group.clone().ok_or_else(|| Refusal::missing("MessageGroupId"))?;
        if content.deduplication_id.is_none() && self.settings.content_based_deduplication {
            content.deduplication_id = Some(digest::content_id(&content.body));
        }
        let Some(id) = content.deduplication_id.clone() else {
            return Err(Refusal::invalid(
                "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
            ));
        };
        Ok(Some(Key { group: self.settings.deduplicates_by_group.then_some(group), id }))
    }

    /// Puts a message in as it is.
    pub(super) fn insert(&mut self, message: Message, log: &mut Log) {
        log.note(|| Change::message(&self.name, &message));
        let (sequence, place) = (message.sequence, message.handling.place);
        self.ages.insert((message.sent_ms, sequence));
        *self.counts.at(place) += 1;
        self.messages.insert(sequence, message);
        self.put(sequence, place);
    }

    /// Hands out up to `most` messages for `visibility_ms`.
    ///
    /// `dead_after` is the receive count from which a message is not handed out again.
    pub(super) fn receive(
        &mut self,
        most: usize,
        visibility_ms: i64,
        dead_after: Option<u32>,
        now_ms: i64,
        log: &mut Log,
    ) -> Received {
        self.settle(now_ms);
        let mut received = Received::default();
        while received.given.len() < most {
            let next = self.lanes.next(most - received.given.len());
            if next.is_empty() {
                break;
            }
            for sequence in next {
                if self.is_spent(sequence, dead_after) {
                    received.dead.extend(self.delete_message(sequence, log));
                } else {
                    self.hand_out(sequence, visibility_ms, now_ms, log);
                    received.given.push(sequence);
                }
            }
        }
        received
    }

    fn is_spent(&self, sequence: u64, dead_after: Option<u32>) -> bool {
        let receives = self.messages.get(&sequence).map_or(0, |message| message.handling.receives);
        dead_after.is_some_and(|most| receives >= most)
    }

    fn hand_out(&mut self, sequence: u64, visibility_ms: i64, now_ms: i64, log: &mut Log) {
        if let Some(message) = self.messages.get_mut(&sequence) {
            let handling = &mut message.handling;
            handling.receives += 1;
            handling.first_received_ms.get_or_insert(now_ms);
            handling.received_ms = Some(now_ms);
        }
        self.put(sequence, Place::InFlight { until_ms: now_ms + visibility_ms });
        self.note_handling(sequence, log);
    }

    /// Finishes a message.
    ///
    /// On a FIFO queue a handle expires with its visibility timeout. On a standard queue the latest handle stays good;
    /// with an older one "the request will succeed, but the message might not be deleted" (API reference,
    /// `DeleteMessage`): here it never is, the less convenient of the two.
    ///
    /// # Errors
    /// `ReceiptHandleIsInvalid`, or `InvalidParameterValue` for an expired handle.
    pub(super) fn delete(&mut self, handle: &str, now_ms: i64, log: &mut Log) -> Result<(), Refusal> {
        self.settle(now_ms);
        let receipt = Receipt::parse(handle, &self.name)?;
        let Some(message) = self.messages.get(&receipt.sequence) else { return Ok(()) };
        let is_latest = message.handling.receives == receipt.receives;
        let is_in_flight = matches!(message.handling.place, Place::InFlight { .. });
        if self.settings.is_fifo && !(is_latest && is_in_flight) {
            return Err(Refusal::expired_receipt());
        }
        if is_latest {
            self.delete_message(receipt.sequence, log);
        }
        Ok(())
    }

    /// Gives a message in flight a new visibility timeout, counted from now; 0 puts it back at once.
    ///
    /// # Errors
    /// As [`Self::delete`]; also when the message is not in flight, or would be invisible for more than 12 hours in all.
    pub(super) fn change_visibility(
        &mut self,
        handle: &str,
        visibility_ms: i64,
        now_ms: i64,
        log: &mut Log,
    ) -> Result<(), Refusal> {
        self.settle(now_ms);
        let receipt = Receipt::parse(handle, &self.name)?;
        let Some(message) = self.messages.get(&receipt.sequence) else {
            let reason = "Message does not exist or is not available for visibility timeout change.";
            return Err(Refusal::invalid(format!("Value for parameter ReceiptHandle is invalid. Reason: {reason}")));
        };
        let is_latest = message.handling.receives == receipt.receives;
        if !is_latest || !matches!(message.handling.place, Place::InFlight { .. }) {
            return Err(if self.settings.is_fifo { Refusal::expired_receipt() } else { Refusal::not_in_flight() });
        }
        let since_ms = message.handling.received_ms.unwrap_or(now_ms);
        if now_ms + visibility_ms - since_ms > MOST_VISIBILITY_S * 1000 {
            let reason =
                format!("Total VisibilityTimeout for the message is beyond the limit [{MOST_VISIBILITY_S} seconds]");
            return Err(Refusal::invalid(format!(
                "Value for parameter VisibilityTimeout is invalid. Reason: {reason}."
            )));
        }
        let place =
            if visibility_ms > 0 { Place::InFlight { until_ms: now_ms + visibility_ms } } else { Place::Waiting };
        self.put(receipt.sequence, place);
        self.note_handling(receipt.sequence, log);
        Ok(())
    }

    /// Puts everything in flight back, as if its visibility timeout had ended now.
    pub(super) fn return_in_flight(&mut self, now_ms: i64, log: &mut Log) {
        self.settle(now_ms);
        let is_in_flight = |m: &&Message| matches!(m.handling.place, Place::InFlight { .. });
        let in_flight: Vec<u64> = self.messages.values().filter(is_in_flight).map(|m| m.sequence).collect();
        for sequence in in_flight {
            self.put(sequence, Place::Waiting);
            self.note_handling(sequence, log);
        }
    }

    /// Takes every message out, in flight or not. What was sent before is still recognised as a duplicate.
    pub(super) fn purge(&mut self, log: &mut Log) {
        let all: Vec<u64> = self.messages.keys().copied().collect();
        for sequence in all {
            self.delete_message(sequence, log);
        }
    }

    /// Takes out the messages that may be handed out now, oldest first: those that a redrive moves.
    pub(super) fn drain_waiting(&mut self, now_ms: i64, log: &mut Log) -> Vec<Message> {
        self.settle(now_ms);
        let is_waiting = |m: &&Message| m.handling.place == Place::Waiting;
        let waiting: Vec<u64> = self.messages.values().filter(is_waiting).map(|m| m.sequence).collect();
        waiting.into_iter().filter_map(|sequence| self.delete_message(sequence, log)).collect()
    }

    /// Takes new settings. On a FIFO queue a new delay also holds for messages already delayed
    /// (developer guide, "Amazon SQS delay queues", read November 2026).
    pub(super) fn redefine(&mut self, definition: Definition, settings: Settings, log: &mut Log) {
        let delay_ms = settings.delay_ms;
        let is_retroactive = settings.is_fifo && delay_ms != self.settings.delay_ms;
        self.definition = definition;
        self.settings = settings;
        log.note(|| Change::queue(&self.name, &self.definition));
        if !is_retroactive {
            return;
        }
        let delayed = self.messages.values().filter(|m| matches!(m.handling.place, Place::Delayed { .. }));
        let ends: Vec<_> = delayed.map(|m| (m.sequence, m.sent_ms + delay_ms)).collect();
        for (sequence, until_ms) in ends {
            self.put(sequence, Place::Delayed { until_ms });
            self.note_handling(sequence, log);
        }
    }

    /// Puts a message where a journal says it was.
    pub(super) fn restore_handling(&mut self, sequence: u64, handling: Handling) {
        if let Some(message) = self.messages.get_mut(&sequence) {
            message.handling.receives = handling.receives;
            message.handling.first_received_ms = handling.first_received_ms;
            message.handling.received_ms = handling.received_ms;
            self.put(sequence, handling.place);
        }
    }

    pub(super) fn restore_sent(&mut self, key: Key, original: Original) {
        self.sent.remember(key, original);
    }

    /// Everything about this queue, in the order in which it can be read back.
    pub(super) fn changes(&self) -> impl Iterator<Item = Change<'_>> {
        let sent = self.sent.iter().map(|(key, original)| Change::sent(&self.name, key, original));
        let messages = self.messages.values().map(|message| Change::message(&self.name, message));
        std::iter::once(Change::queue(&self.name, &self.definition)).chain(sent).chain(messages)
    }

    pub(super) fn message(&self, sequence: u64) -> Option<&Message> {
        self.messages.get(&sequence)
    }

    /// All messages in the order of arrival.
    pub(super) fn messages(&self) -> impl Iterator<Item = &Message> {
        self.messages.values()
    }

    pub(super) fn counts(&self) -> Counts {
        self.counts
    }

    /// When the clock next makes a message visible.
    pub(super) fn next_timer_ms(&self) -> Option<i64> {
        self.timers.first().map(|(until_ms, _)| *until_ms)
    }

    /// The one place where a message's standing changes, so that messages, counts, timers and lanes agree.
    fn put(&mut self, sequence: u64, place: Place) {
        let Some(message) = self.messages.get_mut(&sequence) else { return };
        if let Some(until_ms) = message.handling.place.until_ms() {
            self.timers.remove(&(until_ms, sequence));
        }
        *self.counts.at(message.handling.place) -= 1;
        *self.counts.at(place) += 1;
        message.handling.place = place;
        if let Some(until_ms) = place.until_ms() {
            self.timers.insert((until_ms, sequence));
        }
        let standing = match place {
            Place::Waiting => Standing::Waiting,
            Place::Delayed { .. } => Standing::Delayed,
            Place::InFlight { .. } => Standing::InFlight,
        };
        let lane = lane_of(&self.settings, message);
        self.lanes.set(&lane, sequence, Some(standing));
    }

    fn take_out(&mut self, sequence: u64) -> Option<Message> {
        let message = self.messages.remove(&sequence)?;
        self.ages.remove(&(message.sent_ms, sequence));
        *self.counts.at(message.handling.place) -= 1;
        if let Some(until_ms) = message.handling.place.until_ms() {
            self.timers.remove(&(until_ms, sequence));
        }
        self.lanes.set(&lane_of(&self.settings, &message), sequence, None);
        Some(message)
    }

    pub(super) fn delete_message(&mut self, sequence: u64, log: &mut Log) -> Option<Message> {
        let message = self.take_out(sequence)?;
        log.note(|| Change::gone(&self.name, sequence));
        Some(message)
    }

    fn note_handling(&self, sequence: u64, log: &mut Log) {
        if let Some(message) = self.messages.get(&sequence) {
            log.note(|| Change::handling(&self.name, sequence, message.handling));
        }
    }
}

fn lane_of(settings: &Settings, message: &Message) -> Lane {
    match &message.content.group {
        Some(group) if settings.is_fifo => Lane::Group(group.clone()),
        _ => Lane::Alone(message.sequence),
    }
}

fn not_for_this_type(parameter: &str) -> Refusal {
    let reason = "The request include parameter that is not valid for this queue type";
    Refusal::invalid(format!("Value for parameter {parameter} is invalid. Reason: {reason}"))
}
