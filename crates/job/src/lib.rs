#![doc = include_str!("../README.md")]

mod ascii;
mod quarantine;

use std::borrow::Cow;
use std::fmt;

use instagram::{AccountId, AppId, Element, Event, Malformed, Peer, UnixMillis};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

pub use quarantine::{Envelope, Holds, NotQuarantined, Quarantined};

/// The version that is written, and the newest that is read.
pub const VERSION: u32 = 1;

/// One event on its way from ingest to worker.
#[derive(Clone, Serialize, Deserialize)]
pub struct Job {
    /// The shape's version: [`VERSION`].
    pub v: u32,
    /// The event's key: the same however often Meta delivers it.
    pub key: String,
    /// Whose event.
    pub account: AccountId,
    /// The other side, or what stands in for it.
    pub peer: Peer,
    /// The event's kind as a word, for metrics on jobs that are not parsed.
    pub kind: Cow<'static, str>,
    /// The payload's object was not `instagram`.
    #[serde(default)]
    pub foreign: bool,
    /// From `standby[]`.
    #[serde(default)]
    pub standby: bool,
    /// A sample of the dashboard's Test button.
    #[serde(default)]
    pub test: bool,
    /// When ingest received it, by our clock.
    pub received_at: UnixMillis,
    /// The time on the envelope, where it could be read.
    #[serde(default)]
    pub entry_time: Option<UnixMillis>,
    /// The app whose secret matched.
    pub app: AppId,
    /// The trace header of the delivery.
    #[serde(default)]
    pub trace: Option<String>,
    /// The element, non-ASCII escaped.
    pub event: Box<RawValue>,
}

/// Why a body is not a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// Of a version this code does not know: written by newer code.
    #[error("job has version {0}, newest known is {VERSION}")]
    UnknownVersion(u32),
    /// Not JSON, or a member is missing or of the wrong type.
    #[error("job is malformed (line {line}, column {column})")]
    Malformed {
        /// Where reading stopped, from 1.
        line: usize,
        /// Where reading stopped, from 1.
        column: usize,
    },
}

/// What ingest knows about a delivery and the element does not say.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// When it came, by our clock.
    pub received_at: UnixMillis,
    /// The app whose secret matched.
    pub app: AppId,
    /// The delivery's trace header.
    pub trace: Option<String>,
}

impl Job {
    /// The job of an element that became `event`.
    pub fn new(element: &Element<'_>, event: &Event, receipt: &Receipt) -> Self {
        let key = instagram::event_key(event, element.raw);
        Self {
            v: VERSION,
            account: event.account.clone(),
            peer: event.peer().unwrap_or_else(|| stand_in(&key)),
            key,
            kind: Cow::Borrowed(event.kind_name()),
            foreign: element.foreign,
            standby: event.standby,
            test: event.test,
            received_at: receipt.received_at,
            entry_time: element.entry_time,
            app: receipt.app.clone(),
            trace: receipt.trace.clone(),
            event: raw(&ascii::escape(element.raw)),
        }
    }

    /// The queue message's body: JSON in plain ASCII.
    pub fn body(&self) -> String {
        let body = serde_json::to_string(self).expect("a job has text keys only");
        match ascii::escape(&body) {
            Cow::Borrowed(_) => body,
            Cow::Owned(escaped) => escaped,
        }
    }

    /// Reads a queue message's body.
    ///
    /// # Errors
    /// [`JobError`]; trying again never helps with this code.
    pub fn parse(body: &str) -> Result<Self, JobError> {
        #[derive(Deserialize)]
        struct Versioned {
            v: u32,
        }

        let malformed = |error: serde_json::Error| JobError::Malformed { line: error.line(), column: error.column() };
        if !body.trim_start().starts_with('{') {
            // A derived struct would accept an array, by position.
            return Err(JobError::Malformed { line: 1, column: 1 });
        }
        match serde_json::from_str::<Versioned>(body).map_err(malformed)?.v {
            1 => serde_json::from_str(body).map_err(malformed),
            other => Err(JobError::UnknownVersion(other)),
        }
    }

    /// The element, as [`instagram::split`] gave it to ingest.
    pub fn element(&self) -> Element<'_> {
        Element {
            account: Some(self.account.clone()),
            entry_time: self.entry_time,
            standby: self.standby,
            foreign: self.foreign,
            raw: self.event.get(),
        }
    }

    /// Understands the element again.
    ///
    /// # Errors
    /// [`Malformed`]: never for a job that ingest of the same version wrote.
    pub fn event(&self) -> Result<Event, Malformed> {
        self.element().event()
    }

    /// The queue's message group: one per conversation. 32 hex digits of SHA-256(account|peer).
    pub fn group_id(&self) -> String {
        hex::encode(&Sha256::digest(format!("{}|{}", self.account, self.peer))[..16])
    }

    /// The queue's deduplication id: identical elements share it. 64 hex digits of SHA-256(key|element).
    pub fn deduplication_id(&self) -> String {
        let digest = Sha256::new().chain_update(&self.key).chain_update("|").chain_update(self.event.get()).finalize();
        hex::encode(digest)
    }
}

/// Shows no more of the element than its length: it holds people's words.
impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("v", &self.v)
            .field("key", &self.key)
            .field("peer", &self.peer)
            .field("received_at", &self.received_at)
            .field("app", &self.app)
            .field("event_bytes", &self.event.get().len())
            .finish_non_exhaustive()
    }
}

/// The peer of an event that belongs to no conversation: a group of its own, so that nothing waits for it.
fn stand_in(key: &str) -> Peer {
    let digest = hex::encode(Sha256::digest(key));
    Peer::parse(format!("x{}", &digest[..31])).expect("hex digits are an identifier")
}

fn raw(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).expect("an element that became an event is valid JSON")
}
