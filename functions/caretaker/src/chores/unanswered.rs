//! After a login: replies that waited for it go out at once, and those that became too old are listed for people.

use feed::{Missed, Unanswered};
use instagram::AccountId;
use outbox::ACCOUNT_RETRY_MS;
use store::{Account, DUE_SHARDS, Item, Key, Postponed, Reply, ReplyRef, ReplyState, StoreError, keys};

use crate::Caretaker;
use crate::tally::{REPLIES_UNANSWERED, REPLIES_WOKEN, Tally};
use crate::trouble::Trouble;

/// Most keys looked through in each shard of what is due: more than any account lets wait within its window.
const MOST_LISTED: usize = 10_000;

/// Most replies listed in one event: at some 200 bytes each they fit into a queue message ten times.
const MOST_TOLD: usize = 100;

/// What a reply that is too old is recorded with.
const EXPIRED: &str = "expired";

impl Caretaker {
    /// Wakes what waited for the login at `connected_at`, and gives what could not be answered since `broken_at`.
    pub(super) async fn pick_up(
        &self,
        account: &Account,
        broken_at: i64,
        connected_at: i64,
        tally: &Tally,
    ) -> Result<Missed, Trouble> {
        let waiting = self.wake(&account.id, tally).await?;
        let mut missed = self.expired(&account.id, broken_at, connected_at).await?;
        missed.extend(waiting);
        missed.sort_by(|one, other| (one.since, &one.reply).cmp(&(other.since, &other.reply)));
        missed.dedup_by(|one, other| one.reply == other.reply);
        let more = missed.len().saturating_sub(MOST_TOLD);
        missed.truncate(MOST_TOLD);
        tally.count(REPLIES_UNANSWERED, u64::try_from(missed.len() + more).unwrap_or(u64::MAX));
        Ok(Missed { since: broken_at, unanswered: missed, more })
    }

    /// Makes the account's replies due that wait for a token: they would look again a quarter of an hour after their last
    /// look. Gives those that are too old by now and not ended yet.
    async fn wake(&self, account: &AccountId, tally: &Tally) -> Result<Vec<Unanswered>, Trouble> {
        let now = self.clock.now_ms();
        let mut keys = Vec::new();
        for shard in 0..DUE_SHARDS {
            let due = self.store.due_keys(shard, now.saturating_add(ACCOUNT_RETRY_MS), MOST_LISTED).await?;
            keys.extend(due.into_iter().filter(|key| is_of(key, account)));
        }
        let mut late = Vec::new();
        for (key, item) in self.store.items_at(&keys, now).await? {
            let waiting = item.replies().iter().enumerate().find(|(_, reply)| waits_for_token(reply));
            let Some((step, reply)) = waiting else {
                continue;
            };
            if reply.not_after <= now {
                late.push(unanswered(&key, &item, reply));
            }
            if item.due_at.is_none_or(|due_at| due_at <= now) {
                continue;
            }
            let why = reply.reason.clone().unwrap_or_default();
            let place = ReplyRef { item: key, step };
            match self.store.postpone(&place, &Postponed { due_at: now, why: &why, slot: None }).await {
                // It came to an end meanwhile.
                Ok(()) | Err(StoreError::Conflict) => tally.count(REPLIES_WOKEN, 1),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(late)
    }

    /// The account's replies that became too old while it was broken.
    async fn expired(&self, account: &AccountId, since: i64, until: i64) -> Result<Vec<Unanswered>, Trouble> {
        let now = self.clock.now_ms();
        let failed = self.store.failed(account, now).await?;
        // Some come to their end a little after the login: nobody looked at them before.
        let places: Vec<ReplyRef> = failed
            .iter()
            .filter(|entry| entry.reason == EXPIRED && entry.at >= since && entry.at <= until.max(now))
            .map(store::Listed::reply)
            .collect();
        let keys: Vec<Key> = places.iter().map(|place| place.item.clone()).collect();
        let items = self.store.items_at(&keys, now).await?;
        let missed = places.iter().filter_map(|place| {
            let (key, item) = items.iter().find(|(key, _)| *key == place.item)?;
            let reply = item.replies().get(place.step).filter(|reply| reply.state == ReplyState::Failed)?;
            Some(unanswered(key, item, reply))
        });
        Ok(missed.collect())
    }
}

fn is_of(key: &Key, account: &AccountId) -> bool {
    keys::thread_of(&key.pk).is_some_and(|(owner, _)| owner == *account)
}

/// Those behind another reply of their conversation wait for that one, and so for the token.
fn waits_for_token(reply: &Reply) -> bool {
    let why = reply.reason.as_deref().unwrap_or_default();
    let waits = why == "waits_token" || why == "waits_turn" || why == "token" || why.starts_with("token/");
    reply.state == ReplyState::Planned && waits
}

fn unanswered(key: &Key, item: &Item, reply: &Reply) -> Unanswered {
    let peer = keys::thread_of(&key.pk).map(|(_, peer)| peer.to_string());
    let answers = key.sk.split_once('#').map_or(&*key.sk, |(_, id)| id);
    Unanswered {
        reply: reply.id.clone(),
        person: peer.unwrap_or_default(),
        answers: answers.to_owned(),
        since: item.content.at.unwrap_or_default(),
    }
}
