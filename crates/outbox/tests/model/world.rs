//! The world: everything that lasts between two steps of anybody.

use std::num::NonZeroU8;
use std::ops::{Index, IndexMut};

use crate::actor::Actor;
use crate::message::Message;

/// How many claims there is room for: three for each reply.
pub(crate) const MAX_ATTEMPTS: usize = 6;

/// How many may work at once.
pub(crate) const MAX_ACTORS: usize = 3;

/// Two replies of one conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) enum Name {
    #[default]
    A,
    B,
}

impl Name {
    pub(crate) const BOTH: [Self; 2] = [Self::A, Self::B];

    pub(crate) fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// The number of a claim, and of the one attempt that it allows: the fence after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Attempt(NonZeroU8);

impl Attempt {
    /// The one that follows the fence read, if there is room for it.
    pub(crate) fn after(fence: Option<Self>) -> Option<Self> {
        let next = fence.map_or(1, |Self(last)| last.get() + 1);
        NonZeroU8::new(next).filter(|next| usize::from(next.get()) <= MAX_ATTEMPTS).map(Self)
    }

    /// All there is room for.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        std::iter::successors(Self::after(None), |last| Self::after(Some(*last)))
    }

    fn index(self) -> usize {
        usize::from(self.0.get()) - 1
    }
}

/// Whose attempt is, or was last, under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Gate {
    pub(crate) owner: Name,
    pub(crate) k: Attempt,
}

/// The conversation's item. Who reads it reads both at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Conversation {
    pub(crate) fence: Option<Attempt>,
    pub(crate) gate: Option<Gate>,
}

/// What became of an attempt's request to Meta.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Request {
    /// None was made yet.
    #[default]
    Unsent,
    InFlight,
    /// A person has the message.
    Accepted,
    /// It is not, and never will be, accepted.
    Gone,
}

/// Where the message's echo is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Echo {
    /// There is none, or none any more.
    #[default]
    Over,
    /// Under way to us.
    Coming,
    /// It arrived, and the conversation was read for it.
    Heard(Gate),
}

/// One attempt as Meta knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Sending {
    /// Whose words, once it is claimed.
    pub(crate) reply: Option<Name>,
    pub(crate) request: Request,
    /// How often a person got it.
    pub(crate) accepted: u8,
    /// The fence when it was accepted: stands for Meta's time of the message.
    pub(crate) at: Option<Attempt>,
    pub(crate) echo: Echo,
}

/// A job of the queue: one for each reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Job {
    pub(crate) state: JobState,
    pub(crate) deliveries: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) enum JobState {
    /// It comes, and comes again.
    #[default]
    Queued,
    Acknowledged,
    /// In the dead-letter queue, which raises an alarm.
    Dead,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct World {
    pub(crate) conversation: Conversation,
    pub(crate) messages: PerName<Message>,
    pub(crate) jobs: PerName<Job>,
    pub(crate) sendings: PerAttempt<Sending>,
    pub(crate) actors: [Actor; MAX_ACTORS],
    /// How many crashes and lost answers there were.
    pub(crate) faults: u8,
}

impl World {
    /// Those at work.
    pub(crate) fn busy(&self) -> impl Iterator<Item = &Actor> {
        self.actors.iter().filter(|actor| **actor != Actor::Idle)
    }

    /// The attempts that put this reply before a person.
    pub(crate) fn accepted(&self, reply: Name) -> impl Iterator<Item = Attempt> {
        Attempt::all().filter(move |k| self.sendings[*k].accepted > 0 && self.sendings[*k].reply == Some(reply))
    }

    /// How often a person got this reply.
    pub(crate) fn times_accepted(&self, reply: Name) -> u8 {
        self.accepted(reply).map(|k| self.sendings[k].accepted).sum()
    }

    /// True if a message is known to be one of our replies.
    pub(crate) fn is_bound(&self, mid: Attempt) -> bool {
        Name::BOTH.iter().any(|name| self.messages[*name].mid == Some(mid))
    }
}

/// One for each reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct PerName<T>([T; 2]);

impl<T: Copy> PerName<T> {
    pub(crate) fn swapped(self) -> Self {
        let Self([a, b]) = self;
        Self([b, a])
    }
}

impl<T> Index<Name> for PerName<T> {
    type Output = T;

    fn index(&self, name: Name) -> &T {
        &self.0[name as usize]
    }
}

impl<T> IndexMut<Name> for PerName<T> {
    fn index_mut(&mut self, name: Name) -> &mut T {
        &mut self.0[name as usize]
    }
}

/// One for each attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct PerAttempt<T>([T; MAX_ATTEMPTS]);

impl<T: Copy> PerAttempt<T> {
    pub(crate) fn map(self, change: impl FnMut(T) -> T) -> Self {
        Self(self.0.map(change))
    }
}

impl<T> Index<Attempt> for PerAttempt<T> {
    type Output = T;

    fn index(&self, k: Attempt) -> &T {
        &self.0[k.index()]
    }
}

impl<T> IndexMut<Attempt> for PerAttempt<T> {
    fn index_mut(&mut self, k: Attempt) -> &mut T {
        &mut self.0[k.index()]
    }
}
