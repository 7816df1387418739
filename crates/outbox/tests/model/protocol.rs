//! What is searched: the order of steps, what Meta may do, and how far the search goes.

use outbox::OnUnknown;

/// A change of the protocol that looks harmless and is not. The search must find out each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// The conversation is read before the attempt is waited out.
    ReadsBeforeWaitingOut,
    /// An answer that says nothing certain, such as a 500, counts as "not sent".
    DoubtTakenAsRefusal,
    /// A gate whose lease is over is claimed.
    ExpiredGateTakenOver,
    /// The message is read first and the fence after it.
    FenceReadLast,
    /// The claim does not name the fence that was read.
    ClaimWithoutFence,
    /// A reply in doubt lets others through the gate.
    DoubtOpensGate,
    /// The gate is opened as soon as Meta answered, and the outcome recorded after it.
    OpenedBeforeRecorded,
    /// Outcomes are recorded on a planned reply, whichever its latest attempt.
    RecordedWithoutAttempt,
    /// The job is acknowledged as soon as the gate is claimed.
    AcknowledgedAtClaim,
    /// The due time is removed when an attempt begins.
    DueRemovedAtClaim,
    /// The job of a reply that has to wait is acknowledged, and no due time written.
    BusyWithoutDue,
    /// A waiting reply is expired or cancelled without a claim.
    ExpiredWithoutGate,
    /// Nobody but its owner judges an attempt whose lease is over.
    OthersNotJudged,
    /// A claim whose answer was lost is taken for won if the gate shows its reply and its number.
    RecognisedByNumber,
    /// A message from before the claim may be taken for the attempt's.
    OldMessagesCount,
}

/// What Meta and people may do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surroundings {
    /// Both replies say the same.
    pub(crate) equal_texts: bool,
    /// Messages come back as echoes: late, never, or before their own answer.
    pub(crate) echoes: bool,
    /// A read of the conversation may come to nothing certain.
    pub(crate) unclear_reads: bool,
    /// Assumption A1 does not hold: a read may miss accepted messages.
    pub(crate) reads_may_miss: bool,
    /// Assumption A2 does not hold: a request may be accepted after its attempt was waited out.
    pub(crate) late_requests: bool,
    /// Somebody of the office decides about parked replies, having looked: sent, or drop. Sending it again is theirs to
    /// risk, and not of the model.
    pub(crate) operator: bool,
}

/// How far the search goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Workers and caretakers at work at once.
    pub(crate) actors: usize,
    /// Caretakers among them.
    pub(crate) caretakers: usize,
    /// Deliveries of a job before it goes to the dead-letter queue.
    pub(crate) deliveries: u8,
    /// Crashes and lost answers.
    pub(crate) faults: u8,
    /// Attempts to send a reply.
    pub(crate) attempts: u8,
}

/// One thing to search.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Protocol {
    pub(crate) mistake: Option<Mistake>,
    pub(crate) on_unknown: OnUnknown,
    pub(crate) around: Surroundings,
    pub(crate) bounds: Bounds,
}

impl Protocol {
    /// As built, at its simplest: two replies that say different things, one crash.
    pub(crate) const AS_BUILT: Self = Self {
        mistake: None,
        on_unknown: OnUnknown::Reconcile,
        around: Surroundings {
            equal_texts: false,
            echoes: false,
            unclear_reads: false,
            reads_may_miss: false,
            late_requests: false,
            operator: false,
        },
        bounds: Bounds { actors: 2, caretakers: 1, deliveries: 2, faults: 1, attempts: 2 },
    };

    /// As built, but for one mistake.
    pub(crate) fn with(mistake: Mistake) -> Self {
        Self { mistake: Some(mistake), ..Self::AS_BUILT }
    }

    /// With everything that Meta may do while the assumptions hold.
    pub(crate) fn in_full(self) -> Self {
        let around = Surroundings { equal_texts: true, echoes: true, unclear_reads: true, ..self.around };
        Self { around, ..self }
    }

    /// With a person who decides about what was parked.
    pub(crate) fn with_operator(self) -> Self {
        Self { around: Surroundings { operator: true, ..self.around }, ..self }
    }

    pub(crate) fn makes(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }
}
