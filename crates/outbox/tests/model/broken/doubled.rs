//! Orders of steps by which somebody gets a reply twice.

use crate::broken::{AS_BUILT, breaks};
use crate::properties::Property;
use crate::protocol::{Mistake, Protocol, Surroundings};

/// What is not there yet may still come.
#[test]
fn reading_the_conversation_before_the_attempt_is_waited_out_doubles_a_reply() {
    let protocol = Protocol::with(Mistake::ReadsBeforeWaitingOut);
    let trace = [
        "1: worker for A gets its job and reads fence and gate",
        "1: worker for A writes the plan",
        "1: worker for A claims the gate",
        "1: worker for A sends",
        "1: worker for A gets no clear answer",
        "1: worker for A records UNKNOWN",
        "2: caretaker for A is woken and reads fence and gate",
        "2: caretaker for A reads the message: unknown",
        "2: caretaker for A reads the conversation: it is not there",
        "2: caretaker for A records PLANNED, to go again",
        "2: worker for A gets its job and reads fence and gate",
        "2: worker for A reads the message: planned",
        "2: worker for A claims the gate",
        "2: worker for A sends",
        "Meta accepts A",
        "Meta accepts A",
    ];
    breaks(&protocol, Property::AtMostOnce, &trace);
}

/// A 500 says nothing about the message.
#[test]
fn an_uncertain_answer_taken_for_a_refusal_doubles_a_reply() {
    let protocol = Protocol::with(Mistake::DoubtTakenAsRefusal);
    let trace = [
        "1: worker for A gets its job and reads fence and gate",
        "1: worker for A writes the plan",
        "1: worker for A claims the gate",
        "2: worker for A gets its job and reads fence and gate",
        "1: worker for A sends",
        "1: worker for A gets no clear answer",
        "1: worker for A records PLANNED, for later",
        "2: worker for A reads the message: planned",
        "2: worker for A claims the gate",
        "2: worker for A sends",
        "Meta accepts A",
        "Meta accepts A",
    ];
    breaks(&protocol, Property::AtMostOnce, &trace);
}

/// Whoever held it may be slow and not dead.
#[test]
fn claiming_a_gate_whose_lease_is_over_doubles_a_reply() {
    let protocol = Protocol::with(Mistake::ExpiredGateTakenOver);
    let trace = [
        "1: worker for A gets its job and reads fence and gate",
        "1: worker for A writes the plan",
        "1: worker for A claims the gate",
        "2: worker for A gets its job and reads fence and gate",
        "1: worker for A sends",
        "2: worker for A finds the lease of its own attempt over",
        "2: worker for A claims the gate",
        "2: worker for A sends",
        "Meta accepts A",
        "Meta accepts A",
    ];
    breaks(&protocol, Property::AtMostOnce, &trace);
}

/// A fence that is newer than what is known of the reply proves nothing.
#[test]
fn reading_the_fence_after_the_message_doubles_a_reply() {
    let protocol = Protocol::with(Mistake::FenceReadLast);
    let trace = [
        "1: worker for A gets its job and reads fence and gate",
        "1: worker for A writes the plan",
        "2: worker for A gets its job and reads fence and gate",
        "1: worker for A claims the gate",
        "1: worker for A sends",
        "Meta accepts A",
        "1: worker for A gets a 200",
        "1: worker for A records SENT",
        "1: worker for A crashes",
        "1: worker for B gets its job and reads fence and gate",
        "1: worker for B writes the plan",
        "1: worker for B finds the other's attempt ended",
        "1: worker for B claims the gate",
        "1: worker for B cannot reach Meta",
        "1: worker for B records FAILED",
        "2: worker for A reads fence and gate",
        "2: worker for A finds the other's attempt ended",
        "2: worker for A claims the gate",
        "2: worker for A sends",
        "Meta accepts A",
    ];
    breaks(&protocol, Property::AtMostOnce, &trace);
}

/// Two that saw the same open gate both go through.
#[test]
fn claiming_without_naming_the_fence_doubles_a_reply() {
    let protocol = Protocol::with(Mistake::ClaimWithoutFence);
    let trace = [
        "1: worker for A gets its job and reads fence and gate",
        "2: worker for A gets its job and reads fence and gate",
        "1: worker for A writes the plan",
        "1: worker for A claims the gate",
        "1: worker for A sends",
        "2: worker for A reads the message: planned",
        "2: worker for A claims the gate",
        "Meta accepts A",
        "2: worker for A sends",
        "Meta accepts A",
    ];
    breaks(&protocol, Property::AtMostOnce, &trace);
}

/// Its message is taken for its twin's, and so it seems not to be out.
#[test]
fn letting_others_through_while_a_reply_is_in_doubt_doubles_a_reply() {
    let protocol = Protocol::with(Mistake::DoubtOpensGate).in_full();
    let trace = [
        "1: worker for A gets its job and reads fence and gate",
        "1: worker for A writes the plan",
        "1: worker for A claims the gate",
        "2: worker for B gets its job and reads fence and gate",
        "1: worker for A sends",
        "1: worker for A gets no clear answer",
        "1: worker for A records UNKNOWN",
        "1: worker for A crashes",
        "1: caretaker for A is woken and reads fence and gate",
        "1: caretaker for A reads the message: unknown",
        "2: worker for B writes the plan",
        "2: worker for B finds the other's attempt ended",
        "2: worker for B claims the gate",
        "Meta accepts A",
        "the echo of A arrives: fence and gate are read",
        "the echo of A is taken for proof of B",
        "1: caretaker for A reads the conversation: it is not there",
        "1: caretaker for A records PLANNED, to go again",
        "1: worker for A gets its job and reads fence and gate",
        "1: worker for A reads the message: planned",
        "1: worker for A finds the other's attempt ended",
        "1: worker for A claims the gate",
        "1: worker for A sends",
        "Meta accepts A",
    ];
    breaks(&protocol, Property::AtMostOnce, &trace);
}

/// In between, the reply looks as if it had never been tried.
#[test]
fn opening_the_gate_before_the_outcome_is_recorded_doubles_a_reply() {
    let protocol = Protocol::with(Mistake::OpenedBeforeRecorded);
    let trace = [
        "1: worker for A gets its job and reads fence and gate",
        "1: worker for A writes the plan",
        "1: worker for A claims the gate",
        "1: worker for A sends",
        "1: worker for A gets no clear answer",
        "1: worker for A opens the gate",
        "2: worker for A gets its job and reads fence and gate",
        "2: worker for A reads the message: planned",
        "2: worker for A claims the gate",
        "2: worker for A sends",
        "Meta accepts A",
        "Meta accepts A",
    ];
    breaks(&protocol, Property::AtMostOnce, &trace);
}

/// Another worker for the same reply may have claimed the number.
#[test]
fn recognising_a_claim_by_its_number_doubles_a_reply() {
    let protocol = Protocol::with(Mistake::RecognisedByNumber);
    let trace = [
        "1: worker for A gets its job and reads fence and gate",
        "2: worker for A gets its job and reads fence and gate",
        "1: worker for A writes the plan",
        "1: worker for A claims in vain, and hears nothing",
        "2: worker for A reads the message: planned",
        "2: worker for A claims the gate",
        "1: worker for A takes the gate for its own",
        "1: worker for A sends",
        "Meta accepts A",
        "2: worker for A sends",
        "Meta accepts A",
    ];
    breaks(&protocol, Property::AtMostOnce, &trace);
}

/// Without A1, nothing but parking is safe.
#[test]
fn sending_again_where_reads_may_miss_messages_doubles_a_reply() {
    let protocol = Protocol { around: Surroundings { reads_may_miss: true, ..AS_BUILT.around }, ..AS_BUILT };
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
        "2: caretaker for A reads the conversation: it is not there",
        "2: caretaker for A records PLANNED, to go again",
        "2: worker for A gets its job and reads fence and gate",
        "2: worker for A reads the message: planned",
        "2: worker for A claims the gate",
        "2: worker for A sends",
        "Meta accepts A",
    ];
    breaks(&protocol, Property::AtMostOnce, &trace);
}

/// Without A2, nothing but parking is safe.
#[test]
fn sending_again_where_requests_may_be_accepted_late_doubles_a_reply() {
    let protocol = Protocol { around: Surroundings { late_requests: true, ..AS_BUILT.around }, ..AS_BUILT };
    let trace = [
        "1: worker for A gets its job and reads fence and gate",
        "1: worker for A writes the plan",
        "1: worker for A claims the gate",
        "1: worker for A sends",
        "1: worker for A gets no clear answer",
        "1: worker for A records UNKNOWN",
        "2: caretaker for A is woken and reads fence and gate",
        "2: caretaker for A reads the message: unknown",
        "2: caretaker for A reads the conversation: it is not there",
        "2: caretaker for A records PLANNED, to go again",
        "2: worker for A gets its job and reads fence and gate",
        "2: worker for A reads the message: planned",
        "2: worker for A claims the gate",
        "2: worker for A sends",
        "Meta accepts A",
        "Meta accepts A",
    ];
    breaks(&protocol, Property::AtMostOnce, &trace);
}
