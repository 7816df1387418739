//! The way to the gate: read, judge who holds it, claim it or wait.

use crate::actor::{Role, Step, Turn};
use crate::message::Stage;
use crate::protocol::{Mistake, Protocol};
use crate::world::{Attempt, Conversation, Gate, JobState, Name, World};

/// Begins, or begins anew: the conversation is read before the message.
pub(crate) fn begin(world: &World, protocol: &Protocol, reply: Name) -> Step {
    let message = &world.messages[reply];
    if protocol.makes(Mistake::FenceReadLast) && message.stage == Stage::Planned {
        Step::ReadingFenceLast { att: message.att }
    } else {
        Step::Deciding { seen: world.conversation }
    }
}

pub(crate) fn read_fence_last(turn: &mut Turn<'_>, att: Option<Attempt>) {
    approach(turn, turn.world.conversation, att, "reads fence and gate");
}

/// What the message says, now that it is read after the fence.
pub(crate) fn decide(turn: &mut Turn<'_>, seen: Conversation) {
    let message = &turn.world.messages[turn.reply];
    match (message.stage, message.att) {
        (Stage::Undecided, _) => approach(turn, seen, None, "writes the plan"),
        (Stage::Planned, att) => approach(turn, seen, att, "reads the message: planned"),
        (Stage::Unknown, Some(k)) if turn.role == Role::Caretaker => {
            turn.goes_on("reads the message: unknown", Step::Looking { k });
        }
        (Stage::Unknown, _) => turn.goes_on("leaves the doubt to the caretaker", Step::Acknowledging),
        (Stage::Sent | Stage::Failed | Stage::Parked, _) => {
            turn.goes_on("reads the message: over", Step::Acknowledging);
        }
    }
}

/// Looks at the gate for a planned reply whose latest ended attempt is `att`.
fn approach(turn: &mut Turn<'_>, seen: Conversation, att: Option<Attempt>, what: &'static str) {
    let reply = turn.reply;
    let mut goes_on = |step| {
        turn.writes(what, step, |after| {
            let message = &mut after.messages[reply];
            if message.stage == Stage::Undecided {
                message.stage = Stage::Planned;
            }
        });
    };
    match seen.gate {
        None => goes_on(Step::Claiming { seen }),
        Some(gate) if gate.owner != reply => goes_on(Step::JudgingOwner { seen, gate }),
        Some(gate) if att >= Some(gate.k) => goes_on(Step::Claiming { seen }),
        Some(gate) => {
            goes_on(Step::Postponing);
            lease_over(turn, seen, gate, "finds the lease of its own attempt over");
        }
    }
}

/// The gate belongs to the other reply: has its attempt ended?
pub(crate) fn judge_owner(turn: &mut Turn<'_>, seen: Conversation, gate: Gate) {
    let owner = turn.world.messages[gate.owner];
    let lets_through = turn.protocol.makes(Mistake::DoubtOpensGate) && owner.stage == Stage::Unknown;
    if owner.closes(gate.k) || lets_through {
        turn.goes_on("finds the other's attempt ended", Step::Claiming { seen });
        return;
    }
    turn.goes_on("finds the other's attempt under way or in doubt", Step::Postponing);
    if owner.stage != Stage::Unknown && !turn.protocol.makes(Mistake::OthersNotJudged) {
        lease_over(turn, seen, gate, "finds the lease of the other's attempt over");
    }
}

/// That a lease is over does not open the gate. It may seem over at any moment.
fn lease_over(turn: &mut Turn<'_>, seen: Conversation, gate: Gate, what: &'static str) {
    let then = match turn.protocol.makes(Mistake::ExpiredGateTakenOver) {
        false => Step::Judging { gate },
        true => Step::Claiming { seen },
    };
    turn.goes_on(what, then);
}

/// The claim counts if nobody claimed since the conversation was read.
pub(crate) fn claim(turn: &mut Turn<'_>, seen: Conversation) {
    let (reply, role, protocol) = (turn.reply, turn.role, turn.protocol);
    let Some(k) = Attempt::after(seen.fence) else {
        turn.ran_out();
        return;
    };
    if turn.may_fail() {
        turn.writes("claims in vain, and hears nothing", Step::Recognising { k, was_written: false }, |after| {
            after.faults += 1;
        });
    }
    if turn.world.conversation.fence != seen.fence && !protocol.makes(Mistake::ClaimWithoutFence) {
        turn.begins_anew("claims too late", |_| ());
        return;
    }
    let claim = |after: &mut World| {
        after.conversation = Conversation { fence: Some(k), gate: Some(Gate { owner: reply, k }) };
        after.sendings[k].reply = Some(reply);
        if protocol.makes(Mistake::AcknowledgedAtClaim) && role == Role::Worker {
            after.jobs[reply].state = JobState::Acknowledged;
        }
        if protocol.makes(Mistake::DueRemovedAtClaim) {
            after.messages[reply].is_due = false;
        }
    };
    turn.writes("claims the gate", Step::Sending { k }, claim);
    if turn.may_fail() {
        let lost = |after: &mut World| {
            claim(after);
            after.faults += 1;
        };
        turn.writes("claims the gate, and hears nothing", Step::Recognising { k, was_written: true }, lost);
        // The client repeated the call by itself.
        turn.begins_anew("claims the gate, and is told that somebody did", lost);
    }
}

/// A claim bears a name that nobody else uses, so that its author knows it.
pub(crate) fn recognise(turn: &mut Turn<'_>, k: Attempt, was_written: bool) {
    let shows_number = turn.world.conversation.gate == Some(Gate { owner: turn.reply, k });
    let is_ours = shows_number && (was_written || turn.protocol.makes(Mistake::RecognisedByNumber));
    match is_ours {
        true => turn.goes_on("takes the gate for its own", Step::Sending { k }),
        false => turn.stops("does not find its claim, and gives up", |_| ()),
    }
}

/// A reply that has to wait gets a due time before its job is acknowledged, unless it came to an end meanwhile.
pub(crate) fn postpone(turn: &mut Turn<'_>) {
    let (reply, protocol) = (turn.reply, turn.protocol);
    turn.writes("waits: writes a due time", Step::Acknowledging, |after| {
        if !protocol.makes(Mistake::BusyWithoutDue) {
            let _over_already = after.messages[reply].postpone();
        }
    });
    let holds_gate = turn.world.conversation.gate.is_some_and(|gate| gate.owner == reply);
    let is_planned = turn.world.messages[reply].stage == Stage::Planned;
    if protocol.makes(Mistake::ExpiredWithoutGate) && is_planned && !holds_gate {
        turn.writes("has waited too long: records FAILED", Step::Acknowledging, |after| {
            after.messages[reply].stage = Stage::Failed;
            after.messages[reply].is_due = false;
        });
    }
}
