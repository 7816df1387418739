//! Works on the replies of one item, one after the other, as far as they can go now.

use std::pin::Pin;

use graph::Graph;
use instagram::{AccountId, Peer};
use secrecy::SecretString;
use store::{Conversation, Item, Key, Standing, Store, StoreError, Word};

use crate::notice::Listener;
use crate::reads::Reads;
use crate::rhythm::Rhythm;
use crate::step::Next;
use crate::waiting::Waiting;
use crate::{Attempt, Settings};

/// How often a claim lost to somebody else is tried again with fresh knowledge.
const MAX_LOST_CLAIMS: u32 = 5;

/// Tells milliseconds since 1970.
pub type Now<'a> = &'a (dyn Fn() -> i64 + Send + Sync);

/// Waits for some milliseconds.
pub type Pause<'a> = &'a (dyn Fn(i64) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync);

/// The table and the Graph API, joined by the protocol. Cheap to clone; clones keep one pace.
#[derive(Debug, Clone)]
pub struct Outbox {
    pub(crate) store: Store,
    pub(crate) graph: Graph,
    pub(crate) settings: Settings,
    pub(crate) rhythm: Rhythm,
    pub(crate) waiting: Waiting,
    pub(crate) reads: Reads,
    pub(crate) listener: Listener,
}

/// The replies to work on, and what was read of them.
#[derive(Clone)]
pub struct Drive<'a> {
    /// Whose replies, and whether they may leave: at most 5 seconds old.
    pub standing: &'a Standing,
    /// The account's token, opened; `None` if it has none that can be used.
    pub token: Option<&'a SecretString>,
    /// The person, or the comment that stands in for one.
    pub peer: &'a Peer,
    /// The item the replies lie in.
    pub key: &'a Key,
    /// The conversation, read **before** the item: its fence must be older than what is known of the replies, or a
    /// slow worker sends a second time.
    pub conversation: Conversation,
    /// The item.
    pub item: Item,
    /// No attempt begins at this moment or later, in milliseconds since 1970: it would be cut off in the middle.
    pub begin_before: i64,
    /// The caller tells the CRM what becomes of the replies before it acknowledges their event: no word is left of it, unless
    /// somebody else may have acknowledged it already.
    pub tells: bool,
    /// Replies in doubt are looked into, with pauses between the calls that this takes; without, they are left to
    /// somebody else.
    pub judges: Option<Pause<'a>>,
}

impl Drive<'_> {
    pub(crate) fn account(&self) -> &AccountId {
        &self.standing.account.id
    }
}

/// Why work on replies stopped without a place to continue from. The caller lets the event come again.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// The table failed. If a claim was made, its lease runs out and the reply becomes unknown, never doubled.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Others kept claiming first.
    #[error("the conversation stayed busy")]
    Busy,
    /// There is a reply to send and no time left for it.
    #[error("no time was left for a reply")]
    OutOfTime,
}

impl Outbox {
    /// Who tells the CRM of a reply that was in doubt, and so due.
    pub(crate) fn word_of_doubt(&self) -> Word {
        if self.settings.leaves_word { Word::Left } else { Word::Nobody }
    }

    /// Who tells the CRM how a reply of a drive ended.
    pub(crate) fn word(&self, drive: &Drive<'_>) -> Word {
        match (self.settings.leaves_word, drive.tells && drive.item.due_at.is_none()) {
            (false, _) => Word::Nobody,
            (true, true) => Word::Writer,
            (true, false) => Word::Left,
        }
    }

    /// An outbox over the table and the Graph API.
    pub fn new(store: Store, graph: Graph, settings: Settings) -> Self {
        Self {
            store,
            graph,
            settings,
            rhythm: Rhythm::default(),
            waiting: Waiting::default(),
            reads: Reads::default(),
            listener: Listener::default(),
        }
    }

    /// Sends what can be sent now. On return every reply is final, or the item says when it is due.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub async fn drive(&self, mut drive: Drive<'_>, now: Now<'_>) -> Result<Vec<Attempt>, OutboxError> {
        let mut attempts = Vec::new();
        let mut step = 0;
        let mut lost_claims = 0;
        while step < drive.item.replies().len() {
            self.lift_own_pauses(&drive.key.pk, &mut drive.conversation, now()).await?;
            let next = match self.step(&drive, step, now).await {
                // Nothing was claimed yet: what is known has to be read again.
                Err(OutboxError::Store(StoreError::Conflict)) => Next::Reload,
                outcome => outcome?,
            };
            match next {
                // Nothing was done, so nothing has to be read again.
                Next::Passed => {
                    step += 1;
                    continue;
                }
                Next::Sent(attempt) => {
                    attempts.push(attempt);
                    step += 1;
                }
                Next::Ended(attempt) => {
                    attempts.push(attempt);
                    break;
                }
                Next::Stop => break,
                Next::Again => {}
                Next::Reload if lost_claims < MAX_LOST_CLAIMS => lost_claims += 1,
                Next::Reload => return Err(OutboxError::Busy),
            }
            if step < drive.item.replies().len() {
                drive.conversation = self.store.conversation(drive.account(), drive.peer, now()).await?;
                drive.item = self.store.item(drive.key, now()).await?;
            }
        }
        Ok(attempts)
    }
}
