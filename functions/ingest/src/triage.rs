//! What becomes of a verified body: jobs for the worker, and what is kept for a person to look at. No waiting here.

use instagram::{Element, Kind, Malformed, Unsplittable};
use job::{Envelope, Holds, Job, Quarantined, Receipt};

use crate::pack::{MAX_MESSAGE_BYTES, Message};

/// A delivery, sorted.
#[derive(Debug, Default)]
pub(crate) struct Triage {
    /// One message per event.
    pub(crate) jobs: Vec<Message>,
    /// The messages of the quarantine: one per part.
    pub(crate) quarantine: Vec<Message>,
    /// How many bodies and elements they hold.
    pub(crate) quarantined: u64,
    /// How many of the jobs were not understood.
    pub(crate) unknown: u64,
    /// Why the last quarantined one is there.
    pub(crate) reason: Option<&'static str>,
}

/// Sorts a body whose signature is verified. Every byte of an event ends in a job or in quarantine.
pub(crate) fn sort(body: &[u8], receipt: &Receipt) -> Triage {
    let mut triage = Triage::default();
    match instagram::split(body) {
        Ok(delivery) => {
            for element in &delivery.elements {
                triage.add(element, receipt);
            }
        }
        Err(error) => triage.set_aside(Holds::Delivery, body, unsplittable(error), receipt, None),
    }
    triage
}

impl Triage {
    fn add(&mut self, element: &Element<'_>, receipt: &Receipt) {
        let mut set_aside = |reason| {
            let envelope = Envelope::from(element);
            self.set_aside(Holds::Element, element.raw.as_bytes(), reason, receipt, Some(&envelope));
        };
        let event = match element.event() {
            Ok(event) => event,
            Err(error) => return set_aside(malformed(error)),
        };
        let job = Job::new(element, &event, receipt);
        let body = job.body();
        if body.len() > MAX_MESSAGE_BYTES {
            return set_aside("too_long");
        }
        if matches!(event.kind, Kind::Unknown { .. }) {
            self.unknown += 1;
        }
        self.jobs.push(Message::ordered(body, job.group_id(), job.deduplication_id()));
    }

    fn set_aside(
        &mut self,
        holds: Holds,
        bytes: &[u8],
        reason: &'static str,
        receipt: &Receipt,
        envelope: Option<&Envelope>,
    ) {
        let parts = Quarantined::parts_of(holds, bytes, reason, receipt.received_at, Some(&receipt.app), envelope);
        self.quarantine.extend(parts.iter().map(|part| Message::unordered(part.body())));
        self.quarantined += 1;
        self.reason = Some(reason);
    }
}

fn unsplittable(error: Unsplittable) -> &'static str {
    match error {
        Unsplittable::NotUtf8 => "not_utf8",
        Unsplittable::NotJson { .. } => "not_json",
        Unsplittable::NoEvents => "no_events",
        Unsplittable::TooMany => "too_many_events",
    }
}

fn malformed(error: Malformed) -> &'static str {
    match error {
        Malformed::Account => "no_account",
        Malformed::Json => "element_not_json",
        Malformed::NotAnObject => "not_an_object",
        Malformed::DuplicateKey => "duplicate_key",
        Malformed::Id => "no_identifier",
    }
}
