//! Orders of steps by which nobody comes back to a reply.

use crate::broken::{AS_BUILT, breaks};
use crate::properties::Property;
use crate::protocol::{Bounds, Mistake, Protocol};

/// Nobody comes back to the claim.
#[test]
fn acknowledging_the_job_at_the_claim_loses_the_reply() {
    let protocol = Protocol::with(Mistake::AcknowledgedAtClaim);
    let trace = [
        "1: worker for A gets its job and reads fence and gate",
        "1: worker for A writes the plan",
        "1: worker for A claims the gate",
        "2: worker for B gets its job and reads fence and gate",
        "1: worker for A cannot reach Meta",
        "1: worker for A records FAILED",
        "1: worker for A acknowledges its job",
        "2: worker for B writes the plan",
        "2: worker for B finds the other's attempt ended",
        "2: worker for B claims the gate",
        "2: worker for B crashes",
    ];
    breaks(&protocol, Property::NothingLost, &trace);
}

/// Another worker counted on it when it acknowledged the job.
#[test]
fn removing_the_due_time_at_the_claim_loses_the_reply() {
    let protocol = Protocol::with(Mistake::DueRemovedAtClaim);
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
        "2: worker for B waits: writes a due time",
        "1: worker for B claims the gate",
        "1: worker for B crashes",
        "2: worker for B acknowledges its job",
    ];
    breaks(&protocol, Property::NothingLost, &trace);
}

/// Nobody comes back to what waits.
#[test]
fn acknowledging_behind_a_busy_gate_without_a_due_time_loses_the_reply() {
    let protocol = Protocol::with(Mistake::BusyWithoutDue);
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
        "2: worker for B waits: writes a due time",
        "2: worker for B acknowledges its job",
    ];
    breaks(&protocol, Property::NothingLost, &trace);
}

/// Its job may be in the dead-letter queue: then the gate stays as it is.
#[test]
fn leaving_an_attempt_to_its_owner_to_judge_holds_up_the_other_reply_for_good() {
    let protocol =
        Protocol { bounds: Bounds { deliveries: 1, ..AS_BUILT.bounds }, ..Protocol::with(Mistake::OthersNotJudged) };
    let trace = [
        "1: worker for A gets its job and reads fence and gate",
        "1: worker for A writes the plan",
        "1: worker for A claims the gate",
        "1: worker for A crashes",
    ];
    breaks(&protocol, Property::NeverStuck, &trace);
}
