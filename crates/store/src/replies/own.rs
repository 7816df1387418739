//! What is remembered in a conversation because of a reply that was, or could not be, sent there.

use instagram::{AccountId, Peer, UnixMillis};

use crate::table::is_over;
use crate::{Conversation, Store, StoreError, Wish};

/// How often a change is computed anew because somebody else wrote first.
const TRIES: u32 = 5;

impl Store {
    /// Remembers that a message in this conversation is ours, and lifts the pause that its echo may have caused.
    ///
    /// Kept until `expires_at`, in seconds since 1970; `now_ms` in milliseconds.
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
        now_ms: i64,
    ) -> Result<(), StoreError> {
        self.change_conversation(account, peer, |next| {
            if is_over(next.expires_at, now_ms) {
                *next = std::mem::take(next).expired();
            }
            next.facts.lift_pause(mid);
            next.remember_sent(mid);
            next.expires_at = next.expires_at.max(expires_at);
        })
        .await
    }

    /// Remembers that two ids are one person's. What either said of automatic answers holds for both from now on.
    ///
    /// # Errors
    /// As [`Store::own_message`].
    pub async fn link(&self, account: &AccountId, one: &Peer, other: &Peer) -> Result<(), StoreError> {
        // Linked first, asked then: whoever says something in between finds the link and tells the other.
        let said_by_one = self.link_to(account, one, other, &[]).await?;
        let said = self.link_to(account, other, one, &said_by_one).await?;
        if said == said_by_one { Ok(()) } else { self.link_to(account, one, other, &said).await.map(drop) }
    }

    /// Links a conversation to another one, whose words on automatic answers count here too. Gives its own.
    async fn link_to(
        &self,
        account: &AccountId,
        peer: &Peer,
        to: &Peer,
        said: &[Wish],
    ) -> Result<Vec<Wish>, StoreError> {
        self.change_conversation(account, peer, |next| {
            next.link(to);
            said.iter().for_each(|wish| next.facts.merge_wish(wish.clone()));
        })
        .await?;
        let facts = self.stored_conversation(account, peer).await?.facts;
        Ok([facts.wish_before, facts.wish].into_iter().flatten().collect())
    }

    /// Keeps automation silent in a conversation until a moment, because of what `key` names: somebody of the office answers
    /// here, or says so.
    ///
    /// # Errors
    /// As [`Store::own_message`].
    pub async fn hold(&self, account: &AccountId, peer: &Peer, until: UnixMillis, key: &str) -> Result<(), StoreError> {
        self.change_conversation(account, peer, |next| next.facts.hold(until, key)).await
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
            let read = self.stored_conversation(account, peer).await?;
            let mut next = read.clone();
            change(&mut next);
            match self.save_facts(account, peer, &read, next).await {
                Err(StoreError::Conflict) if tried < TRIES => tried += 1,
                outcome => return outcome.map(drop),
            }
        }
    }

    /// The conversation, read consistently. Of one that has expired only what counts for sending is left.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn conversation(
        &self,
        account: &AccountId,
        peer: &Peer,
        now_ms: i64,
    ) -> Result<Conversation, StoreError> {
        let read = self.stored_conversation(account, peer).await?;
        Ok(if is_over(read.expires_at, now_ms) { read.expired() } else { read })
    }

    /// The conversation as it lies in the table, expired or not.
    pub(crate) async fn stored_conversation(
        &self,
        account: &AccountId,
        peer: &Peer,
    ) -> Result<Conversation, StoreError> {
        Ok(self.get(&crate::keys::conversation(account, peer)).await?.unwrap_or_default())
    }
}
