//! Eventually consistent reads that show it.
//!
//! The emulator answers every read with the latest state, and AWS does most of the time. What rests on that by mistake
//! shows here: such a read of single items may show each of them as it was some time ago. Queries show the latest.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use dynoxide::Database;
use serde_json::{Map, Value, json};

use super::cost;
use crate::clock::Clock;

/// What was there before each write of the last while.
#[derive(Debug)]
pub(super) struct Lag {
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    ms: i64,
    reads: u64,
    /// By table and key, the earliest first.
    writes: HashMap<(String, String), Vec<Write>>,
}

#[derive(Debug)]
struct Write {
    at: i64,
    before: Option<Value>,
}

/// An item as it was before a write that is about to be made.
pub(super) struct Noted {
    place: (String, String),
    before: Option<Value>,
}

impl Lag {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, state: Mutex::default() }
    }

    pub(super) fn set(&self, lag: Duration) {
        self.state().ms = i64::try_from(lag.as_millis()).unwrap_or(i64::MAX);
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what a write is about to change.
    pub(super) fn before(&self, operation: &str, request: &Value, database: &Database) -> Option<Noted> {
        if self.state().ms == 0 || !matches!(operation, "PutItem" | "UpdateItem" | "DeleteItem") {
            return None;
        }
        let table = request["TableName"].as_str()?.to_owned();
        let key = cost::key(request, database).ok()?;
        let before = cost::stored(request, database).ok()?;
        let before = before.and_then(|item| serde_json::to_value(item).ok());
        Some(Noted { place: (table, name(&key)), before })
    }

    /// The write was made.
    pub(super) fn wrote(&self, noted: Noted) {
        let now = self.clock.now_ms();
        let mut state = self.state();
        let oldest = now.saturating_sub(state.ms);
        let writes = state.writes.entry(noted.place).or_default();
        writes.retain(|write| write.at >= oldest);
        writes.push(Write { at: now, before: noted.before });
    }

    /// Puts older states into the answer to a read that did not ask for the latest. Every second item is late.
    pub(super) fn age(&self, operation: &str, request: &Value, answer: &mut Value) -> bool {
        let mut state = self.state();
        if state.ms == 0 || answer.get("__type").is_some() {
            return false;
        }
        let now = self.clock.now_ms();
        match operation {
            "GetItem" if request["ConsistentRead"] != true => {
                let table = request["TableName"].as_str().unwrap_or_default();
                let Some(was) = state.late(table, &request["Key"], now) else {
                    return false;
                };
                let answer = answer.as_object_mut();
                answer.map(|answer| match was {
                    Some(item) => answer.insert("Item".to_owned(), item),
                    None => answer.remove("Item"),
                });
                true
            }
            "BatchGetItem" => {
                let mut is_aged = false;
                for (table, wanted) in request["RequestItems"].as_object().into_iter().flatten() {
                    if wanted["ConsistentRead"] == true {
                        continue;
                    }
                    for key in wanted["Keys"].as_array().into_iter().flatten() {
                        if let Some(was) = state.late(table, key, now) {
                            replace(&mut answer["Responses"][table], key, was);
                            is_aged = true;
                        }
                    }
                }
                is_aged
            }
            _ => false,
        }
    }
}

impl State {
    /// What a late reader sees instead of the latest: an item, or none.
    fn late(&mut self, table: &str, key: &Value, now: i64) -> Option<Option<Value>> {
        self.reads += 1;
        if self.reads.is_multiple_of(2) {
            return None;
        }
        let since = now.saturating_sub(self.ms);
        let writes = self.writes.get(&(table.to_owned(), name(key)))?;
        writes.iter().find(|write| write.at >= since).map(|write| write.before.clone())
    }
}

fn replace(found: &mut Value, key: &Value, was: Option<Value>) {
    let has_key =
        |item: &Value| key.as_object().is_some_and(|key| key.iter().all(|(name, value)| item[name] == *value));
    let kept = found.as_array().into_iter().flatten().filter(|item| !has_key(item)).cloned();
    *found = Value::Array(kept.chain(was).collect());
}

/// A key's members in an order of their own.
fn name(key: &Value) -> String {
    let mut members: Vec<(&String, &Value)> = key.as_object().map(Map::iter).into_iter().flatten().collect();
    members.sort_by_key(|(name, _)| name.as_str());
    json!(members).to_string()
}
