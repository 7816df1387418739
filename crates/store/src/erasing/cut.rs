//! What an erasure goes through, and what of it goes: pure.

use crate::erasures::Extent;
use crate::{Conversation, Item, keys};

/// What an order goes through, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Conversations and all that lies in them.
    Conversations,
    /// Events that name no conversation, but the person somewhere inside.
    Strays,
    /// The requests of the person.
    Requests,
    /// A list or records, by partition and beginning of the sort key.
    List(&'static str),
    /// What remains of the account itself.
    Account,
}

/// The parts of an erasure. The account's own item comes last: until then it says what is erased.
pub(super) fn parts(extent: Extent) -> &'static [Part] {
    match extent {
        Extent::Person => &[Part::Conversations, Part::Strays, Part::Requests],
        Extent::Conversations => &[
            Part::Conversations,
            Part::List(keys::FAILED),
            Part::List(keys::PARKED),
            Part::List(keys::ERASURES),
            Part::List(keys::RECENT),
            Part::List(keys::QUESTION),
        ],
        Extent::Account => &[
            Part::Conversations,
            Part::List(keys::FAILED),
            Part::List(keys::PARKED),
            Part::List(keys::ERASURES),
            Part::List(keys::RECENT),
            Part::List(keys::QUESTION),
            Part::List(keys::TOMBSTONE),
            Part::List(keys::DEED),
            Part::List(keys::RULES),
            Part::List(keys::MEDIA),
            Part::List(keys::PACE),
            Part::Account,
        ],
    }
}

/// What is erased, as the account stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// All there is.
    Everything,
    /// What happened up to this moment, in milliseconds since 1970.
    Before(i64),
}

impl Cut {
    pub(super) fn takes(self, item: &Item) -> bool {
        match self {
            Self::Everything => true,
            Self::Before(before) => item.content.is_from_before(before),
        }
    }

    pub(super) fn takes_moment(self, at: Option<i64>) -> bool {
        match self {
            Self::Everything => true,
            Self::Before(before) => at.is_some_and(|at| at <= before),
        }
    }

    pub(super) fn takes_conversation(self, conversation: &Conversation) -> bool {
        match self {
            Self::Everything => true,
            // Emptied, and something happened since.
            Self::Before(before) => conversation.is_from_before(before) || !conversation.has_news(),
        }
    }
}
