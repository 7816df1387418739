//! What an answer teaches about the account and its app: waits, restrictions, a dead token. This process knows it at once;
//! the table, and through it everybody else, once the reply's own outcome is recorded.

use graph::{Answer, SendError};
use store::{Account, Lane, Reply, Restriction, StoreError, Wait};

use crate::Alarm;
use crate::drive::{Drive, Outbox};
use crate::outcome::reason;
use crate::record::persistently;
use crate::waits::{Waits, nearly_used_up, restriction, throttled};

/// What is to be noted in the table.
#[derive(Debug, Default)]
pub(crate) struct Lesson {
    /// Until when sends like this one wait now, in milliseconds since 1970, if they do.
    pub(crate) waits_until: Option<i64>,
    waits: Vec<(Waits, Wait)>,
    restriction: Option<Restriction>,
    /// Meta takes the token no more: why, as a code.
    dead_token: Option<String>,
    held_elsewhere: bool,
    is_throttled: bool,
}

impl Outbox {
    /// What the answer to a send teaches. Other sends of this process heed it from now on.
    pub(crate) fn learn<T>(&self, drive: &Drive<'_>, reply: &Reply, answer: &Answer<T>, now: i64) -> Lesson {
        let lane = Lane::of(reply.action);
        let account = &drive.standing.account;
        let last = self.waiting.last(drive.standing, lane);
        let strikes = last.map_or(0, |last| last.strikes);
        let mut lesson = Lesson { waits: nearly_used_up(&answer.usage, strikes, now).collect(), ..Lesson::default() };
        match &answer.result {
            Err(error @ SendError::Throttled { .. }) => {
                lesson.waits = throttled(error, last, now).into_iter().collect();
                lesson.waits_until = lesson.waits.first().map(|(_, wait)| wait.until);
                lesson.is_throttled = true;
            }
            Err(error @ SendError::AccountBlocked { condition, .. }) => {
                let last = drive.standing.pace.restricted.as_ref();
                let restriction = restriction(*condition, reason(error), last, now);
                self.waiting.restrict(account, restriction.until);
                lesson.waits_until = Some(restriction.until);
                lesson.restriction = Some(restriction);
            }
            Err(error @ SendError::TokenDead { .. }) => {
                self.waiting.token_died(account, now);
                lesson.dead_token = Some(reason(error));
            }
            Err(SendError::NotOwner(_)) => lesson.held_elsewhere = true,
            Ok(_) | Err(_) => {}
        }
        lesson.waits.retain(|(whom, wait)| self.waiting.note(account, lane, *whom, *wait));
        lesson
    }

    /// Notes a lesson in the table. Gives what a person should know.
    ///
    /// Nothing here is worth failing for: what the table does not take is known to this process.
    pub(crate) async fn note(&self, drive: &Drive<'_>, reply: &Reply, lesson: Lesson, now: i64) -> Option<Alarm> {
        let account = &drive.standing.account;
        let mut alarm = (lesson.is_throttled && !lesson.waits.is_empty()).then_some(Alarm::Throttled);
        for (whom, wait) in lesson.waits {
            let lane = Lane::of(reply.action);
            let noted = match whom {
                Waits::App => persistently(|| self.store.set_app_wait(&account.app, wait)).await,
                Waits::Account => persistently(|| self.store.set_wait(&account.id, Lane::All, wait)).await,
                Waits::Kind => persistently(|| self.store.set_wait(&account.id, lane, wait)).await,
            };
            news(noted.map(|()| true), "a wait at Meta's request is not noted");
        }
        if let Some(restriction) = lesson.restriction {
            let noted = self.store.restrict(&account.id, &restriction, now).await;
            alarm = news(noted, "an account's restriction is not noted").then_some(Alarm::Restricted);
        }
        if let Some(why) = lesson.dead_token {
            let noted = self.store.mark_broken(account, &why, now).await;
            alarm = news(noted, "an account's dead token is not noted").then_some(Alarm::TokenDead);
        }
        if lesson.held_elsewhere {
            let noted = self.store.held_elsewhere(&account.id, drive.peer, now).await;
            news(noted.map(|()| true), "a thread's other owner is not noted");
        }
        alarm
    }
}

impl Outbox {
    /// Heeds what a call that sent nothing teaches of the account's token: if Meta takes it no more, this process knows at
    /// once, and the table is told. Gives the alarm if that is news.
    pub async fn heed_dead_token(&self, account: &Account, error: &SendError, now: i64) -> Option<Alarm> {
        let SendError::TokenDead { .. } = error else {
            return None;
        };
        self.waiting.token_died(account, now);
        let noted = self.store.mark_broken(account, &reason(error), now).await;
        news(noted, "an account's dead token is not noted").then_some(Alarm::TokenDead)
    }
}

/// Whether something was noted, and was news.
fn news(noted: Result<bool, StoreError>, trouble: &'static str) -> bool {
    noted.unwrap_or_else(|error| {
        tracing::warn!(error = %error, "{trouble}");
        false
    })
}
