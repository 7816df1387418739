//! People and accounts that are to be forgotten: requests are counted, for the law's clock runs from the moment they asked;
//! orders are carried out.

use std::collections::VecDeque;

use boot::{Chain, Deadline, Metric};
use feed::{About, Conversation, Event, PersonErased};
use instagram::PersonId;
use store::{Key, Page, StoreError};

use crate::Caretaker;
use crate::tally::{
    ERASURE_OLDEST_HOURS, ERASURE_ORDER_OLDEST_HOURS, ERASURE_ORDERS_OPEN, ERASURES_DONE, ERASURES_OPEN, LEFT_DUE,
    Tally,
};
use crate::trouble::Trouble;

/// Most pages of one run: what is left goes on with the next, so that a large account leaves room for replies.
const MOST_PAGES: usize = 1_000;

impl Caretaker {
    /// Works on orders in turns, a page of each, until none is due or the run is to end. Whatever happens, what was not
    /// done is due still.
    pub(crate) async fn erase(&self, orders: Vec<Key>, begin_until: &Deadline, tally: &Tally) {
        let mut turns = VecDeque::new();
        for order in orders {
            match self.tell_of_erasure(&order).await {
                Ok(()) => turns.push_back(order),
                Err(trouble) => {
                    tracing::error!(error = %Chain(&trouble), "the CRM is not told of an erasure; it stays due");
                    tally.count(LEFT_DUE, 1);
                }
            }
        }
        for _ in 0..MOST_PAGES {
            if begin_until.remaining().is_zero() {
                return;
            }
            let Some(order) = turns.pop_front() else {
                return;
            };
            match self.store.erase_page(&order, self.clock.now_ms()).await {
                Ok(Page::More) => turns.push_back(order),
                Ok(Page::Later) => {}
                Ok(Page::Over) => tally.count(ERASURES_DONE, 1),
                // Another run works on it, or on what it holds.
                Err(StoreError::Conflict) => {}
                Err(error) => {
                    tracing::error!(error = %Chain(&error), "an erasure could not go on; it stays due");
                    tally.count(LEFT_DUE, 1);
                }
            }
        }
    }

    /// Tells the CRM whom it has to forget too, before anything is deleted and while it may still turn out that the person
    /// has further ids: what a page finds of those ends that order's turn. The same each time.
    async fn tell_of_erasure(&self, order: &Key) -> Result<(), Trouble> {
        if !self.announcer.is_heard() {
            return Ok(());
        }
        let Some(order) = self.store.order(order).await? else { return Ok(()) };
        if !order.is_beginning() || order.people().is_empty() {
            return Ok(());
        }
        let Some(account) = self.store.account(&order.account).await? else { return Ok(()) };
        let told = order.people().iter().filter_map(|peer| {
            let about = About { person: Some(PersonId::parse(peer.as_str()).ok()?), key: None, why: None };
            let conversation = Conversation { account: &account.id, customer: &account.customer, peer };
            Some(Event::in_conversation(&conversation, order.asked_at, about, PersonErased {}))
        });
        Ok(self.announcer.tell(&told.collect::<Vec<_>>()).await?)
    }

    /// Tells how many requests and orders are open and how old the oldest is. A failure is logged, and the next run tells
    /// again.
    pub(crate) async fn count_erasures(&self, tally: &Tally) {
        if let Err(error) = self.try_count_erasures(tally).await {
            tracing::warn!(error = %Chain(&error), "requests for erasure are not counted");
        }
    }

    async fn try_count_erasures(&self, tally: &Tally) -> Result<(), StoreError> {
        let now = self.clock.now_ms();
        let requests = self.store.erasure_requests().await?;
        tell(tally, [ERASURES_OPEN, ERASURE_OLDEST_HOURS], requests.iter().map(|request| now - request.at));
        let orders = self.store.open_orders(now).await?;
        tell(tally, [ERASURE_ORDERS_OPEN, ERASURE_ORDER_OLDEST_HOURS], orders.iter().map(|order| now - order.asked_at));
        Ok(())
    }
}

/// How many there are, and the age of the oldest in hours.
fn tell(tally: &Tally, [open, oldest]: [Metric; 2], ages_ms: impl ExactSizeIterator<Item = i64>) {
    tally.level(open, u64::try_from(ages_ms.len()).unwrap_or(u64::MAX));
    tally.level(oldest, u64::try_from(ages_ms.max().unwrap_or(0) / 3_600_000).unwrap_or(0));
}
