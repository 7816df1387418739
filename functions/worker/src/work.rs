//! An event about to be applied, and how closely it was looked at so far.

use std::sync::Arc;

use boot::Deadline;
use instagram::{Event, Kind, UnixMillis};
use job::Job;
use store::{Account, Consistency, Key, Sight, Standing};

use crate::outcome::Trouble;
use crate::tally::Tally;

/// An event to be applied, where, and how closely it is looked at.
///
/// Most events are answered with nothing. So each is looked at in passing first: a glance at the account, and reads that
/// may be a moment old. What is written then is written on condition that nothing changed since, and whatever else a glance
/// cannot settle, above all that something is to be sent, is [`Trouble::Glanced`]: then everything is read anew, and the
/// account's whole standing with it.
pub(crate) struct Work<'a> {
    pub(crate) event: Event,
    pub(crate) job: &'a Job,
    /// The job as it lay in the queue.
    pub(crate) body: &'a str,
    pub(crate) at: UnixMillis,
    pub(crate) sight: Sight,
    /// How fresh its item and its conversation are read.
    pub(crate) consistency: Consistency,
    pub(crate) key: Key,
    pub(crate) deadline: &'a Deadline,
    pub(crate) tally: &'a Tally,
}

impl Work<'_> {
    pub(crate) fn account(&self) -> &Account {
        self.sight.account()
    }

    /// What decides about the account's sending.
    ///
    /// # Errors
    /// [`Trouble::Glanced`] if there was a glance at the account only.
    pub(crate) fn standing(&self) -> Result<&Arc<Standing>, Trouble> {
        match &self.sight {
            Sight::Standing(standing) => Ok(standing),
            Sight::Glance(_) => Err(Trouble::Glanced),
        }
    }

    /// An echo is held against the conversation's gate, and may come before that shows everywhere. Who is mistaken there
    /// takes a message of ours for somebody else's.
    pub(crate) fn reads(&self) -> Consistency {
        match self.event.kind {
            Kind::MessageEchoed(_) => Consistency::Strong,
            _ => self.consistency,
        }
    }
}
