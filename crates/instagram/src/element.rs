//! One element of a delivery: enough to become an event, now or later in another process.

use crate::{AccountId, Event, UnixMillis, normalise};

/// The entry id of the samples that the dashboard's "Test" button sends (fact sheet 3.17).
pub const TEST_ACCOUNT: &str = "0";

/// One event's bytes and what its envelope said about it.
///
/// The bytes are a messaging object, a change (`{field, value}`), or a whole entry where the entry itself is the event.
#[derive(Clone, PartialEq, Eq)]
pub struct Element<'a> {
    /// Whose: `entry.id`; none if missing or no identifier.
    pub account: Option<AccountId>,
    /// `entry.time`, where it can be read.
    pub entry_time: Option<UnixMillis>,
    /// From `standby[]`: another app controls the thread.
    pub standby: bool,
    /// The payload's object is not `instagram`.
    pub foreign: bool,
    /// The element as Meta wrote it, byte for byte.
    pub raw: &'a str,
}

/// Why an element cannot become an event. It goes to the quarantine; the rest of its delivery flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The entry's id is missing or no identifier.
    #[error("entry names no account")]
    Account,
    /// Not JSON, or nested deeper than 128 levels, or with a number beyond any range.
    #[error("element is not readable JSON")]
    Json,
    /// Something other than an object.
    #[error("element is not an object")]
    NotAnObject,
    /// A key stands twice in one object, so that readers would disagree about its value.
    #[error("element names a key twice")]
    DuplicateKey,
    /// A person, message or comment is named by something that is no identifier.
    #[error("element holds an id that is no identifier")]
    Id,
}

impl Element<'_> {
    /// Understands the element.
    ///
    /// What is not understood but well-formed is an event too, of kind `Unknown`.
    ///
    /// # Errors
    /// [`Malformed`] when no event can be made of it; trying again never helps.
    pub fn event(&self) -> Result<Event, Malformed> {
        normalise::event(self)
    }
}

impl std::fmt::Debug for Element<'_> {
    /// Shows the length of the bytes alone: they hold people's words.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Element")
            .field("account", &self.account)
            .field("entry_time", &self.entry_time)
            .field("standby", &self.standby)
            .field("foreign", &self.foreign)
            .field("raw_bytes", &self.raw.len())
            .finish()
    }
}
