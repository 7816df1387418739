//! Many items at once, by their keys.

use crate::table::from_attributes;
use crate::threads::{is_expired, sort_key};
use crate::{Item, Key, Store, StoreError};

/// Most keys of one `BatchGetItem` (Amazon DynamoDB API reference).
pub(crate) const MOST_KEYS: usize = 100;

impl Store {
    /// The items with these keys that exist and are not expired, in no order, read consistently: one call per hundred
    /// keys. A key that is named twice counts once.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn items_at(&self, keys: &[Key], now_ms: i64) -> Result<Vec<(Key, Item)>, StoreError> {
        let mut seen = std::collections::HashSet::new();
        let distinct: Vec<&Key> = keys.iter().filter(|key| seen.insert(*key)).collect();
        let mut items = Vec::new();
        for keys in distinct.chunks(MOST_KEYS) {
            for attributes in self.get_all(keys.iter().copied()).await? {
                if is_expired(&attributes, now_ms) {
                    continue;
                }
                let pk = attributes.get("pk").and_then(|pk| pk.as_s().ok()).cloned();
                if let (Some(pk), Some(sk)) = (pk, sort_key(&attributes).map(str::to_owned)) {
                    items.push((Key { pk, sk }, from_attributes(attributes)?));
                }
            }
        }
        Ok(items)
    }
}
