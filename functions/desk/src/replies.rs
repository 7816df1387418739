//! Lists of replies that a person should know of: those that nobody can tell about, those that were not sent, and drafts.

use std::collections::{BTreeSet, HashMap, HashSet};

use instagram::Peer;
use serde_json::{Value, json};
use store::{Account, Item, Key, Listed, ReplyRef, ReplyState, keys};

use crate::answer::{Answer, Problem};
use crate::ask::{Ask, Cursor};
use crate::{Desk, entry};

/// Entries looked at together: two calls, and two more for their conversations.
const AT_ONCE: usize = 100;

/// Which replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum List {
    /// Nobody can tell whether they are out.
    Parked,
    /// They were not sent.
    Failed,
    /// They wait for a person's word.
    Drafts,
}

impl List {
    fn holds(self, reply: &store::Reply) -> bool {
        match self {
            Self::Parked => reply.state == ReplyState::Parked,
            Self::Failed => reply.state == ReplyState::Failed,
            Self::Drafts => reply.draft && reply.state == ReplyState::Planned,
        }
    }
}

/// A reply of a list.
pub(crate) struct ListedReply {
    pub(crate) peer: Peer,
    pub(crate) place: ReplyRef,
    pub(crate) item: Item,
    /// Since when it is on the list, in milliseconds since 1970.
    at: i64,
}

impl ListedReply {
    pub(crate) fn reply(&self) -> Option<&store::Reply> {
        self.item.replies().get(self.place.step)
    }
}

impl Desk {
    pub(crate) async fn parked(&self, ask: &Ask, account: &Account) -> Result<Answer, Problem> {
        self.list(ask, account, List::Parked).await
    }

    pub(crate) async fn failed(&self, ask: &Ask, account: &Account) -> Result<Answer, Problem> {
        self.list(ask, account, List::Failed).await
    }

    pub(crate) async fn drafts(&self, ask: &Ask, account: &Account) -> Result<Answer, Problem> {
        self.list(ask, account, List::Drafts).await
    }

    async fn list(&self, ask: &Ask, account: &Account, list: List) -> Result<Answer, Problem> {
        let (most, before) = (ask.limit()?, ask.before()?);
        let (found, next) = self.listed_replies(account, list, before.as_ref(), most, self.clock.now_ms()).await?;
        let replies: Vec<Value> = found.iter().filter_map(told).collect();
        Ok(Answer::ok(json!({"replies": replies, "next": next.map(|next| next.text())})))
    }

    /// The replies of a list of the account, latest first: at least `most` of those behind a place, if
    /// there are so many, and where the list goes on. An entry is written before its reply's own record, and may outlive it:
    /// the record counts.
    pub(crate) async fn listed_replies(
        &self,
        account: &Account,
        list: List,
        before: Option<&Cursor>,
        most: usize,
        now: i64,
    ) -> Result<(Vec<ListedReply>, Option<Cursor>), Problem> {
        let listed: Vec<(i64, ReplyRef)> = match list {
            List::Parked => timed(&self.store.parked(Some(&account.id), now).await?),
            List::Failed => timed(&self.store.failed(&account.id, now).await?),
            List::Drafts => {
                let questions = self.store.open_questions(&account.id, now).await?;
                questions.iter().map(|question| (question.at, question.reply())).collect()
            }
        };
        let mut places: Vec<(Cursor, ReplyRef)> =
            listed.into_iter().map(|(at, reply)| (place(at, &reply), reply)).collect();
        places.retain(|(place, _)| before.is_none_or(|before| place < before));
        places.sort_by(|(one, _), (other, _)| other.cmp(one));
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        for chunk in places.chunks(AT_ONCE) {
            let keys: Vec<Key> = chunk.iter().map(|(_, reply)| reply.item.clone()).collect();
            let items: HashMap<Key, Item> = self.store.items_at(&keys, now).await?.into_iter().collect();
            let peers: BTreeSet<Peer> = keys.iter().filter_map(|key| Some(keys::thread_of(&key.pk)?.1)).collect();
            let peers: Vec<Peer> = peers.into_iter().collect();
            let shown = self.store.all_shown(account, &peers, now).await?;
            for (place, ReplyRef { item: key, step }) in chunk {
                if found.len() >= most {
                    return Ok((found, last_place(&places, place)));
                }
                let (Some(item), Some((_, peer))) = (items.get(key), keys::thread_of(&key.pk)) else { continue };
                if !shown.get(&peer).is_some_and(|shown| shown.shows(&item.content)) {
                    continue;
                }
                // Those after a reply that ended are in its state too, without entries of their own.
                for (step, reply) in item.replies().iter().enumerate().skip(*step) {
                    if list.holds(reply) && seen.insert((key.clone(), step)) {
                        let place_of = ReplyRef { item: key.clone(), step };
                        found.push(ListedReply {
                            peer: peer.clone(),
                            place: place_of,
                            item: item.clone(),
                            at: place.at,
                        });
                    }
                }
            }
        }
        Ok((found, None))
    }
}

/// The entries of a list of the table, each with its time.
fn timed(entries: &[Listed]) -> Vec<(i64, ReplyRef)> {
    entries.iter().map(|entry| (entry.at, entry.reply())).collect()
}

/// Where a reply stands in its list.
fn place(at: i64, reply: &ReplyRef) -> Cursor {
    let ReplyRef { item, step } = reply;
    Cursor { at, id: keys::short_digest(&format!("{}|{}|{step}", item.pk, item.sk)) }
}

/// The place before this one.
fn last_place(places: &[(Cursor, ReplyRef)], this: &Cursor) -> Option<Cursor> {
    let behind = places.iter().position(|(place, _)| place == this)?.checked_sub(1)?;
    places.get(behind).map(|(place, _)| place.clone())
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
