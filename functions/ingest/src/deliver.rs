//! A delivery: verified, taken apart, queued, and only then acknowledged.

use boot::{Chain, Deadline, Sheet};
use instagram::{AppId, Apps, SignatureError, UnixMillis};
use job::Receipt;
use lambda_http::Request;
use lambda_http::http::{HeaderMap, StatusCode};

use crate::triage::{self, Triage};
use crate::{Ingest, tally};

/// A body that reaches 10 MB is not looked at. The gateway takes no more than that and a function's event no more than
/// 6 MB (quotas of API Gateway and Lambda, read 2026-11-22), so none arrives as long as these two stand in front.
const BODY_LIMIT_BYTES: usize = 10_000_000;

/// Who made a valid signature.
struct Signed {
    app: AppId,
    is_first_secret: bool,
}

impl Ingest {
    pub(crate) async fn deliver(
        &self,
        request: &Request,
        app: Option<&str>,
        deadline: &Deadline,
        sheet: &mut Sheet,
    ) -> StatusCode {
        let received_at = UnixMillis(self.clock.now_ms());
        let body: &[u8] = request.body();
        if body.len() >= BODY_LIMIT_BYTES {
            sheet.count(tally::BODY_REFUSED, 1);
            sheet.word(tally::REASON, "too_large");
            return StatusCode::PAYLOAD_TOO_LARGE;
        }
        let signed = match self.verify(request.headers(), body, app, deadline, sheet).await {
            Ok(signed) => signed,
            Err(refusal) => return refusal,
        };
        if !signed.is_first_secret {
            sheet.count(tally::OLDER_SECRET, 1);
        }
        let trace = request.headers().get("x-amzn-trace-id").and_then(|trace| trace.to_str().ok());
        let receipt = Receipt { received_at, app: signed.app, trace: trace.map(str::to_owned) };
        self.keep(triage::sort(body, &receipt), deadline, sheet).await
    }

    /// Finds whose secret signed the body. Reads nothing of it.
    async fn verify(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        app: Option<&str>,
        deadline: &Deadline,
        sheet: &mut Sheet,
    ) -> Result<Signed, StatusCode> {
        let header = only_signature(headers);
        // A header that cannot be right is refused before any secret is looked at, or fetched.
        if let Err(error @ (SignatureError::Missing | SignatureError::Malformed)) =
            instagram::verify_signature([], &[], header)
        {
            return Err(refuse(error, sheet));
        }
        let apps = self.apps(deadline, sheet).await.ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
        let error = match find_signer(&apps, body, header, app) {
            Ok(signed) => return Ok(signed),
            Err(error) => error,
        };
        match self.newer_apps(&apps, deadline).await {
            Some(newer) => find_signer(&newer, body, header, app).map_err(|error| refuse(error, sheet)),
            None => Err(refuse(error, sheet)),
        }
    }

    /// Queues all of a delivery. Only that makes it 200: whatever is not on a queue now, Meta must send again.
    async fn keep(&self, triage: Triage, deadline: &Deadline, sheet: &mut Sheet) -> StatusCode {
        sheet.count(tally::UNKNOWN_EVENTS, triage.unknown);
        if let Some(reason) = triage.reason {
            sheet.word(tally::REASON, reason);
        }
        let quarantined = triage.quarantined;
        let (events, quarantine) =
            futures::join!(self.events.send(triage.jobs, deadline), self.quarantine.send(triage.quarantine, deadline));
        if quarantine.is_ok() {
            sheet.count(tally::QUARANTINED, quarantined);
        }
        for error in [events, quarantine].into_iter().filter_map(Result::err) {
            tracing::error!(error = %Chain(&error), "not all of a delivery is queued: answered 503");
            sheet.count(tally::QUEUE_UNAVAILABLE, 1);
        }
        if sheet.has(tally::QUEUE_UNAVAILABLE) { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
    }
}

/// The signature header. Given twice, neither counts: what is left is the empty one, which is malformed.
fn only_signature(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(instagram::SIGNATURE_HEADER).iter();
    let first = values.next()?;
    Some(if values.next().is_none() { first.to_str().unwrap_or_default() } else { "" })
}

fn find_signer(apps: &Apps, body: &[u8], header: Option<&str>, app: Option<&str>) -> Result<Signed, SignatureError> {
    let signer = apps.verify(body, header, app)?;
    Ok(Signed { app: signer.app.app_id.clone(), is_first_secret: signer.secret_index == 0 })
}

fn refuse(error: SignatureError, sheet: &mut Sheet) -> StatusCode {
    sheet.count(tally::SIGNATURE_REFUSED, 1);
    let reason = match error {
        SignatureError::Missing => "missing",
        SignatureError::Malformed => "malformed",
        SignatureError::Mismatch => "mismatch",
    };
    sheet.word(tally::REASON, reason);
    StatusCode::UNAUTHORIZED
}
