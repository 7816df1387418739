//! What a person of the office does about parked replies, having looked into the conversation.

use crate::message::{Stage, Written};
use crate::next::{Next, Who};
use crate::protocol::Protocol;
use crate::world::{Name, World};

pub(crate) fn steps(world: &World, protocol: &Protocol, next: &mut Next) {
    if !protocol.around.operator {
        return;
    }
    for name in Name::BOTH {
        let message = &world.messages[name];
        let (Stage::Parked, Some(k)) = (message.stage, message.att) else {
            continue;
        };
        let mut after = *world;
        if world.accepted(name).next().is_some() {
            after.messages[name].record_sent(k, None);
            next.push(Who::Operator(name), "sees that it was sent:", after);
        } else if after.messages[name].record_resolved(k, Stage::Failed) == Written::Yes {
            next.push(Who::Operator(name), "sees that it was not sent, and drops", after);
        }
    }
}
