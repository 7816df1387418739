//! Finds replies by their state: lists and due times say where to look, the item itself says how it stands.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use anyhow::Result;
use instagram::AccountId;
use store::{DUE_SHARDS, Item, Key, Listed, Reply, ReplyRef, ReplyState, keys};

use crate::target::Target;

/// Most keys of a shard looked at: with all shards, four times the busiest post on record of 20,000 comments.
const MOST_DUE: usize = 10_000;

/// A reply, in the item of what it answers.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) account: AccountId,
    pub(crate) key: Key,
    pub(crate) item: Rc<Item>,
    pub(crate) step: usize,
}

impl Found {
    pub(crate) fn reply(&self) -> &Reply {
        &self.item.replies()[self.step]
    }

    pub(crate) fn place(&self) -> ReplyRef {
        ReplyRef { item: self.key.clone(), step: self.step }
    }
}

/// Replies, and how many more there may be that were not looked at.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) found: Vec<Found>,
    pub(crate) left_out: usize,
}

/// The replies that are parked, latest first.
pub(crate) async fn parked(target: &Target, only: Option<&AccountId>, most: usize) -> Result<Gathered> {
    let listed = target.store.parked(only, target.clock.now_ms()).await?;
    check(target, listed, ReplyState::Parked, most).await
}

/// The replies that failed within the last 35 days, latest first.
pub(crate) async fn failed(target: &Target, only: Option<&AccountId>, most: usize) -> Result<Gathered> {
    let accounts = match only {
        Some(account) => vec![account.clone()],
        None => target.store.account_ids().await?,
    };
    let mut listed = Vec::new();
    for account in accounts {
        listed.extend(target.store.failed(&account, target.clock.now_ms()).await?);
    }
    check(target, listed, ReplyState::Failed, most).await
}

/// Holds entries of a list against the items they name: an entry is written before its reply's record, and may outlive it.
async fn check(target: &Target, mut listed: Vec<Listed>, state: ReplyState, most: usize) -> Result<Gathered> {
    listed.sort_by_key(|entry| std::cmp::Reverse(entry.at));
    let left_out = listed.len().saturating_sub(most);
    listed.truncate(most);
    let keys: Vec<Key> = listed.iter().map(|entry| entry.reply().item).collect();
    let items = read(target, &keys).await?;
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for entry in listed {
        let key = entry.reply().item;
        let Some(item) = items.get(&key) else { continue };
        // Those after a reply that ended are in its state too, without entries of their own.
        for (step, reply) in item.replies().iter().enumerate().skip(entry.step) {
            if reply.state == state && seen.insert((key.clone(), step)) {
                let (account, key, item) = (entry.account.clone(), key.clone(), Rc::clone(item));
                found.push(Found { account, key, item, step });
            }
        }
    }
    Ok(Gathered { found, left_out })
}

/// The replies that have a due time and are in one of these states, the earliest due first.
pub(crate) async fn due(
    target: &Target,
    only: Option<&AccountId>,
    most: usize,
    is_wanted: impl Fn(ReplyState) -> bool,
) -> Result<Gathered> {
    let mut places = Vec::new();
    for shard in 0..DUE_SHARDS {
        let keys = target.store.due_keys(shard, i64::MAX, MOST_DUE).await?;
        let of_account = keys.into_iter().filter_map(|key| Some((keys::thread_of(&key.pk)?.0, key)));
        // A shard is read to its end and cut afterwards: one account's backlog must not hide the others.
        places.extend(of_account.filter(|(account, _)| only.is_none_or(|only| only == account)));
    }
    let mut gathered = Gathered::default();
    let keys: Vec<Key> = places.iter().map(|(_, key)| key.clone()).collect();
    let items = read(target, &keys).await?;
    for (account, key) in places {
        let Some(item) = items.get(&key).filter(|item| item.due_at.is_some()) else { continue };
        for (step, reply) in item.replies().iter().enumerate() {
            if is_wanted(reply.state) {
                let (account, key, item) = (account.clone(), key.clone(), Rc::clone(item));
                gathered.found.push(Found { account, key, item, step });
            }
        }
    }
    gathered.found.sort_by_key(|entry| (entry.item.due_at, entry.step));
    gathered.left_out = gathered.found.len().saturating_sub(most);
    gathered.found.truncate(most);
    Ok(gathered)
}

async fn read(target: &Target, keys: &[Key]) -> Result<HashMap<Key, Rc<Item>>> {
    let items = target.store.items_at(keys, target.clock.now_ms()).await?;
    Ok(items.into_iter().map(|(key, item)| (key, Rc::new(item))).collect())
}
