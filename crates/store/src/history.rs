//! What happened in one conversation, newest first, page by page.
//!
//! Its items lie in the order of their ids, not of time, so their moments are read first, without what they hold: a
//! conversation of a hundred thousand events is some ten megabytes so. Then the items of the page alone are read whole.

use std::cmp::Reverse;
use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use instagram::{AccountId, Peer};

use crate::batch::MOST_KEYS;
use crate::shown::Shown;
use crate::table::{Attributes, from_attributes, key_of};
use crate::threads::is_expired;
use crate::{Item, ItemContent, Key, Moderated, Store, StoreError, keys};

/// Kinds of events that are no part of a conversation's story: how far the person has read is kept as a watermark.
const NOT_SHOWN: [&str; 1] = ["seen"];

/// A page of a conversation.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// What happened, newest first.
    pub entries: Vec<Entry>,
    /// There is more behind the last of them.
    pub is_more: bool,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its key.
    pub key: Key,
    /// When, in milliseconds since 1970: where it stands in the order.
    pub at: i64,
    /// What.
    pub item: Item,
    /// What somebody of the office did about a comment.
    pub moderated: Moderated,
    /// The reactions to a message that stand, by their authors' ids.
    pub reactions: Vec<(String, Item)>,
}

/// The moment of an item, where it lies, and what of it is known without reading it.
struct Place {
    at: i64,
    sk: String,
}

impl Store {
    /// What happened in a conversation behind a moment and the sort key of what happened then: at most `most` of it,
    /// newest first. `shown` says what may be shown of it.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn history(
        &self,
        account: &AccountId,
        peer: &Peer,
        shown: &Shown,
        behind: Option<(i64, &str)>,
        most: usize,
        now_ms: i64,
    ) -> Result<History, StoreError> {
        let pk = keys::thread_partition(account, peer);
        let (mut places, reactions) = self.places(&pk, shown, now_ms).await?;
        places.sort_by(|a, b| (Reverse(a.at), Reverse(&a.sk)).cmp(&(Reverse(b.at), Reverse(&b.sk))));
        places.retain(|place| behind.is_none_or(|behind| (place.at, place.sk.as_str()) < behind));
        let is_more = places.len() > most;
        places.truncate(most);

        let mut wanted: Vec<Key> = Vec::new();
        for place in &places {
            wanted.push(Key { pk: pk.clone(), sk: place.sk.clone() });
            let mid = place.sk.strip_prefix(keys::MESSAGE);
            let beside = mid.and_then(|mid| reactions.get(mid)).into_iter().flatten();
            wanted.extend(beside.map(|sk| Key { pk: pk.clone(), sk: sk.clone() }));
        }
        let mut found: HashMap<String, Attributes> = HashMap::new();
        for keys in wanted.chunks(MOST_KEYS) {
            let read = self.get_all(keys).await?.into_iter().filter(|attributes| !is_expired(attributes, now_ms));
            found.extend(read.filter_map(|attributes| Some((key_of(&attributes)?.sk, attributes))));
        }
        let mut entries = Vec::with_capacity(places.len());
        for Place { at, sk } in places {
            // It may be gone since, or unsent: then it shows as it is now.
            let Some(attributes) = found.remove(&sk) else { continue };
            let moderated = from_attributes(attributes.clone())?;
            let item: Item = from_attributes(attributes)?;
            if !shown.shows(&item.content) {
                continue;
            }
            let mut given = Vec::new();
            let beside = sk.strip_prefix(keys::MESSAGE).and_then(|mid| reactions.get(mid)).into_iter().flatten();
            for reaction in beside {
                let (Some(attributes), Some(actor)) = (found.remove(reaction), reaction.rsplit('#').next()) else {
                    continue;
                };
                let item: Item = from_attributes(attributes)?;
                if shown.shows(&item.content) {
                    given.push((actor.to_owned(), item));
                }
            }
            entries.push(Entry { key: Key { pk: pk.clone(), sk }, at, item, moderated, reactions: given });
        }
        Ok(History { entries, is_more })
    }

    /// The places of all that happened in a conversation, and the sort keys of reactions by the message they are given to.
    async fn places(
        &self,
        pk: &str,
        shown: &Shown,
        now_ms: i64,
    ) -> Result<(Vec<Place>, HashMap<String, Vec<String>>), StoreError> {
        let mut places = Vec::new();
        let mut reactions: HashMap<String, Vec<String>> = HashMap::new();
        let mut after = None;
        loop {
            let (page, next) = self.moments(pk, after).await?;
            for attributes in page {
                if is_expired(&attributes, now_ms) {
                    continue;
                }
                let Some(Key { sk, .. }) = key_of(&attributes) else { continue };
                if sk.starts_with(keys::DEED) {
                    continue;
                }
                if let Some((mid, _)) = sk.strip_prefix("R#").and_then(|rest| rest.rsplit_once('#')) {
                    reactions.entry(mid.to_owned()).or_default().push(sk);
                    continue;
                }
                let content: ItemContent = from_attributes(attributes)?;
                let is_shown =
                    shown.shows(&content) && !content.kind.as_deref().is_some_and(|kind| NOT_SHOWN.contains(&kind));
                if let (true, Some(at)) = (is_shown, content.moment()) {
                    places.push(Place { at, sk });
                }
            }
            after = next;
            if after.is_none() {
                return Ok((places, reactions));
            }
        }
    }

    /// One page of the items of a partition, without what they hold.
    async fn moments(
        &self,
        pk: &str,
        after: Option<Attributes>,
    ) -> Result<(Vec<Attributes>, Option<Attributes>), StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("#pk = :pk")
            .projection_expression("#pk, #sk, #kind, #at, #expires_at, #deleted_at, #hinted_at, #edit.#n, #edit.#at")
            .set_expression_attribute_names(Some(
                ["pk", "sk", "kind", "at", "expires_at", "deleted_at", "hinted_at", "edit", "n"]
                    .map(|name| (format!("#{name}"), name.to_owned()))
                    .into(),
            ))
            .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
            .consistent_read(true)
            .set_exclusive_start_key(after)
            .send()
            .await
            .map_err(|e| StoreError::from_sdk("Query", e))?;
        Ok((answer.items.unwrap_or_default(), answer.last_evaluated_key))
    }
}

impl ItemContent {
    /// When it happened, in milliseconds since 1970; where its own event has not come, when something was told of it.
    pub fn moment(&self) -> Option<i64> {
        self.at.or(self.hinted_at).or(self.edit.as_ref().map(|edit| edit.at)).or(self.deleted_at)
    }
}
