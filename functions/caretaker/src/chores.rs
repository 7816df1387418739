//! What is due besides replies and hints: accounts with something to do for themselves, and erasures. Listed once a run.

use boot::{Chain, Deadline};
use store::{CHORES_SHARD, Key, keys};

use crate::Caretaker;
use crate::tally::Tally;

/// Most chores listed at once. Those behind them are listed by the next run.
const MOST_LISTED: usize = 1_000;

impl Caretaker {
    /// Does what is due of this. A failure is logged, and the next run tries again.
    pub(crate) async fn do_chores(&self, begin_until: &Deadline, tally: &Tally) {
        let listed = match self.store.due_keys(CHORES_SHARD, self.clock.now_ms(), MOST_LISTED).await {
            Ok(listed) => listed,
            Err(error) => {
                tracing::error!(error = %Chain(&error), "what is due for accounts and erasures cannot be read");
                return;
            }
        };
        let (orders, _accounts): (Vec<Key>, Vec<Key>) = listed.into_iter().partition(keys::is_order);
        self.erase(orders, begin_until, tally).await;
    }
}
