//! What an answer teaches about the account and its app: waits, restrictions, a dead token. Others learn it from the
//! table, this process knows it at once.

use graph::{Answer, SendError};
use store::{Lane, Reply, StoreError, Wait};

use crate::Alarm;
use crate::drive::{Drive, Outbox};
use crate::outcome::reason;
use crate::record::persistently;
use crate::waits::{Waits, nearly_used_up, restriction, throttled};

impl Outbox {
    /// Notes what the answer to a send teaches. Gives until when sends like this one wait now, if they do, and what a
    /// person should know.
    ///
    /// Nothing here may keep an outcome from being recorded: what the table does not take is known to this process.
    pub(crate) async fn learn<T>(
        &self,
        drive: &Drive<'_>,
        reply: &Reply,
        answer: &Answer<T>,
        now: i64,
    ) -> (Option<i64>, Option<Alarm>) {
        let lane = Lane::of(reply.action);
        let mut until = None;
        let mut alarm = None;
        let mut waits: Vec<(Waits, Wait)> = nearly_used_up(&answer.usage, now).collect();
        match &answer.result {
            Err(error @ SendError::Throttled { .. }) => {
                let last = self.waiting.last(drive.standing, lane);
                waits.clear();
                waits.extend(throttled(error, last, now));
                until = waits.first().map(|(_, wait)| wait.until);
                alarm = Some(Alarm::Throttled);
            }
            Err(error @ SendError::AccountBlocked { condition, .. }) => {
                let last = drive.standing.pace.restricted.as_ref();
                let restriction = restriction(*condition, reason(error), last, now);
                self.waiting.restrict(&drive.standing.account, restriction.until);
                until = Some(restriction.until);
                let noted = self.store.restrict(drive.account(), &restriction, now).await;
                alarm = news(noted, "an account's restriction is not noted").then_some(Alarm::Restricted);
            }
            Err(error @ SendError::TokenDead { .. }) => {
                let account = &drive.standing.account;
                self.waiting.token_died(account, now);
                let noted = self.store.mark_broken(account, &reason(error), now).await;
                alarm = news(noted, "an account's dead token is not noted").then_some(Alarm::TokenDead);
            }
            Err(SendError::NotOwner(_)) => {
                let noted = self.store.held_elsewhere(drive.account(), drive.peer, now).await;
                news(noted.map(|()| true), "a thread's other owner is not noted");
            }
            Ok(_) | Err(_) => {}
        }
        for (whom, wait) in waits {
            self.let_wait(drive, lane, whom, wait).await;
        }
        (until, alarm)
    }

    async fn let_wait(&self, drive: &Drive<'_>, lane: Lane, whom: Waits, wait: Wait) {
        let account = &drive.standing.account;
        if !self.waiting.note(account, lane, whom, wait) {
            return;
        }
        let noted = match whom {
            Waits::App => persistently(|| self.store.set_app_wait(&account.app, wait)).await,
            Waits::Account => persistently(|| self.store.set_wait(&account.id, Lane::All, wait)).await,
            Waits::Kind => persistently(|| self.store.set_wait(&account.id, lane, wait)).await,
        };
        news(noted.map(|()| true), "a wait at Meta's request is not noted");
    }
}

/// Whether something was noted, and was news.
fn news(noted: Result<bool, StoreError>, trouble: &'static str) -> bool {
    noted.unwrap_or_else(|error| {
        tracing::warn!(error = %error, "{trouble}");
        false
    })
}
