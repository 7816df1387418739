//! The account's own messages coming back: is one of them a reply of ours?

use instagram::Words;
use store::{Before, Conversation, Gate, Item, Key, Reply, ReplyRef, ReplyState, SentAs, StoreError};

use crate::LEASE_MS;
use crate::drive::{Outbox, OutboxError};
use crate::evidence::is_same;
use crate::notice::is_double;

/// A message of the account as Meta tells of it.
#[derive(Debug, Clone, Copy)]
pub struct Echo<'a> {
    /// Its id.
    pub mid: &'a str,
    /// Its text, if it has one.
    pub text: Option<&'a str>,
    /// When it was written by Meta's clock, in milliseconds since 1970.
    pub at: i64,
    /// The name of the reply that it carries, if it carries one and this was our app's: see
    /// [`Settings::marker`](crate::Settings::marker).
    pub marker: Option<&'a str>,
}

/// Who wrote a message of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// It is a reply of ours.
    Ours,
    /// A person of the office, or another app.
    SomebodyElses,
}

impl Outbox {
    /// Tells whether an echo is a reply of ours. One in doubt whose words and time fit is recorded as sent by it: until
    /// then nobody knew.
    ///
    /// `thread` is the partition of the conversation's items, `conversation` was read just now.
    ///
    /// # Errors
    /// [`OutboxError::Store`]; a conflict means that more was learnt of the reply meanwhile: ask again.
    pub async fn hear(
        &self,
        thread: &str,
        conversation: &Conversation,
        echo: &Echo<'_>,
        now: i64,
    ) -> Result<Whose, OutboxError> {
        let expected = |text: &&str| conversation.expects(text, echo.at);
        if conversation.is_own(echo.mid) || echo.text.as_ref().is_some_and(expected) {
            return Ok(Whose::Ours);
        }
        let Some(gate) = &conversation.gate else {
            return Ok(Whose::SomebodyElses);
        };
        let (place, owner) = self.gate_owner(thread, gate, now).await?;
        let Some(reply) = owner.replies().get(gate.step) else {
            return Ok(Whose::SomebodyElses);
        };
        if reply.mid.as_deref() == Some(echo.mid) {
            return Ok(Whose::Ours);
        }
        let is_marked = echo.marker == Some(reply.id.as_str());
        if !is_marked && (!is_open(reply, gate) || !fits(echo, reply, gate)) {
            if is_double(echo, reply, gate, &owner) {
                self.doubled(reply);
            }
            return Ok(Whose::SomebodyElses);
        }
        let is_last = gate.step + 1 == owner.replies().len();
        let by = if is_marked { "echo" } else { "echo_text" };
        let sent = SentAs { mid: Some(echo.mid), by: Some(by), is_last, word: self.word_of_doubt(), at: now };
        if is_marked {
            let before = self.store.record_sent(&place, gate.k, &sent).await?;
            self.recorded(reply, before.as_ref(), Some(echo.mid), now);
        } else {
            self.store.record_found(&place, gate.k, &sent).await?;
            self.recorded(reply, Some(&Before { state: reply.state, mid: None }), Some(echo.mid), now);
        }
        Ok(Whose::Ours)
    }

    /// Lifts the pauses of a conversation that our own messages caused, by coming back before their sending was
    /// recorded. True if there were any.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn lift_own_pauses(
        &self,
        thread: &str,
        conversation: &mut Conversation,
        now: i64,
    ) -> Result<bool, StoreError> {
        let mut lifted = conversation.lift_own_pauses();
        if let Some(gate) = conversation.gate.clone()
            && !conversation.facts.foreign.is_empty()
        {
            let (_, owner) = self.gate_owner(thread, &gate, now).await?;
            if let Some(mid) = owner.replies().get(gate.step).and_then(|reply| reply.mid.as_deref()) {
                lifted |= conversation.facts.lift_pause(mid);
            }
        }
        Ok(lifted)
    }

    async fn gate_owner(&self, thread: &str, gate: &Gate, now: i64) -> Result<(ReplyRef, Item), StoreError> {
        let key = Key { pk: thread.to_owned(), sk: gate.item.clone() };
        let owner = self.store.item(&key, now).await?;
        Ok((ReplyRef { item: key, step: gate.step }, owner))
    }
}

/// The gate's attempt is under way or in doubt.
fn is_open(reply: &Reply, gate: &Gate) -> bool {
    match reply.state {
        ReplyState::Planned => reply.att < gate.k,
        ReplyState::Sending | ReplyState::Unknown => reply.att == gate.k,
        ReplyState::Sent | ReplyState::Failed | ReplyState::Parked => false,
    }
}

/// The same words, and not from before the attempt: those would be somebody else's, or an earlier reply's.
fn fits(echo: &Echo<'_>, reply: &Reply, gate: &Gate) -> bool {
    let claimed_at = gate.until.saturating_sub(LEASE_MS);
    let (Some(heard), Some(meant)) = (echo.text, &reply.text) else {
        return false;
    };
    echo.at >= claimed_at && is_same(meant, &Words::from(heard))
}

#[cfg(test)]
mod tests {
    use store::ReplyAction;

    use super::*;

    const CLAIMED_AT: i64 = 1_767_225_600_000;

    fn gate() -> Gate {
        Gate { item: "M#m1".to_owned(), step: 0, k: 3, until: CLAIMED_AT + LEASE_MS, by: String::new() }
    }

    fn reply(state: ReplyState, att: u64) -> Reply {
        let text = Some("A agenda\n está aqui.".into());
        let planned = Reply::planned("r".to_owned(), "agenda".to_owned(), ReplyAction::Message, text, i64::MAX);
        Reply { state, att, ..planned }
    }

    #[test]
    fn an_attempt_is_open_until_its_own_end_is_recorded() {
        let cases = [
            ("claimed", ReplyState::Planned, 0, true),
            ("claimed again after an earlier attempt", ReplyState::Planned, 2, true),
            ("ended, to be tried later", ReplyState::Planned, 3, false),
            ("in doubt", ReplyState::Unknown, 3, true),
            ("another attempt in doubt", ReplyState::Unknown, 2, false),
            ("sent", ReplyState::Sent, 3, false),
            ("failed", ReplyState::Failed, 3, false),
            ("given up", ReplyState::Parked, 3, false),
        ];
        for (case, state, att, expected) in cases {
            assert_eq!(is_open(&reply(state, att), &gate()), expected, "{case}");
        }
    }

    #[test]
    fn only_the_same_words_from_the_claim_on_fit() {
        let cases = [
            ("the same", Some("A agenda\n está aqui."), CLAIMED_AT, true),
            ("with other blanks", Some(" A agenda está aqui. "), CLAIMED_AT + 1, true),
            ("from before the claim", Some("A agenda\n está aqui."), CLAIMED_AT - 1, false),
            ("other words", Some("A agenda"), CLAIMED_AT, false),
            ("a picture", None, CLAIMED_AT, false),
        ];
        for (case, text, at, expected) in cases {
            let echo = Echo { mid: "m2", text, at, marker: None };
            assert_eq!(fits(&echo, &reply(ReplyState::Unknown, 3), &gate()), expected, "{case}");
        }
        let erased = Reply { text: None, ..reply(ReplyState::Unknown, 3) };
        assert!(
            !fits(&Echo { mid: "m2", text: None, at: CLAIMED_AT, marker: None }, &erased, &gate()),
            "nothing is not the same"
        );
    }
}
