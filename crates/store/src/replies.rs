//! Replies: the writes of the reply protocol, each conditional on what the writer knows.
//!
//! The order of these writes was searched exhaustively; the README of `outbox` says what each guards against.

use aws_sdk_dynamodb::types::AttributeValue;
use instagram::{AccountId, Peer};

use crate::table::Attributes;
use crate::update::Update;
use crate::{Conversation, DUE_INDEX, Gate, Item, Key, ReplyState, Store, StoreError, keys};

/// How many shards the list of due replies has: one partition takes 1000 writes a second, so 8 take any burst that
/// 750 private replies an hour and account could make, and the caretaker reads all of them in 8 queries.
pub const DUE_SHARDS: u64 = 8;

/// A reply: the item it lies in and its place there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyRef {
    /// The item of the event answered.
    pub item: Key,
    /// Its place among the item's replies.
    pub step: usize,
}

/// What an ended attempt found, other than proof that the reply is out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// `Planned` (later), `Unknown`, `Failed` or `Parked`.
    pub state: ReplyState,
    /// Why: a code such as `window` or `graph_1`.
    pub reason: String,
    /// When somebody must look again, in milliseconds since 1970; `None` only for final states.
    pub due_at: Option<i64>,
    /// How many replies the item has: those after a failed or parked one fail too.
    pub replies: usize,
}

/// What a reply became.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentAs<'a> {
    /// The message or comment.
    pub mid: &'a str,
    /// No reply of the item comes after it. Otherwise a due time stays, for the sake of the next.
    pub is_last: bool,
}

impl Store {
    /// Claims the right to send a direct message in a conversation that was read at `fence`: closes the gate behind
    /// the reply and counts the fence up. `sent` remembers the messages of the reply that held the gate before.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if anybody claimed since.
    pub async fn claim_gate(
        &self,
        account: &AccountId,
        peer: &Peer,
        fence: u64,
        gate: &Gate,
        sent: &[String],
    ) -> Result<(), StoreError> {
        let mut update = Update::of(keys::conversation(account, peer));
        update.set("gate", gate)?;
        update.set("fence", fence + 1)?;
        update.add("rev", 1)?;
        if !sent.is_empty() {
            update.append("sent", sent)?;
        }
        let unclaimed = if fence == 0 { update.absent("fence") } else { update.compare("fence", "=", fence)? };
        update.require(&unclaimed);
        self.update(update).await
    }

    /// Claims a reply that needs no gate, on its own item: `Planned` after attempt `att` becomes `Sending` as `att + 1`,
    /// with a lease until `until`. A due time that the item has stays: it goes only with the write that ends the reply.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it is no longer planned, or another attempt was made.
    pub async fn claim_reply(&self, reply: &ReplyRef, att: u64, until: i64) -> Result<(), StoreError> {
        let field = |name: &str| format!("replies[{}].{name}", reply.step);
        let mut update = Update::of(reply.item.clone());
        update.set(&field("state"), ReplyState::Sending)?;
        update.set(&field("att"), att + 1)?;
        update.set(&field("until"), until)?;
        let planned = update.compare(&field("state"), "=", ReplyState::Planned)?;
        let not_tried_since =
            if att == 0 { update.absent(&field("att")) } else { update.compare(&field("att"), "=", att)? };
        update.require(&planned);
        update.require(&not_tried_since);
        self.update(update).await
    }

    /// Records proof that a reply is out. Proof wins over every other state.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the item is gone, erased meanwhile.
    pub async fn record_sent(&self, reply: &ReplyRef, k: u64, sent: &SentAs<'_>) -> Result<(), StoreError> {
        let mut update = sent_update(reply, k, sent)?;
        update.require("attribute_exists(why)");
        self.update(update).await
    }

    /// Records that attempt `k` of a reply is out, on evidence that could belong to another attempt: an echo with the
    /// same words. It counts only while that attempt is under way or in doubt.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if more was learnt of the reply since.
    pub async fn record_echoed(&self, reply: &ReplyRef, k: u64, sent: &SentAs<'_>) -> Result<(), StoreError> {
        let own = |name: &str| format!("replies[{}].{name}", reply.step);
        let mut update = sent_update(reply, k, sent)?;
        let under_way = under_way(&mut update, reply, k)?;
        let unknown = update.compare(&own("state"), "=", ReplyState::Unknown)?;
        let by_this_attempt = update.compare(&own("att"), "=", k)?;
        update.require(&format!("({under_way}) OR ({unknown} AND {by_this_attempt})"));
        self.update(update).await
    }

    /// Records how attempt `k` ended, if that attempt is still the one that counts.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if another attempt, or proof, was recorded since.
    pub async fn record_ended(&self, reply: &ReplyRef, k: u64, ended: &Ended) -> Result<(), StoreError> {
        let field = |step: usize, name: &str| format!("replies[{step}].{name}");
        let own = |name: &str| field(reply.step, name);
        let mut update = Update::of(reply.item.clone());
        update.set(&own("state"), ended.state)?;
        update.set(&own("att"), k)?;
        update.set(&own("reason"), &ended.reason)?;
        update.remove(&own("until"));
        match ended.due_at {
            Some(due_at) => set_due(&mut update, &reply.item, due_at)?,
            None => clear_due(&mut update),
        }
        if matches!(ended.state, ReplyState::Failed | ReplyState::Parked) {
            for later in reply.step + 1..ended.replies {
                update.set(&field(later, "state"), ReplyState::Failed)?;
                update.set(&field(later, "reason"), "earlier_step")?;
            }
        }
        let under_way = under_way(&mut update, reply, k)?;
        update.require(&under_way);
        self.update(update).await
    }

    /// Notes when a planned reply, or one under way, must be looked at again.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it is neither any more.
    pub async fn postpone(&self, reply: &ReplyRef, due_at: i64) -> Result<(), StoreError> {
        let state = format!("replies[{}].state", reply.step);
        let mut update = Update::of(reply.item.clone());
        set_due(&mut update, &reply.item, due_at)?;
        let planned = update.compare(&state, "=", ReplyState::Planned)?;
        let sending = update.compare(&state, "=", ReplyState::Sending)?;
        update.require(&format!("{planned} OR {sending}"));
        self.update(update).await
    }

    /// The conversation, read consistently.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn conversation(&self, account: &AccountId, peer: &Peer) -> Result<Conversation, StoreError> {
        Ok(self.get(&keys::conversation(account, peer)).await?.unwrap_or_default())
    }

    /// The items of a shard with a reply that was due by `now_ms`: the earliest `most` of them.
    ///
    /// The index lags behind by moments, so each item is read again, consistently; one that is done by then is left out.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn due(&self, shard: u64, now_ms: i64, most: usize) -> Result<Vec<(Key, Item)>, StoreError> {
        let mut due = Vec::new();
        let mut from = None;
        loop {
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(DUE_INDEX)
                .key_condition_expression("due_shard = :shard AND due_at <= :now")
                .expression_attribute_values(":shard", AttributeValue::N(shard.to_string()))
                .expression_attribute_values(":now", AttributeValue::N(now_ms.to_string()))
                .limit(i32::try_from(most - due.len()).unwrap_or(i32::MAX))
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(|e| StoreError::from_sdk("Query", e))?;
            for key in page.items().iter().filter_map(key_of) {
                let item = self.item(&key, now_ms).await?;
                if item.due_at.is_some_and(|due_at| due_at <= now_ms) {
                    due.push((key, item));
                }
            }
            from = page.last_evaluated_key;
            if from.is_none() || due.len() >= most {
                return Ok(due);
            }
        }
    }

    /// Remembers that a message in this conversation is ours, and lifts the pause that its echo may have caused.
    ///
    /// Needed where the message appears under a person whose conversation did not ask for it: a private reply's direct
    /// message can carry another person's id than the comment.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`, unless the conversation keeps changing.
    pub async fn own_message(
        &self,
        account: &AccountId,
        peer: &Peer,
        mid: &str,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        const TRIES: u32 = 5;
        let mut tried = 1;
        loop {
            let read = self.conversation(account, peer).await?;
            let mut next = read.clone();
            next.facts.lift_pause(mid);
            next.remember_sent(mid);
            next.expires_at = next.expires_at.max(expires_at);
            match self.save_facts(account, peer, &read, next).await {
                Err(StoreError::Conflict) if tried < TRIES => tried += 1,
                outcome => return outcome.map(drop),
            }
        }
    }
}

fn key_of(attributes: &Attributes) -> Option<Key> {
    let text = |name: &str| attributes.get(name).and_then(|v| v.as_s().ok()).cloned();
    Some(Key { pk: text("pk")?, sk: text("sk")? })
}

fn sent_update(reply: &ReplyRef, k: u64, sent: &SentAs<'_>) -> Result<Update, StoreError> {
    let field = |name: &str| format!("replies[{}].{name}", reply.step);
    let mut update = Update::of(reply.item.clone());
    update.set(&field("state"), ReplyState::Sent)?;
    update.set(&field("att"), k)?;
    update.set(&field("mid"), sent.mid)?;
    update.remove(&field("reason"));
    update.remove(&field("until"));
    if sent.is_last {
        clear_due(&mut update);
    }
    Ok(update)
}

/// The condition that attempt `k` is the one under way: a direct message's shows in the gate alone, so its reply is still
/// planned and knows of earlier attempts only.
fn under_way(update: &mut Update, reply: &ReplyRef, k: u64) -> Result<String, StoreError> {
    let own = |name: &str| format!("replies[{}].{name}", reply.step);
    let planned = update.compare(&own("state"), "=", ReplyState::Planned)?;
    let never_tried = update.absent(&own("att"));
    let tried_before = update.compare(&own("att"), "<", k)?;
    let sending = update.compare(&own("state"), "=", ReplyState::Sending)?;
    let by_us = update.compare(&own("att"), "=", k)?;
    Ok(format!("({planned} AND ({never_tried} OR {tried_before})) OR ({sending} AND {by_us})"))
}

fn set_due(update: &mut Update, item: &Key, due_at: i64) -> Result<(), StoreError> {
    let shard = keys::shard(&item.sk, DUE_SHARDS);
    update.set("due_at", due_at)?;
    update.set("due_shard", shard)
}

fn clear_due(update: &mut Update) {
    update.remove("due_at");
    update.remove("due_shard");
}
