//! Claims: the right to make one attempt.

use instagram::{AccountId, Peer};

use crate::replies::ReplyRef;
use crate::update::Update;
use crate::{Conversation, Gate, Queued, ReplyState, Store, StoreError, keys};

/// A claim of a conversation's gate.
#[derive(Debug, Clone, Copy)]
pub struct GateClaim<'a> {
    /// Whose conversation.
    pub account: &'a AccountId,
    /// With whom.
    pub peer: &'a Peer,
    /// The conversation as it was read: nobody may have claimed or changed its facts since, so that an opt-out or a
    /// pause that came meanwhile is seen.
    pub read: &'a Conversation,
    /// The claimed gate; its `k` is the fence read plus one.
    pub gate: &'a Gate,
    /// Messages of the gate's last owner, to be remembered as ours.
    pub sent: &'a [String],
    /// The gate's last owner, if it goes before all that wait here all the same: the claim only ends a reply.
    pub goes_first: Option<&'a Queued>,
    /// Now, in milliseconds since 1970, if the reply holds the disclosure line.
    pub discloses_at: Option<i64>,
}

impl Store {
    /// Claims the right to send a direct message in a conversation: closes the gate behind the reply and counts the
    /// fence up.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if anybody claimed, or changed what is known of the conversation, since it was read.
    pub async fn claim_gate(&self, claim: GateClaim<'_>) -> Result<(), StoreError> {
        let GateClaim { account, peer, read, gate, sent, goes_first, discloses_at } = claim;
        let mut update = Update::of(keys::conversation(account, peer));
        update.set("gate", gate)?;
        update.set("fence", gate.k)?;
        update.set("rev", read.rev + 1)?;
        if !sent.is_empty() {
            update.append("sent", sent)?;
        }
        if let Some(at) = discloses_at {
            update.set("disclosed_at", at)?;
        }
        let queue = read.queue_after(&gate.item, goes_first);
        if queue != read.queue {
            update.set("queue", queue)?;
        }
        let unclaimed = match read.fence {
            0 => update.absent("fence"),
            fence => update.compare("fence", "=", fence)?,
        };
        update.require(&unclaimed);
        update.require_revision(read.rev)?;
        self.update(update).await
    }

    /// Puts an item at the end of a conversation's queue: its direct messages go out after those before it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the conversation changed since it was read.
    pub async fn enqueue(
        &self,
        account: &AccountId,
        peer: &Peer,
        read: &Conversation,
        queue: &[Queued],
    ) -> Result<(), StoreError> {
        let mut update = Update::of(keys::conversation(account, peer));
        update.set("queue", queue)?;
        update.set("rev", read.rev + 1)?;
        update.require_revision(read.rev)?;
        self.update(update).await
    }

    /// Claims a reply that needs no gate, on its own item: `Planned` after attempt `att` becomes `Sending` as `att + 1`,
    /// with a lease until `until`; `by` names the claimant. A due time that the item has stays: it goes only with the
    /// write that ends the reply.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it is no longer planned, or another attempt was made.
    pub async fn claim_reply(&self, reply: &ReplyRef, att: u64, until: i64, by: &str) -> Result<(), StoreError> {
        let mut update = Update::of(reply.item.clone());
        update.set(&reply.path("state"), ReplyState::Sending)?;
        update.set(&reply.path("att"), att + 1)?;
        update.set(&reply.path("until"), until)?;
        update.set(&reply.path("by"), by)?;
        let planned = update.compare(&reply.path("state"), "=", ReplyState::Planned)?;
        let not_tried_since = match att {
            0 => update.absent(&reply.path("att")),
            att => update.compare(&reply.path("att"), "=", att)?,
        };
        update.require(&planned);
        update.require(&not_tried_since);
        self.update(update).await
    }
}
