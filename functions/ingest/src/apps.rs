//! The apps' secrets, as far as they can be had in time.

use std::sync::Arc;

use boot::{Chain, Deadline, Sheet};
use instagram::Apps;

use crate::{Ingest, tally};

impl Ingest {
    /// The secrets, or nothing if there are none now; then the answer is 503, and Meta delivers again.
    pub(crate) async fn apps(&self, deadline: &Deadline, sheet: &mut Sheet) -> Option<Arc<Apps>> {
        match deadline.limit(self.secrets.get()).await {
            Ok(Ok(apps)) => return Some(apps),
            Ok(Err(error)) => tracing::error!(error = %Chain(&error), "no secrets: answered 503"),
            Err(error) => tracing::error!(error = %error, "no secrets in time: answered 503"),
        }
        sheet.count(tally::SECRETS_UNAVAILABLE, 1);
        None
    }

    /// Secrets to try again with after `tried` did not match: they may have been changed since our copy was made.
    pub(crate) async fn newer_apps(&self, tried: &Arc<Apps>, deadline: &Deadline) -> Option<Arc<Apps>> {
        deadline.limit(self.secrets.newer_than(tried)).await.ok().flatten()
    }
}
