//! The memory of a FIFO queue for what was sent in the last five minutes.

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};

/// "The 5-minute deduplication interval" (API reference, `SendMessage`, read November 2026). It starts with the first
/// sending; a duplicate does not prolong it, and deleting the message does not end it.
const INTERVAL_MS: i64 = 5 * 60 * 1000;

/// What makes two messages one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Key {
    /// Set where the queue's scope is the message group.
    pub(super) group: Option<String>,
    pub(super) id: String,
}

/// The message that a duplicate is answered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Original {
    pub(super) sent_ms: i64,
    pub(super) message_id: String,
    pub(super) sequence: u64,
}

#[derive(Default)]
pub(super) struct Deduplication {
    originals: HashMap<Key, Original>,
    by_age: VecDeque<(i64, Key)>,
}

impl Deduplication {
    /// The message sent with this key within the interval.
    pub(super) fn original(&mut self, key: &Key, now_ms: i64) -> Option<&Original> {
        self.forget(now_ms);
        self.originals.get(key)
    }

    /// Lets go of what was sent before the interval.
    pub(super) fn forget(&mut self, now_ms: i64) {
        while let Some((_, key)) = self.by_age.pop_front_if(|(sent_ms, _)| *sent_ms + INTERVAL_MS <= now_ms) {
            self.originals.remove(&key);
        }
    }

    pub(super) fn remember(&mut self, key: Key, original: Original) {
        self.by_age.push_back((original.sent_ms, key.clone()));
        self.originals.insert(key, original);
    }

    /// Oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Key, &Original)> {
        self.by_age.iter().filter_map(|(_, key)| self.originals.get_key_value(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_free_again_after_five_minutes() {
        let key = Key { group: None, id: "x".into() };
        let mut sent = Deduplication::default();
        sent.remember(key.clone(), Original { sent_ms: 1_000, message_id: "m".into(), sequence: 7 });
        assert_eq!(sent.original(&key, 300_999).map(|o| o.sequence), Some(7));
        assert_eq!(sent.original(&Key { group: Some("g".into()), ..key.clone() }, 2_000), None, "another scope");
        assert_eq!(sent.original(&key, 301_000), None);
        assert_eq!(sent.iter().count(), 0);
    }
}
