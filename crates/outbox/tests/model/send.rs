//! One attempt: the call to Meta, what its answer says, and the record.

use crate::actor::{Outcome, Step, Turn};
use crate::message::{Message, Stage, Written};
use crate::protocol::Mistake;
use crate::world::{Attempt, Request};

/// The claimed attempt is made, or ended without a call.
pub(crate) fn send(turn: &mut Turn<'_>, k: Attempt) {
    turn.writes("sends", Step::AwaitingAnswer { k }, |after| after.sendings[k].request = Request::InFlight);
    let refused = ended(turn, k, Outcome::Refused);
    turn.writes("cannot reach Meta", refused, |after| after.sendings[k].request = Request::Gone);
    let cancelled = ended(turn, k, Outcome::Cancelled);
    turn.writes("claimed only to cancel", cancelled, |after| after.sendings[k].request = Request::Gone);
}

/// Only an answer that says so certainly is a refusal, or proof.
pub(crate) fn await_answer(turn: &mut Turn<'_>, k: Attempt) {
    match turn.world.sendings[k].request {
        Request::Accepted => turn.goes_on("gets a 200", ended(turn, k, Outcome::Sent)),
        Request::InFlight => {
            let refused = ended(turn, k, Outcome::Refused);
            turn.writes("is refused", refused, |after| after.sendings[k].request = Request::Gone);
        }
        Request::Unsent | Request::Gone => {}
    }
    let in_doubt = match turn.protocol.makes(Mistake::DoubtTakenAsRefusal) {
        false => Outcome::InDoubt,
        true => Outcome::Refused,
    };
    turn.goes_on("gets no clear answer", ended(turn, k, in_doubt));
}

fn ended(turn: &Turn<'_>, k: Attempt, outcome: Outcome) -> Step {
    match turn.protocol.makes(Mistake::OpenedBeforeRecorded) {
        false => Step::Recording { k, outcome },
        true => Step::OpeningGate { k, outcome },
    }
}

pub(crate) fn open_gate(turn: &mut Turn<'_>, k: Attempt, outcome: Outcome) {
    turn.writes("opens the gate", Step::Recording { k, outcome }, |after| {
        if after.conversation.gate.is_some_and(|gate| gate.k == k) {
            after.conversation.gate = None;
        }
    });
}

/// Proof is always recorded, anything else if the attempt still counts. A recorded outcome opens the gate to others.
pub(crate) fn record(turn: &mut Turn<'_>, k: Attempt, outcome: Outcome) {
    match outcome {
        Outcome::Sent => {
            let reply = turn.reply;
            turn.writes("records SENT", Step::Acknowledging, |after| after.messages[reply].record_sent(k, Some(k)));
        }
        Outcome::InDoubt => end(turn, k, "records UNKNOWN", Stage::Unknown),
        Outcome::Cancelled => end(turn, k, "records FAILED", Stage::Failed),
        Outcome::Refused => {
            end(turn, k, "records FAILED", Stage::Failed);
            if may_try_again(turn) {
                end(turn, k, "records PLANNED, for later", Stage::Planned);
            }
        }
    }
}

/// What is refused for the time being may be tried as often as its time allows; the search has to end.
pub(crate) fn may_try_again(turn: &Turn<'_>) -> bool {
    let message = &turn.world.messages[turn.reply];
    message.again + message.later + 1 < turn.protocol.bounds.attempts
}

fn end(turn: &mut Turn<'_>, k: Attempt, what: &'static str, stage: Stage) {
    let mut message = turn.world.messages[turn.reply];
    match record_ended(turn, &mut message, k, stage) {
        // Others know more of it already.
        Written::Refused => turn.goes_on("records too late", Step::Acknowledging),
        Written::Yes => {
            message.later += u8::from(stage == Stage::Planned);
            let reply = turn.reply;
            turn.writes(what, Step::Acknowledging, |after| after.messages[reply] = message);
        }
    }
}

fn record_ended(turn: &Turn<'_>, message: &mut Message, k: Attempt, stage: Stage) -> Written {
    if turn.protocol.makes(Mistake::RecordedWithoutAttempt) {
        message.record_if(message.stage == Stage::Planned, k, stage)
    } else {
        message.record_ended(k, stage)
    }
}
