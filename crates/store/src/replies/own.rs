//! What is remembered in a conversation because of a reply that was, or could not be, sent there.

use instagram::{AccountId, Peer, UnixMillis};

use crate::{Conversation, Store, StoreError};

/// How often a change is computed anew because somebody else wrote first.
const TRIES: u32 = 5;

impl Store {
    /// Remembers that a message in this conversation is ours, and lifts the pause that its echo may have caused.
    ///
    /// Needed where the message appears under a person whose conversation did not ask for it: a private reply's direct
    /// message can carry another person's id than the comment.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`, unless the conversation keeps changing.
    pub async fn own_message(
        &self,
        account: &AccountId,
        peer: &Peer,
        mid: &str,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        self.change_conversation(account, peer, |next| {
            next.facts.lift_pause(mid);
            next.remember_sent(mid);
            next.expires_at = next.expires_at.max(expires_at);
        })
        .await
    }

    /// Remembers that two ids are one person's.
    ///
    /// # Errors
    /// As [`Store::own_message`].
    pub async fn link(&self, account: &AccountId, one: &Peer, other: &Peer) -> Result<(), StoreError> {
        self.change_conversation(account, one, |next| next.link(other)).await?;
        self.change_conversation(account, other, |next| next.link(one)).await
    }

    /// Notes a person's word on automatic answers in the conversation of another id of theirs.
    ///
    /// # Errors
    /// As [`Store::own_message`].
    pub async fn take_wish(
        &self,
        account: &AccountId,
        peer: &Peer,
        silence: bool,
        event_key: &str,
        at: UnixMillis,
    ) -> Result<(), StoreError> {
        self.change_conversation(account, peer, |next| next.facts.take_wish(silence, event_key, at)).await
    }

    /// Forgets that the disclosure line was sent at a moment: it was not.
    ///
    /// # Errors
    /// As [`Store::own_message`].
    pub async fn not_disclosed(&self, account: &AccountId, peer: &Peer) -> Result<(), StoreError> {
        self.change_conversation(account, peer, |next| next.disclosed_at = None).await
    }

    /// Remembers that Meta refused a message because another app holds the thread: automation pauses here.
    ///
    /// # Errors
    /// As [`Store::own_message`].
    pub async fn held_elsewhere(&self, account: &AccountId, peer: &Peer, at: i64) -> Result<(), StoreError> {
        self.change_conversation(account, peer, |next| {
            next.facts.elsewhere = next.facts.elsewhere.max(Some(at));
        })
        .await
    }

    async fn change_conversation(
        &self,
        account: &AccountId,
        peer: &Peer,
        change: impl Fn(&mut Conversation),
    ) -> Result<(), StoreError> {
        let mut tried = 1;
        loop {
            let read = self.conversation(account, peer).await?;
            let mut next = read.clone();
            change(&mut next);
            match self.save_facts(account, peer, &read, next).await {
                Err(StoreError::Conflict) if tried < TRIES => tried += 1,
                outcome => return outcome.map(drop),
            }
        }
    }

    /// The conversation, read consistently.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn conversation(&self, account: &AccountId, peer: &Peer) -> Result<Conversation, StoreError> {
        Ok(self.get(&crate::keys::conversation(account, peer)).await?.unwrap_or_default())
    }
}
