//! What people asked to be erased, and the orders to erase: from their opening to the receipt that stays.
//!
//! An order stops sending as it is opened. What it stops may have something under way still, such as a reply on its way to
//! Meta; so it waits until nothing can be, and only then deletes, page by page (see [`Page`](crate::Page)). Then
//! nothing of it is left but the receipt, which names no person.

use instagram::{AccountId, Peer};
use serde::{Deserialize, Serialize};

use crate::leaving::stop;
use crate::update::Update;
use crate::{CHORES_SHARD, Connection, Conversation, Key, Store, StoreError, keys};

/// How long after everything was stopped something may still be under way: a run of the caretaker (60 s), an attempt's
/// lease and what Meta may need after it (100 s), an account's state that is believed for 5 s, and clocks that differ.
pub const SETTLED_MS: i64 = 120_000;

/// Most ids of one person: each conversation names four others at most.
const MOST_IDS: usize = 32;

/// Most chores looked through for orders under way.
const MOST_COUNTED: usize = 1_000;

/// How often a conversation that keeps changing is read again.
const TRIES: u32 = 20;

/// A person's wish to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureRequest {
    /// Of which account.
    pub account: AccountId,
    /// Who.
    pub peer: Peer,
    /// When they asked, in milliseconds since 1970.
    pub at: i64,
}

/// An order to erase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureOrder {
    /// The code of its receipt: random, as whoever knows it sees how far the erasure is.
    pub code: String,
    /// Of which account.
    pub account: AccountId,
    /// One person of it, or all of it.
    pub peer: Option<Peer>,
    /// When it was asked for, in milliseconds since 1970: what is newer stays, unless the account has left.
    pub asked_at: i64,
    /// Who asked: a word such as `meta` or `operator maria`, never a citizen's name.
    pub by: String,
}

/// What an erasure covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// All of an account.
    Account,
    /// One person of an account, by all their ids.
    Person,
    /// The conversations of an account that left.
    Conversations,
}

/// How far an erasure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErasureState {
    /// Sending has stopped, or is about to.
    Open,
    /// Nothing new begins any more; what was under way ends.
    Settling,
    /// Things are being deleted.
    Erasing,
    /// Nothing is left.
    Done,
}

/// What is told of an erasure: no person is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Its code.
    pub code: String,
    /// Of which account.
    pub account: AccountId,
    /// What it covers.
    pub extent: Extent,
    /// When it was asked for, in milliseconds since 1970.
    pub asked_at: i64,
    /// How far it is.
    pub state: ErasureState,
    /// How many items were deleted so far.
    pub erased: u64,
    /// When nothing was left, in milliseconds since 1970.
    pub done_at: Option<i64>,
}

/// An order as it lies in the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The code of its receipt; empty for the end of an account that left, which has none.
    #[serde(default)]
    pub code: String,
    /// Of which account.
    pub account: AccountId,
    /// What it covers.
    pub extent: Extent,
    /// The person's ids, as far as they are known; gone when it is done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) peers: Vec<Peer>,
    /// When it was asked for, in milliseconds since 1970.
    pub asked_at: i64,
    /// Who asked.
    #[serde(default)]
    pub by: String,
    /// How far it is.
    pub state: ErasureState,
    /// What happened up to this moment is erased, in milliseconds since 1970.
    pub(crate) before: i64,
    /// Where the work goes on.
    #[serde(default)]
    pub(crate) place: Place,
    /// How many items were deleted.
    #[serde(default)]
    pub erased: u64,
    /// When nothing was left, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<i64>,
    /// When it is to be worked on, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<i64>,
    /// [`CHORES_SHARD`], while it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_shard: Option<u64>,
}

/// Where the work of an erasure goes on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Place {
    /// Which part of it.
    pub(crate) part: usize,
    /// Behind which of the things that this part goes through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) after: Option<String>,
    /// Behind which item of the conversation that comes next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) item: Option<String>,
}

impl Order {
    /// Nothing is deleted yet, and further ids of a person may still be found.
    pub fn is_beginning(&self) -> bool {
        matches!(self.state, ErasureState::Open | ErasureState::Settling)
    }

    /// The ids of the person whom it is about, as far as they are known; none where it is about an account.
    pub fn people(&self) -> &[Peer] {
        &self.peers
    }

    fn new(order: &ErasureOrder) -> Self {
        Self {
            code: order.code.clone(),
            account: order.account.clone(),
            extent: if order.peer.is_some() { Extent::Person } else { Extent::Account },
            peers: order.peer.iter().cloned().collect(),
            asked_at: order.asked_at,
            by: order.by.clone(),
            state: ErasureState::Open,
            before: order.asked_at,
            place: Place::default(),
            erased: 0,
            done_at: None,
            due_at: Some(order.asked_at),
            due_shard: Some(CHORES_SHARD),
        }
    }

    /// The end of the conversations of an account that left at `left_at`. Nothing is stopped first: it was when it left.
    pub(crate) fn of_leaving(account: &AccountId, left_at: i64, due_at: i64) -> Self {
        Self {
            code: String::new(),
            account: account.clone(),
            extent: Extent::Conversations,
            peers: Vec::new(),
            asked_at: left_at,
            by: String::new(),
            state: ErasureState::Erasing,
            before: i64::MAX,
            place: Place::default(),
            erased: 0,
            done_at: None,
            due_at: Some(due_at),
            due_shard: Some(CHORES_SHARD),
        }
    }

    pub(crate) fn key(&self) -> Key {
        match self.extent {
            Extent::Account | Extent::Person => keys::order(&self.code),
            Extent::Conversations => keys::leaving(&self.account),
        }
    }
}

impl Store {
    /// Notes that a person asked to be forgotten. The earliest request counts.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn request_erasure(&self, account: &AccountId, peer: &Peer, at: i64) -> Result<(), StoreError> {
        let mut update = Update::of(keys::erasure(account, peer));
        update.set("account", account)?;
        update.set("peer", peer)?;
        update.set("at", at)?;
        let first = update.absent("at");
        let earlier = update.compare("at", ">", at)?;
        update.require(&format!("{first} OR {earlier}"));
        match self.update(update).await {
            Err(StoreError::Conflict) => Ok(()),
            outcome => outcome,
        }
    }

    /// The requests that nobody has fulfilled.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn erasure_requests(&self) -> Result<Vec<ErasureRequest>, StoreError> {
        self.query(keys::ERASURES, "").await
    }

    /// Opens the erasure of an account, or of one person of it, under a receipt code. On return sending has stopped, but
    /// for what is under way, and the rest is due at once. Opened again under the same code it is the same.
    ///
    /// Changes nothing (`false`) if there is no such account, or it was connected again after the erasure was asked for.
    ///
    /// # Errors
    /// Any [`StoreError`]; `Conflict` only if a conversation keeps changing. The order may be there all the same, and will
    /// be carried out.
    pub async fn open_erasure(&self, order: &ErasureOrder) -> Result<bool, StoreError> {
        let account = self.account(&order.account).await?;
        let is_meant = |connected_at: i64| order.peer.is_some() || connected_at <= order.asked_at;
        if !account.is_some_and(|account| is_meant(account.login.connected_at)) {
            return Ok(false);
        }
        self.note_order(order).await?;
        let mut opened = Order::new(order);
        match self.put_new(&opened.key(), &opened).await {
            Err(StoreError::Conflict) => match self.order(&opened.key()).await? {
                Some(held) if held.state == ErasureState::Open => opened = held,
                _ => return Ok(true),
            },
            outcome => outcome?,
        }
        self.stop_for(&mut opened, order.asked_at).await?;
        Ok(true)
    }

    /// How far the erasure with this receipt code is; `None` for a code that was never given.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn receipt(&self, code: &str) -> Result<Option<Receipt>, StoreError> {
        Ok(self.order(&keys::order(code)).await?.map(|order| Receipt {
            code: order.code,
            account: order.account,
            extent: order.extent,
            asked_at: order.asked_at,
            state: order.state,
            erased: order.erased,
            done_at: order.done_at,
        }))
    }

    /// An order by its key.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn order(&self, key: &Key) -> Result<Option<Order>, StoreError> {
        self.get(key).await
    }

    /// The orders under way.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn open_orders(&self, now_ms: i64) -> Result<Vec<Order>, StoreError> {
        // What settles is due a little later; the end of an account that left is none yet.
        let until = now_ms.saturating_add(SETTLED_MS);
        let mut orders = Vec::new();
        for key in self.due_keys(CHORES_SHARD, until, MOST_COUNTED).await?.iter().filter(|key| keys::is_order(key)) {
            orders.extend(self.order(key).await?.filter(|order| order.due_at.is_some_and(|due_at| due_at <= until)));
        }
        Ok(orders)
    }

    /// Says in the account's records that the order was given. It is one entry however often it is written.
    async fn note_order(&self, order: &ErasureOrder) -> Result<(), StoreError> {
        let name = keys::short_digest(&order.code);
        let sk = format!("{}{:014}-{name}", keys::AUDIT, order.asked_at);
        let what = if order.peer.is_some() { "erasure of a person" } else { "erasure of the account" };
        let what = format!("{what}, receipt {}", order.code);
        let entry = crate::Audit { at: order.asked_at, by: &order.by, what: &what };
        self.put(&Key { pk: keys::account_partition(&order.account), sk }, &entry).await
    }

    /// Stops what an order is about. May be done again.
    pub(crate) async fn stop_for(&self, order: &mut Order, now_ms: i64) -> Result<(), StoreError> {
        match order.extent {
            Extent::Account => self.stop_account(order, now_ms).await,
            Extent::Person => self.stop_person(order).await,
            Extent::Conversations => Ok(()),
        }
    }

    async fn stop_account(&self, order: &Order, now_ms: i64) -> Result<(), StoreError> {
        for _ in 0..TRIES {
            let Some(read) = self.account(&order.account).await? else {
                return Ok(());
            };
            if read.login.connected_at > order.asked_at {
                // Connected again since: what was before is erased all the same.
                return self.cut_account(&order.account, read.login.connected_at).await;
            }
            let mut update = Update::of(keys::account(&order.account));
            update.set("connection", Connection::Erased)?;
            update.set("erased_before", read.erased_before.max(Some(order.before)))?;
            stop(&mut update, &read, now_ms)?;
            match self.update(update).await {
                Err(StoreError::Conflict) => {}
                outcome => return outcome,
            }
        }
        Err(StoreError::Conflict)
    }

    /// Says on the account that all that happened up to a moment is erased.
    pub(crate) async fn cut_account(&self, account: &AccountId, before: i64) -> Result<(), StoreError> {
        let mut update = Update::of(keys::account(account));
        update.set("erased_before", before)?;
        let first = update.absent("erased_before");
        let later = update.compare("erased_before", "<", before)?;
        update.require("attribute_exists(pk)");
        update.require(&format!("{first} OR {later}"));
        match self.update(update).await {
            Err(StoreError::Conflict) => Ok(()),
            outcome => outcome,
        }
    }

    /// Empties the conversations of a person, by all their ids, and leaves their tombstones. The order knows an id before
    /// the conversation that names it is emptied.
    async fn stop_person(&self, order: &mut Order) -> Result<(), StoreError> {
        let mut done = 0;
        let mut tries = 0;
        while let Some(peer) = order.peers.get(done).cloned() {
            let read = self.stored_conversation(&order.account, &peer).await?;
            let known = order.peers.len();
            let new = read.linked.iter().filter(|linked| !order.peers.contains(linked)).cloned().collect::<Vec<_>>();
            order.peers.extend(new);
            order.peers.truncate(MOST_IDS);
            if order.peers.len() > known {
                let mut update = Update::of(order.key());
                update.set("peers", &order.peers)?;
                update.require("attribute_exists(pk)");
                self.update(update).await?;
            }
            match self.empty(&order.account, &peer, read, order.before).await {
                Err(StoreError::Conflict) if tries < TRIES => tries += 1,
                outcome => {
                    outcome?;
                    self.bury_person(&order.account, &peer, order.before).await?;
                    done += 1;
                }
            }
        }
        Ok(())
    }

    /// Empties a conversation, even one that is not there: whoever has read it before is refused then.
    async fn empty(&self, account: &AccountId, peer: &Peer, read: Conversation, before: i64) -> Result<(), StoreError> {
        if !read.is_from_before(before) {
            return Ok(());
        }
        let mut emptied = read.clone().forget(before);
        // It goes with the rest; should that never come, then by itself.
        emptied.expires_at = emptied.expires_at.max(before / 1000 + i64::from(crate::retention::DAYS) * 86_400);
        self.save_facts(account, peer, &read, emptied).await.map(drop)
    }
}
