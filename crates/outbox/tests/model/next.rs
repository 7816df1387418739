//! All that can happen next.

use std::fmt;

use crate::actor::Role;
use crate::protocol::Protocol;
use crate::world::{Name, World};
use crate::{actor, meta, operator, queue};

/// Who does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// One of those at work: which, as what, for which reply.
    Actor(usize, Role, Name),
    Queue(Name),
    Meta(Name),
    Echo(Name),
    Operator(Name),
}

/// Something that happened: a line of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) who: Who,
    pub(crate) what: &'static str,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = self.what;
        match self.who {
            Who::Actor(slot, Role::Worker, reply) => write!(f, "{}: worker for {reply:?} {what}", slot + 1),
            Who::Actor(slot, Role::Caretaker, reply) => write!(f, "{}: caretaker for {reply:?} {what}", slot + 1),
            Who::Queue(reply) => write!(f, "the job for {reply:?} {what}"),
            Who::Meta(reply) => write!(f, "Meta {what} {reply:?}"),
            Who::Echo(reply) => write!(f, "the echo of {reply:?} {what}"),
            Who::Operator(reply) => write!(f, "the operator {what} {reply:?}"),
        }
    }
}

/// The worlds that one more step can lead to.
#[derive(Debug, Default)]
pub(crate) struct Next {
    pub(crate) events: Vec<(Event, World)>,
    /// A claim found no number left: the bounds are too narrow for what was searched.
    pub(crate) ran_out: bool,
}

impl Next {
    pub(crate) fn push(&mut self, who: Who, what: &'static str, world: World) {
        self.events.push((Event { who, what }, world));
    }
}

/// Collects them in `next`, in place of what it held.
pub(crate) fn after(world: &World, protocol: &Protocol, next: &mut Next) {
    next.events.clear();
    queue::steps(world, protocol, next);
    actor::steps(world, protocol, next);
    meta::steps(world, protocol, next);
    operator::steps(world, protocol, next);
}
