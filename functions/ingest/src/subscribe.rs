//! The handshake by which Meta asks whether the URL is ours.

use boot::{Deadline, Sheet};
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
            && let Some(newer) = self.newer_apps(&apps, deadline).await
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
}
