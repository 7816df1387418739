//! A run: lists what is due, has it worked on side by side, and waits for what comes due meanwhile.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::Duration;

use boot::{Chain, Deadline};
use futures::FutureExt;
use futures::future::{Either, select};
use futures::stream::{FuturesUnordered, StreamExt};
use store::{DUE_SHARDS, Key, StoreError};

use crate::Caretaker;
use crate::backlog::{Backlog, Done, Task};
use crate::tally::{PANICS, Tally};

/// Most conversations worked on at once.
const SIDE_BY_SIDE: usize = 16;

/// Most keys listed of one shard. At some 250 bytes each these are three pages of a query; all shards together hold more
/// than one account's 20,000 comments, so that what others have due is seen behind them.
const MOST_LISTED: usize = 10_000;

/// How often it is looked, while work goes on, whether more came due.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// A listing takes at most this part of the time: a long one is repeated later.
const LISTING_SHARE: u32 = 10;

/// How many keys of a shard are looked through for the one that comes due next.
const LOOKED_THROUGH: usize = 50;

/// A nap until something comes due is no longer than this, for something else may come first, and no shorter: the index
/// may show what is done already.
const LONGEST_NAP_MS: i64 = 3_000;
const SHORTEST_NAP_MS: i64 = 250;

/// What was listed after a pause, and how long the listing took.
type Listing<'a> = Pin<Box<dyn Future<Output = (Vec<Key>, Duration)> + Send + 'a>>;

impl Caretaker {
    /// Works on what is due until nothing is, or comes to be before `begin_until`.
    ///
    /// # Errors
    /// When no shard could be read at first.
    pub(crate) async fn run(&self, begin_until: &Deadline, tally: &Tally) -> Result<(), StoreError> {
        let mut backlog = Backlog::default();
        backlog.add(self.list().await?, self.clock.now_ms());
        let mut listing = self.list_after(LOOK_EVERY);
        let mut under_way = FuturesUnordered::new();
        loop {
            while under_way.len() < SIDE_BY_SIDE
                && !begin_until.remaining().is_zero()
                && let Some(task) = backlog.next()
            {
                under_way.push(self.perform(task, begin_until, tally));
            }
            if under_way.is_empty() {
                let Some(nap) = self.nap(&backlog, begin_until).await else {
                    return Ok(());
                };
                listing = self.list_after(nap);
            }
            let (listed, took) = if under_way.is_empty() {
                listing.as_mut().await
            } else {
                match select(under_way.next(), listing.as_mut()).await {
                    Either::Left((done, _)) => {
                        if let Some(done) = done {
                            backlog.settle(done, self.clock.now_ms());
                        }
                        continue;
                    }
                    Either::Right((listed, _)) => listed,
                }
            };
            let now = self.clock.now_ms();
            backlog.forget(now);
            backlog.add(listed, now);
            listing = self.list_after(LOOK_EVERY.max(took * LISTING_SHARE));
        }
    }

    /// Lists after a pause. A future of its own, so that what is under way goes on meanwhile.
    fn list_after(&self, pause: Duration) -> Listing<'_> {
        Box::pin(async move {
            self.clock.sleep(pause).await;
            let began = self.clock.now_ms();
            // Nothing listed, then: what was listed before is still here, and the next run begins with a listing.
            let listed = self.list().await.unwrap_or_default();
            (listed, Duration::from_millis(u64::try_from(self.clock.now_ms() - began).unwrap_or(0)))
        })
    }

    /// The keys of what is due now, the earliest of each shard first, from any shard on. Shards that cannot be read are
    /// left out.
    ///
    /// # Errors
    /// When none could be read.
    async fn list(&self) -> Result<Vec<Key>, StoreError> {
        let now = self.clock.now_ms();
        let first = fastrand::u64(..DUE_SHARDS);
        let mut listed = Vec::new();
        let mut readable = false;
        let mut trouble = None;
        for shard in (first..DUE_SHARDS).chain(0..first) {
            match self.store.due_keys(shard, now, MOST_LISTED).await {
                Ok(keys) => {
                    readable = true;
                    listed.extend(keys);
                }
                Err(error) => {
                    tracing::error!(shard, error = %Chain(&error), "a shard of what is due cannot be read");
                    trouble = Some(error);
                }
            }
        }
        match trouble {
            Some(error) if !readable => Err(error),
            _ => Ok(listed),
        }
    }

    /// How long to wait for what comes due next; `None` if nothing does while this run may begin anything.
    async fn nap(&self, backlog: &Backlog, begin_until: &Deadline) -> Option<Duration> {
        let now = self.clock.now_ms();
        let left_ms = i64::try_from(begin_until.remaining().as_millis()).unwrap_or(i64::MAX);
        let until = now.saturating_add(left_ms);
        let mut soonest = None;
        for shard in (0..DUE_SHARDS).filter(|_| left_ms > 0) {
            let keys = self.store.due_keys(shard, until, LOOKED_THROUGH).await.unwrap_or_default();
            let Some(key) = keys.into_iter().find(|key| !backlog.rests(key, until)) else {
                continue;
            };
            // It is in the table, so it is due at some moment: at once, where it cannot be read.
            let due_at = self.store.item(&key, now).await.ok().and_then(|item| item.due_at).unwrap_or(now);
            soonest = Some(soonest.unwrap_or(i64::MAX).min(due_at));
        }
        let nap_ms = (soonest? - now).clamp(SHORTEST_NAP_MS, LONGEST_NAP_MS).min(left_ms);
        u64::try_from(nap_ms).ok().filter(|ms| *ms > 0).map(Duration::from_millis)
    }

    /// One task. A panic stays inside, and its own words unseen: they may quote what was being worked on.
    async fn perform(&self, task: Task, begin_until: &Deadline, tally: &Tally) -> Done {
        let (Task::Look(thread) | Task::Work(thread)) = &task;
        let thread = thread.clone();
        let work = async {
            match task {
                Task::Look(thread) => self.look(thread, tally).await,
                Task::Work(thread) => self.work(thread, begin_until, tally).await,
            }
        };
        // What is shared with other tasks is clients and caches, which a panic leaves as they were.
        match AssertUnwindSafe(Box::pin(work)).catch_unwind().await {
            Ok(done) => done,
            Err(_words) => {
                tracing::error!(account.id = %thread.account, "working on a conversation panicked; it stays due");
                tally.count(PANICS, 1);
                Done { left: thread.keys.clone(), thread, next: None }
            }
        }
    }
}
