//! What AWS does: delivers jobs at least once, side by side with themselves too, and wakes the caretaker for what is due.

use crate::actor::{Actor, Role};
use crate::claim;
use crate::next::{Next, Who};
use crate::protocol::Protocol;
use crate::world::{JobState, Name, World};

pub(crate) fn steps(world: &World, protocol: &Protocol, next: &mut Next) {
    let bounds = &protocol.bounds;
    let at_work = |wanted: Role, on: Name| {
        world.busy().filter(|actor| matches!(actor, Actor::At(role, name, _) if *role == wanted && *name == on)).count()
    };
    let caretakers: usize = Name::BOTH.into_iter().map(|name| at_work(Role::Caretaker, name)).sum();
    let has_room = world.busy().count() < bounds.actors;
    for name in Name::BOTH {
        let job = &world.jobs[name];
        let is_last = job.deliveries == bounds.deliveries;
        if job.state == JobState::Queued && !is_last && has_room {
            let (slot, mut after) = begun(world, protocol, Role::Worker, name);
            after.jobs[name].deliveries += 1;
            next.push(Who::Actor(slot, Role::Worker, name), "gets its job and reads fence and gate", after);
        }
        if job.state == JobState::Queued && is_last && at_work(Role::Worker, name) == 0 {
            let mut after = *world;
            after.jobs[name].state = JobState::Dead;
            next.push(Who::Queue(name), "goes to the dead-letter queue", after);
        }
        if world.messages[name].is_due && has_room && caretakers < bounds.caretakers {
            let (slot, after) = begun(world, protocol, Role::Caretaker, name);
            next.push(Who::Actor(slot, Role::Caretaker, name), "is woken and reads fence and gate", after);
        }
    }
}

/// Somebody idle takes up the work.
fn begun(world: &World, protocol: &Protocol, role: Role, name: Name) -> (usize, World) {
    let mut after = *world;
    let slot = world.actors.iter().position(|actor| *actor == Actor::Idle).expect("not all are at work");
    after.actors[slot] = Actor::At(role, name, claim::begin(world, protocol, name));
    (slot, after)
}
