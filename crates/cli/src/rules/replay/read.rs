//! Reads an account's stored events. No table is scanned: an account lists its conversations, each its items.

use std::vec;

use anyhow::Result;
use instagram::{AccountId, Peer};
use store::{Conversation, Item, Store, StoreError};
use tokio::task::JoinSet;

use crate::dry_run::{Rebuilt, Skip, StoredFacts};

use super::Progress;

/// Conversations read side by side: enough to hide the way to AWS, and few enough not to be throttled.
const AT_ONCE: usize = 16;

/// A stored event, or why it cannot be decided again.
#[derive(Debug)]
pub(super) struct Entry {
    /// When it happened, in milliseconds since 1970.
    pub(super) at: i64,
    /// Its conversation and its sort key.
    pub(super) place: (Peer, String),
    pub(super) what: Result<Candidate, Skip>,
}

/// An event with everything that it was decided by.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) rebuilt: Rebuilt,
    pub(super) facts: StoredFacts,
    /// Of the rules.
    pub(super) version: u32,
    /// The reason that was stored.
    pub(super) why: String,
}

/// All events since a moment, in no order.
pub(super) async fn entries(
    store: &Store,
    account: &AccountId,
    since: i64,
    now: i64,
    progress: &mut Progress,
) -> Result<Vec<Entry>> {
    let conversations = store.conversations(account, now).await?;
    let all = conversations.len();
    let mut waiting = conversations.into_iter();
    let mut reads = JoinSet::new();
    let mut entries = Vec::new();
    let mut done = 0;
    start(&mut reads, &mut waiting, store, account, now, AT_ONCE);
    while let Some(read) = reads.join_next().await {
        start(&mut reads, &mut waiting, store, account, now, 1);
        let (peer, items) = read??;
        for (sort_key, item) in items {
            if let Some(at) = moment(&item).filter(|at| *at >= since) {
                let what = candidate(account, &peer, &sort_key, item);
                entries.push(Entry { at, place: (peer.clone(), sort_key), what });
            }
        }
        done += 1;
        progress.tell(|| format!("{done} of {all} conversations read"));
    }
    Ok(entries)
}

type Items = (Peer, Vec<(String, Item)>);

fn start(
    reads: &mut JoinSet<Result<Items, StoreError>>,
    waiting: &mut vec::IntoIter<(Peer, Conversation)>,
    store: &Store,
    account: &AccountId,
    now: i64,
    count: usize,
) {
    for (peer, _) in waiting.take(count) {
        let (store, account) = (store.clone(), account.clone());
        reads.spawn(async move { store.items(&account, &peer, now).await.map(|items| (peer, items)) });
    }
}

/// When it happened; of a message that never came, when it was first heard of.
fn moment(item: &Item) -> Option<i64> {
    let content = &item.content;
    content.at.or(content.hinted_at).or(content.edit.as_ref().map(|edit| edit.at)).or(content.deleted_at)
}

fn candidate(account: &AccountId, peer: &Peer, sort_key: &str, item: Item) -> Result<Candidate, Skip> {
    let content = &item.content;
    if content.kind.is_none() {
        return Err(Skip::NeverCame);
    }
    if content.deleted_at.is_some() {
        return Err(Skip::WordsGone);
    }
    let decided = item.decision.ok_or(Skip::Undecided)?;
    let Some(facts) = &decided.facts else {
        return Err(Skip::NoRuleAsked(decided.why));
    };
    if content.body.is_none() {
        return Err(if content.in_quarantine { Skip::TooLarge } else { Skip::WordsGone });
    }
    let facts = StoredFacts::parse(facts).ok_or(Skip::Unreadable)?;
    let rebuilt = Rebuilt::of(account, peer, sort_key, content).ok_or(Skip::Unreadable)?;
    Ok(Candidate { rebuilt, facts, version: decided.rules, why: decided.why })
}
