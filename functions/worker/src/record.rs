//! One record of a batch: kept away from its neighbours, whatever it does.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use aws_lambda_events::sqs::SqsMessage;
use boot::Deadline;
use futures::FutureExt;
use job::Job;

use crate::Worker;
use crate::outcome::{Applied, Trouble};
use crate::quarantine::Reason;
use crate::tally::{PANICS, QUARANTINED, RETURNED, Tally};

/// What the queue does with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disposition {
    /// It is done: the queue forgets it.
    Done,
    /// It comes again, and so do those of its group behind it.
    Redeliver,
}

/// When this much time is left, troubles are no longer waited out: the record comes again.
pub(crate) const LEAVE: Duration = Duration::from_secs(12);

/// The first pause between two tries; it doubles up to [`MAX_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const MAX_PAUSE: Duration = Duration::from_secs(2);

/// A record that makes the code panic is set aside on this receipt: once may be bad luck.
const POISON_RECEIPTS: u32 = 2;

impl Worker {
    /// Processes one record until it is done, cannot be done now, or time runs short.
    pub(crate) async fn process(&self, record: &SqsMessage, deadline: &Deadline, tally: &Tally) -> Disposition {
        let body = record.body.as_deref().unwrap_or_default();
        let began = self.clock.now_ms();
        let Ok(job) = Job::parse(body) else {
            return self.finish_unreadable(body, tally).await;
        };
        let outcome = match isolated(Box::pin(self.apply_patiently(&job, body, deadline, tally))).await {
            Ok(outcome) => outcome,
            Err(Panicked) if receipts(record) >= POISON_RECEIPTS => self.set_aside(body, Reason::Poison).await,
            Err(Panicked) => {
                tracing::error!(
                    trace.id = job.trace_id(), event.key = %job.key, event.kind = %job.kind,
                    "applying an event panicked; it comes again"
                );
                tally.count(PANICS, 1);
                return Disposition::Redeliver;
            }
        };
        match outcome {
            Ok(applied) => {
                self.report(&job, &applied, began, tally);
                Disposition::Done
            }
            Err(trouble) => {
                tracing::error!(
                    trace.id = job.trace_id(), event.key = %job.key, event.kind = %job.kind,
                    error = &trouble as &dyn std::error::Error, "an event could not be applied; it comes again"
                );
                tally.count(RETURNED, 1);
                Disposition::Redeliver
            }
        }
    }

    /// Passing troubles are waited out here while time allows: a returned record waits for its whole group.
    async fn apply_patiently(
        &self,
        job: &Job,
        body: &str,
        deadline: &Deadline,
        tally: &Tally,
    ) -> Result<Applied, Trouble> {
        let mut pause = FIRST_PAUSE;
        loop {
            match Box::pin(self.apply(job, body, deadline, tally)).await {
                Err(trouble) if trouble.is_momentary() && deadline.remaining() > LEAVE + pause => {
                    self.clock.sleep(pause).await;
                    pause = (pause * 2).min(MAX_PAUSE);
                }
                outcome => return outcome,
            }
        }
    }

    async fn finish_unreadable(&self, body: &str, tally: &Tally) -> Disposition {
        match self.set_aside(body, Reason::Unreadable).await {
            Ok(_) => {
                tracing::error!(
                    bytes = body.len(),
                    "a queue message is no job this version knows; it is in quarantine"
                );
                tally.count(QUARANTINED, 1);
                Disposition::Done
            }
            Err(trouble) => {
                tracing::error!(
                    error = &trouble as &dyn std::error::Error,
                    "the quarantine queue did not take a message"
                );
                Disposition::Redeliver
            }
        }
    }

    /// The one line per event, one more per attempt to answer it, and its part of the metrics.
    fn report(&self, job: &Job, applied: &Applied, began: i64, tally: &Tally) {
        if let Some(metric) = applied.counted {
            tally.count(metric, 1);
        }
        for attempt in &applied.attempts {
            tally.attempted(attempt);
        }
        // A line is paid for by its length. The key names the account; one attempt goes without saying.
        tracing::info!(
            target: "worker",
            outcome = %applied.outcome,
            trace.id = job.trace_id(),
            event.key = %job.key,
            event.kind = %job.kind,
            attempts = Some(applied.attempts.len()).filter(|attempts| *attempts > 1),
            duration_ms = self.clock.now_ms() - began,
        );
        for attempt in &applied.attempts {
            attempt.log(&job.account, Some(&job.key), job.trace_id());
        }
    }
}

/// Applying an event panicked. The panic's own words stay unseen: they may quote what was being worked on.
#[derive(Debug, PartialEq, Eq)]
struct Panicked;

/// Runs `work` to its end, or to a panic, which stays inside. What `work` shares with others is the table's clients and
/// caches that a panic leaves as they were.
async fn isolated<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    AssertUnwindSafe(work).catch_unwind().await.map_err(|_words| Panicked)
}

fn receipts(record: &SqsMessage) -> u32 {
    record.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;

    #[tokio::test]
    async fn case_80_a_panic_stays_in_its_record() {
        let work = |poison: bool| async move {
            tokio::task::yield_now().await;
            assert!(!poison, "poison");
            "done"
        };
        let outcomes = join_all([false, true, false].map(|poison| isolated(work(poison)))).await;
        assert_eq!(outcomes, [Ok("done"), Err(Panicked), Ok("done")]);
    }

    #[test]
    fn case_80_a_record_without_a_readable_count_counts_as_received_once() {
        for (case, count, expected) in
            [("told", Some("3"), 3), ("missing", None, 1), ("no number", Some("many"), 1), ("negative", Some("-1"), 1)]
        {
            let mut record = SqsMessage::default();
            if let Some(count) = count {
                record.attributes.insert("ApproximateReceiveCount".to_owned(), count.to_owned());
            }
            assert_eq!(receipts(&record), expected, "{case}");
        }
    }
}
