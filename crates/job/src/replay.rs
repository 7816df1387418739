//! From what lies in quarantine back to jobs: what this version can use by now goes through the queue again.

use instagram::Element;

use crate::{Holds, Job, Quarantined, Receipt};

/// Why something in quarantine is not sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotReplayable {
    /// Its event is applied, and only what was too large for the table lies here.
    #[error("its event is applied; only what was too large for the table lies here")]
    Applied,
    /// This version understands it no better than the one that kept it.
    #[error("this version cannot use it either")]
    NotUnderstood,
    /// Which app's secret signed it is not known.
    #[error("it does not say which app signed it")]
    NoApp,
    /// Longer than a queue message may be.
    #[error("it is too long for the queue")]
    TooLong,
}

/// Most bytes that the queue takes.
const MAX_MESSAGE_BYTES: usize = 1024 * 1024;

/// The jobs in the bytes that `kept` is, or is a part of. They were received when they were received: sending them again
/// makes them no younger.
///
/// # Errors
/// [`NotReplayable`]; nothing of it may be sent then.
pub fn jobs(kept: &Quarantined, bytes: &[u8]) -> Result<Vec<Job>, NotReplayable> {
    if kept.reason == "too_large" {
        return Err(NotReplayable::Applied);
    }
    let text = || std::str::from_utf8(bytes).map_err(|_| NotReplayable::NotUnderstood);
    let jobs = match kept.holds {
        Holds::Job => vec![Job::parse(text()?).map_err(|_| NotReplayable::NotUnderstood)?],
        Holds::Element => {
            let envelope = kept.envelope.as_ref().ok_or(NotReplayable::NotUnderstood)?;
            let element = Element {
                account: envelope.account.clone(),
                entry_time: envelope.entry_time,
                standby: envelope.standby,
                foreign: envelope.foreign,
                raw: text()?,
            };
            vec![job(&element, &receipt(kept)?)?]
        }
        Holds::Delivery => {
            let delivery = instagram::split(bytes).map_err(|_| NotReplayable::NotUnderstood)?;
            let receipt = receipt(kept)?;
            delivery.elements.iter().map(|element| job(element, &receipt)).collect::<Result<_, _>>()?
        }
    };
    if jobs.iter().any(|job| job.body().len() > MAX_MESSAGE_BYTES) {
        return Err(NotReplayable::TooLong);
    }
    Ok(jobs)
}

fn receipt(kept: &Quarantined) -> Result<Receipt, NotReplayable> {
    let app = kept.app.clone().ok_or(NotReplayable::NoApp)?;
    Ok(Receipt { received_at: kept.received_at, app, trace: None })
}

fn job(element: &Element<'_>, receipt: &Receipt) -> Result<Job, NotReplayable> {
    let event = element.event().map_err(|_| NotReplayable::NotUnderstood)?;
    Ok(Job::new(element, &event, receipt))
}

#[cfg(test)]
mod tests {
    use instagram::{AccountId, AppId, UnixMillis};

    use super::*;
    use crate::Envelope;

    const RECEIVED_AT: UnixMillis = UnixMillis(1_767_225_601_000);
    const ELEMENT: &str =
        r#"{"sender":{"id":"9"},"recipient":{"id":"17"},"timestamp":1767225600000,"message":{"mid":"m1","text":"oi"}}"#;

    fn kept(holds: Holds, bytes: &[u8], reason: &'static str, app: Option<&AppId>) -> Quarantined {
        let envelope = Envelope {
            account: Some(AccountId::parse("17").unwrap()),
            entry_time: None,
            standby: false,
            foreign: false,
        };
        Quarantined::parts_of(holds, bytes, reason, RECEIVED_AT, app, Some(&envelope)).remove(0)
    }

    #[test]
    fn what_can_be_used_becomes_the_jobs_that_ingest_would_have_made() {
        let app = AppId::parse("8675").unwrap();
        let delivery =
            format!(r#"{{"object":"instagram","entry":[{{"id":"17","time":1,"messaging":[{ELEMENT},{ELEMENT}]}}]}}"#);
        let job = jobs(&kept(Holds::Element, ELEMENT.as_bytes(), "duplicate_key", Some(&app)), ELEMENT.as_bytes());
        let job = job.unwrap().remove(0);
        assert_eq!((job.key.as_str(), job.received_at, &job.app), ("msg|17|m1", RECEIVED_AT, &app));
        let body = job.body();
        let cases = [
            ("a job", Holds::Job, body.as_bytes(), "unknown_account", Ok(1)),
            ("an element", Holds::Element, ELEMENT.as_bytes(), "no_account", Ok(1)),
            ("a delivery", Holds::Delivery, delivery.as_bytes(), "no_events", Ok(2)),
            ("applied already", Holds::Job, body.as_bytes(), "too_large", Err(NotReplayable::Applied)),
            ("no job", Holds::Job, b"{}", "unreadable_job", Err(NotReplayable::NotUnderstood)),
            ("no JSON", Holds::Delivery, b"<html>", "not_json", Err(NotReplayable::NotUnderstood)),
            ("no text", Holds::Element, b"\xff", "not_utf8", Err(NotReplayable::NotUnderstood)),
        ];
        for (case, holds, bytes, reason, expected) in cases {
            let found = jobs(&kept(holds, bytes, reason, Some(&app)), bytes);
            assert_eq!(found.map(|jobs| jobs.len()), expected, "{case}");
        }
        let unsigned = kept(Holds::Element, ELEMENT.as_bytes(), "duplicate_key", None);
        assert_eq!(jobs(&unsigned, ELEMENT.as_bytes()), Err(NotReplayable::NoApp));
    }
}
