//! Reading conversations at Meta's pace: two calls a second and account (fact sheet 4.5), whoever asks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use instagram::AccountId;

use crate::drive::{Now, Outbox, Pause};

/// Between two reads of one account, in milliseconds: a little more than Meta asks for.
const INTERVAL_MS: i64 = 550;

/// Most accounts remembered.
const MAX_KEPT: usize = 2_000;

/// When each account may read again, in milliseconds since 1970.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reads(Arc<Mutex<HashMap<AccountId, i64>>>);

impl Reads {
    /// Takes the account's next moment.
    fn take(&self, account: &AccountId, now: i64) -> i64 {
        let mut next = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if next.len() > MAX_KEPT {
            next.retain(|_, at| *at > now);
        }
        let moment = next.get(account).copied().unwrap_or(now).max(now);
        next.insert(account.clone(), moment + INTERVAL_MS);
        moment
    }
}

impl Outbox {
    /// Waits until the account may read a conversation or a message. Call before each such read.
    pub async fn wait_to_read(&self, account: &AccountId, pause: Pause<'_>, now: Now<'_>) {
        let began = now();
        let moment = self.reads.take(account, began);
        if moment > began {
            pause(moment - began).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_reads_at_most_twice_a_second_and_keeps_no_other_waiting() {
        let reads = Reads::default();
        let (one, two) = (AccountId::parse("1").unwrap(), AccountId::parse("2").unwrap());
        let taken: Vec<_> = (0..3).map(|_| reads.take(&one, 1_000)).collect();
        assert_eq!(taken, [1_000, 1_550, 2_100]);
        assert_eq!(reads.take(&two, 1_000), 1_000);
        assert_eq!(reads.take(&one, 9_000), 9_000, "moments that passed are not saved up");
    }
}
