//! The message of the quarantine queue: bytes that nobody could use, kept for a person to look at and send again.

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use instagram::{AccountId, AppId, Element, UnixMillis};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The version that is written, and the newest that is read.
const VERSION: u32 = 1;

/// Most bytes in one message. Base64 makes 4 of 3, so 720 KiB become 960 KiB, which leaves 64 KiB of the queue's 1 MiB
/// for the rest of the message.
const PART_BYTES: usize = 720 * 1024;

/// One message: the bytes, or one numbered part of them if they are many.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// The shape's version.
    pub v: u32,
    /// Names the bytes as a whole, so that parts find each other and doubles are seen: 32 hex of their SHA-256.
    pub id: String,
    /// What the bytes are.
    pub holds: Holds,
    /// Why they are here: a short word of ours, such as `not_json`.
    pub reason: Cow<'static, str>,
    /// When they were received, by our clock.
    pub received_at: UnixMillis,
    /// The app whose secret matched, where known.
    #[serde(default)]
    pub app: Option<AppId>,
    /// For an element, what its delivery said about it.
    #[serde(default)]
    pub envelope: Option<Envelope>,
    /// Which part, from 1.
    pub part: u32,
    /// How many parts.
    pub parts: u32,
    /// The bytes of this part, base64.
    body: String,
}

/// What kind of bytes lie in quarantine, and so how they can be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// A delivery's whole body, signature verified.
    Delivery,
    /// One element of a delivery.
    Element,
    /// A queue message's body that ingest wrote.
    Job,
}

/// What a delivery said about one of its elements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The account, where named.
    #[serde(default)]
    pub account: Option<AccountId>,
    /// The entry's time, where it could be read.
    #[serde(default)]
    pub entry_time: Option<UnixMillis>,
    /// From `standby[]`.
    #[serde(default)]
    pub standby: bool,
    /// The payload's object was not `instagram`.
    #[serde(default)]
    pub foreign: bool,
}

impl From<&Element<'_>> for Envelope {
    fn from(element: &Element<'_>) -> Self {
        Self {
            account: element.account.clone(),
            entry_time: element.entry_time,
            standby: element.standby,
            foreign: element.foreign,
        }
    }
}

/// A message is no part of the quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a message of the quarantine")]
pub struct NotQuarantined;

impl Quarantined {
    /// The messages that keep `bytes`: one, or as many as it takes. No bytes are one empty part, because an empty body
    /// is a thing to look at too.
    pub fn parts_of(
        holds: Holds,
        bytes: &[u8],
        reason: &'static str,
        received_at: UnixMillis,
        app: Option<&AppId>,
        envelope: Option<&Envelope>,
    ) -> Vec<Self> {
        let id = hex::encode(&Sha256::digest(bytes)[..16]);
        let pieces: Vec<&[u8]> = if bytes.is_empty() { vec![bytes] } else { bytes.chunks(PART_BYTES).collect() };
        let parts = u32::try_from(pieces.len()).unwrap_or(u32::MAX);
        let message = |(part, piece): (u32, &&[u8])| Self {
            v: VERSION,
            id: id.clone(),
            holds,
            reason: Cow::Borrowed(reason),
            received_at,
            app: app.cloned(),
            envelope: envelope.cloned(),
            part,
            parts,
            body: STANDARD.encode(piece),
        };
        (1..).zip(&pieces).map(message).collect()
    }

    /// The queue message's body: JSON in plain ASCII.
    pub fn body(&self) -> String {
        // Ids, our own words and base64 are all there is.
        serde_json::to_string(self).expect("a quarantine message has text keys only")
    }

    /// Reads a queue message's body.
    ///
    /// # Errors
    /// [`NotQuarantined`], also for a version that this code does not know.
    pub fn parse(body: &str) -> Result<Self, NotQuarantined> {
        let read: Self = serde_json::from_str(body).map_err(|_| NotQuarantined)?;
        if read.v == VERSION { Ok(read) } else { Err(NotQuarantined) }
    }

    /// The bytes of this part.
    ///
    /// # Errors
    /// [`NotQuarantined`] when they are no base64.
    pub fn bytes(&self) -> Result<Vec<u8>, NotQuarantined> {
        STANDARD.decode(&self.body).map_err(|_| NotQuarantined)
    }
}

/// Shows no more of the bytes than how many there are.
impl fmt::Debug for Quarantined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Quarantined")
            .field("id", &self.id)
            .field("holds", &self.holds)
            .field("reason", &self.reason)
            .field("part", &self.part)
            .field("parts", &self.parts)
            .field("base64_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts_of(bytes: &[u8]) -> Vec<Quarantined> {
        Quarantined::parts_of(Holds::Delivery, bytes, "not_json", UnixMillis(1_700_000_000_000), None, None)
    }

    #[test]
    fn bytes_come_back_whole_from_parts_that_each_fit_the_queue() {
        for (length, parts) in [(0, 1), (1, 1), (PART_BYTES, 1), (PART_BYTES + 1, 2), (6_000_000, 9)] {
            let bytes: Vec<u8> = (0..length).map(|place| (place % 251) as u8).collect();
            let messages: Vec<_> = parts_of(&bytes).iter().map(Quarantined::body).collect();
            assert_eq!(messages.len(), parts, "{length} bytes");
            assert!(messages.iter().all(|message| message.len() < 1_048_576 && message.is_ascii()), "{length} bytes");

            let read: Vec<_> = messages.iter().map(|message| Quarantined::parse(message).unwrap()).collect();
            let joined: Vec<u8> = read.iter().flat_map(|part| part.bytes().unwrap()).collect();
            assert!(joined == bytes, "{length} bytes");
            assert!((1..).zip(&read).all(|(part, message)| message.part == part && message.id == read[0].id));
        }
    }

    #[test]
    fn a_message_of_today_is_read_for_ever() {
        let body = concat!(
            r#"{"v":1,"id":"e3b0c44298fc1c149afbf4c8996fb924","holds":"element","reason":"duplicate_key","#,
            r#""received_at":1700000000000,"app":"867555782500454","envelope":{"account":"17841400000000001","#,
            r#""entry_time":null,"standby":true,"foreign":false},"part":1,"parts":1,"body":"e30="}"#
        );
        let read = Quarantined::parse(body).unwrap();
        assert_eq!((read.holds, read.bytes().unwrap()), (Holds::Element, b"{}".to_vec()));
        assert_eq!(read.body(), body);
    }

    #[test]
    fn its_debug_shows_no_bytes() {
        assert!(!format!("{:?}", parts_of(b"Bom dia")).contains(&STANDARD.encode("Bom dia")));
    }
}
