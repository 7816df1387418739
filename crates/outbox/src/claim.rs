//! The right to make one attempt: who has it, and how it is won.

use store::{Ended, Gate, Item, Key, Reply, ReplyRef, ReplyState, Store, StoreError};

use crate::SETTLE_MS;
use crate::drive::Drive;
use crate::outcome::lease_until;

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
    /// No attempt is under way. The message the last one became, if it became one.
    Closed(Option<String>),
    /// An attempt is under way, or nobody knows how it ended. The item of its reply.
    Open(Box<Item>),
}

/// Claims the conversation's gate for a direct message.
pub(crate) async fn conversation(
    store: &Store,
    drive: &Drive<'_>,
    place: &ReplyRef,
    now: i64,
) -> Result<Claim, StoreError> {
    let mut sent = Vec::new();
    if let Some(gate) = &drive.conversation.gate {
        match judge(store, drive, gate, now).await? {
            Judged::Closed(mid) => sent.extend(mid.as_deref().map(store::keys::short_digest)),
            Judged::Open(owner) => return wait_behind(store, drive, place, gate, &owner, now).await,
        }
    }
    let k = drive.conversation.fence + 1;
    let gate = Gate { item: place.item.sk.clone(), step: place.step, k, until: lease_until(now) };
    won(store.claim_gate(drive.account, drive.peer, drive.conversation.fence, &gate, &sent).await, k)
}

/// Claims a reply that Meta itself, or its comment, keeps apart from others.
pub(crate) async fn item(store: &Store, place: &ReplyRef, reply: &Reply, now: i64) -> Result<Claim, StoreError> {
    won(store.claim_reply(place, reply.att, lease_until(now)).await, reply.att + 1)
}

fn won(outcome: Result<(), StoreError>, k: u64) -> Result<Claim, StoreError> {
    match outcome {
        Ok(()) => Ok(Claim::Won(k)),
        Err(StoreError::Conflict) => Ok(Claim::Lost),
        Err(error) => Err(error),
    }
}

/// The gate is closed when its owner's attempt is recorded as ended. That its lease is over does not close it.
async fn judge(store: &Store, drive: &Drive<'_>, gate: &Gate, now: i64) -> Result<Judged, StoreError> {
    let key = owner_key(drive, gate);
    let owner = if key == *drive.key { drive.item.clone() } else { store.item(&key, now).await? };
    let Some(reply) = owner.replies().get(gate.step) else {
        // Erased or expired: no outcome can be recorded there. Once Meta has settled, nothing is in flight.
        let settled = now >= gate.until.saturating_add(SETTLE_MS);
        return Ok(if settled { Judged::Closed(None) } else { Judged::Open(Box::new(owner)) });
    };
    Ok(match reply.state {
        ReplyState::Sent => Judged::Closed(reply.mid.clone()),
        ReplyState::Failed | ReplyState::Parked => Judged::Closed(None),
        ReplyState::Planned if reply.att >= gate.k => Judged::Closed(None),
        ReplyState::Planned | ReplyState::Sending | ReplyState::Unknown => Judged::Open(Box::new(owner)),
    })
}

/// The gate's attempt, which may be an earlier one of our own, becomes unknown if its lease is over; this reply waits.
async fn wait_behind(
    store: &Store,
    drive: &Drive<'_>,
    place: &ReplyRef,
    gate: &Gate,
    owner: &Item,
    now: i64,
) -> Result<Claim, StoreError> {
    let owner_place = ReplyRef { item: owner_key(drive, gate), step: gate.step };
    let due_at = gate.until.saturating_add(SETTLE_MS);
    let replies = owner.replies();
    let unjudged = replies.get(gate.step).is_some_and(|reply| reply.state != ReplyState::Unknown);
    let outcome = if unjudged && now >= gate.until {
        lease_over(store, &owner_place, gate.k, due_at, replies.len()).await
    } else {
        Ok(())
    };
    match outcome {
        Err(StoreError::Conflict) => return Ok(Claim::Lost),
        other => other?,
    }
    // The owner itself just got its due time, or has it; everybody else waits until Meta has settled.
    if owner_place != *place || now < gate.until {
        postpone(store, place, due_at.max(now)).await?;
    }
    Ok(Claim::Busy)
}

/// Gives a reply a due time, unless it came to an end meanwhile.
pub(crate) async fn postpone(store: &Store, place: &ReplyRef, due_at: i64) -> Result<(), StoreError> {
    match store.postpone(place, due_at).await {
        Ok(()) | Err(StoreError::Conflict) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Records that an attempt's lease ran out and nobody knows how it ended.
pub(crate) async fn lease_over(
    store: &Store,
    place: &ReplyRef,
    k: u64,
    due_at: i64,
    replies: usize,
) -> Result<(), StoreError> {
    let reason = "lease_over".to_owned();
    let ended = Ended { state: ReplyState::Unknown, reason, due_at: Some(due_at), replies };
    store.record_ended(place, k, &ended).await
}

fn owner_key(drive: &Drive<'_>, gate: &Gate) -> Key {
    Key { pk: drive.key.pk.clone(), sk: gate.item.clone() }
}
