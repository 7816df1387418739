//! What is left of what was erased: a moment. Events from up to then only count, however and whenever they come again.
//!
//! A person's lies under a digest of their id and is read with the conversation, in the same call; an account's is on the
//! account, which is read anyway. While an erasure is under way the conversation says it, too, so that a claim made from
//! an older reading is refused.

use instagram::{AccountId, Event, Kind, Peer, UnixMillis};
use serde::{Deserialize, Serialize};

use crate::update::Update;
use crate::{Item, Key, Store, StoreError, keys};

/// How long after an erasure began a message of the account's own may be one that was being sent when it began: the lease
/// of the attempt (40 s), and what Meta may need to show it (60 s).
pub const IN_FLIGHT_MS: i64 = 100_000;

/// A person's tombstone.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Tombstone {
    /// In milliseconds since 1970.
    pub(crate) erased_before: i64,
}

/// True if an event that happened at `at` belongs to what was erased.
///
/// The account's own message counts as older for as long as one may have been under way: it answers something erased.
pub fn is_erased(event: &Event, at: UnixMillis, erased_before: Option<i64>) -> bool {
    let in_flight = if matches!(event.kind, Kind::MessageEchoed(_)) { IN_FLIGHT_MS } else { 0 };
    erased_before.is_some_and(|before| at.0 <= before.saturating_add(in_flight))
}

impl Store {
    /// Leaves a tombstone for a person. The latest moment counts.
    pub(crate) async fn bury_person(&self, account: &AccountId, peer: &Peer, before: i64) -> Result<(), StoreError> {
        let mut update = Update::of(keys::tombstone(account, peer));
        update.set("erased_before", before)?;
        let first = update.absent("erased_before");
        let later = update.compare("erased_before", "<", before)?;
        update.require(&format!("{first} OR {later}"));
        match self.update(update).await {
            Err(StoreError::Conflict) => Ok(()),
            outcome => outcome,
        }
    }

    /// Deletes an item that was read so, because what it holds is older than an erasure that has not come to it yet.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it was written since.
    pub async fn erase_item(&self, key: &Key, read: &Item) -> Result<(), StoreError> {
        self.delete_as_read(key, Some(read.rev)).await
    }
}

#[cfg(test)]
mod tests {
    use instagram::Element;

    use super::*;

    const BEFORE: i64 = 1_767_225_600_000;

    fn event(sender: &str, recipient: &str, is_echo: bool) -> Event {
        let raw = format!(
            r#"{{"sender":{{"id":"{sender}"}},"recipient":{{"id":"{recipient}"}},"timestamp":{BEFORE},
                "message":{{"mid":"m1","is_echo":{is_echo},"text":"oi"}}}}"#
        );
        let account = AccountId::parse("17841400000000001").unwrap();
        let element = Element { account: Some(account), entry_time: None, standby: false, foreign: false, raw: &raw };
        element.event().unwrap()
    }

    #[test]
    fn what_happened_up_to_the_moment_is_erased_and_answers_under_way_with_it() {
        let written = event("900000000000001", "17841400000000001", false);
        let echo = event("17841400000000001", "900000000000001", true);
        let cases = [
            ("nothing was erased", &written, BEFORE, None, false),
            ("before", &written, BEFORE - 1, Some(BEFORE), true),
            ("at the very moment", &written, BEFORE, Some(BEFORE), true),
            ("after", &written, BEFORE + 1, Some(BEFORE), false),
            ("an answer that was under way", &echo, BEFORE + IN_FLIGHT_MS, Some(BEFORE), true),
            ("a later answer", &echo, BEFORE + IN_FLIGHT_MS + 1, Some(BEFORE), false),
        ];
        for (case, event, at, before, expected) in cases {
            assert_eq!(is_erased(event, UnixMillis(at), before), expected, "{case}");
        }
    }
}
