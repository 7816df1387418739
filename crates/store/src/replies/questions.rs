//! The questions of an account to somebody outside, by the ids of the replies that the answers become: whoever answers, or
//! judges a draft, knows that id alone. An entry is written before the reply, and is worth no more than what its record says.

use instagram::AccountId;
use serde::{Deserialize, Serialize};

use crate::replies::ReplyRef;
use crate::retention::list_end;
use crate::table::is_over;
use crate::{Key, Store, StoreError, keys};

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Partition of the item that the reply lies in.
    thread: String,
    /// Sort key of that item.
    item: String,
    /// Its place among the item's replies.
    step: usize,
    /// When it was asked, in milliseconds since 1970.
    pub at: i64,
    /// From when on neither an answer nor a draft of it can leave any more, in milliseconds since 1970.
    pub until: i64,
    /// Seconds since 1970 when the entry may go.
    #[serde(default)]
    expires_at: i64,
}

impl Question {
    /// A question that becomes this reply, of an account that keeps its messages for so many days.
    pub fn new(reply: &ReplyRef, at: i64, until: i64, kept_days: u16) -> Self {
        Self {
            thread: reply.item.pk.clone(),
            item: reply.item.sk.clone(),
            step: reply.step,
            at,
            until,
            expires_at: list_end(at, kept_days),
        }
    }

    /// The reply.
    pub fn reply(&self) -> ReplyRef {
        ReplyRef { item: Key { pk: self.thread.clone(), sk: self.item.clone() }, step: self.step }
    }
}

impl Store {
    /// Enters a question under the id of the reply that the answer becomes.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn enter_question(
        &self,
        account: &AccountId,
        reply_id: &str,
        question: &Question,
    ) -> Result<(), StoreError> {
        self.put(&keys::question(account, reply_id), question).await
    }

    /// The question that becomes the reply with this id; `None` if there is none, or it has expired. Any text may be asked for.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn question(
        &self,
        account: &AccountId,
        reply_id: &str,
        now_ms: i64,
    ) -> Result<Option<Question>, StoreError> {
        let found: Option<Question> = self.get(&keys::question(account, reply_id)).await?;
        Ok(found.filter(|question| !is_over(question.expires_at, now_ms)))
    }

    /// The questions of an account of which something may still leave.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn open_questions(&self, account: &AccountId, now_ms: i64) -> Result<Vec<Question>, StoreError> {
        let mut questions: Vec<Question> = self.query(&keys::account_partition(account), keys::QUESTION).await?;
        questions.retain(|question| question.until > now_ms && !is_over(question.expires_at, now_ms));
        Ok(questions)
    }
}
