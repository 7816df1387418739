//! The caretaker in the local stack: every minute as in AWS, and at once when something is due soon.
//!
//! A visit is shorter here than in AWS. What comes due later is seen in time all the same, and nobody waits long for the
//! stack to stop.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow};
use bytes::Bytes;
use caretaker::{Caretaker, TIME_OUT, WORKING_TIME};
use lambda_runtime::{Context, LambdaEvent};
use sandbox::invoke::FunctionError;
use sandbox::schedule::Schedule;
use serde::de::IgnoredAny;
use store::{CHORES_SHARD, Store};

/// As in the template.
const PERIOD: Duration = Duration::from_secs(60);

/// How often it is looked whether something is due soon.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What is due within this time is due soon, and a visit lasts no longer unless something takes it.
const SOON: Duration = Duration::from_secs(5);

/// The caretaker, and when it comes.
#[derive(Debug, Clone)]
pub(super) struct Tending {
    pub(super) caretaker: Arc<Caretaker>,
    pub(super) store: Store,
    pub(super) clock: sandbox::clock::Clock,
}

impl Tending {
    /// Has the caretaker come by itself, by the stack's clock.
    pub(super) fn start(&self) -> [Schedule; 2] {
        let (minutely, prompt) = (self.clone(), self.clone());
        let minutely = move |_: Bytes| {
            let tending = minutely.clone();
            async move { ended(tending.visit().await) }
        };
        let prompt = move |_: Bytes| {
            let tending = prompt.clone();
            async move { ended(tending.visit_if_due_soon().await) }
        };
        [
            Schedule::every(PERIOD, minutely).clock(self.clock.clone()).start(),
            Schedule::every(LOOK_EVERY, prompt).clock(self.clock.clone()).start(),
        ]
    }

    /// Has the caretaker come now if something is due soon; says whether it came.
    pub(super) async fn visit_if_due_soon(&self) -> Result<bool> {
        let until = self.clock.now_ms() + i64::try_from(SOON.as_millis())?;
        for shard in 0..=CHORES_SHARD {
            if !self.store.due_keys(shard, until, 1).await?.is_empty() {
                self.visit().await?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn visit(&self) -> Result<()> {
        let mut context = Context::default();
        let until = Duration::from_millis(u64::try_from(self.clock.now_ms())?) + SOON + (TIME_OUT - WORKING_TIME);
        context.deadline = u64::try_from(until.as_millis())?;
        let run = self.caretaker.handle(LambdaEvent::new(IgnoredAny, context)).await;
        run.map_err(|error| anyhow!(error).context("the caretaker failed"))
    }
}

fn ended<T>(visit: Result<T>) -> Result<Bytes, FunctionError> {
    visit.map(|_| Bytes::from_static(b"null")).map_err(|error| FunctionError::from(error.into_boxed_dyn_error()))
}
