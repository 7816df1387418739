//! A reply's own item: where the reply stands, and the conditions of the writes that move it on.
//!
//! `in_step.rs` holds each of these conditions against the table's.

use crate::world::Attempt;

/// Where a reply stands. That an attempt is under way shows in the gate alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) enum Stage {
    /// Nothing was decided yet: only the job knows of the event.
    #[default]
    Undecided,
    Planned,
    Unknown,
    Sent,
    Failed,
    Parked,
}

impl Stage {
    /// Nothing more happens by itself.
    pub(crate) fn is_final(self) -> bool {
        matches!(self, Self::Sent | Self::Failed | Self::Parked)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Message {
    pub(crate) stage: Stage,
    /// The latest attempt that is known to have ended, or to be in doubt.
    pub(crate) att: Option<Attempt>,
    /// The caretaker will look at it.
    pub(crate) is_due: bool,
    /// How often evidence put it back into the plan.
    pub(crate) again: u8,
    /// How often Meta refused it for the time being.
    pub(crate) later: u8,
    /// The message that it became.
    pub(crate) mid: Option<Attempt>,
}

/// Whether a conditional write took place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(crate) enum Written {
    Yes,
    Refused,
}

impl Message {
    /// The gate of attempt `k`, which was this reply's, holds nobody up any more.
    pub(crate) fn closes(&self, k: Attempt) -> bool {
        match self.stage {
            Stage::Sent | Stage::Failed | Stage::Parked => true,
            Stage::Planned => self.att >= Some(k),
            Stage::Undecided | Stage::Unknown => false,
        }
    }

    /// Attempt `k`, whose claim the gate shows, has no recorded end.
    pub(crate) fn is_under_way(&self, k: Attempt) -> bool {
        self.stage == Stage::Planned && self.att < Some(k)
    }

    /// Attempt `k` was the latest, and left the reply in this stage.
    pub(crate) fn is_since(&self, stage: Stage, k: Attempt) -> bool {
        self.stage == stage && self.att == Some(k)
    }

    /// Proof wins over everything. A person's word tells no message.
    pub(crate) fn record_sent(&mut self, k: Attempt, mid: Option<Attempt>) {
        *self = Self { stage: Stage::Sent, att: Some(k), is_due: false, mid: mid.or(self.mid), ..*self };
    }

    /// Evidence counts only for an attempt under way or in doubt.
    pub(crate) fn record_found(&mut self, k: Attempt, mid: Attempt) -> Written {
        if !self.is_under_way(k) && !self.is_since(Stage::Unknown, k) {
            return Written::Refused;
        }
        self.record_sent(k, Some(mid));
        Written::Yes
    }

    /// How attempt `k` ended, without proof.
    pub(crate) fn record_ended(&mut self, k: Attempt, stage: Stage) -> Written {
        self.record_if(self.is_under_way(k), k, stage)
    }

    /// What the caretaker decided about the doubt that attempt `k` left.
    pub(crate) fn record_judged(&mut self, k: Attempt, stage: Stage) -> Written {
        self.record_if(self.is_since(Stage::Unknown, k), k, stage)
    }

    /// What a person decided about a reply that was parked after attempt `k`.
    pub(crate) fn record_resolved(&mut self, k: Attempt, stage: Stage) -> Written {
        self.record_if(self.is_since(Stage::Parked, k), k, stage)
    }

    /// What is not final has a due time from the same write on.
    pub(crate) fn record_if(&mut self, holds: bool, k: Attempt, stage: Stage) -> Written {
        if !holds {
            return Written::Refused;
        }
        *self = Self { stage, att: Some(k), is_due: !stage.is_final(), ..*self };
        Written::Yes
    }

    /// Gives it a due time while it waits.
    pub(crate) fn postpone(&mut self) -> Written {
        if self.stage != Stage::Planned {
            return Written::Refused;
        }
        self.is_due = true;
        Written::Yes
    }
}
