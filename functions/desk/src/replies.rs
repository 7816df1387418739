//! Lists of replies that a person should know of: those that nobody can tell about, and those that were not sent.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use instagram::Peer;
use serde_json::{Value, json};
use store::{Account, Item, Key, ReplyRef, ReplyState, Shown, keys};

use crate::answer::{Answer, Problem};
use crate::ask::{Ask, Cursor};
use crate::{Desk, entry};

/// A reply of a list.
pub(crate) struct ListedReply {
    pub(crate) peer: Peer,
    pub(crate) place: ReplyRef,
    pub(crate) item: Item,
    /// Since when it is on the list, in milliseconds since 1970.
    at: i64,
}

impl ListedReply {
    /// The reply's id.
    fn id(&self) -> &str {
        self.reply().map_or("", |reply| &reply.id)
    }

    pub(crate) fn reply(&self) -> Option<&store::Reply> {
        self.item.replies().get(self.place.step)
    }
}

impl Desk {
    pub(crate) async fn parked(&self, ask: &Ask, account: &Account) -> Result<Answer, Problem> {
        self.list(ask, account, ReplyState::Parked).await
    }

    pub(crate) async fn failed(&self, ask: &Ask, account: &Account) -> Result<Answer, Problem> {
        self.list(ask, account, ReplyState::Failed).await
    }

    async fn list(&self, ask: &Ask, account: &Account, state: ReplyState) -> Result<Answer, Problem> {
        let (most, before) = (ask.limit()?, ask.before()?);
        let mut found = self.listed_replies(account, state, self.clock.now_ms()).await?;
        found.retain(|reply| {
            let is_behind = |before: &Cursor| (reply.at, reply.id()) < (before.at, before.id.as_str());
            before.as_ref().is_none_or(is_behind)
        });
        let is_more = found.len() > most;
        found.truncate(most);
        let last = found.last().filter(|_| is_more);
        let next = last.map(|reply| Cursor { at: reply.at, id: reply.id().to_owned() }.text());
        let replies: Vec<Value> = found.iter().filter_map(told).collect();
        Ok(Answer::ok(json!({"replies": replies, "next": next})))
    }

    /// The replies of an account that are in a state by its list, latest first. An entry is written before its reply's own
    /// record, and may outlive it: the record counts.
    pub(crate) async fn listed_replies(
        &self,
        account: &Account,
        state: ReplyState,
        now: i64,
    ) -> Result<Vec<ListedReply>, Problem> {
        let listed = match state {
            ReplyState::Parked => self.store.parked(Some(&account.id), now).await?,
            _ => self.store.failed(&account.id, now).await?,
        };
        let keys: Vec<Key> = listed.iter().map(|entry| entry.reply().item).collect();
        let items: HashMap<Key, Item> = self.store.items_at(&keys, now).await?.into_iter().collect();
        let mut shown: BTreeMap<Peer, Option<Shown>> = BTreeMap::new();
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        for entry in listed {
            let ReplyRef { item: key, step } = entry.reply();
            let (Some(item), Some((_, peer))) = (items.get(&key), keys::thread_of(&key.pk)) else { continue };
            if !shown.contains_key(&peer) {
                let read = self.store.shown(account, &peer, now).await?;
                shown.insert(peer.clone(), read);
            }
            let may_show = shown.get(&peer).and_then(Option::as_ref).is_some_and(|shown| shown.shows(&item.content));
            if !may_show {
                continue;
            }
            // Those after a reply that ended are in its state too, without entries of their own.
            for (step, reply) in item.replies().iter().enumerate().skip(step) {
                if reply.state == state && seen.insert((key.clone(), step)) {
                    let place = ReplyRef { item: key.clone(), step };
                    found.push(ListedReply { peer: peer.clone(), place, item: item.clone(), at: entry.at });
                }
            }
        }
        found.sort_by(|one, other| Reverse((one.at, one.id())).cmp(&Reverse((other.at, other.id()))));
        Ok(found)
    }
}

fn told(listed: &ListedReply) -> Option<Value> {
    let reply = listed.reply()?;
    let is_unsent = listed.item.content.deleted_at.is_some();
    let (sort, id) = entry::sort_and_id(&listed.place.item.sk);
    let mut told = entry::reply_told(reply, &listed.item, is_unsent);
    told["person"] = json!(listed.peer);
    told["since"] = json!(listed.at);
    told["answers"] = json!({"sort": sort, "id": id, "at": listed.item.content.at});
    Some(told)
}
