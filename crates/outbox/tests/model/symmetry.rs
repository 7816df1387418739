//! Neither reply has anything that the other lacks, nor has any actor: worlds that differ only in which is which are one.

use std::cmp::Ordering;

use crate::actor::{Actor, Step};
use crate::world::{Conversation, Echo, Gate, Name, Sending, World};

/// Those of a world's likenesses that stand for all of them: the same for each of them, one or two.
pub(crate) fn likenesses(world: &World) -> [Option<World>; 2] {
    let standing = |name: Name| (world.messages[name], world.jobs[name]);
    match standing(Name::A).cmp(&standing(Name::B)) {
        Ordering::Less => [Some(sorted(*world)), None],
        Ordering::Equal => [Some(sorted(*world)), Some(sorted(mirrored(world)))],
        Ordering::Greater => [Some(sorted(mirrored(world))), None],
    }
}

fn sorted(mut world: World) -> World {
    world.actors.sort_unstable();
    world
}

/// A world with the names of the replies exchanged.
fn mirrored(world: &World) -> World {
    let World { conversation, messages, jobs, sendings, actors, faults } = *world;
    World {
        conversation: of_conversation(conversation),
        messages: messages.swapped(),
        jobs: jobs.swapped(),
        sendings: sendings.map(of_sending),
        actors: actors.map(of_actor),
        faults,
    }
}

fn of_gate(gate: Gate) -> Gate {
    Gate { owner: gate.owner.other(), ..gate }
}

fn of_conversation(conversation: Conversation) -> Conversation {
    Conversation { gate: conversation.gate.map(of_gate), ..conversation }
}

fn of_sending(sending: Sending) -> Sending {
    let echo = match sending.echo {
        Echo::Heard(gate) => Echo::Heard(of_gate(gate)),
        other => other,
    };
    Sending { reply: sending.reply.map(Name::other), echo, ..sending }
}

fn of_actor(actor: Actor) -> Actor {
    let Actor::At(role, reply, step) = actor else {
        return actor;
    };
    let step = match step {
        Step::Deciding { seen } => Step::Deciding { seen: of_conversation(seen) },
        Step::JudgingOwner { seen, gate } => Step::JudgingOwner { seen: of_conversation(seen), gate: of_gate(gate) },
        Step::Claiming { seen } => Step::Claiming { seen: of_conversation(seen) },
        Step::Judging { gate } => Step::Judging { gate: of_gate(gate) },
        Step::ReadingFenceLast { .. }
        | Step::Recognising { .. }
        | Step::Sending { .. }
        | Step::AwaitingAnswer { .. }
        | Step::OpeningGate { .. }
        | Step::Recording { .. }
        | Step::Postponing
        | Step::Looking { .. }
        | Step::Concluding { .. }
        | Step::Acknowledging => step,
    };
    Actor::At(role, reply.other(), step)
}
