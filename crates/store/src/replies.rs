//! Replies: the writes of the reply protocol, each conditional on what the writer knows.
//!
//! The order of these writes was searched exhaustively; the README of `outbox` says what each guards against.

mod answers;
mod claims;
mod due;
mod listed;
mod own;
mod questions;
mod records;

use crate::Key;
use crate::update::Update;
use crate::{ReplyState, StoreError};

pub use claims::GateClaim;
pub use due::{CHORES_SHARD, DUE_SHARDS, Postponed};
pub(crate) use due::{clear_due, set_due};
pub use listed::Listed;
pub use questions::Question;
pub use records::{Before, Ended, SentAs, Word};

/// A reply: the item it lies in and its place there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyRef {
    /// The item of the event answered.
    pub item: Key,
    /// Its place among the item's replies.
    pub step: usize,
}

impl ReplyRef {
    fn path(&self, name: &str) -> String {
        format!("replies[{}].{name}", self.step)
    }
}

/// The condition that attempt `k` is the one under way: a direct message's shows in the gate alone, so its reply is still
/// planned and knows of earlier attempts only.
fn under_way(update: &mut Update, reply: &ReplyRef, k: u64) -> Result<String, StoreError> {
    let planned = update.compare(&reply.path("state"), "=", ReplyState::Planned)?;
    let never_tried = update.absent(&reply.path("att"));
    let tried_before = update.compare(&reply.path("att"), "<", k)?;
    let sending = at_attempt(update, reply, ReplyState::Sending, k)?;
    Ok(format!("({planned} AND ({never_tried} OR {tried_before})) OR ({sending})"))
}

/// The condition that a reply is in this state, and attempt `k` was its latest.
fn at_attempt(update: &mut Update, reply: &ReplyRef, state: ReplyState, k: u64) -> Result<String, StoreError> {
    let in_state = update.compare(&reply.path("state"), "=", state)?;
    let by_this_attempt = update.compare(&reply.path("att"), "=", k)?;
    Ok(format!("{in_state} AND {by_this_attempt}"))
}
