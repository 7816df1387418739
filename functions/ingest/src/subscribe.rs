//! The handshake by which Meta asks whether the URL is ours.

use boot::{Deadline, Sheet};
use instagram::{Challenge, SubscribeError};
use lambda_http::Request;
use lambda_http::http::StatusCode;

use crate::{Ingest, tally};

impl Ingest {
    /// What to echo, or the status that refuses. The query is judged as it came, undecoded: a name given twice counts.
    pub(crate) async fn subscribe(
        &self,
        request: &Request,
        app: Option<&str>,
        deadline: &Deadline,
        sheet: &mut Sheet,
    ) -> Result<Challenge, StatusCode> {
        let query = request.uri().query().unwrap_or_default();
        let apps = self.apps(deadline, sheet).await.ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
        let mut answer = apps.check_subscription(query, app);
        // A token that was typed into the dashboard just now may be newer than our copy.
        if answer == Err(SubscribeError::Forbidden)
            && let Some(newer) = self.newer_apps(&apps, deadline).await
        {
            answer = newer.check_subscription(query, app);
        }
        answer.map_err(|error| match error {
            SubscribeError::OddChallenge => StatusCode::BAD_REQUEST,
            SubscribeError::Forbidden => {
                sheet.count(tally::HANDSHAKE_REFUSED, 1);
                StatusCode::FORBIDDEN
            }
        })
    }
}
