//! Finds an event's items. No table is scanned: an account lists its conversations, and in each of them the item lies at a
//! key that follows from what was named.

use std::time::{Duration, Instant};

use anyhow::Result;
use instagram::{AccountId, Peer};
use store::{Account, Conversation, Item, Key, Store, keys};

use crate::replies::gather::{self, Found};
use crate::say;
use crate::target::Target;

use super::wanted::Wanted;

/// How long a person waits without a word.
const SILENCE: Duration = Duration::from_secs(2);

/// Conversations asked at once: with three keys in each, a few calls.
const AT_ONCE: usize = 200;

/// An event's item.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) account: AccountId,
    pub(crate) key: Key,
    pub(crate) item: Item,
    /// The step of the reply that was named.
    pub(crate) named: Option<usize>,
}

impl From<Found> for Event {
    fn from(found: Found) -> Self {
        let Found { account, key, item, step } = found;
        Self { account, key, item: Item::clone(&item), named: Some(step) }
    }
}

/// The items of what was named, in the first of the accounts that has any. A message that Meta first hinted at has two.
pub(crate) async fn everywhere(target: &Target, wanted: &Wanted, accounts: &[Account]) -> Result<Vec<Event>> {
    let mut progress = Progress { told: Instant::now() };
    if let Wanted::Reply(id) = wanted {
        let found = reply(target, id, accounts).await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    for account in accounts {
        let found = in_account(target, wanted, &account.id, &mut progress).await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// A reply has no key of its own. It is in a list, has a due time, or is the last one of its conversation.
async fn reply(target: &Target, id: &str, accounts: &[Account]) -> Result<Vec<Event>> {
    let only = match accounts {
        [one] => Some(&one.id),
        _ => None,
    };
    let mut listed = gather::parked(target, only, usize::MAX).await?.found;
    listed.extend(gather::due(target, only, usize::MAX, |_| true).await?.found);
    listed.extend(gather::failed(target, only, usize::MAX).await?.found);
    let is_named = |found: &Found| found.reply().id.starts_with(id);
    if let Some(found) = listed.into_iter().find(is_named) {
        return Ok(vec![found.into()]);
    }
    for account in accounts {
        let conversations = target.store.conversations(&account.id, target.clock.now_ms()).await?;
        let owner = |(peer, conversation): (Peer, Conversation)| {
            let pk = keys::thread_partition(&account.id, &peer);
            conversation.gate.map(|gate| Key { pk, sk: gate.item })
        };
        let owners: Vec<Key> = conversations.into_iter().filter_map(owner).collect();
        for (key, item) in target.store.items_at(&owners, target.clock.now_ms()).await? {
            if let Some(step) = item.replies().iter().position(|reply| reply.id.starts_with(id)) {
                return Ok(vec![Event { account: account.id.clone(), key, item, named: Some(step) }]);
            }
        }
    }
    Ok(Vec::new())
}

async fn in_account(
    target: &Target,
    wanted: &Wanted,
    account: &AccountId,
    progress: &mut Progress,
) -> Result<Vec<Event>> {
    let now = target.clock.now_ms();
    let sort_keys = wanted.sort_keys(account);
    let mut found = Vec::new();
    let likely = wanted.likely_peers();
    if look(&target.store, account, &likely, &sort_keys, now, &mut found).await? {
        return Ok(found);
    }
    let mut conversations = target.store.conversations(account, now).await?;
    // Each event moves its conversation's end of life further away: the newest ends last.
    conversations.sort_by_key(|(_, conversation)| std::cmp::Reverse(conversation.expires_at));
    let peers: Vec<Peer> =
        conversations.into_iter().map(|(peer, _)| peer).filter(|peer| !likely.contains(peer)).collect();
    for (place, some) in peers.chunks(AT_ONCE).enumerate() {
        progress.tell(|| format!("{} of {} conversations of {account} looked at", place * AT_ONCE, peers.len()));
        if look(&target.store, account, some, &sort_keys, now, &mut found).await? {
            break;
        }
    }
    Ok(found)
}

/// Looks in some conversations. True if the thing itself is there, and not just a hint at it.
async fn look(
    store: &Store,
    account: &AccountId,
    peers: &[Peer],
    sort_keys: &[String],
    now: i64,
    found: &mut Vec<Event>,
) -> Result<bool> {
    let in_peer = |peer: &Peer| {
        let pk = keys::thread_partition(account, peer);
        sort_keys.iter().map(move |sk| Key { pk: pk.clone(), sk: sk.clone() }).collect::<Vec<_>>()
    };
    let keys: Vec<Key> = peers.iter().flat_map(in_peer).collect();
    for (key, item) in store.items_at(&keys, now).await? {
        found.push(Event { account: account.clone(), key, item, named: None });
    }
    Ok(found.iter().any(|event| event.item.content.kind.is_some()))
}

/// Tells a person who waits what is going on, every two seconds.
struct Progress {
    told: Instant,
}

impl Progress {
    fn tell(&mut self, what: impl FnOnce() -> String) {
        if self.told.elapsed() >= SILENCE {
            say::progress(what());
            self.told = Instant::now();
        }
    }
}
