//! What Meta does: takes or loses requests, sends echoes, and shows the conversation.

use crate::message::Written;
use crate::next::{Next, Who};
use crate::protocol::{Mistake, Protocol};
use crate::world::{Attempt, Echo, Gate, Name, Request, World};

pub(crate) fn steps(world: &World, protocol: &Protocol, next: &mut Next) {
    for k in Attempt::all() {
        let sending = &world.sendings[k];
        let Some(reply) = sending.reply else {
            continue;
        };
        if sending.request == Request::InFlight {
            let mut after = *world;
            after.sendings[k].request = Request::Accepted;
            after.sendings[k].accepted += 1;
            after.sendings[k].at = world.conversation.fence;
            after.sendings[k].echo = if protocol.around.echoes { Echo::Coming } else { Echo::Over };
            next.push(Who::Meta(reply), "accepts", after);
            let mut after = *world;
            after.sendings[k].request = Request::Gone;
            next.push(Who::Meta(reply), "never gets", after);
        }
        let who = Who::Echo(reply);
        match sending.echo {
            Echo::Over => {}
            Echo::Coming => {
                next.push(who, "is lost", with_echo(world, k, Echo::Over));
                if let (Some(gate), false) = (world.conversation.gate, world.is_bound(k)) {
                    next.push(who, "arrives: fence and gate are read", with_echo(world, k, Echo::Heard(gate)));
                }
            }
            Echo::Heard(gate) => {
                let mut after = with_echo(world, k, Echo::Over);
                let is_proof = is_like(world, protocol, k, gate)
                    && after.messages[gate.owner].record_found(gate.k, k) == Written::Yes;
                let what = match (is_proof, gate.owner) {
                    (true, Name::A) => "is taken for proof of A",
                    (true, Name::B) => "is taken for proof of B",
                    (false, _) => "proves nothing",
                };
                next.push(who, what, after);
            }
        }
    }
}

fn with_echo(world: &World, k: Attempt, echo: Echo) -> World {
    let mut after = *world;
    after.sendings[k].echo = echo;
    after
}

/// Whether a message could be what the gate's attempt sent: the same words, and not from before its claim.
fn is_like(world: &World, protocol: &Protocol, mid: Attempt, gate: Gate) -> bool {
    let sending = &world.sendings[mid];
    let same_words = sending.reply == Some(gate.owner) || protocol.around.equal_texts;
    let in_time = sending.at >= Some(gate.k) || protocol.makes(Mistake::OldMessagesCount);
    same_words && in_time
}

/// What the conversation shows of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Evidence {
    /// It is out, as this message.
    Found(Attempt),
    /// It is not out.
    Nothing,
    /// Nobody can tell.
    Unclear,
}

/// What a read of the conversation may say about attempt `k`.
pub(crate) fn read(world: &World, protocol: &Protocol, reply: Name, k: Attempt) -> Vec<Evidence> {
    let gate = Gate { owner: reply, k };
    let candidates: Vec<Attempt> = Attempt::all()
        .filter(|mid| world.sendings[*mid].accepted > 0)
        .filter(|mid| is_like(world, protocol, *mid, gate) && !world.is_bound(*mid))
        .collect();
    let mut shown = vec![match candidates.as_slice() {
        [] => Evidence::Nothing,
        [one] => Evidence::Found(*one),
        _ => Evidence::Unclear,
    }];
    if protocol.around.unclear_reads {
        shown.push(Evidence::Unclear);
    }
    if protocol.around.reads_may_miss && !candidates.is_empty() {
        shown.push(Evidence::Nothing);
        if candidates.len() > 1 {
            shown.extend(candidates.into_iter().map(Evidence::Found));
        }
    }
    shown.dedup();
    shown
}

/// Assumption A2: once an attempt is waited out, nothing of it can still be accepted.
pub(crate) fn is_waited_out(world: &World, protocol: &Protocol, k: Attempt) -> bool {
    let may_come = world.sendings[k].request == Request::InFlight || world.busy().any(|actor| actor.may_still_send(k));
    protocol.around.late_requests || protocol.makes(Mistake::ReadsBeforeWaitingOut) || !may_come
}
