#![doc = include_str!("../README.md")]

mod ascii;
mod quarantine;
pub mod replay;

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

    /// The id that the gateway gave the delivery: the `Root` of its trace header, which its own logs and ours share. `None`
    /// for a header of any other form, as it goes to logs.
    pub fn trace_id(&self) -> Option<&str> {
        let header = self.trace.as_deref()?;
        let root = header.split(';').find_map(|part| part.trim().strip_prefix("Root="))?;
        is_trace_id(root).then_some(root)
    }

    /// The queue's message group: one per conversation, as [`instagram::group_id`] names it.
    pub fn group_id(&self) -> String {
        instagram::group_id(&self.account, &self.peer)
    }

    /// The queue's deduplication id: identical elements share it. 64 hex digits of SHA-256(key|element).
    pub fn deduplication_id(&self) -> String {
        let digest = Sha256::new().chain_update(&self.key).chain_update("|").chain_update(self.event.get()).finalize();
        hex::encode(digest)
    }
}

/// Equal are jobs that write the same body.
impl PartialEq for Job {
    fn eq(&self, other: &Self) -> bool {
        self.body() == other.body()
    }
}

impl Eq for Job {}

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

/// `1-`, a time of 8 hex digits, `-`, and 24 more (AWS X-Ray, tracing header, read 2026-11-29).
fn is_trace_id(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_hex = |text: &str, length| text.len() == length && text.bytes().all(|b| b.is_ascii_hexdigit());
    matches!(parts.as_slice(), ["1", time, rest] if is_hex(time, 8) && is_hex(rest, 24))
}

/// The peer of an event that belongs to no conversation: a group of its own, so that nothing waits for it.
fn stand_in(key: &str) -> Peer {
    let digest = hex::encode(Sha256::digest(key));
    Peer::parse(format!("x{}", &digest[..31])).expect("hex digits are an identifier")
}

fn raw(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).expect("an element that became an event is valid JSON")
}

#[cfg(test)]
mod tests {
    use instagram::{Kind, Words};
    use proptest::prelude::*;

    use super::*;

    /// A body of the first shape, as it lay in a queue. It must be readable for ever: never edit it.
    const V1: &str = include_str!("fixtures/v1.json");

    fn job_of(raw: &str) -> Job {
        let element = Element {
            account: Some(AccountId::parse("17841400000000001").unwrap()),
            entry_time: Some(UnixMillis(1_767_225_601_456)),
            standby: false,
            foreign: false,
            raw,
        };
        let receipt = Receipt {
            received_at: UnixMillis(1_767_225_601_999),
            app: AppId::parse("111111111111111").unwrap(),
            trace: Some("Root=1-5759e988-bd862e3fe1be46a994272793".to_owned()),
        };
        Job::new(&element, &element.event().unwrap(), &receipt)
    }

    fn text_of(event: &Event) -> Option<&str> {
        let Kind::MessageReceived(message) = &event.kind else { return None };
        message.content.text.as_ref().map(Words::expose)
    }

    #[test]
    fn a_body_of_version_1_is_read_for_ever() {
        let job = Job::parse(V1).unwrap();
        assert_eq!(job.key, "msg|17841400000000001|aWdfExampleMid01");
        assert_eq!(job.account.as_str(), "17841400000000001");
        assert_eq!(job.peer.as_str(), "900000000000001");
        assert_eq!(job.kind, "message");
        assert_eq!((job.foreign, job.standby, job.test), (false, false, false));
        assert_eq!(job.received_at, UnixMillis(1_767_225_601_999));
        assert_eq!(job.entry_time, Some(UnixMillis(1_767_225_601_456)));
        assert_eq!(job.app.as_str(), "111111111111111");
        assert_eq!(job.trace.as_deref(), Some("Root=1-5759e988-bd862e3fe1be46a994272793"));
        let event = job.event().unwrap();
        assert_eq!(event.at, Some(UnixMillis(1_767_225_600_789)));
        assert_eq!(text_of(&event), Some("Grüße 👋"));
    }

    #[test]
    fn a_body_of_version_1_is_still_what_is_written() {
        assert_eq!(Job::parse(V1).unwrap().body(), V1);
        let raw = Job::parse(V1).unwrap().event;
        assert_eq!(job_of(raw.get()).body(), V1);
    }

    #[test]
    fn the_trace_id_is_the_headers_root_and_nothing_else() {
        const ROOT: &str = "1-5759e988-bd862e3fe1be46a994272793";
        let cases = [
            ("the root alone", Some(format!("Root={ROOT}")), Some(ROOT)),
            ("with what follows", Some(format!("Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1")), Some(ROOT)),
            (
                "behind what Lambda puts first",
                Some(format!("Self=1-67891234-000000000000000000000000; Root={ROOT}")),
                Some(ROOT),
            ),
            ("no root", Some("Sampled=1".to_owned()), None),
            ("words", Some("Root=hello you".to_owned()), None),
            ("too long", Some(format!("Root={ROOT}0")), None),
            ("empty", Some(String::new()), None),
            ("missing", None, None),
        ];
        let job = Job::parse(V1).unwrap();
        for (case, trace, expected) in cases {
            assert_eq!(Job { trace, ..job.clone() }.trace_id(), expected, "{case}");
        }
    }

    #[test]
    fn members_that_may_be_missing_have_defaults() {
        let least = r#"{"v":1,"key":"k","account":"1","peer":"2","kind":"message","received_at":1767225601999,"app":"3","event":{}}"#;
        let job = Job::parse(least).unwrap();
        assert_eq!((job.foreign, job.standby, job.test), (false, false, false));
        assert_eq!((job.entry_time, job.trace), (None, None));
    }

    #[test]
    fn a_member_added_by_a_newer_writer_is_ignored() {
        let newer = V1.replacen("{\"v\":1", "{\"v\":1,\"shard\":7", 1);
        assert_eq!(Job::parse(&newer).unwrap(), Job::parse(V1).unwrap());
    }

    #[test]
    fn what_is_no_job_is_refused() {
        let unknown = JobError::UnknownVersion(2);
        assert_eq!(Job::parse(&V1.replacen("\"v\":1", "\"v\":2", 1)), Err(unknown));
        assert_eq!(Job::parse(r#"{"v":2,"everything":"else"}"#), Err(unknown));
        let cases = [
            ("empty", String::new()),
            ("not JSON", "hello".to_owned()),
            ("cut short", V1[..V1.len() - 1].to_owned()),
            ("no version", V1.replacen("\"v\":1,", "", 1)),
            ("a version that is a text", V1.replacen("\"v\":1", "\"v\":\"1\"", 1)),
            ("no key", V1.replacen("\"key\"", "\"kee\"", 1)),
            ("no event", V1.replacen("\"event\"", "\"evento\"", 1)),
            ("an account that is none", V1.replacen("\"account\":\"17841400000000001\"", "\"account\":\"\"", 1)),
            ("an array by position", r#"[1,"k","1","2","message",false,false,false,1,1,"3",null,{}]"#.to_owned()),
            ("a member twice", V1.replacen("{\"v\":1", "{\"v\":1,\"v\":1", 1)),
        ];
        for (case, body) in cases {
            assert!(matches!(Job::parse(&body), Err(JobError::Malformed { .. })), "{case}");
        }
    }

    #[test]
    fn conversations_and_identical_elements_have_fixed_names() {
        let job = Job::parse(V1).unwrap();
        // printf '17841400000000001|900000000000001' | sha256sum, first half
        assert_eq!(job.group_id(), "0b444b41ec68988b4c4e115fd4acfd73");
        // printf '%s|%s' KEY ELEMENT | sha256sum
        assert_eq!(job.deduplication_id(), "93bc1d2e33cf2bd4d2c9fc4df8041e8b356fb7222264a45cc31050f2a8639d50");
    }

    #[test]
    fn events_of_one_conversation_share_a_group_and_others_do_not() {
        let person = r#""sender":{"id":"900000000000001"},"recipient":{"id":"17841400000000001"}"#;
        let written = job_of(&format!(r#"{{{person},"message":{{"mid":"m1"}}}}"#));
        let read = job_of(&format!(r#"{{{person},"read":{{"mid":"m0"}}}}"#));
        let echo = job_of(
            r#"{"sender":{"id":"17841400000000001"},"recipient":{"id":"900000000000001"},"message":{"mid":"m2"}}"#,
        );
        let other = job_of(r#"{"sender":{"id":"900000000000002"},"message":{"mid":"m3"}}"#);
        assert_eq!(written.group_id(), read.group_id());
        assert_eq!(written.group_id(), echo.group_id());
        assert_ne!(written.group_id(), other.group_id());
        assert_ne!(written.deduplication_id(), read.deduplication_id());
    }

    #[test]
    fn where_no_person_is_named_something_stands_in() {
        let cases = [
            ("a message", r#"{"message_edit":{"mid":"m1","num_edit":0}}"#, "m1"),
            ("a comment", r#"{"field":"comments","value":{"id":"c1"}}"#, "c1"),
        ];
        for (case, raw, peer) in cases {
            assert_eq!(job_of(raw).peer.as_str(), peer, "{case}");
        }
        let nobody = job_of(r#"{"future":1}"#);
        assert_eq!(nobody.key, "unknown|17841400000000001|f9b2b30d01e86f99cb2abaecd61ce7a9");
        // printf KEY | sha256sum, first 31 digits
        assert_eq!(nobody.peer.as_str(), "x7fe36818e58e2afb90cc62de9f85d83");
    }

    #[test]
    fn an_element_is_written_as_it_came_but_for_characters_beyond_ascii() {
        let raw = "{ \"sender\" : {\"id\":900},\n \"message\":{\"mid\":\"m1\",\"text\":\"\\u00e9 é \\/ 👋\\ud800 \\u0000\"} }";
        let job = job_of(raw);
        let body = job.body();
        assert!(
            body.ends_with(&format!("\"event\":{}}}", raw.replace('é', "\\u00e9").replace('👋', "\\ud83d\\udc4b")))
        );
        let event = Job::parse(&body).unwrap().event().unwrap();
        assert_eq!(text_of(&event), Some("é é / 👋\u{fffd} \0"));
        assert!(event.lossy);
    }

    #[test]
    fn a_job_does_not_print_what_people_wrote() {
        let job = job_of(r#"{"sender":{"id":"9"},"message":{"mid":"m1","text":"CANARY"}}"#);
        assert!(!format!("{job:?}").contains("CANARY"));
        let error = Job::parse(&job.body().replace("\"v\":1", "\"v\":\"CANARY\"")).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("CANARY"));
    }

    /// JSON text with raw and escaped characters of all kinds.
    fn json_text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            any::<String>().prop_map(|text| {
                let quoted = serde_json::to_string(&text).unwrap();
                quoted[1..quoted.len() - 1].to_owned()
            }),
            any::<u16>().prop_map(|unit| format!("\\u{unit:04x}")),
            any::<u16>().prop_map(|unit| format!("\\u{unit:04X}")),
        ];
        prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn a_job_arrives_as_it_was_sent(text in json_text(), name in json_text(), trace: Option<String>, standby: bool, foreign: bool) {
            let raw = format!(
                r#"{{"sender":{{"id":"9"}},"message":{{"mid":"m1","text":"{text}","attachments":[{{"type":"{name}"}}]}}}}"#
            );
            let element = Element {
                account: Some(AccountId::parse("1").unwrap()),
                entry_time: None,
                standby,
                foreign,
                raw: &raw,
            };
            let event = element.event().unwrap();
            let receipt = Receipt { received_at: UnixMillis(1_767_225_601_999), app: AppId::parse("3").unwrap(), trace };
            let job = Job::new(&element, &event, &receipt);
            let body = job.body();
            prop_assert!(body.is_ascii());
            let arrived = Job::parse(&body).unwrap();
            prop_assert_eq!(&arrived, &job);
            prop_assert_eq!(arrived.body(), body);
            prop_assert_eq!(arrived.event().unwrap(), event);
            prop_assert_eq!(arrived.group_id(), job.group_id());
            prop_assert_eq!(arrived.deduplication_id(), job.deduplication_id());
        }

        #[test]
        fn any_body_is_survived(body in prop_oneof![any::<String>(), json_text().prop_map(|text| format!(r#"{{"v":1,"key":"{text}"}}"#))]) {
            prop_assert!(Job::parse(&body).is_err());
        }
    }
}
