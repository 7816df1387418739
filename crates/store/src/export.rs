//! Everything held about one person, as it is stored.

use std::collections::HashSet;

use instagram::{AccountId, Peer};
use serde_json::{Map, Value, json};

use crate::erasing::{companions, names_any};
use crate::table::{Attributes, from_attributes, key_of};
use crate::threads::{is_expired, sort_key};
use crate::{Conversation, Item, Key, Store, StoreError, keys};

/// Attributes that hold JSON as a text.
const NESTED: [&str; 4] = ["body", "raw", "facts", "message"];

/// Everything held about one person.
#[derive(Debug, Clone)]
pub struct Held {
    /// Their ids: the one asked for first.
    pub ids: Vec<Peer>,
    /// The items, each whole, in the order of their keys.
    pub items: Vec<(Key, Value)>,
}

impl Held {
    /// The items as a person reads them: each as it is stored, by what it is.
    pub fn by_sort(&self) -> Map<String, Value> {
        let mut sorts: Map<String, Value> = Map::new();
        for (key, item) in &self.items {
            let list = sorts.entry(sort(key)).or_insert_with(|| json!([]));
            if let Some(list) = list.as_array_mut() {
                list.push(unfolded(item.clone()));
            }
        }
        sorts
    }
}

impl Store {
    /// Everything held about one person of an account, by all ids that are known of them: what an erasure would delete,
    /// and the tombstone of an earlier one. What has expired is not held.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn held_about(&self, account: &AccountId, peer: &Peer, now_ms: i64) -> Result<Held, StoreError> {
        let ids = self.ids_of(account, peer, now_ms).await?;
        let mut found = Vec::new();
        let mut beside = Vec::new();
        for id in &ids {
            beside.extend([keys::conversation(account, id), keys::tombstone(account, id), keys::erasure(account, id)]);
            let thread = self.query_attributes(&keys::thread_partition(account, id), "").await?;
            beside.extend(thread.iter().flat_map(|attributes| beside_of(account, attributes)));
            found.extend(thread);
        }
        found.extend(self.strays(account, &ids).await?);
        // A page of BatchGetItem may not name a key twice.
        let mut seen = HashSet::new();
        beside.retain(|key| seen.insert(key.clone()));
        for keys in beside.chunks(100) {
            found.extend(self.get_all(keys).await?);
        }
        found.retain(|attributes| !is_expired(attributes, now_ms));
        let mut items = Vec::with_capacity(found.len());
        for attributes in found {
            if let Some(key) = key_of(&attributes) {
                items.push((key, from_attributes(attributes)?));
            }
        }
        items.sort_by(|(one, _), (other, _)| (&one.pk, &one.sk).cmp(&(&other.pk, &other.sk)));
        Ok(Held { ids, items })
    }

    /// A person's ids: those that their conversations are linked to, and so on.
    async fn ids_of(&self, account: &AccountId, peer: &Peer, now_ms: i64) -> Result<Vec<Peer>, StoreError> {
        let mut ids = vec![peer.clone()];
        let mut place = 0;
        while let Some(id) = ids.get(place).cloned() {
            let Conversation { linked, .. } = self.conversation(account, &id, now_ms).await?;
            let new: Vec<Peer> = linked.into_iter().filter(|linked| !ids.contains(linked)).collect();
            ids.extend(new);
            place += 1;
        }
        Ok(ids)
    }

    /// Events that name no conversation, but one of these ids somewhere inside.
    async fn strays(&self, account: &AccountId, ids: &[Peer]) -> Result<Vec<Attributes>, StoreError> {
        let prefix = format!("{}{}", keys::CONVERSATION, keys::NOBODY);
        let nobodies = self.query_attributes(&keys::account_partition(account), &prefix).await?;
        let mut strays = Vec::new();
        for nobody in &nobodies {
            let peer = sort_key(nobody).and_then(|sk| Peer::parse(sk.strip_prefix(keys::CONVERSATION)?).ok());
            let Some(peer) = peer else { continue };
            let thread = self.query_attributes(&keys::thread_partition(account, &peer), "").await?;
            let is_theirs = |attributes: &Attributes| {
                from_attributes::<Item>(attributes.clone()).is_ok_and(|item| names_any(&item, ids))
            };
            strays.extend(thread.into_iter().filter(is_theirs));
        }
        Ok(strays)
    }
}

fn beside_of(account: &AccountId, attributes: &Attributes) -> Vec<Key> {
    let item: Option<Item> = from_attributes(attributes.clone()).ok();
    key_of(attributes).map(|key| companions(account, &key, item.as_ref())).unwrap_or_default()
}

/// What an item is, in plain words.
fn sort(key: &Key) -> String {
    let is_event = keys::thread_of(&key.pk).is_some();
    let beginning = key.sk.split('#').next().unwrap_or_default();
    match (is_event, beginning) {
        (true, "M") => "messages",
        (true, "C") => "comments",
        (true, "R") => "reactions",
        (true, _) => "other_events",
        (false, "T") => "conversations",
        (false, "X") => "earlier_erasures",
        (false, "F") => "failed_replies",
        (false, "Q") => "questions",
        (false, _) if key.pk == keys::PARKED => "parked_replies",
        (false, _) if key.pk == keys::ERASURES => "requests_for_erasure",
        (false, _) => "other",
    }
    .to_owned()
}

/// JSON that is stored as a text becomes part of the whole.
fn unfolded(mut item: Value) -> Value {
    match &mut item {
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                let nested = value.as_str().filter(|_| NESTED.contains(&name.as_str()));
                *value = match nested.and_then(|text| serde_json::from_str::<Value>(text).ok()) {
                    Some(nested) => nested,
                    None => unfolded(value.take()),
                };
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| *value = unfolded(value.take())),
        _ => {}
    }
    item
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_json_is_shown_as_json_and_everything_else_as_it_is() {
        let item =
            json!({"body": "{\"text\":\"oi\"}", "why": "{}", "replies": [{"message": "{\"a\":1}", "text": "{no"}]});
        let expected = json!({"body": {"text": "oi"}, "why": "{}", "replies": [{"message": {"a": 1}, "text": "{no"}]});
        assert_eq!(unfolded(item), expected);
    }

    #[test]
    fn every_item_is_sorted_by_what_it_is() {
        let cases = [
            ("T#1#2", "M#m", "messages"),
            ("T#1#2", "C#c", "comments"),
            ("T#1#2", "R#m#2", "reactions"),
            ("T#1#2", "E#0", "other_events"),
            ("A#1", "T#2", "conversations"),
            ("A#1", "X#0", "earlier_erasures"),
            ("A#1", "F#0", "failed_replies"),
            ("A#1", "Q#0", "questions"),
            ("PARKED", "1#0", "parked_replies"),
            ("ERASURES", "1#2", "requests_for_erasure"),
        ];
        for (pk, sk, expected) in cases {
            assert_eq!(sort(&Key { pk: pk.to_owned(), sk: sk.to_owned() }), expected);
        }
    }
}
