//! The pace of accounts as one process keeps it: moments taken in advance from the table.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use instagram::AccountId;
use store::{Bucket, Store, StoreError};

/// A moment not used by then is lost, in milliseconds: one that is used much later would add to those of that time.
pub(crate) const MOMENT_KEPT_MS: i64 = 120_000;

/// Most moments taken at once.
const MAX_GRANT: i64 = 25;

/// How often taking moments is tried when others take some too.
const TRIES: u32 = 8;

/// Most accounts remembered.
const MAX_KEPT: usize = 2_000;

/// A limit: a moment every so often, and how many may be used ahead of time. In any window of `w` milliseconds at most
/// `burst + w / interval_ms` are.
#[derive(Debug, Clone, Copy)]
struct Limit {
    interval_ms: i64,
    burst: i64,
    /// How many this process may send without asking, and how often it may one more: its share of what the limit leaves,
    /// so that a quiet account pays for no grant.
    free: i64,
    free_every_ms: i64,
}

/// How many processes send at once, at most: `MaximumConcurrency` of the worker's queue in the template, and the caretaker.
#[cfg(test)]
const PROCESSES: i64 = 21;

/// Meta's limits (fact sheet 4.5), with room for clocks that differ.
fn limit(bucket: Bucket) -> Limit {
    match bucket {
        // 100 a second: 20 + 30 handed out, the rest free.
        Bucket::Messages => Limit { interval_ms: 33, burst: 20, free: 1, free_every_ms: 1_000 },
        // 10 a second.
        Bucket::Media => Limit { interval_ms: 250, burst: 5, free: 0, free_every_ms: i64::MAX },
        // 750 an hour: 667 + 50, and 23 that were kept from before it.
        Bucket::PrivateReplies => Limit { interval_ms: 5_400, burst: 50, free: 0, free_every_ms: i64::MAX },
    }
}

/// When a reply may leave by the pace of its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    Now,
    /// At this moment, which is its own from now on.
    At(i64),
}

#[derive(Debug, Default)]
struct Held {
    /// The next moment of those taken, and how many of them are left.
    next: i64,
    left: i64,
    /// How many to take at once: more the more are used.
    grant: i64,
    /// Whoever takes more holds this.
    turn: Arc<futures::lock::Mutex<()>>,
    /// When free sends will all be there again.
    free_at: i64,
}

/// Shared by all that one process sends.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rhythm {
    moments: Arc<Mutex<HashMap<(AccountId, Bucket), Held>>>,
}

impl Rhythm {
    fn held(&self) -> MutexGuard<'_, HashMap<(AccountId, Bucket), Held>> {
        self.moments.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the next moment for a reply; `slot` is the one it was given before.
    pub(crate) async fn moment(
        &self,
        store: &Store,
        account: &AccountId,
        bucket: Bucket,
        slot: Option<i64>,
        now: i64,
    ) -> Result<Moment, StoreError> {
        if slot.is_some_and(|slot| (slot..slot + MOMENT_KEPT_MS).contains(&now)) {
            return Ok(Moment::Now);
        }
        let limit = limit(bucket);
        if let Some(moment) = self.take_held(account, bucket, limit, now) {
            return Ok(moment);
        }
        // One at a time: those who wait here will find moments taken for them.
        let turn = self.turn(account, bucket);
        let _turn = turn.lock().await;
        if let Some(moment) = self.take_held(account, bucket, limit, now) {
            return Ok(moment);
        }
        let wanted = self.next_grant(account, bucket);
        let mut tried = 1;
        loop {
            let read = store.pace(account).await?.next(bucket);
            let first = read.unwrap_or(now).max(now);
            match store.take_moments(account, bucket, read, first + wanted * limit.interval_ms).await {
                Ok(()) => {
                    self.keep(account, bucket, first, wanted);
                    return Ok(self.take_held(account, bucket, limit, now).unwrap_or(Moment::At(first)));
                }
                Err(StoreError::Conflict) if tried < TRIES => tried += 1,
                Err(error) => return Err(error),
            }
        }
    }

    fn take_held(&self, account: &AccountId, bucket: Bucket, limit: Limit, now: i64) -> Option<Moment> {
        let mut all = self.held();
        let held = all.entry((account.clone(), bucket)).or_default();
        if limit.free > 0 && held.free_at <= now + (limit.free - 1) * limit.free_every_ms {
            held.free_at = held.free_at.max(now) + limit.free_every_ms;
            return Some(Moment::Now);
        }
        let stale = (now - MOMENT_KEPT_MS - held.next) / limit.interval_ms + 1;
        let lost = stale.clamp(0, held.left);
        held.next += lost * limit.interval_ms;
        held.left -= lost;
        if held.left == 0 {
            return None;
        }
        let moment = held.next - limit.burst * limit.interval_ms;
        held.next += limit.interval_ms;
        held.left -= 1;
        Some(if moment <= now { Moment::Now } else { Moment::At(moment) })
    }

    fn turn(&self, account: &AccountId, bucket: Bucket) -> Arc<futures::lock::Mutex<()>> {
        Arc::clone(&self.held().entry((account.clone(), bucket)).or_default().turn)
    }

    fn next_grant(&self, account: &AccountId, bucket: Bucket) -> i64 {
        let mut all = self.held();
        if all.len() > MAX_KEPT {
            all.clear();
        }
        let held = all.entry((account.clone(), bucket)).or_default();
        held.grant = (held.grant * 5).clamp(1, MAX_GRANT);
        held.grant
    }

    fn keep(&self, account: &AccountId, bucket: Bucket, next: i64, left: i64) {
        let mut all = self.held();
        let held = all.entry((account.clone(), bucket)).or_default();
        (held.next, held.left) = (next, left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> AccountId {
        AccountId::parse("17841400000000001").unwrap()
    }

    #[test]
    fn moments_are_used_in_order_and_a_burst_at_once() {
        let rhythm = Rhythm::default();
        let limit = Limit { interval_ms: 1_000, burst: 2, free: 0, free_every_ms: 0 };
        rhythm.keep(&account(), Bucket::Media, 10_000, 4);
        let take = |now| rhythm.take_held(&account(), Bucket::Media, limit, now);
        let taken: Vec<_> = (0..5).map(|_| take(10_000)).collect();
        let expected = [Some(Moment::Now), Some(Moment::Now), Some(Moment::Now), Some(Moment::At(11_000)), None];
        assert_eq!(taken, expected);
    }

    #[test]
    fn a_moment_that_nobody_used_in_time_is_lost() {
        let limit = Limit { interval_ms: 1_000, burst: 0, free: 0, free_every_ms: 0 };
        let cases = [
            ("in time", 10_000 + MOMENT_KEPT_MS - 1, Some(Moment::Now)),
            ("the first is lost, the second is left", 10_500 + MOMENT_KEPT_MS, Some(Moment::Now)),
            ("both are lost", 11_000 + MOMENT_KEPT_MS, None),
            ("long ago", 10_000_000, None),
        ];
        for (case, now, expected) in cases {
            let rhythm = Rhythm::default();
            rhythm.keep(&account(), Bucket::Media, 10_000, 2);
            assert_eq!(rhythm.take_held(&account(), Bucket::Media, limit, now), expected, "{case}");
        }
    }

    #[test]
    fn a_few_sends_are_free() {
        let rhythm = Rhythm::default();
        let limit = Limit { interval_ms: 33, burst: 40, free: 2, free_every_ms: 1_000 };
        let take = |now| rhythm.take_held(&account(), Bucket::Messages, limit, now);
        let taken = [take(10_000), take(10_000), take(10_900), take(11_000), take(11_000)];
        assert_eq!(taken, [Some(Moment::Now), Some(Moment::Now), None, Some(Moment::Now), None]);
    }

    #[test]
    fn no_window_of_metas_holds_more_than_meta_allows() {
        for (bucket, window_ms, most) in
            [(Bucket::Messages, 1_000, 100), (Bucket::Media, 1_000, 10), (Bucket::PrivateReplies, 3_600_000, 750)]
        {
            let Limit { interval_ms, burst, free, free_every_ms } = limit(bucket);
            let free_each = if free == 0 { 0 } else { free + window_ms / free_every_ms };
            // Moments kept of short limits are bounded by grants that a process never uses up at once.
            let kept_ms = if window_ms > MOMENT_KEPT_MS { MOMENT_KEPT_MS } else { 0 };
            let used = burst + (window_ms + kept_ms + interval_ms - 1) / interval_ms + PROCESSES * free_each;
            assert!(used <= most, "{bucket:?}: {used}");
        }
    }
}
