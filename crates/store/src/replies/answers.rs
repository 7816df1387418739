//! Replies whose words come from outside: given, released, dropped. Each by a request, by whose digest a repeated one is known.

use instagram::Words;

use crate::replies::{ReplyRef, set_due};
use crate::update::Update;
use crate::{ReplyState, Store, StoreError};

impl Store {
    /// Gives a reply the words that somebody outside was asked for: written by `model`. Due at once, or, as a draft, when its
    /// time is over.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if nobody was asked, it was answered before, or the deadline has passed at `now_ms`.
    pub async fn answer(
        &self,
        reply: &ReplyRef,
        text: &Words,
        model: &str,
        request: &str,
        draft_until: Option<i64>,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let mut update = Update::of(reply.item.clone());
        update.set(&reply.path("text"), text)?;
        update.set(&reply.path("model"), model)?;
        update.set(&reply.path("request"), request)?;
        // The words that were meant for no answer may have been more than a text.
        update.remove(&reply.path("message"));
        update.remove(&reply.path("asked"));
        if draft_until.is_some() {
            update.set(&reply.path("draft"), true)?;
        }
        set_due(&mut update, &reply.item, draft_until.unwrap_or(now_ms))?;
        let in_time = update.compare(&reply.path("asked.deadline"), ">", now_ms)?;
        update.require(&in_time);
        require_untouched(&mut update, reply)?;
        self.update(update).await
    }

    /// Lets a draft go out, by somebody's word.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it is no draft any more.
    pub async fn release(&self, reply: &ReplyRef, author: &str, request: &str, now_ms: i64) -> Result<(), StoreError> {
        let mut update = Update::of(reply.item.clone());
        update.remove(&reply.path("draft"));
        update.set(&reply.path("released_by"), author)?;
        update.set(&reply.path("request"), request)?;
        set_due(&mut update, &reply.item, now_ms)?;
        let is_draft = update.compare(&reply.path("draft"), "=", true)?;
        update.require(&is_draft);
        require_untouched(&mut update, reply)?;
        self.update(update).await
    }

    /// Ends a draft, by somebody's word. No gate is claimed for it: nobody sends a draft. Word is left of it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it is no draft any more.
    pub async fn drop_draft(
        &self,
        reply: &ReplyRef,
        author: &str,
        request: &str,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let mut update = Update::of(reply.item.clone());
        update.remove(&reply.path("draft"));
        update.set(&reply.path("released_by"), author)?;
        update.set(&reply.path("request"), request)?;
        update.set(&reply.path("state"), ReplyState::Failed)?;
        update.set(&reply.path("reason"), "dropped")?;
        update.set("untold", now_ms)?;
        set_due(&mut update, &reply.item, now_ms)?;
        let is_draft = update.compare(&reply.path("draft"), "=", true)?;
        update.require(&is_draft);
        require_untouched(&mut update, reply)?;
        self.update(update).await
    }
}

/// It is planned, and nobody tried to send it.
fn require_untouched(update: &mut Update, reply: &ReplyRef) -> Result<(), StoreError> {
    let planned = update.compare(&reply.path("state"), "=", ReplyState::Planned)?;
    let never_tried = update.absent(&reply.path("att"));
    update.require(&planned);
    update.require(&never_tried);
    Ok(())
}
