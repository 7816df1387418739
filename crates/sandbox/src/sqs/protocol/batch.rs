//! What the three batch actions have in common.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::{Value, json};

use super::QueueUrl;
use crate::sqs::refusal::Refusal;

/// Entries in one batch (API reference, `SendMessageBatch`, read November 2026).
const MOST_ENTRIES: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Batch<T> {
    pub(super) queue_url: QueueUrl,
    #[serde(default = "Vec::new")]
    pub(super) entries: Vec<Entry<T>>,
}

#[derive(Deserialize)]
pub(super) struct Entry<T> {
    #[serde(rename = "Id")]
    pub(super) id: String,
    #[serde(flatten)]
    pub(super) item: T,
}

impl<T> Batch<T> {
    /// Checks what fails the whole batch.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        if self.entries.is_empty() {
            return Err(Refusal::empty_batch());
        }
        if self.entries.len() > MOST_ENTRIES {
            return Err(Refusal::too_many_entries(MOST_ENTRIES, self.entries.len()));
        }
        let is_fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if self.entries.iter().any(|e| !(1..=80).contains(&e.id.len()) || !e.id.chars().all(is_fine)) {
            return Err(Refusal::invalid_entry_id());
        }
        let mut seen = HashSet::new();
        if self.entries.iter().all(|e| seen.insert(e.id.as_str())) { Ok(()) } else { Err(Refusal::ids_not_distinct()) }
    }

    /// Does each entry by itself and says what became of it. A batch with failures is still an HTTP success.
    pub(super) fn each(self, mut one: impl FnMut(&str, T) -> Result<Value, Refusal>) -> Value {
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        for Entry { id, item } in self.entries {
            match one(self.queue_url.name(), item) {
                Ok(Value::Object(mut done)) => {
                    done.insert("Id".to_owned(), Value::String(id));
                    successful.push(Value::Object(done));
                }
                Ok(_) => successful.push(json!({ "Id": id })),
                Err(refusal) => failed.push(refusal.batch_entry(id)),
            }
        }
        json!({ "Successful": successful, "Failed": failed })
    }
}
