//! Orders of steps by which a reply ends as something that it is not, or out of turn.

use crate::broken::breaks;
use crate::properties::Property;
use crate::protocol::{Mistake, Protocol};

/// Two messages under way may arrive in any order.
#[test]
fn letting_others_through_while_a_reply_is_in_doubt_puts_two_messages_under_way() {
    let protocol = Protocol::with(Mistake::DoubtOpensGate);
    let trace = [
        "1: worker for A gets its job and reads fence and gate",
        "1: worker for A writes the plan",
        "1: worker for A claims the gate",
        "2: worker for B gets its job and reads fence and gate",
        "1: worker for A sends",
        "1: worker for A gets no clear answer",
        "1: worker for A records UNKNOWN",
        "2: worker for B writes the plan",
        "2: worker for B finds the other's attempt ended",
        "2: worker for B claims the gate",
        "2: worker for B sends",
    ];
    breaks(&protocol, Property::OneAtATime, &trace);
}

/// A slow worker's record of the first attempt ends the reply whose second one goes out.
#[test]
fn recording_an_outcome_whichever_the_latest_attempt_calls_failed_what_is_out() {
    let protocol = Protocol::with(Mistake::RecordedWithoutAttempt);
    let trace = [
        "1: worker for A gets its job and reads fence and gate",
        "1: worker for A writes the plan",
        "1: worker for A claims the gate",
        "2: worker for B gets its job and reads fence and gate",
        "1: worker for A cannot reach Meta",
        "2: worker for B writes the plan",
        "2: worker for B finds the lease of the other's attempt over",
        "2: worker for B records UNKNOWN, the lease being over",
        "2: worker for B waits: writes a due time",
        "2: worker for B acknowledges its job",
        "2: caretaker for A is woken and reads fence and gate",
        "2: caretaker for A reads the message: unknown",
        "2: caretaker for A reads the conversation: it is not there",
        "2: caretaker for A records PLANNED, to go again",
        "2: worker for A gets its job and reads fence and gate",
        "2: worker for A reads the message: planned",
        "1: worker for A records FAILED",
        "1: worker for A acknowledges its job",
        "2: worker for A claims the gate",
        "2: worker for A sends",
        "2: worker for A crashes",
        "Meta accepts A",
    ];
    breaks(&protocol, Property::FailedIsNotOut, &trace);
}

/// Somebody else has claimed it, and sends it after that.
#[test]
fn expiring_a_waiting_reply_without_the_gate_calls_failed_what_is_out() {
    let protocol = Protocol::with(Mistake::ExpiredWithoutGate);
    let trace = [
        "1: worker for A gets its job and reads fence and gate",
        "1: worker for A writes the plan",
        "1: worker for A claims the gate",
        "2: worker for B gets its job and reads fence and gate",
        "1: worker for A cannot reach Meta",
        "2: worker for B writes the plan",
        "2: worker for B finds the other's attempt under way or in doubt",
        "1: worker for A records FAILED",
        "1: worker for A acknowledges its job",
        "1: worker for B gets its job and reads fence and gate",
        "1: worker for B reads the message: planned",
        "1: worker for B finds the other's attempt ended",
        "2: worker for B has waited too long: records FAILED",
        "1: worker for B claims the gate",
        "1: worker for B sends",
        "1: worker for B crashes",
        "2: worker for B acknowledges its job",
        "Meta accepts B",
    ];
    breaks(&protocol, Property::FailedIsNotOut, &trace);
}

/// A late echo of the parked twin passes for this reply.
#[test]
fn counting_messages_from_before_the_claim_calls_sent_what_is_not_out() {
    let protocol = Protocol::with(Mistake::OldMessagesCount).in_full();
    let trace = [
        "1: worker for A gets its job and reads fence and gate",
        "1: worker for A writes the plan",
        "1: worker for A claims the gate",
        "1: worker for A sends",
        "1: worker for A gets no clear answer",
        "1: worker for A records UNKNOWN",
        "2: caretaker for A is woken and reads fence and gate",
        "2: caretaker for A reads the message: unknown",
        "Meta accepts A",
        "2: caretaker for A reads the conversation: cannot tell",
        "2: caretaker for A records PARKED",
        "2: worker for B gets its job and reads fence and gate",
        "2: worker for B writes the plan",
        "2: worker for B finds the other's attempt ended",
        "2: worker for B claims the gate",
        "the echo of A arrives: fence and gate are read",
        "the echo of A is taken for proof of B",
    ];
    breaks(&protocol, Property::SentIsOut, &trace);
}
