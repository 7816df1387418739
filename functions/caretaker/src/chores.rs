//! What accounts need for themselves, and erasures under way: one list, apart from replies, so that no crowd of those hides
//! it.

mod announce;
mod plan;
mod renew;
mod subscription;
mod survey;
mod unanswered;

use std::panic::AssertUnwindSafe;

use boot::{Chain, Deadline};
use futures::FutureExt;
use futures::stream::{FuturesUnordered, StreamExt};
use outbox::Alarm;
use store::{Account, CHORES_SHARD, Key, StoreError, keys};

use crate::Caretaker;
use crate::tally::{CHORES_LEFT, CHORES_UNREAD, PANICS, Tally};
use crate::trouble::Trouble;
use plan::chores;
pub(crate) use survey::Survey;

/// Most chores of one run, the earliest first. At four calls each and eight side by side they take some seconds.
const MOST_CHORES: usize = 200;

/// Most chores done at once.
const SIDE_BY_SIDE: usize = 8;

impl Caretaker {
    /// Does the chores that are due, until nothing may begin any more. What is not done, or fails, stays due.
    pub(crate) async fn do_chores(&self, begin_until: &Deadline, tally: &Tally) {
        let keys = match self.store.due_keys(CHORES_SHARD, self.clock.now_ms(), MOST_CHORES).await {
            Ok(keys) => keys,
            Err(error) => {
                tracing::error!(error = %Chain(&error), "what accounts need cannot be read");
                tally.count(CHORES_UNREAD, 1);
                return;
            }
        };
        let (orders, accounts): (Vec<Key>, Vec<Key>) = keys.into_iter().partition(keys::is_order);
        futures::join!(self.tend_accounts(accounts, begin_until, tally), self.erase(orders, begin_until, tally));
        self.survey(tally).await;
    }

    /// What accounts need, some of them at once.
    async fn tend_accounts(&self, keys: Vec<Key>, begin_until: &Deadline, tally: &Tally) {
        let mut keys = keys.into_iter();
        let mut under_way = FuturesUnordered::new();
        loop {
            while under_way.len() < SIDE_BY_SIDE
                && !begin_until.remaining().is_zero()
                && let Some(key) = keys.next()
            {
                under_way.push(self.do_chore(key, tally));
            }
            if under_way.next().await.is_none() {
                return;
            }
        }
    }

    /// One chore. A panic stays inside, and its own words unseen.
    async fn do_chore(&self, key: Key, tally: &Tally) {
        let key = &key;
        let chore = async {
            match keys::account_of(key) {
                Some(_) => self.tend_account(key, tally).await,
                None => {
                    tracing::error!("something is due that is no account's");
                    Ok(())
                }
            }
        };
        // What is shared with other chores is clients and caches, which a panic leaves as they were.
        match AssertUnwindSafe(Box::pin(chore)).catch_unwind().await {
            Ok(Ok(())) => {}
            Ok(Err(trouble)) if trouble.is_expected() => {}
            Ok(Err(trouble)) => {
                tally.count(CHORES_LEFT, 1);
                tracing::error!(
                    account.id = keys::account_of(key).as_ref().map(instagram::AccountId::as_str),
                    error = %Chain(&trouble), "what an account needs could not be done; it stays due"
                );
            }
            Err(_words) => {
                tally.count(PANICS, 1);
                tracing::error!(
                    account.id = keys::account_of(key).as_ref().map(instagram::AccountId::as_str),
                    "doing what an account needs panicked; it stays due"
                );
            }
        }
    }

    /// What one account needs. Its parts have nothing to do with each other: what fails leaves it due, and the others are
    /// done all the same.
    async fn tend_account(&self, key: &Key, tally: &Tally) -> Result<(), Trouble> {
        let Some(mut account) = self.store.account_at(key).await? else {
            return Ok(());
        };
        if account.due_at.is_none_or(|due_at| due_at > self.clock.now_ms()) {
            // The index lags behind.
            return Ok(());
        }
        let mut trouble = None;
        let todo = chores(&account, self.clock.now_ms());
        if todo.renew {
            keep(self.renew(&mut account, tally).await, &mut trouble);
        }
        // A token that was just found dead asks for nothing.
        if todo.check && chores(&account, self.clock.now_ms()).check {
            keep(self.check_subscription(&mut account, tally).await, &mut trouble);
        }
        keep(self.announce(&mut account, tally).await, &mut trouble);
        if let Some(trouble) = trouble {
            return Err(trouble);
        }
        let next = chores(&account, self.clock.now_ms()).next;
        match self.store.plan_chores(&account, next).await {
            // Something happened to it meanwhile, and made it due.
            Ok(()) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The account's token is dead, as an answer of Meta's shows: that is noted, and the account read again.
    async fn note_dead_token(&self, account: &mut Account, why: &str, tally: &Tally) -> Result<(), Trouble> {
        if self.store.mark_broken(account, why, self.clock.now_ms()).await? {
            tally.alarmed(Alarm::TokenDead);
            tracing::error!(account.id = %account.id, reason = why, "an account needs a new login");
        }
        if let Some(now) = self.store.account(&account.id).await? {
            *account = now;
        }
        Ok(())
    }
}

/// Keeps the first trouble.
fn keep(outcome: Result<(), Trouble>, trouble: &mut Option<Trouble>) {
    if let Err(error) = outcome
        && trouble.as_ref().is_none_or(Trouble::is_expected)
    {
        *trouble = Some(error);
    }
}
