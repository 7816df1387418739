//! The handshake by which Meta asks whether the URL is ours.

use boot::{Chain, Deadline, Sheet};
use instagram::SubscribeError;

use crate::gateway::{Request, Response};
use crate::{Ingest, tally};

impl Ingest {
    pub(crate) async fn subscribe(
        &self,
        request: &Request,
        app: Option<&str>,
        deadline: &Deadline,
        sheet: &mut Sheet,
    ) -> Response {
        let Some(apps) = self.apps(deadline, sheet).await else { return Response::UNAVAILABLE };
        let mut answer = apps.check_subscription(request.query(), app);
        // A token that was typed into the dashboard just now may be newer than our copy.
        if answer == Err(SubscribeError::Forbidden)
            && let Ok(Some(newer)) = deadline.limit(self.secrets.newer_than(&apps)).await
        {
            answer = newer.check_subscription(request.query(), app);
        }
        match answer {
            Ok(challenge) => Response::text(challenge.as_str()),
            Err(SubscribeError::OddChallenge) => Response::BAD_REQUEST,
            Err(SubscribeError::Forbidden) => {
                sheet.count(tally::HANDSHAKE_REFUSED, 1);
                Response::FORBIDDEN
            }
        }
    }

    /// The apps' secrets, or nothing if they cannot be had now.
    pub(crate) async fn apps(&self, deadline: &Deadline, sheet: &mut Sheet) -> Option<std::sync::Arc<instagram::Apps>> {
        match deadline.limit(self.secrets.get()).await {
            Ok(Ok(apps)) => return Some(apps),
            Ok(Err(error)) => tracing::error!(error = %Chain(&error), "no secrets: answered 503"),
            Err(error) => tracing::error!(error = %error, "no secrets: answered 503"),
        }
        sheet.count(tally::SECRETS_UNAVAILABLE, 1);
        None
    }
}
