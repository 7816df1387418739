//! The order of a conversation's direct messages: what waits goes first, and goes in the order in which it began to.

use store::{Gate, Item, Postponed, Queued, Reply, ReplyRef, ReplyState, StoreError};

use crate::drive::{Drive, Outbox};

/// When a direct message that waits behind another one is looked at again, unless the other one says when itself.
const BEHIND_MS: i64 = 1_000;

/// The gate's last owner, if its attempt ended and its item is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ComesFirst {
    /// When those behind it look again, in milliseconds since 1970.
    pub(crate) due_at: i64,
    /// Its place at the head of the queue, for when the gate names it no more.
    pub(crate) queued: Queued,
}

pub(crate) fn comes_first(gate: &Gate, owner: &Item, now: i64) -> Option<ComesFirst> {
    let replies = owner.replies().get(gate.step..).unwrap_or_default();
    let open = replies.iter().find(|reply| !matches!(reply.state, ReplyState::Sent))?;
    let waits = open.state == ReplyState::Planned && now < open.not_after && owner.content.deleted_at.is_none();
    waits.then(|| ComesFirst {
        due_at: owner.due_at.unwrap_or(now).max(now).saturating_add(BEHIND_MS),
        queued: Queued::new(&gate.item, open.not_after),
    })
}

impl Outbox {
    /// True if a direct message may not go yet because others wait here before it. It has a due time then.
    ///
    /// The gate's last owner has its turn whoever else waits: those in the queue wait for it (see [`comes_first`]).
    pub(crate) async fn waits_for_turn(
        &self,
        drive: &Drive<'_>,
        place: &ReplyRef,
        reply: &Reply,
        now: i64,
    ) -> Result<bool, StoreError> {
        let is_at_gate = drive.conversation.gate.as_ref().is_some_and(|gate| gate.item == drive.key.sk);
        if is_at_gate || drive.conversation.is_turn_of(&drive.key.sk, now) {
            return Ok(false);
        }
        let wait = Postponed { due_at: now.saturating_add(BEHIND_MS), why: "waits_turn", slot: None };
        self.wait_in_order(drive, place, reply, &wait, now).await?;
        Ok(true)
    }

    /// Gives a direct message a due time and, if it has none yet, a place in the conversation's queue: in this order, for
    /// a place in the queue without a due time would hold up the others.
    pub(crate) async fn wait_in_order(
        &self,
        drive: &Drive<'_>,
        place: &ReplyRef,
        reply: &Reply,
        wait: &Postponed<'_>,
        now: i64,
    ) -> Result<(), StoreError> {
        self.store.postpone(place, wait).await?;
        match drive.conversation.queue_with(&drive.key.sk, reply.not_after, now) {
            Some(queue) => self.store.enqueue(drive.account(), drive.peer, &drive.conversation, &queue).await,
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use store::{Decided, ItemContent, ReplyAction};

    use super::*;

    const NOW: i64 = 1_767_225_600_000;

    fn item(states: &[ReplyState]) -> Item {
        let reply = |state: &ReplyState| {
            let text = Some("oi".into());
            let planned = Reply::planned("r".to_owned(), "agenda".to_owned(), ReplyAction::Message, text, NOW + 100);
            Reply { state: *state, ..planned }
        };
        let replies = states.iter().map(reply).collect();
        let decided =
            Decided { why: "answered".to_owned(), rules: 1, trace: None, facts: None, effects: Vec::new(), replies };
        Item { decision: Some(decided), ..Item::default() }
    }

    #[test]
    fn the_gates_last_owner_comes_first_while_something_of_it_can_still_go_out() {
        use ReplyState::{Failed, Parked, Planned, Sending, Sent, Unknown};
        let later = |due_at| Item { due_at: Some(due_at), ..item(&[Planned]) };
        let unsent =
            Item { content: ItemContent { deleted_at: Some(1), ..ItemContent::default() }, ..item(&[Planned]) };
        let cases = [
            ("to be tried later", later(NOW + 50), 0, NOW, Some(NOW + 50)),
            ("due by now", later(NOW - 50), 0, NOW, Some(NOW)),
            ("the next step", item(&[Sent, Planned]), 0, NOW, Some(NOW)),
            ("the step after that", item(&[Sent, Sent, Planned]), 0, NOW, Some(NOW)),
            ("a step of which an earlier one was sent again", item(&[Planned, Sent]), 1, NOW, None),
            ("done", item(&[Sent, Sent]), 0, NOW, None),
            ("failed", item(&[Sent, Failed]), 0, NOW, None),
            ("given up", item(&[Parked, Failed]), 0, NOW, None),
            ("in doubt: judged by its gate", item(&[Unknown]), 0, NOW, None),
            ("under way: judged by its gate", item(&[Sending]), 0, NOW, None),
            ("too late", item(&[Planned]), 0, NOW + 100, None),
            ("a moment before that", item(&[Planned]), 0, NOW + 99, Some(NOW + 99)),
            ("unsent", unsent, 0, NOW, None),
            ("erased", Item::default(), 0, NOW, None),
        ];
        for (case, owner, step, now, looks_at) in cases {
            let gate = Gate { item: "M#1".to_owned(), step, k: 1, until: NOW, by: String::new() };
            let queued = Queued::new("M#1", NOW + 100);
            let expected = looks_at.map(|at| ComesFirst { due_at: at + BEHIND_MS, queued });
            assert_eq!(comes_first(&gate, &owner, now), expected, "{case}");
        }
    }
}
