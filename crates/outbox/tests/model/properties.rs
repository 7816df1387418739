//! What must hold.

use crate::message::Stage;
use crate::world::{Attempt, Echo, JobState, Name, Request, World};

/// A promise of the protocol. The last is one about a world's future, and the search's to judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Property {
    /// No reply is before a person twice.
    AtMostOnce,
    /// What is recorded as sent is out.
    SentIsOut,
    /// A reply is taken for the message that it became, and for no other.
    RightMessage,
    /// What is recorded as failed is not out, once nobody does anything any more.
    FailedIsNotOut,
    /// The conversation has one message under way at a time.
    OneAtATime,
    /// When nobody does anything any more and nothing is due, each reply is over, or its job raises an alarm.
    NothingLost,
    /// Each reply can still come to an end.
    NeverStuck,
}

impl Property {
    pub(crate) const ALL: [Self; 7] = [
        Self::AtMostOnce,
        Self::SentIsOut,
        Self::RightMessage,
        Self::FailedIsNotOut,
        Self::OneAtATime,
        Self::NothingLost,
        Self::NeverStuck,
    ];

    /// Whether it holds in this world.
    pub(crate) fn holds(self, world: &World) -> bool {
        let each = |holds: &dyn Fn(Name) -> bool| Name::BOTH.into_iter().all(holds);
        let stage = |name: Name| world.messages[name].stage;
        match self {
            Self::AtMostOnce => each(&|name| world.times_accepted(name) <= 1),
            Self::SentIsOut => each(&|name| stage(name) != Stage::Sent || world.accepted(name).next().is_some()),
            Self::RightMessage => {
                each(&|name| world.messages[name].mid.is_none_or(|mid| world.sendings[mid].reply == Some(name)))
            }
            Self::FailedIsNotOut => {
                !is_quiet(world) || each(&|name| stage(name) != Stage::Failed || world.accepted(name).next().is_none())
            }
            Self::OneAtATime => Attempt::all().filter(|k| world.sendings[*k].request == Request::InFlight).count() <= 1,
            Self::NothingLost => !is_quiet(world) || is_due(world) || each(&|name| is_cared_for(world, name)),
            Self::NeverStuck => true,
        }
    }
}

/// Nobody does anything any more, but what is due.
fn is_quiet(world: &World) -> bool {
    world.busy().next().is_none()
        && Name::BOTH.iter().all(|name| world.jobs[*name].state != JobState::Queued)
        && Attempt::all().all(|k| {
            let sending = &world.sendings[k];
            sending.request != Request::InFlight && sending.echo == Echo::Over
        })
}

fn is_due(world: &World) -> bool {
    Name::BOTH.iter().any(|name| world.messages[*name].is_due)
}

fn is_cared_for(world: &World, name: Name) -> bool {
    world.messages[name].stage.is_final() || world.jobs[name].state == JobState::Dead
}

/// Each reply is over, or it waits in the dead-letter queue and nobody works on it.
pub(crate) fn has_ended(world: &World) -> bool {
    let is_left = |name: &Name| {
        world.jobs[*name].state == JobState::Dead && !world.messages[*name].is_due && world.busy().next().is_none()
    };
    Name::BOTH.iter().all(|name| world.messages[*name].stage.is_final() || is_left(name))
}
