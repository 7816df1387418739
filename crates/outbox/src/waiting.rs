//! The waits that this process learnt of just now: what it read of the account may be some seconds old.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use instagram::{AccountId, AppId};
use store::{Account, Lane, Standing, Wait};

use crate::ACCOUNT_RETRY_MS;
use crate::waits::Waits;

/// Most waits remembered of each sort.
const MAX_KEPT: usize = 2_000;

#[derive(Debug, Default)]
struct Known {
    apps: HashMap<AppId, Wait>,
    lanes: HashMap<(AccountId, Lane), Wait>,
    restricted: HashMap<AccountId, i64>,
    /// By account and sealed token, for another token is another matter; until when that is believed.
    dead_tokens: HashMap<(AccountId, Option<String>), i64>,
}

/// Shared by all that one process sends.
#[derive(Debug, Clone, Default)]
pub(crate) struct Waiting(Arc<Mutex<Known>>);

impl Waiting {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Until when sends of a lane wait, over or not.
    pub(crate) fn until(&self, account: &Account, lane: Lane) -> Option<i64> {
        let known = self.known();
        let wait = |lane| known.lanes.get(&(account.id.clone(), lane)).map(|wait| wait.until);
        [
            known.apps.get(&account.app).map(|wait| wait.until),
            wait(Lane::All),
            wait(lane),
            known.restricted.get(&account.id).copied(),
        ]
        .into_iter()
        .flatten()
        .max()
    }

    /// True if Meta refused the account's very token a moment ago.
    pub(crate) fn is_token_dead(&self, account: &Account, now: i64) -> bool {
        let token = (account.id.clone(), account.sealed_token.clone());
        self.known().dead_tokens.get(&token).is_some_and(|until| now < *until)
    }

    /// The latest wait that sends of a lane had: its own, the account's or the app's.
    pub(crate) fn last(&self, standing: &Standing, lane: Lane) -> Option<Wait> {
        let known = self.known();
        let Account { id, app, .. } = &standing.account;
        [
            standing.pace.wait(lane),
            standing.pace.wait(Lane::All),
            standing.app.wait,
            known.lanes.get(&(id.clone(), lane)).copied(),
            known.lanes.get(&(id.clone(), Lane::All)).copied(),
            known.apps.get(app).copied(),
        ]
        .into_iter()
        .flatten()
        .filter(|wait| wait.strikes > 0)
        .max_by_key(|wait| wait.until)
    }

    /// Notes a wait. False if one that lasts as long was known.
    pub(crate) fn note(&self, account: &Account, lane: Lane, whom: Waits, wait: Wait) -> bool {
        let mut known = self.known();
        match whom {
            Waits::App => lengthen(&mut known.apps, account.app.clone(), wait),
            Waits::Account => lengthen(&mut known.lanes, (account.id.clone(), Lane::All), wait),
            Waits::Kind => lengthen(&mut known.lanes, (account.id.clone(), lane), wait),
        }
    }

    /// Notes that the account is restricted until a moment.
    pub(crate) fn restrict(&self, account: &Account, until: i64) {
        insert(&mut self.known().restricted, account.id.clone(), until);
    }

    /// Notes that the account's token is dead.
    pub(crate) fn token_died(&self, account: &Account, now: i64) {
        let token = (account.id.clone(), account.sealed_token.clone());
        insert(&mut self.known().dead_tokens, token, now.saturating_add(ACCOUNT_RETRY_MS));
    }
}

fn lengthen<K: Eq + Hash>(waits: &mut HashMap<K, Wait>, key: K, wait: Wait) -> bool {
    if waits.get(&key).is_some_and(|known| known.until >= wait.until) {
        return false;
    }
    insert(waits, key, wait);
    true
}

fn insert<K: Eq + Hash, V>(map: &mut HashMap<K, V>, key: K, value: V) {
    if map.len() >= MAX_KEPT {
        map.clear();
    }
    map.insert(key, value);
}
