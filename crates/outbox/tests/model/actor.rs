//! Workers and caretakers: one reply each, one call to the table or to Meta at a time, dead at any moment.

use crate::meta::Evidence;
use crate::next::{Next, Who};
use crate::protocol::Protocol;
use crate::world::{Attempt, Conversation, Gate, JobState, Name, World};
use crate::{claim, doubt, send};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Role {
    /// Has a job to acknowledge.
    Worker,
    /// Was woken by a due time, and looks into what is in doubt.
    Caretaker,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) enum Actor {
    #[default]
    Idle,
    At(Role, Name, Step),
}

/// What an actor does next, and all that it remembers for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Step {
    /// Reads the conversation, although the message was read before: planned, after attempt `att`.
    ReadingFenceLast {
        att: Option<Attempt>,
    },
    /// Reads the message, or writes its plan.
    Deciding {
        seen: Conversation,
    },
    /// Reads the message of the gate's owner.
    JudgingOwner {
        seen: Conversation,
        gate: Gate,
    },
    /// Claims the gate as it was seen.
    Claiming {
        seen: Conversation,
    },
    /// Reads the conversation, for the claim of `k` got no answer.
    Recognising {
        k: Attempt,
        was_written: bool,
    },
    /// Holds the gate and calls Meta.
    Sending {
        k: Attempt,
    },
    AwaitingAnswer {
        k: Attempt,
    },
    /// Opens the gate: only a mistake does that.
    OpeningGate {
        k: Attempt,
        outcome: Outcome,
    },
    Recording {
        k: Attempt,
        outcome: Outcome,
    },
    /// Gives the own reply a due time, since another holds the gate.
    Postponing,
    /// Records that the gate's attempt, whose lease is over, is in doubt.
    Judging {
        gate: Gate,
    },
    /// Reads the conversation at Meta, once attempt `k` is waited out.
    Looking {
        k: Attempt,
    },
    Concluding {
        k: Attempt,
        evidence: Evidence,
    },
    Acknowledging,
}

/// How an attempt ended, as the actor that made it knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Outcome {
    Sent,
    Refused,
    InDoubt,
    /// Nothing was sent on purpose.
    Cancelled,
}

impl Actor {
    /// It holds the claim of attempt `k` and has not used it.
    pub(crate) fn may_still_send(&self, k: Attempt) -> bool {
        match self {
            Self::At(_, _, Step::Sending { k: own } | Step::Recognising { k: own, was_written: true }) => *own == k,
            Self::At(..) | Self::Idle => false,
        }
    }
}

/// One actor about to do something.
pub(crate) struct Turn<'a> {
    pub(crate) world: &'a World,
    pub(crate) protocol: &'a Protocol,
    pub(crate) role: Role,
    pub(crate) reply: Name,
    slot: usize,
    next: &'a mut Next,
}

impl Turn<'_> {
    /// It may go on to `step`.
    pub(crate) fn goes_on(&mut self, what: &'static str, step: Step) {
        self.writes(what, step, |_| ());
    }

    /// It may change something and go on to `step`.
    pub(crate) fn writes(&mut self, what: &'static str, step: Step, change: impl FnOnce(&mut World)) {
        let mut after = *self.world;
        change(&mut after);
        // A caretaker has nothing to acknowledge.
        after.actors[self.slot] = match (self.role, step) {
            (Role::Caretaker, Step::Acknowledging) => Actor::Idle,
            _ => Actor::At(self.role, self.reply, step),
        };
        self.next.push(Who::Actor(self.slot, self.role, self.reply), what, after);
    }

    /// It may change something and begin anew.
    pub(crate) fn begins_anew(&mut self, what: &'static str, change: impl FnOnce(&mut World)) {
        let mut after = *self.world;
        change(&mut after);
        let step = claim::begin(&after, self.protocol, self.reply);
        after.actors[self.slot] = Actor::At(self.role, self.reply, step);
        self.next.push(Who::Actor(self.slot, self.role, self.reply), what, after);
    }

    /// It may stop here. A job comes again; what is due stays so.
    pub(crate) fn stops(&mut self, what: &'static str, change: impl FnOnce(&mut World)) {
        let mut after = *self.world;
        change(&mut after);
        after.actors[self.slot] = Actor::Idle;
        self.next.push(Who::Actor(self.slot, self.role, self.reply), what, after);
    }

    pub(crate) fn may_fail(&self) -> bool {
        self.world.faults < self.protocol.bounds.faults
    }

    pub(crate) fn ran_out(&mut self) {
        self.next.ran_out = true;
    }
}

pub(crate) fn steps(world: &World, protocol: &Protocol, next: &mut Next) {
    for (slot, actor) in world.actors.iter().enumerate() {
        let Actor::At(role, reply, step) = *actor else {
            continue;
        };
        let mut turn = Turn { world, protocol, role, reply, slot, next };
        if turn.may_fail() {
            turn.stops("crashes", |after| after.faults += 1);
        }
        match step {
            Step::ReadingFenceLast { att } => claim::read_fence_last(&mut turn, att),
            Step::Deciding { seen } => claim::decide(&mut turn, seen),
            Step::JudgingOwner { seen, gate } => claim::judge_owner(&mut turn, seen, gate),
            Step::Claiming { seen } => claim::claim(&mut turn, seen),
            Step::Recognising { k, was_written } => claim::recognise(&mut turn, k, was_written),
            Step::Postponing => claim::postpone(&mut turn),
            Step::Sending { k } => send::send(&mut turn, k),
            Step::AwaitingAnswer { k } => send::await_answer(&mut turn, k),
            Step::OpeningGate { k, outcome } => send::open_gate(&mut turn, k, outcome),
            Step::Recording { k, outcome } => send::record(&mut turn, k, outcome),
            Step::Judging { gate } => doubt::judge(&mut turn, gate),
            Step::Looking { k } => doubt::look(&mut turn, k),
            Step::Concluding { k, evidence } => doubt::conclude(&mut turn, k, evidence),
            Step::Acknowledging => {
                turn.stops("acknowledges its job", |after| after.jobs[reply].state = JobState::Acknowledged);
            }
        }
    }
}
