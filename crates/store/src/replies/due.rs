//! What must be looked at again, and when.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::replies::ReplyRef;
use crate::table::key_of;
use crate::update::Update;
use crate::{DUE_INDEX, Item, Key, ReplyState, Store, StoreError, keys};

/// How many shards the list of due items has: one partition takes 1000 writes a second, so 8 take any burst that
/// 750 private replies an hour and account could make, and the caretaker reads all of them in 8 queries.
pub const DUE_SHARDS: u64 = 8;

/// The shard of the list of due items that holds what is not a reply: accounts with something to do for themselves, and
/// erasures under way. It is few of them, and they are listed apart, so that no crowd of replies hides them.
pub const CHORES_SHARD: u64 = DUE_SHARDS;

/// Why and how long a reply waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Postponed<'a> {
    /// When it must be looked at again, in milliseconds since 1970.
    pub due_at: i64,
    /// What it waits for: a code such as `waits_pace`.
    pub why: &'a str,
    /// The moment at which it has the right to be sent, if it was given one.
    pub slot: Option<i64>,
}

impl Store {
    /// Notes when a planned reply, or one under way, must be looked at again, and why it waits.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it is neither any more. Whoever was about to leave it to a due time must read again: it came
    /// to its end, and those after it may have none to look for them.
    pub async fn postpone(&self, reply: &ReplyRef, wait: &Postponed<'_>) -> Result<(), StoreError> {
        let mut update = Update::of(reply.item.clone());
        set_due(&mut update, &reply.item, wait.due_at)?;
        update.set(&reply.path("reason"), wait.why)?;
        if let Some(slot) = wait.slot {
            update.set(&reply.path("slot"), slot)?;
        }
        let planned = update.compare(&reply.path("state"), "=", ReplyState::Planned)?;
        let sending = update.compare(&reply.path("state"), "=", ReplyState::Sending)?;
        update.require(&format!("{planned} OR {sending}"));
        self.update(update).await
    }

    /// Notes when a message that Meta only hinted at must be looked for again.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the message itself has come.
    pub async fn look_again(&self, item: &Key, due_at: i64) -> Result<(), StoreError> {
        let mut update = Update::of(item.clone());
        set_due(&mut update, item, due_at)?;
        self.update_hint(update).await
    }

    /// Notes what became of the search for a message that Meta only hinted at: a code such as `enqueued` or `missing`.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the message itself has come.
    pub async fn end_search(&self, item: &Key, outcome: &str) -> Result<(), StoreError> {
        let mut update = Update::of(item.clone());
        update.set("hint", outcome)?;
        clear_due(&mut update);
        self.update_hint(update).await
    }

    async fn update_hint(&self, mut update: Update) -> Result<(), StoreError> {
        update.require("attribute_exists(hinted_at)");
        update.require("attribute_not_exists(why)");
        self.update(update).await
    }

    /// The items of a shard that were due by `now_ms`: the earliest `most` of them.
    ///
    /// The index lags behind by moments, so each item is read again, consistently; one that is done by then is left out.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn due(&self, shard: u64, now_ms: i64, most: usize) -> Result<Vec<(Key, Item)>, StoreError> {
        let mut due = Vec::new();
        for key in self.due_keys(shard, now_ms, most).await? {
            let item = self.item(&key, now_ms).await?;
            if item.due_at.is_some_and(|due_at| due_at <= now_ms) {
                due.push((key, item));
            }
        }
        Ok(due)
    }

    /// The keys of the items of a shard that are due by `until_ms`, the earliest `most` of them, as the index knows it:
    /// it lags behind by moments.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn due_keys(&self, shard: u64, until_ms: i64, most: usize) -> Result<Vec<Key>, StoreError> {
        let mut keys = Vec::new();
        let mut from = None;
        loop {
            let left = most - keys.len();
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(DUE_INDEX)
                .key_condition_expression("due_shard = :shard AND due_at <= :until")
                .expression_attribute_values(":shard", AttributeValue::N(shard.to_string()))
                .expression_attribute_values(":until", AttributeValue::N(until_ms.to_string()))
                .limit(i32::try_from(left).unwrap_or(i32::MAX))
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(|e| StoreError::from_sdk("Query", e))?;
            keys.extend(page.items.unwrap_or_default().iter().filter_map(key_of));
            from = page.last_evaluated_key;
            if from.is_none() || keys.len() >= most {
                keys.truncate(most);
                return Ok(keys);
            }
        }
    }
}

pub(crate) fn set_due(update: &mut Update, item: &Key, due_at: i64) -> Result<(), StoreError> {
    let shard = keys::shard(&item.sk, DUE_SHARDS);
    update.set("due_at", due_at)?;
    update.set("due_shard", shard)
}

pub(crate) fn clear_due(update: &mut Update) {
    update.remove("due_at");
    update.remove("due_shard");
}
