//! What somebody of the office says of a conversation: automation pauses or goes on, marks come and go.

use instagram::{Peer, UnixMillis};

use crate::keys::short_digest;
use crate::{Account, Conversation, Facts, MAX_TAGS, Store, StoreError};

/// How often a change is computed anew because somebody else wrote first.
const TRIES: u32 = 5;

/// Names the pause that the office asked for: there is one, and the latest word counts.
const OFFICE: &str = "office";

/// What is to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Steer {
    /// No automatic answer until a moment, in milliseconds since 1970. What else keeps automation silent stays.
    Pause(i64),
    /// Automation goes on, whoever paused it. A person's wish for silence stays: it is theirs.
    Resume,
    /// The conversation has a mark.
    Tag(String),
    /// It has it no more.
    Untag(String),
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum Steered {
    /// Done: the conversation as it stands now.
    Done(Box<Conversation>),
    /// There is no such conversation to show.
    Missing,
    /// It has as many marks as it can.
    TooManyTags,
}

impl Store {
    /// Changes a conversation at somebody's word. Done twice it is done once.
    ///
    /// # Errors
    /// Any [`StoreError`]; `Conflict` only if the conversation keeps changing.
    pub async fn steer(
        &self,
        account: &Account,
        peer: &Peer,
        steer: &Steer,
        now_ms: i64,
    ) -> Result<Steered, StoreError> {
        let mut tried = 1;
        loop {
            let Some(shown) = self.shown(account, peer, now_ms).await? else {
                return Ok(Steered::Missing);
            };
            let read = shown.conversation;
            let mut next = read.clone();
            if !next.facts.steer(steer) {
                return Ok(Steered::TooManyTags);
            }
            if next.facts == read.facts {
                return Ok(Steered::Done(Box::new(read)));
            }
            match self.save_facts(&account.id, peer, &read, next).await {
                Err(StoreError::Conflict) if tried < TRIES => tried += 1,
                outcome => return outcome.map(|conversation| Steered::Done(Box::new(conversation))),
            }
        }
    }
}

impl Facts {
    /// Does as the office says. False if there is no room for another mark.
    fn steer(&mut self, steer: &Steer) -> bool {
        match steer {
            Steer::Pause(until) => {
                let office = short_digest(OFFICE);
                self.held.retain(|held| held.id != office);
                // Of several holds the latest few are kept: one that ends before those would change nothing.
                self.hold(UnixMillis(*until), OFFICE);
            }
            Steer::Resume => {
                self.held.clear();
                self.foreign.clear();
                self.elsewhere = None;
            }
            Steer::Tag(tag) => {
                if !self.tags.contains(tag) && self.tags.len() >= MAX_TAGS {
                    return false;
                }
                self.tags.insert(tag.clone());
            }
            Steer::Untag(tag) => drop(self.tags.remove(tag)),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Mark;

    const NOW: i64 = 1_767_225_600_000;
    const HOUR: i64 = 3_600_000;

    fn paused(steers: &[Steer]) -> Option<i64> {
        let mut facts = Facts::default();
        facts.foreign.insert(Mark { at: NOW - HOUR, id: "echo".to_owned() });
        steers.iter().for_each(|steer| assert!(facts.steer(steer)));
        facts.paused_until().map(|until| until.0)
    }

    #[test]
    fn the_offices_latest_word_counts_and_going_on_lifts_every_pause() {
        use Steer::{Pause, Resume};
        let by_hand = NOW - HOUR + crate::PAUSE_MS;
        let cases = [
            ("what an answer by hand pauses stays", vec![Pause(NOW + HOUR)], Some(by_hand)),
            ("longer than that", vec![Pause(NOW + 24 * HOUR)], Some(NOW + 24 * HOUR)),
            ("shortened", vec![Pause(NOW + 48 * HOUR), Pause(NOW + 24 * HOUR)], Some(NOW + 24 * HOUR)),
            ("lifted", vec![Pause(NOW + 24 * HOUR), Resume], None),
            ("and paused again", vec![Resume, Pause(NOW + HOUR)], Some(NOW + HOUR)),
        ];
        for (case, steers, expected) in cases {
            assert_eq!(paused(&steers), expected, "{case}");
        }
    }

    #[test]
    fn a_mark_is_refused_only_where_there_is_no_room_for_another() {
        let mut facts = Facts::default();
        let tag = |n: usize| Steer::Tag(format!("tag-{n}"));
        assert!((0..MAX_TAGS).all(|n| facts.steer(&tag(n))));
        assert!(!facts.steer(&tag(MAX_TAGS)) && facts.steer(&tag(0)), "full, but one that is there is there");
        assert!(facts.steer(&Steer::Untag("tag-0".to_owned())) && facts.steer(&tag(MAX_TAGS)));
        assert!(facts.steer(&Steer::Untag("nothing".to_owned())));
        assert_eq!(facts.tags.len(), MAX_TAGS);
    }
}
