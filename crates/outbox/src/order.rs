//! The order of a conversation's direct messages: what waits goes first, and goes in the order in which it began to.

use store::{Gate, Item, Postponed, Queued, Reply, ReplyRef, ReplyState, StoreError};

use crate::claim::postpone;
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
        postpone(&self.store, place, wait).await?;
        match drive.conversation.queue_with(&drive.key.sk, reply.not_after, now) {
            Some(queue) => self.store.enqueue(drive.account(), drive.peer, &drive.conversation, &queue).await,
            None => Ok(()),
        }
    }
}
