//! Records: how an attempt ended, and what was found out about it later.

use crate::replies::due::{clear_due, set_due};
use crate::replies::{ReplyRef, at_attempt, under_way};
use crate::table::from_attributes;
use crate::update::Update;
use crate::{Item, Key, ReplyState, Store, StoreError, Try};

/// Who tells the CRM of what is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Nobody: there is nobody to be told, or nothing to tell.
    Nobody,
    /// The writer, or whoever its event comes to next. Refused where the item is due: then somebody may have acknowledged the
    /// event and relied on whoever looks for what is due.
    Writer,
    /// Whoever looks for what is due: see [`Item::untold`].
    Left,
}

/// What an attempt came to, other than proof that the reply is out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// `Planned` (later), `Unknown`, `Failed` or `Parked`.
    pub state: ReplyState,
    /// Why: a code such as `window` or `no_answer`.
    pub reason: String,
    /// When somebody must look again, in milliseconds since 1970; `None` only for final states.
    pub due_at: Option<i64>,
    /// How often evidence may have put the reply back into the plan by now; `None` leaves the count as it is.
    pub again: Option<u32>,
    /// How many replies the item has: those after a failed or parked one fail too.
    pub replies: usize,
    /// Who tells the CRM.
    pub word: Word,
    /// Now, in milliseconds since 1970.
    pub at: i64,
}

/// What a reply became.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentAs<'a> {
    /// The message or comment; `None` if only its existence is proven.
    pub mid: Option<&'a str>,
    /// How it is known, unless Meta's answer said so: a code such as `echo_text`.
    pub by: Option<&'a str>,
    /// No reply of the item comes after it. Otherwise a due time stays, for the sake of the next.
    pub is_last: bool,
    /// Who tells the CRM.
    pub word: Word,
    /// Now, in milliseconds since 1970.
    pub at: i64,
}

/// What a reply was before proof was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// Where it stood.
    pub state: ReplyState,
    /// The message or comment it was known as.
    pub mid: Option<String>,
}

impl Store {
    /// Records proof that a reply is out. Proof wins over every other state. Gives what stood there before, if that can be
    /// read.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the item is gone, erased meanwhile, or [`Word::Writer`] is refused.
    pub async fn record_sent(&self, reply: &ReplyRef, k: u64, sent: &SentAs<'_>) -> Result<Option<Before>, StoreError> {
        let mut update = sent_update(reply, k, sent)?;
        update.require("attribute_exists(why)");
        let item: Option<Item> = from_attributes(self.update_replacing(update).await?).ok();
        let before = item.as_ref().and_then(|item| item.replies().get(reply.step));
        Ok(before.map(|before| Before { state: before.state, mid: before.mid.clone() }))
    }

    /// Records that attempt `k` of a reply is out, on evidence that could belong to another attempt: a message with the
    /// same words. It counts only while that attempt is under way or in doubt.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if more was learnt of the reply since.
    pub async fn record_found(&self, reply: &ReplyRef, k: u64, sent: &SentAs<'_>) -> Result<(), StoreError> {
        let mut update = sent_update(reply, k, sent)?;
        let under_way = under_way(&mut update, reply, k)?;
        let in_doubt = at_attempt(&mut update, reply, ReplyState::Unknown, k)?;
        update.require(&format!("({under_way}) OR ({in_doubt})"));
        self.update(update).await
    }

    /// Records how attempt `k` ended, if that attempt is still the one that counts.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if another attempt, or proof, was recorded since, or [`Word::Writer`] is refused.
    pub async fn record_ended(&self, reply: &ReplyRef, k: u64, ended: &Ended) -> Result<(), StoreError> {
        let mut update = ended_update(reply, k, ended)?;
        let under_way = under_way(&mut update, reply, k)?;
        update.require(&under_way);
        self.update(update).await
    }

    /// Records what was decided about a reply in doubt since attempt `k`: planned again, still unknown, parked.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it is no longer in doubt, or since another attempt.
    pub async fn record_judged(&self, reply: &ReplyRef, k: u64, ended: &Ended) -> Result<(), StoreError> {
        let mut update = ended_update(reply, k, ended)?;
        let in_doubt = at_attempt(&mut update, reply, ReplyState::Unknown, k)?;
        update.require(&in_doubt);
        self.update(update).await
    }

    /// The CRM was told of everything that became of an item's replies by `untold`, as it was read. `ended` if that was the
    /// end of them all: then nothing of the item is due.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if there is more to tell since.
    pub async fn told(&self, item: &Key, untold: i64, ended: bool) -> Result<(), StoreError> {
        let mut update = Update::of(item.clone());
        update.remove("untold");
        if ended {
            clear_due(&mut update);
        }
        let same = update.compare("untold", "=", untold)?;
        update.require(&same);
        self.update(update).await
    }

    /// Records what a person decided about a reply that was parked after attempt `k`. It is as if it had never been in
    /// doubt; `not_after` gives it more time.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it is no longer parked, or since another attempt.
    pub async fn record_resolved(
        &self,
        reply: &ReplyRef,
        k: u64,
        ended: &Ended,
        not_after: Option<i64>,
    ) -> Result<(), StoreError> {
        let mut update = ended_update(reply, k, ended)?;
        update.remove(&reply.path("unknown_since"));
        if let Some(not_after) = not_after {
            update.set(&reply.path("not_after"), not_after)?;
        }
        let parked = at_attempt(&mut update, reply, ReplyState::Parked, k)?;
        update.require(&parked);
        self.update(update).await
    }
}

fn sent_update(reply: &ReplyRef, k: u64, sent: &SentAs<'_>) -> Result<Update, StoreError> {
    let mut update = Update::of(reply.item.clone());
    update.set(&reply.path("state"), ReplyState::Sent)?;
    update.set(&reply.path("att"), k)?;
    if let Some(mid) = sent.mid {
        update.set(&reply.path("mid"), mid)?;
    }
    match sent.by {
        Some(by) => update.set(&reply.path("reason"), by)?,
        None => update.remove(&reply.path("reason")),
    }
    update.remove(&reply.path("until"));
    note_try(&mut update, reply, k, sent.at, sent.by.unwrap_or("sent"))?;
    leave_word(&mut update, sent.word, sent.at)?;
    match (sent.is_last, sent.word) {
        (true, Word::Left) => set_due(&mut update, &reply.item, sent.at)?,
        (true, Word::Nobody | Word::Writer) => clear_due(&mut update),
        (false, _) => {}
    }
    Ok(update)
}

fn ended_update(reply: &ReplyRef, k: u64, ended: &Ended) -> Result<Update, StoreError> {
    let mut update = Update::of(reply.item.clone());
    update.set(&reply.path("state"), ended.state)?;
    update.set(&reply.path("att"), k)?;
    update.set(&reply.path("reason"), &ended.reason)?;
    if ended.state == ReplyState::Unknown {
        // Its lease stays: what Meta shows from before the attempt is not the attempt's.
        update.set_if_absent(&reply.path("unknown_since"), ended.at)?;
    } else {
        update.remove(&reply.path("until"));
    }
    if let Some(again) = ended.again {
        update.set(&reply.path("again"), again)?;
    }
    note_try(&mut update, reply, k, ended.at, &ended.reason)?;
    leave_word(&mut update, ended.word, ended.at)?;
    match ended.due_at.or((ended.word == Word::Left).then_some(ended.at)) {
        Some(due_at) => set_due(&mut update, &reply.item, due_at)?,
        None => clear_due(&mut update),
    }
    if matches!(ended.state, ReplyState::Failed | ReplyState::Parked) {
        for step in reply.step + 1..ended.replies {
            let later = ReplyRef { item: reply.item.clone(), step };
            update.set(&later.path("state"), ReplyState::Failed)?;
            update.set(&later.path("reason"), "earlier_step")?;
        }
    }
    Ok(update)
}

fn leave_word(update: &mut Update, word: Word, at: i64) -> Result<(), StoreError> {
    match word {
        Word::Nobody => {}
        Word::Writer => update.require("attribute_not_exists(due_at)"),
        Word::Left => update.set("untold", at)?,
    }
    Ok(())
}

/// Adds a line to the reply's story.
fn note_try(update: &mut Update, reply: &ReplyRef, k: u64, at: i64, what: &str) -> Result<(), StoreError> {
    update.append(&reply.path("tries"), &[Try { k, at, what: what.to_owned() }])
}
