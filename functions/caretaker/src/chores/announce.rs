//! Telling the CRM what became of an account: sent, then noted as told, so that a crash in between tells it twice, under the
//! same id.

use feed::{Event, Happened, Trouble as Cause};
use store::{Account, Told};

use super::plan::{News, chores};
use crate::Caretaker;
use crate::tally::{ACCOUNTS_ANNOUNCED, Tally};
use crate::trouble::Trouble;

impl Caretaker {
    /// Tells the CRM what it does not know of an account. A login first wakes the replies that waited for it.
    pub(super) async fn announce(&self, account: &mut Account, tally: &Tally) -> Result<(), Trouble> {
        let news = chores(account, self.clock.now_ms()).news;
        if news.is_empty() {
            return Ok(());
        }
        let mut told = account.told.clone();
        for news in &news {
            let happened = self.happened(account, news, tally).await?;
            let event = Event::new(&account.id, &account.customer, news.at(), happened);
            self.announcer.tell(std::slice::from_ref(&event)).await?;
            tally.count(ACCOUNTS_ANNOUNCED, 1);
            tracing::info!(account.id = %account.id, crm.id = %event.id, crm.type = event.kind, "the CRM is told");
            told = told_too(told, news);
        }
        *account = self.store.tell(account, &told).await?;
        Ok(())
    }

    async fn happened(&self, account: &Account, news: &News, tally: &Tally) -> Result<Happened, Trouble> {
        Ok(match news {
            News::Broken(broken) => Happened::Broken { trouble: Cause::of(&broken.why) },
            News::Left { erased: true, .. } => Happened::Erased {},
            News::Left { erased: false, .. } => Happened::Disconnected {},
            News::Connected { at, broken_at, left } => {
                let username = account.username.clone();
                let missed = match broken_at {
                    Some(since) => Some(self.pick_up(account, *since, *at, tally).await?),
                    None => None,
                };
                match missed {
                    Some(missed) if !left => Happened::Repaired { username, missed },
                    missed => Happened::Connected { username, missed },
                }
            }
        })
    }
}

/// What the CRM knows once it was told this too.
fn told_too(mut told: Told, news: &News) -> Told {
    match news {
        News::Broken(broken) => told.broken_at = broken.at,
        News::Connected { at, .. } => {
            told.connected_at = *at;
            told.erased = false;
        }
        News::Left { at, erased } => {
            told.left_at = *at;
            told.erased = *erased;
        }
    }
    told
}
