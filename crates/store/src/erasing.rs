//! The work of an erasure, one page at a time. Every page may be done twice, or be cut off in the middle: what is deleted
//! names the revision it was read with, and the order remembers how far it is only behind it.

mod beside;
mod cut;

use std::collections::HashSet;

use futures::stream::{self, StreamExt, TryStreamExt};
use instagram::{AccountId, Peer};
use serde::Deserialize;

use crate::erasures::{ErasureState, Extent, Order, Place, SETTLED_MS};
use crate::table::{Attributes, from_attributes, key_of};
use crate::threads::sort_key;
use crate::update::Update;
use crate::{Account, Connection, Conversation, Item, Key, Store, StoreError, keys};

pub(crate) use self::beside::{companions, names_any};
use self::cut::{Cut, Part, parts};

/// Most items of one page.
const PAGE: usize = 50;

/// Most deletions side by side.
const SIDE_BY_SIDE: usize = 8;

/// What came of working on an order once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// There is more to do at once.
    More,
    /// There is more to do later: it has a due time.
    Later,
    /// It is done, or was never to be.
    Over,
}

/// Where a part stands after a page.
struct Step {
    erased: u64,
    place: Place,
}

/// When something was entered, whatever it is.
#[derive(Deserialize)]
struct Moment {
    #[serde(default)]
    at: Option<i64>,
    #[serde(default)]
    stored_at: Option<i64>,
    #[serde(default)]
    erased_before: Option<i64>,
}

impl Store {
    /// Works on an order once: stops what is to be stopped, waits, deletes a page, or writes the receipt.
    ///
    /// # Errors
    /// Any [`StoreError`]; `Conflict` if somebody else works on the same. What was not done stays due.
    pub async fn erase_page(&self, key: &Key, now_ms: i64) -> Result<Page, StoreError> {
        let Some(mut order) = self.order(key).await? else {
            return Ok(Page::Over);
        };
        if order.due_at.is_some_and(|due_at| due_at > now_ms) {
            return Ok(Page::Later);
        }
        match order.state {
            ErasureState::Open => {
                self.stop_for(&mut order, now_ms).await?;
                self.advance(&order, ErasureState::Settling, now_ms.saturating_add(SETTLED_MS)).await?;
                Ok(Page::Later)
            }
            ErasureState::Settling => {
                let known = order.peers.len();
                self.stop_for(&mut order, now_ms).await?;
                if order.peers.len() > known {
                    // What was under way named another id of the person, where something may be under way, too.
                    self.advance(&order, ErasureState::Settling, now_ms.saturating_add(SETTLED_MS)).await?;
                    return Ok(Page::Later);
                }
                self.advance(&order, ErasureState::Erasing, now_ms).await?;
                Ok(Page::More)
            }
            ErasureState::Erasing => self.erase_next(order, now_ms).await,
            ErasureState::Done => Ok(Page::Over),
        }
    }

    async fn advance(&self, order: &Order, state: ErasureState, due_at: i64) -> Result<(), StoreError> {
        let mut update = Update::of(order.key());
        update.set("state", state)?;
        update.set("due_at", due_at)?;
        let from = update.compare("state", "=", order.state)?;
        update.require(&from);
        self.update(update).await
    }

    async fn erase_next(&self, order: Order, now_ms: i64) -> Result<Page, StoreError> {
        let account = self.account(&order.account).await?;
        let Some(cut) = self.cut(&order, account.as_ref()).await? else {
            // It came back: nothing ends.
            self.delete(&order.key()).await?;
            return Ok(Page::Over);
        };
        let Some(part) = parts(order.extent).get(order.place.part) else {
            return self.close(&order, now_ms).await;
        };
        let step = match part {
            Part::Conversations => self.erase_conversation(&order, cut).await?,
            Part::Strays => self.erase_strays(&order, cut).await?,
            Part::Requests => self.erase_requests(&order, cut).await?,
            Part::List(list) => self.erase_list(&order, list, cut).await?,
            Part::Account => self.erase_account(&order, account.as_ref(), now_ms).await?,
        };
        let mut update = Update::of(order.key());
        update.set("place", &step.place)?;
        update.add("erased", step.erased)?;
        update.require("attribute_exists(pk)");
        let same = update.compare("place", "=", &order.place)?;
        update.require(&same);
        self.update(update).await?;
        Ok(Page::More)
    }

    /// How much goes; `None` if nothing is to go any more.
    async fn cut(&self, order: &Order, account: Option<&Account>) -> Result<Option<Cut>, StoreError> {
        let connection = account.map(|account| account.connection);
        Ok(match order.extent {
            Extent::Person => Some(Cut::Before(order.before)),
            Extent::Conversations => {
                let left_at = account.and_then(|account| account.login.left_at);
                let still_gone = connection == Some(Connection::Disconnected) && left_at == Some(order.asked_at);
                still_gone.then_some(Cut::Everything)
            }
            Extent::Account => Some(match account {
                Some(account) if account.connection == Connection::Connected => {
                    let before = account.login.connected_at.max(order.before);
                    // Whoever works on the account's events must know it before anything goes.
                    self.cut_account(&order.account, before).await?;
                    Cut::Before(before)
                }
                _ => Cut::Everything,
            }),
        })
    }

    /// One page of a conversation, or the conversation itself once all in it is gone.
    async fn erase_conversation(&self, order: &Order, cut: Cut) -> Result<Step, StoreError> {
        let Some(peer) = self.next_peer(order).await? else {
            return Ok(Step { erased: 0, place: order.place.next_part() });
        };
        let account = &order.account;
        let thread = keys::thread_partition(account, &peer);
        let (page, is_more) = self.query_page(&thread, "", order.place.item.as_deref(), PAGE).await?;
        let last = page.last().and_then(sort_key).map(str::to_owned);
        let mut erased = self.erase_items(account, page, |item| cut.takes(item)).await?;
        if is_more {
            return Ok(Step { erased, place: Place { item: last, ..order.place.clone() } });
        }
        let key = keys::conversation(account, &peer);
        if let Some(attributes) = self.attributes(&key).await? {
            let rev = revision(&attributes);
            match from_attributes::<Conversation>(attributes) {
                Ok(conversation) if !cut.takes_conversation(&conversation) => {
                    self.open_dead_gate(&thread, &key, &conversation).await?;
                    // What went may have been of the same hour as what stays.
                    if let Some(at) = conversation.facts.last_at() {
                        self.put_recent(account, &peer, at.0, conversation.expires_at).await?;
                    }
                }
                Ok(_) | Err(_) => {
                    self.delete_as_read(&key, rev).await?;
                    erased += 1;
                }
            }
        }
        let after = match order.extent {
            Extent::Person => peer.to_string(),
            Extent::Account | Extent::Conversations => key.sk,
        };
        Ok(Step { erased, place: Place { after: Some(after), item: None, ..order.place.clone() } })
    }

    /// Forgets the gate of a conversation that goes on if its owner is gone: whatever it was doing has ended.
    async fn open_dead_gate(&self, thread: &str, key: &Key, conversation: &Conversation) -> Result<(), StoreError> {
        let Some(gate) = &conversation.gate else {
            return Ok(());
        };
        let owner = Key { pk: thread.to_owned(), sk: gate.item.clone() };
        if self.attributes(&owner).await?.is_some() {
            return Ok(());
        }
        let mut update = Update::of(key.clone());
        update.remove("gate");
        update.set("rev", conversation.rev + 1)?;
        update.require_revision(conversation.rev)?;
        self.update(update).await
    }

    /// The conversation whose turn it is.
    async fn next_peer(&self, order: &Order) -> Result<Option<Peer>, StoreError> {
        let after = order.place.after.as_deref();
        match order.extent {
            Extent::Person => {
                let mut peers = order.peers.clone();
                peers.sort();
                Ok(peers.into_iter().find(|peer| after.is_none_or(|after| peer.as_str() > after)))
            }
            Extent::Account | Extent::Conversations => {
                let pk = keys::account_partition(&order.account);
                let (found, _) = self.query_page(&pk, keys::CONVERSATION, after, 1).await?;
                let peer = found.first().and_then(sort_key).and_then(|sk| sk.strip_prefix(keys::CONVERSATION));
                Ok(peer.and_then(|peer| Peer::parse(peer).ok()))
            }
        }
    }

    /// Deletes items of a conversation, each after what is kept elsewhere because of it.
    async fn erase_items(
        &self,
        account: &AccountId,
        found: Vec<Attributes>,
        goes: impl Fn(&Item) -> bool,
    ) -> Result<u64, StoreError> {
        let mut going = Vec::new();
        let mut beside = Vec::new();
        for attributes in found {
            let (Some(key), rev) = (key_of(&attributes), revision(&attributes)) else { continue };
            // What cannot be read is nothing to keep.
            let item: Option<Item> = from_attributes(attributes).ok();
            if item.as_ref().is_none_or(&goes) {
                beside.extend(companions(account, &key, item.as_ref()));
                going.push((key, rev));
            }
        }
        let mut there = Vec::new();
        // A page of BatchGetItem may not name a key twice.
        let mut seen = HashSet::new();
        beside.retain(|key: &Key| seen.insert(key.clone()));
        for keys in beside.chunks(100) {
            for attributes in self.get_all(keys).await? {
                there.extend(key_of(&attributes).map(|key| (key, revision(&attributes))));
            }
        }
        Ok(self.delete_all(there).await? + self.delete_all(going).await?)
    }

    async fn delete_all(&self, keys: Vec<(Key, Option<u64>)>) -> Result<u64, StoreError> {
        let count = keys.len();
        stream::iter(keys)
            .map(|(key, rev)| async move { self.delete_as_read(&key, rev).await })
            .buffer_unordered(SIDE_BY_SIDE)
            .try_collect::<Vec<()>>()
            .await?;
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }

    /// The events of one conversation that stands in for nobody: those that name the person inside.
    async fn erase_strays(&self, order: &Order, cut: Cut) -> Result<Step, StoreError> {
        let pk = keys::account_partition(&order.account);
        let prefix = format!("{}{}", keys::CONVERSATION, keys::NOBODY);
        let (found, _) = self.query_page(&pk, &prefix, order.place.after.as_deref(), 1).await?;
        let Some(sk) = found.first().and_then(sort_key).map(str::to_owned) else {
            return Ok(Step { erased: 0, place: order.place.next_part() });
        };
        let mut erased = 0;
        if let Some(peer) = sk.strip_prefix(keys::CONVERSATION).and_then(|peer| Peer::parse(peer).ok()) {
            let thread = keys::thread_partition(&order.account, &peer);
            let found = self.query_attributes(&thread, "").await?;
            let goes = |item: &Item| cut.takes(item) && names_any(item, &order.peers);
            erased = self.erase_items(&order.account, found, goes).await?;
        }
        Ok(Step { erased, place: Place { after: Some(sk), ..order.place.clone() } })
    }

    async fn erase_requests(&self, order: &Order, cut: Cut) -> Result<Step, StoreError> {
        let mut erased = 0;
        for peer in &order.peers {
            let key = keys::erasure(&order.account, peer);
            let request: Option<Moment> = self.get(&key).await?;
            // Asked again since: that is another request.
            if request.is_some_and(|request| cut.takes_moment(request.at)) {
                self.delete(&key).await?;
                erased += 1;
            }
        }
        Ok(Step { erased, place: order.place.next_part() })
    }

    /// A page of a list or of records.
    async fn erase_list(&self, order: &Order, list: &'static str, cut: Cut) -> Result<Step, StoreError> {
        let (pk, prefix) = match list {
            keys::PARKED | keys::ERASURES => (list.to_owned(), format!("{}#", order.account)),
            _ => (keys::account_partition(&order.account), list.to_owned()),
        };
        let (found, is_more) = self.query_page(&pk, &prefix, order.place.after.as_deref(), PAGE).await?;
        let last = found.last().and_then(sort_key).map(str::to_owned);
        let mut going = Vec::new();
        for attributes in found {
            let Some(key) = key_of(&attributes) else { continue };
            let moment = from_attributes::<Moment>(attributes).ok();
            let at = moment.and_then(|moment| moment.at.or(moment.stored_at).or(moment.erased_before));
            if cut.takes_moment(at) {
                going.push((key, None));
            }
        }
        let erased = self.delete_all(going).await?;
        let place = if is_more { Place { after: last, ..order.place.clone() } } else { order.place.next_part() };
        Ok(Step { erased, place })
    }

    /// Leaves of an account what says that it was erased, and nothing of who it was.
    async fn erase_account(&self, order: &Order, account: Option<&Account>, now_ms: i64) -> Result<Step, StoreError> {
        let place = order.place.next_part();
        let Some(account) = account.filter(|account| account.connection == Connection::Erased) else {
            return Ok(Step { erased: 0, place });
        };
        if let Some(scoped_id) = &account.login.scoped_id {
            self.unname_account(&account.app, scoped_id, &account.id).await?;
        }
        let bare = Account {
            connection: Connection::Erased,
            // Nothing was kept of it up to now, and nobody can have connected it since.
            erased_before: account.erased_before.max(Some(now_ms)),
            login: crate::Login {
                connected_at: account.login.connected_at,
                left_at: account.login.left_at,
                ..crate::Login::default()
            },
            // Whom the CRM is to be told of, until it is: then `tell` drops the customer too.
            due_at: account.due_at,
            told: account.told.clone(),
            untold: account.untold.clone(),
            ..Account::new(account.id.clone(), account.app.clone(), account.customer.clone(), "")
        };
        self.replace_erased(account, &bare).await?;
        Ok(Step { erased: 1, place })
    }

    /// Says that nothing is left. The person's ids go with the last page.
    async fn close(&self, order: &Order, now_ms: i64) -> Result<Page, StoreError> {
        if order.extent == Extent::Conversations {
            self.delete(&order.key()).await?;
            return Ok(Page::Over);
        }
        let mut update = Update::of(order.key());
        update.set("state", ErasureState::Done)?;
        update.set("done_at", now_ms)?;
        for gone in ["peers", "place", "due_at", "due_shard"] {
            update.remove(gone);
        }
        let same = update.compare("place", "=", &order.place)?;
        update.require(&same);
        self.update(update).await?;
        Ok(Page::Over)
    }
}

impl Place {
    fn next_part(&self) -> Self {
        Self { part: self.part + 1, ..Self::default() }
    }
}

fn revision(attributes: &Attributes) -> Option<u64> {
    attributes.get("rev")?.as_n().ok()?.parse().ok()
}
