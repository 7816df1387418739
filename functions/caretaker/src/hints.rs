//! Messages that Meta only hinted at: looked up, and enqueued like any other (fact sheet 3.6).

use std::time::Duration;

use boot::Chain;
use graph::{MessageRead, SendError};
use instagram::{MessageId, PersonId, UnixMillis};
use job::Job;
use outbox::{ACCOUNT_RETRY_MS, Alarm, SETTLE_MS};
use store::{Connection, Item, Key, Lane, Mode, Standing, StoreError, keys};

use crate::Caretaker;
use crate::delivery;
use crate::tally::{HINTS_FOUND, HINTS_NOT_FOUND, Tally};
use crate::trouble::Trouble;

/// The first pause after a look that Meta did not answer. It doubles: each is as long as the search has lasted.
const FIRST_PAUSE_MS: i64 = 60_000;

/// How long a message is looked for that Meta does not show, for want of an answer.
const GIVEN_UP_MS: i64 = 24 * 60 * 60 * 1000;

/// Until how long after a hint "there is no such message" may mean "not yet": what the outbox assumes of Meta (A1), and
/// some seconds for clocks that differ.
const SHOWN_BY_MS: i64 = SETTLE_MS + 15_000;

/// How a look ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// The search is over: the code that says how.
    Over(&'static str),
    /// Look again, no sooner than this many milliseconds from now.
    Again(i64),
}

impl Caretaker {
    /// Looks for one message, and notes what came of it.
    pub(crate) async fn look_up(
        &self,
        standing: &Standing,
        key: &Key,
        item: &Item,
        tally: &Tally,
    ) -> Result<(), Trouble> {
        let hinted_at = item.content.hinted_at.unwrap_or_default();
        let look = match key.sk.strip_prefix("M#").and_then(|mid| MessageId::parse(mid).ok()) {
            Some(mid) => self.search(standing, &mid, hinted_at, tally).await?,
            None => Look::Over("missing"),
        };
        let now = self.clock.now_ms();
        let noted = match patience(look, hinted_at, now) {
            Look::Over(how) => {
                match how {
                    "enqueued" => tally.count(HINTS_FOUND, 1),
                    "missing" | "given_up" => {
                        tally.count(HINTS_NOT_FOUND, 1);
                        tracing::warn!(
                            account.id = %standing.account.id, message.id = key.sk.trim_start_matches("M#"), outcome = how,
                            "a message that Meta hinted at cannot be read"
                        );
                    }
                    _ => {}
                }
                self.store.end_search(key, how).await
            }
            Look::Again(ms) => self.store.look_again(key, now.saturating_add(ms)).await,
        };
        match noted {
            // The message itself has come.
            Ok(()) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn search(
        &self,
        standing: &Standing,
        mid: &MessageId,
        hinted_at: i64,
        tally: &Tally,
    ) -> Result<Look, Trouble> {
        let account = &standing.account;
        if account.connection != Connection::Connected {
            return Ok(Look::Over("former_account"));
        }
        if account.mode == Mode::Off {
            return Ok(Look::Over("off"));
        }
        let waits = [standing.pace.wait(Lane::All), standing.app.wait];
        if let Some(until) = waits.into_iter().flatten().map(|wait| wait.until).max()
            && until > self.clock.now_ms()
        {
            return Ok(Look::Again(until - self.clock.now_ms()));
        }
        let Some(token) = self.accounts.token(account).await? else {
            return Ok(Look::Again(ACCOUNT_RETRY_MS));
        };
        let now = || self.clock.now_ms();
        self.outbox.wait_to_read(&account.id, &|ms| self.pause(ms), &now).await;
        let read = match self.graph.message(&token, mid).await.result {
            Ok(read) => read,
            Err(error) => {
                if self.outbox.heed_dead_token(account, &error, now()).await == Some(Alarm::TokenDead) {
                    tally.alarmed(Alarm::TokenDead);
                }
                let look = unread(&error, now() - hinted_at);
                if let Look::Again(_) = look {
                    tracing::warn!(
                        account.id = %account.id, message.id = %mid, error = %Chain(&error),
                        "a message that Meta hinted at cannot be read yet"
                    );
                }
                return Ok(look);
            }
        };
        match &read.from {
            // Meta does not say who wrote it.
            None => Ok(Look::Again(FIRST_PAUSE_MS)),
            Some(from) if from.as_str() == account.id.as_str() => Ok(Look::Over("own")),
            Some(from) => self.hand_over(standing, from, mid, &read, hinted_at).await,
        }
    }

    /// Enqueues a message unless its person's thread has it. A crash after that enqueues it once more, under the same key.
    async fn hand_over(
        &self,
        standing: &Standing,
        from: &PersonId,
        mid: &MessageId,
        read: &MessageRead,
        hinted_at: i64,
    ) -> Result<Look, Trouble> {
        let now = self.clock.now_ms();
        // Under the id that the hint gave it, however Meta writes it here.
        let read = MessageRead { id: mid.clone(), ..read.clone() };
        let job = delivery::job(&standing.account, from, &read, UnixMillis(hinted_at), UnixMillis(now));
        let Some((job, event)) = job.and_then(|job| job.event().ok().map(|event| (job, event))) else {
            return Ok(Look::Over("missing"));
        };
        let place = keys::item(&job.account, &job.peer, &event, &job.key);
        if self.store.item(&place, now).await?.content.kind.is_some() {
            return Ok(Look::Over("already_here"));
        }
        self.enqueue(&job).await?;
        Ok(Look::Over("enqueued"))
    }

    async fn enqueue(&self, job: &Job) -> Result<(), Trouble> {
        self.queue
            .send_message()
            .queue_url(&self.events_queue_url)
            .message_body(job.body())
            .message_group_id(job.group_id())
            .message_deduplication_id(job.deduplication_id())
            .send()
            .await
            .map_err(|error| Trouble::Queue(Box::new(error)))?;
        Ok(())
    }
}

/// What follows from an answer without the message, `since_ms` after the hint.
fn unread(error: &SendError, since_ms: i64) -> Look {
    let millis = |wait: Duration| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
    match error {
        _ if error.is_missing() && since_ms < SHOWN_BY_MS => Look::Again(SHOWN_BY_MS - since_ms),
        _ if error.is_missing() => Look::Over("missing"),
        SendError::Throttled { wait, .. } => Look::Again(wait.map_or(FIRST_PAUSE_MS, millis).max(FIRST_PAUSE_MS)),
        SendError::TokenDead { .. } | SendError::AccountBlocked { .. } => Look::Again(ACCOUNT_RETRY_MS),
        _ => Look::Again(FIRST_PAUSE_MS),
    }
}

/// How long the search goes on.
fn patience(look: Look, hinted_at: i64, now: i64) -> Look {
    let since = now.saturating_sub(hinted_at);
    match look {
        Look::Over(how) => Look::Over(how),
        Look::Again(_) if since >= GIVEN_UP_MS => Look::Over("given_up"),
        // Meta may show it any moment: this pause is exact.
        Look::Again(ms) if ms < FIRST_PAUSE_MS => Look::Again(ms),
        Look::Again(ms) => Look::Again(ms.max(since).min(GIVEN_UP_MS - since)),
    }
}

#[cfg(test)]
mod tests {
    use graph::{Doubt, Refusal, Said, Scope, TokenTrouble};

    use super::*;

    const NOW: i64 = 1_767_225_600_000;

    #[test]
    fn every_answer_decides_whether_and_when_it_is_looked_again() {
        let missing = || SendError::Refused { reason: Refusal::ObjectMissing, said: Said::default() };
        let throttled = |wait| SendError::Throttled { scope: Scope::Kind, wait, said: Said::default() };
        let minutes = |minutes: i64| minutes * 60_000;
        let cases = [
            ("there is none", missing(), minutes(2), Look::Over("missing")),
            ("there may be none yet", missing(), 50_000, Look::Again(SHOWN_BY_MS - 50_000)),
            ("the read limit", throttled(None), 50_000, Look::Again(minutes(1))),
            ("Meta says how long", throttled(Some(Duration::from_mins(7))), 50_000, Look::Again(minutes(7))),
            (
                "a dead token",
                SendError::TokenDead { trouble: TokenTrouble::Expired, said: Said::default() },
                50_000,
                Look::Again(ACCOUNT_RETRY_MS),
            ),
            (
                "a server error",
                SendError::OutcomeUnknown(Doubt::ServerError(Said::default())),
                minutes(5),
                Look::Again(minutes(5)),
            ),
            (
                "a server error after a day",
                SendError::OutcomeUnknown(Doubt::ServerError(Said::default())),
                GIVEN_UP_MS,
                Look::Over("given_up"),
            ),
            ("no answer we know, at once", SendError::WindowClosed(Said::default()), 0, Look::Again(minutes(1))),
        ];
        for (case, error, since_ms, expected) in cases {
            assert_eq!(patience(unread(&error, since_ms), NOW - since_ms, NOW), expected, "{case}");
        }
    }

    #[test]
    fn looks_become_rarer_and_end_after_a_day() {
        let mut since = 45_000;
        let mut looks = 0;
        while let Look::Again(ms) = patience(Look::Again(FIRST_PAUSE_MS), NOW - since, NOW) {
            since += ms;
            looks += 1;
        }
        assert_eq!((looks, since), (11, GIVEN_UP_MS));
    }
}
