//! The model and the code speak of the same: states, claims, times, and (in [`table`]) the conditions of writes.
//!
//! A new variant of [`ReplyState`] or [`ReplyAction`] does not compile here until somebody says what it is in the model.

mod table;

use outbox::{DOUBT_MS, LEASE_MS, SETTLE_MS};
use store::{ReplyAction, ReplyState};

use crate::message::Stage;

/// Where a claim is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Claimed {
    /// In the conversation's gate: what the model is about.
    Gate,
    /// On the reply's own item. Two of these never meet, as a comment has its replies in one item, and one after another.
    Item,
}

/// Which claim an action takes. One with the gate has to go every way that the model goes; one on its item none of them.
fn claimed(action: ReplyAction) -> Claimed {
    match action {
        ReplyAction::Message => Claimed::Gate,
        ReplyAction::PrivateReply | ReplyAction::PublicReply => Claimed::Item,
    }
}

/// What a state is in the model; `None` for one that no reply with the gate is ever in. A new state of those replies needs
/// a [`Stage`], the steps into it and out of it, and a word on whether it closes the gate.
fn stage(state: ReplyState) -> Option<Stage> {
    match state {
        ReplyState::Planned => Some(Stage::Planned),
        // An attempt under way shows in the gate alone.
        ReplyState::Sending => None,
        ReplyState::Unknown => Some(Stage::Unknown),
        ReplyState::Sent => Some(Stage::Sent),
        ReplyState::Failed => Some(Stage::Failed),
        ReplyState::Parked => Some(Stage::Parked),
    }
}

/// What a stage is in the table; `None` before anything is there.
fn state(stage: Stage) -> Option<ReplyState> {
    match stage {
        Stage::Undecided => None,
        Stage::Planned => Some(ReplyState::Planned),
        Stage::Unknown => Some(ReplyState::Unknown),
        Stage::Sent => Some(ReplyState::Sent),
        Stage::Failed => Some(ReplyState::Failed),
        Stage::Parked => Some(ReplyState::Parked),
    }
}

const STAGES: [Stage; 6] =
    [Stage::Undecided, Stage::Planned, Stage::Unknown, Stage::Sent, Stage::Failed, Stage::Parked];

#[test]
fn every_stage_is_the_state_that_is_that_stage() {
    for there in STAGES {
        let back = state(there).map(stage);
        assert!(back.is_none_or(|back| back == Some(there)), "{there:?} becomes {back:?}");
    }
}

#[test]
fn the_model_and_the_code_agree_on_what_is_over() {
    for there in STAGES {
        let is_over = state(there).is_some_and(ReplyState::is_final);
        assert_eq!(there.is_final(), is_over, "{there:?}: if that is meant, model the way on from there");
    }
}

/// What is claimed on its item is `Sending` meanwhile; what is claimed at the gate has no state of its own for that.
#[test]
fn only_direct_messages_go_through_the_gate() {
    let cases = [
        (ReplyAction::Message, Claimed::Gate),
        (ReplyAction::PrivateReply, Claimed::Item),
        (ReplyAction::PublicReply, Claimed::Item),
    ];
    for (action, expected) in cases {
        assert_eq!(claimed(action), expected, "{action:?}");
    }
    assert_eq!(stage(ReplyState::Sending), None);
}

/// The model knows no time, so it has to be right about what follows what.
#[test]
fn the_times_that_the_model_rests_on_stand_in_its_order() {
    let call_ms = i64::try_from(graph::DEADLINE.as_millis()).expect("it is a few seconds");
    let cases = [
        ("a live attempt ends and is recorded within its lease", 2 * call_ms, LEASE_MS),
        ("A1 and A2 speak of 60 seconds", 60_000, SETTLE_MS),
        ("a doubt is waited out before it is given up", LEASE_MS + SETTLE_MS + 1, DOUBT_MS),
    ];
    for (why, least, actual) in cases {
        assert!(actual >= least, "{why}: {actual} ms are fewer than {least}");
    }
}
