//! Attempts whose end nobody recorded or knows: first marked, then waited out, then looked for.

use outbox::OnUnknown;

use crate::actor::{Step, Turn};
use crate::message::{Stage, Written};
use crate::meta::{self, Evidence};
use crate::send::may_try_again;
use crate::world::{Attempt, Gate};

/// How often evidence that a reply is not out lets it go again.
const MAX_AGAIN: u8 = 1;

/// Whoever finds a lease over records the doubt, on the own reply or on the other.
pub(crate) fn judge(turn: &mut Turn<'_>, gate: Gate) {
    let mut message = turn.world.messages[gate.owner];
    match message.record_ended(gate.k, Stage::Unknown) {
        Written::Yes => {
            let then = if gate.owner == turn.reply { Step::Acknowledging } else { Step::Postponing };
            turn.writes("records UNKNOWN, the lease being over", then, |after| after.messages[gate.owner] = message);
        }
        Written::Refused => turn.begins_anew("judges too late", |_| ()),
    }
}

/// Lease and settling have to be over before anything is looked for.
pub(crate) fn look(turn: &mut Turn<'_>, k: Attempt) {
    if !meta::is_waited_out(turn.world, turn.protocol, k) {
        turn.stops("comes too early to judge", |_| ());
        return;
    }
    for evidence in meta::read(turn.world, turn.protocol, turn.reply, k) {
        let what = match evidence {
            Evidence::Found(_) => "reads the conversation: there it is",
            Evidence::Nothing => "reads the conversation: it is not there",
            Evidence::Unclear => "reads the conversation: cannot tell",
        };
        turn.goes_on(what, Step::Concluding { k, evidence });
    }
}

pub(crate) fn conclude(turn: &mut Turn<'_>, k: Attempt, evidence: Evidence) {
    let mut message = turn.world.messages[turn.reply];
    let is_believed = match turn.protocol.on_unknown {
        OnUnknown::Reconcile => true,
        OnUnknown::Park => false,
    };
    let (what, written) = match evidence {
        Evidence::Found(mid) => ("records SENT, as found", message.record_found(k, mid)),
        Evidence::Nothing if is_believed && message.again < MAX_AGAIN && may_try_again(turn) => {
            message.again += 1;
            ("records PLANNED, to go again", message.record_judged(k, Stage::Planned))
        }
        Evidence::Nothing | Evidence::Unclear => ("records PARKED", message.record_judged(k, Stage::Parked)),
    };
    let reply = turn.reply;
    match written {
        Written::Yes => turn.writes(what, Step::Acknowledging, |after| after.messages[reply] = message),
        Written::Refused => turn.goes_on("concludes too late", Step::Acknowledging),
    }
}
