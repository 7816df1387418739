//! One conversation: what there is to do in it, and doing it.

use boot::{Chain, Deadline};
use store::{Connection, Conversation, Item, Key, ReplyState, Standing, StoreError};

use crate::Caretaker;
use crate::backlog::{Done, Thread, Urgency};
use crate::tally::{LEFT_DUE, Tally};
use crate::trouble::Trouble;

impl Caretaker {
    /// Reads the items of a conversation, and puts them into the order in which they are worked on: by urgency, then the
    /// oldest first. What is not due any more is left out: the index lags behind.
    pub(crate) async fn look(&self, thread: Thread, tally: &Tally) -> Done {
        let now = self.clock.now_ms();
        let mut due = Vec::new();
        let mut left = Vec::new();
        let mut done = Vec::new();
        for key in thread.keys {
            match self.store.item(&key, now).await {
                Ok(item) => match urgency(&item, now) {
                    Some(urgency) => {
                        if urgency != Urgency::Hint {
                            tally.due(now - item.due_at.unwrap_or(now));
                        }
                        due.push((urgency, item.content.at.or(item.content.hinted_at), key));
                    }
                    None => done.push(key),
                },
                Err(error) => {
                    tracing::error!(account.id = %thread.account, error = %Chain(&error), "what is due cannot be read");
                    tally.count(LEFT_DUE, 1);
                    left.push(key);
                }
            }
        }
        due.sort_by_key(|(urgency, at, _)| (*urgency, *at));
        let next = due.first().map(|(urgency, ..)| *urgency);
        let keys = if due.is_empty() { done } else { due.into_iter().map(|(.., key)| key).collect() };
        Done { thread: Thread { keys, ..thread }, next, left }
    }

    /// Works on a conversation's items, one after the other. What cannot be done now stays due.
    pub(crate) async fn work(&self, thread: Thread, begin_until: &Deadline, tally: &Tally) -> Done {
        let mut left = Vec::new();
        for key in &thread.keys {
            if begin_until.remaining().is_zero() {
                left.push(key.clone());
                continue;
            }
            if let Err(trouble) = self.tend(&thread, key, begin_until, tally).await {
                left.push(key.clone());
                if !trouble.is_expected() {
                    tally.count(LEFT_DUE, 1);
                    tracing::error!(
                        account.id = %thread.account, error = %Chain(&trouble), "what is due could not be done; it stays due"
                    );
                }
            }
        }
        Done { thread, next: None, left }
    }

    /// One item.
    async fn tend(&self, thread: &Thread, key: &Key, begin_until: &Deadline, tally: &Tally) -> Result<(), Trouble> {
        let now = self.clock.now_ms();
        let standing = self.accounts.standing(&thread.account, now).await?;
        // In this order: the fence must be older than what is known of the replies.
        let conversation = self.store.conversation(&thread.account, &thread.peer, now).await?;
        let item = self.store.item(key, now).await?;
        if item.due_at.is_none_or(|due_at| due_at > now) {
            return Ok(());
        }
        if is_being_erased(&standing, &conversation, &item) {
            return Err(Trouble::BeingErased);
        }
        if item.is_hint() {
            return self.look_up(&standing, key, &item, tally).await;
        }
        if item.replies().iter().any(|reply| !reply.state.is_final()) {
            self.drive(&standing, &thread.peer, key, conversation, item, begin_until, tally).await?;
            let item = self.store.item(key, self.clock.now_ms()).await?;
            return self.tell_of_replies(&standing, &thread.peer, key, &item).await;
        }
        if item.untold.is_some() {
            return self.tell_of_replies(&standing, &thread.peer, key, &item).await;
        }
        self.forget_hint(&standing, key, &item).await
    }

    /// Something is due and there is nothing to do: a message hinted at that was unsent before it was looked for.
    async fn forget_hint(&self, standing: &Standing, key: &Key, item: &Item) -> Result<(), Trouble> {
        if item.content.hinted_at.is_some() && item.decision.is_none() {
            return match self.store.end_search(key, "unsent").await {
                Ok(()) | Err(StoreError::Conflict) => Ok(()),
                Err(error) => Err(error.into()),
            };
        }
        tracing::error!(account.id = %standing.account.id, item = %key.sk, "an item is due that asks for nothing");
        Ok(())
    }
}

/// Nothing is sent, looked up or listed of what an erasure has yet to come to: that would be left behind it.
fn is_being_erased(standing: &Standing, conversation: &Conversation, item: &Item) -> bool {
    let account = &standing.account;
    if account.connection == Connection::Erased && account.erased_before.is_some() {
        return true;
    }
    let before = account.erased_before.max(conversation.erased_before);
    before.is_some_and(|before| item.content.is_from_before(before))
}

/// What there is to do with an item; `None` if it is not due.
fn urgency(item: &Item, now: i64) -> Option<Urgency> {
    item.due_at.filter(|due_at| *due_at <= now)?;
    Some(if item.replies().iter().any(|reply| reply.state == ReplyState::Unknown) {
        Urgency::InDoubt
    } else if item.decision.is_some() {
        Urgency::Planned
    } else {
        Urgency::Hint
    })
}
