//! What may be shown of a conversation: nothing that is erased or about to be, and nothing that has expired.
//!
//! An erasure deletes its items minutes after it was ordered, and page by page. So whoever shows something asks for what is
//! erased before each look, and leaves out what is older: from the order on it is gone.

use std::collections::HashMap;

use instagram::{AccountId, Peer};

use crate::batch::MOST_KEYS;
use crate::table::{from_attributes, is_over, key_of};
use crate::threads::sort_key;
use crate::tombstones::Tombstone;
use crate::{Account, Conversation, ItemContent, Key, Store, StoreError, keys};

/// A conversation that may be shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The conversation.
    pub conversation: Conversation,
    /// Nothing from up to this moment may be shown, in milliseconds since 1970.
    pub erased_before: Option<i64>,
}

impl Shown {
    /// Whether something that happened in the conversation may be shown.
    pub fn shows(&self, content: &ItemContent) -> bool {
        self.erased_before.is_none_or(|before| !content.is_from_before(before))
    }
}

impl Store {
    /// A conversation of an account, read consistently with what is left of an erased one, in one call; `None` if there is
    /// none to show.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn shown(&self, account: &Account, peer: &Peer, now_ms: i64) -> Result<Option<Shown>, StoreError> {
        Ok(self.all_shown(account, std::slice::from_ref(peer), now_ms).await?.remove(peer))
    }

    /// The same of several, by their peers: one call for each fifty.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn all_shown(
        &self,
        account: &Account,
        peers: &[Peer],
        now_ms: i64,
    ) -> Result<HashMap<Peer, Shown>, StoreError> {
        let mut all = HashMap::new();
        for peers in peers.chunks(MOST_KEYS / 2) {
            let keys = peers
                .iter()
                .flat_map(|peer| [keys::conversation(&account.id, peer), keys::tombstone(&account.id, peer)]);
            let keys: Vec<Key> = keys.collect();
            let mut found = HashMap::new();
            for attributes in self.get_all(&keys).await? {
                found.extend(key_of(&attributes).map(|key| (key, attributes)));
            }
            for (peer, keys) in peers.iter().zip(keys.chunks(2)) {
                let [conversation, tombstone] = keys else { continue };
                let tombstone: Option<Tombstone> = found.remove(tombstone).map(from_attributes).transpose()?;
                let Some(conversation) = found.remove(conversation) else { continue };
                let conversation: Conversation = from_attributes(conversation)?;
                if is_there(&conversation, account, now_ms) {
                    let of_person = tombstone.map(|tombstone| tombstone.erased_before);
                    let erased_before = account.erased_before.max(of_person).max(conversation.erased_before);
                    all.insert(peer.clone(), Shown { conversation, erased_before });
                }
            }
        }
        Ok(all)
    }

    /// Up to which moment everything of a person is erased, in milliseconds since 1970, read consistently.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn erased_before(&self, account: &AccountId, peer: &Peer) -> Result<Option<i64>, StoreError> {
        let tombstone: Option<Tombstone> = self.get(&keys::tombstone(account, peer)).await?;
        Ok(tombstone.map(|tombstone| tombstone.erased_before))
    }

    /// Those of some conversations of an account that may be shown, in no order, read consistently: one call per hundred.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn conversations_of(
        &self,
        account: &Account,
        peers: &[Peer],
        now_ms: i64,
    ) -> Result<Vec<(Peer, Conversation)>, StoreError> {
        let mut found = Vec::new();
        for peers in peers.chunks(MOST_KEYS) {
            let keys: Vec<Key> = peers.iter().map(|peer| keys::conversation(&account.id, peer)).collect();
            for attributes in self.get_all(&keys).await? {
                let peer = sort_key(&attributes).and_then(|sk| Peer::parse(sk.strip_prefix(keys::CONVERSATION)?).ok());
                let Some(peer) = peer else { continue };
                let conversation: Conversation = from_attributes(attributes)?;
                if is_there(&conversation, account, now_ms) {
                    found.push((peer, conversation));
                }
            }
        }
        Ok(found)
    }
}

/// True if something that may be shown is known to have happened in a conversation.
fn is_there(conversation: &Conversation, account: &Account, now_ms: i64) -> bool {
    let is_over = is_over(conversation.expires_at, now_ms);
    let is_erased = conversation.erased_before.is_some() && !conversation.has_news();
    // What an erasure of the whole account has not come to yet.
    let last_at = conversation.facts.last_at().map(|at| at.0);
    let is_older = account.erased_before.is_some_and(|before| last_at.is_some_and(|at| at <= before));
    !is_over && !is_erased && !is_older
}

/// Whether an account's conversation stands in for an event that names nobody.
pub(crate) fn is_nobody(peer: &Peer) -> bool {
    peer.as_str().starts_with(keys::NOBODY)
}

/// The peer that a sort key in the list of recent conversations names, and the hour.
pub(crate) fn recent_of(sk: &str) -> Option<(i64, Peer)> {
    let (hour, peer) = sk.strip_prefix(keys::RECENT)?.split_once('#')?;
    Some((hour.parse().ok()?, Peer::parse(peer).ok()?))
}
