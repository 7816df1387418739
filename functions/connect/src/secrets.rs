//! The two sets of secrets, as far as they can be had in time.

use std::sync::Arc;

use boot::{AppsSecret, Chain, Deadline, Sheet};

use crate::tally;

/// The current copy, or nothing if there is none now.
pub(crate) async fn current<T>(secrets: &AppsSecret<T>, deadline: &Deadline, sheet: &mut Sheet) -> Option<Arc<T>> {
    match deadline.limit(secrets.get()).await {
        Ok(Ok(copy)) => return Some(copy),
        Ok(Err(error)) => tracing::error!(error = %Chain(&error), "no secrets: answered 503"),
        Err(error) => tracing::error!(error = %error, "no secrets in time: answered 503"),
    }
    sheet.count(tally::UNAVAILABLE, 1);
    sheet.word(tally::REASON, "secrets");
    None
}

/// Checks something against the current copy and, if it does not match, against a newer one if there is one: secrets may
/// have changed since ours was read. `None` if there are no secrets now.
pub(crate) async fn check<T, O, E: Copy>(
    secrets: &AppsSecret<T>,
    deadline: &Deadline,
    sheet: &mut Sheet,
    is_mismatch: impl Fn(E) -> bool,
    check: impl Fn(&T) -> Result<O, E>,
) -> Option<Result<O, E>> {
    let copy = current(secrets, deadline, sheet).await?;
    let outcome = check(&copy);
    if outcome.as_ref().err().copied().is_some_and(is_mismatch)
        && let Some(newer) = deadline.limit(secrets.newer_than(&copy)).await.ok().flatten()
    {
        return Some(check(&newer));
    }
    Some(outcome)
}
