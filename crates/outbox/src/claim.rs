//! The right to make one attempt: who has it, and how it is won.

use store::{Ended, Gate, GateClaim, Item, Key, Postponed, Reply, ReplyRef, ReplyState, Store, StoreError, Word};

use crate::SETTLE_MS;
use crate::drive::{Drive, Outbox};
use crate::order::{ComesFirst, comes_first};
use crate::outcome::lease_until;

/// When a reply that met another attempt under way is looked at again, in milliseconds.
const BUSY_MS: i64 = 5_000;

/// What came of a claim.
pub(crate) enum Claim {
    /// The attempt's number.
    Won(u64),
    /// Somebody else was faster: read again.
    Lost,
    /// Another attempt is under way, or its end is unknown. A due time is set.
    Busy,
}

enum Judged {
    /// No attempt is under way. The message the last one became, if it became one, and its item, if that comes first.
    Closed { mid: Option<String>, first: Option<ComesFirst> },
    /// An attempt is under way, or nobody knows how it ended. The item of its reply.
    Open(Box<Item>),
}

/// Names one claim, so that its author knows it when its answer was lost.
fn name() -> String {
    format!("{:08x}", fastrand::u32(..))
}

impl Outbox {
    /// Claims the conversation's gate for a direct message. `cancels` for one that is claimed only to be ended: it need
    /// not wait for its turn.
    pub(crate) async fn claim_conversation(
        &self,
        drive: &Drive<'_>,
        place: &ReplyRef,
        reply: &Reply,
        cancels: bool,
        now: i64,
    ) -> Result<Claim, StoreError> {
        let (mut sent, mut goes_first) = (Vec::new(), None);
        if let Some(gate) = &drive.conversation.gate {
            match self.judge_gate(drive, gate, now).await? {
                Judged::Closed { first: Some(first), .. } if !cancels => {
                    let due_at = first.due_at.min(reply.not_after);
                    let wait = Postponed { due_at, why: "waits_turn", slot: None };
                    self.wait_in_order(drive, place, reply, &wait, now).await?;
                    return Ok(Claim::Busy);
                }
                Judged::Closed { mid, first } => {
                    sent.extend(mid.as_deref().map(store::keys::short_digest));
                    goes_first = first.map(|first| first.queued);
                }
                Judged::Open(owner) => return self.wait_behind(drive, place, reply, gate, &owner, now).await,
            }
        }
        let k = drive.conversation.fence + 1;
        let gate = Gate { item: place.item.sk.clone(), step: place.step, k, until: lease_until(now), by: name() };
        let claim = GateClaim {
            account: drive.account(),
            peer: drive.peer,
            read: &drive.conversation,
            gate: &gate,
            sent: &sent,
            goes_first: goes_first.as_ref(),
            discloses_at: (reply.discloses && !cancels).then_some(now),
        };
        match self.store.claim_gate(claim).await {
            Ok(()) => Ok(Claim::Won(k)),
            Err(error) if is_doubtful(&error) => {
                let written = self.store.conversation(drive.account(), drive.peer, now).await;
                let is_ours = written.is_ok_and(|conversation| conversation.gate.as_ref() == Some(&gate));
                recognised(is_ours, k, error)
            }
            Err(error) => Err(error),
        }
    }

    /// Claims a reply that Meta itself, or its comment, keeps apart from others.
    pub(crate) async fn claim_item(&self, place: &ReplyRef, reply: &Reply, now: i64) -> Result<Claim, StoreError> {
        let (k, until, by) = (reply.att + 1, lease_until(now), name());
        match self.store.claim_reply(place, reply.att, until, &by).await {
            Ok(()) => Ok(Claim::Won(k)),
            Err(error) if is_doubtful(&error) => {
                let written = self.store.item(&place.item, now).await;
                let is_ours = written.is_ok_and(|item| {
                    item.replies().get(place.step).is_some_and(|reply| {
                        reply.state == ReplyState::Sending && reply.att == k && reply.by.as_deref() == Some(&by)
                    })
                });
                recognised(is_ours, k, error)
            }
            Err(error) => Err(error),
        }
    }

    /// The gate is closed when its owner's attempt is recorded as ended. That its lease is over does not close it.
    async fn judge_gate(&self, drive: &Drive<'_>, gate: &Gate, now: i64) -> Result<Judged, StoreError> {
        let key = owner_key(drive, gate);
        let is_own_item = key == *drive.key;
        let owner = if is_own_item { drive.item.clone() } else { self.store.item(&key, now).await? };
        let Some(reply) = owner.replies().get(gate.step) else {
            // Erased or expired: no outcome can be recorded there. Once Meta has settled, nothing is in flight.
            let settled = now >= gate.until.saturating_add(SETTLE_MS);
            let closed = Judged::Closed { mid: None, first: None };
            return Ok(if settled { closed } else { Judged::Open(Box::new(owner)) });
        };
        let is_closed = match reply.state {
            ReplyState::Sent | ReplyState::Failed | ReplyState::Parked => true,
            ReplyState::Planned => reply.att >= gate.k,
            ReplyState::Sending | ReplyState::Unknown => false,
        };
        if !is_closed {
            return Ok(Judged::Open(Box::new(owner)));
        }
        let first = if is_own_item { None } else { comes_first(gate, &owner, now) };
        Ok(Judged::Closed { mid: reply.mid.clone(), first })
    }

    /// The gate's attempt, which may be an earlier one of our own, becomes unknown if its lease is over; this reply waits.
    async fn wait_behind(
        &self,
        drive: &Drive<'_>,
        place: &ReplyRef,
        reply: &Reply,
        gate: &Gate,
        owner: &Item,
        now: i64,
    ) -> Result<Claim, StoreError> {
        let owner_place = ReplyRef { item: owner_key(drive, gate), step: gate.step };
        let due_at = gate.until.saturating_add(SETTLE_MS);
        let replies = owner.replies();
        let unjudged = replies.get(gate.step).is_some_and(|reply| reply.state != ReplyState::Unknown);
        let outcome = if unjudged && now >= gate.until {
            lease_over(&self.store, &owner_place, gate.k, due_at, replies.len(), now).await
        } else {
            Ok(())
        };
        match outcome {
            Err(StoreError::Conflict) => return Ok(Claim::Lost),
            other => other?,
        }
        // The owner itself just got its due time, or has it; the others look again when more can be known.
        let later =
            if now < gate.until { now.saturating_add(BUSY_MS) } else { owner.due_at.unwrap_or(due_at).max(now) };
        let wait = Postponed { due_at: later, why: "waits_turn", slot: None };
        if owner_place == *place {
            if now < gate.until {
                self.store.postpone(place, &Postponed { due_at, why: "under_way", slot: None }).await?;
            }
        } else if owner_place.item == place.item {
            self.store.postpone(place, &wait).await?;
        } else {
            self.wait_in_order(drive, place, reply, &wait, now).await?;
        }
        Ok(Claim::Busy)
    }
}

/// A claim may have been written although this is the answer: the table's client repeats a call whose answer is lost, and
/// is told then that somebody was faster. What was written bears the claim's name, and then the attempt is ours alone.
fn is_doubtful(error: &StoreError) -> bool {
    matches!(error, StoreError::Conflict | StoreError::Unavailable { .. })
}

fn recognised(is_ours: bool, k: u64, error: StoreError) -> Result<Claim, StoreError> {
    match error {
        _ if is_ours => Ok(Claim::Won(k)),
        StoreError::Conflict => Ok(Claim::Lost),
        error => Err(error),
    }
}

/// Records that an attempt's lease ran out and nobody knows how it ended.
pub(crate) async fn lease_over(
    store: &Store,
    place: &ReplyRef,
    k: u64,
    due_at: i64,
    replies: usize,
    now: i64,
) -> Result<(), StoreError> {
    let reason = "lease_over".to_owned();
    let (state, due_at) = (ReplyState::Unknown, Some(due_at));
    let ended = Ended { state, reason, due_at, again: None, replies, word: Word::Nobody, at: now };
    store.record_ended(place, k, &ended).await
}

fn owner_key(drive: &Drive<'_>, gate: &Gate) -> Key {
    Key { pk: drive.key.pk.clone(), sk: gate.item.clone() }
}
