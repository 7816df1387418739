//! What tests arrange: how late, how often and in what order things come.
//!
//! The project rests on two assumptions about Meta: A1, a message shows in reads within 60 s of its acceptance, and
//! A2, no request is accepted later than 60 s after its lease ended. Echoes may be late or lost without touching them.
//! [`Meta::set_read_lag`] beyond 60 s breaks A1, [`Fate::ApplyAfter`](super::fault::Fate::ApplyAfter) beyond a lease
//! and 60 s breaks A2: larger durations are all it takes.

use std::time::Duration;

use super::world::Message;
use super::{Delivery, DeliveryState, LoginAnswer, Meta, RepeatedReply};

/// What becomes of the echo of an accepted send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Echo {
    /// Queued at once: it may well arrive before the answer to the send.
    #[default]
    Deliver,
    /// Due a while later, by the clock.
    After(Duration),
    /// Kept back until [`Meta::release`].
    Hold,
    /// Lost.
    Drop,
}

type EchoJudge = Box<dyn FnMut(&Message, u64) -> Echo + Send>;
type Shift = Box<dyn FnMut(&Delivery) -> Duration + Send>;

/// The arrangements in force.
#[derive(Default)]
pub(super) struct Arrangements {
    echo: Echo,
    echo_judge: Option<EchoJudge>,
    echoes: u64,
    shift: Option<Shift>,
    pub(super) read_lag_ms: i64,
}

impl Arrangements {
    /// What becomes of the echo of this message.
    pub(super) fn echo_of(&mut self, message: &Message) -> Echo {
        self.echoes += 1;
        self.echo_judge.as_mut().map_or(self.echo, |judge| judge(message, self.echoes))
    }

    /// How far a new delivery is, and when it is due.
    pub(super) fn arrange(&mut self, delivery: &mut Delivery, echo: Echo) {
        delivery.state = match echo {
            Echo::Deliver | Echo::After(_) => DeliveryState::Waiting,
            Echo::Hold => DeliveryState::Held,
            Echo::Drop => DeliveryState::Dropped,
        };
        if let Echo::After(after) = echo {
            delivery.due_at = delivery.due_at.saturating_add(millis(after));
        }
        if let Some(shift) = &mut self.shift {
            delivery.due_at = delivery.due_at.saturating_add(millis(shift(delivery)));
        }
    }
}

impl Meta {
    /// Decides what becomes of echoes from now on, unless [`Meta::decide_echoes`] does.
    pub fn set_echo(&self, echo: Echo) {
        let mut state = self.shared.state();
        state.arrangements.echo = echo;
        state.arrangements.echo_judge = None;
    }

    /// Has `judge` decide what becomes of each echo from now on, by the message and by its number, counted from 1.
    ///
    /// It is asked while the world is locked, so it must not ask this Meta anything.
    pub fn decide_echoes(&self, judge: impl FnMut(&Message, u64) -> Echo + Send + 'static) {
        self.shared.state().arrangements.echo_judge = Some(Box::new(judge));
    }

    /// Has every new delivery become due later by what `shift` says: deliveries whose shifts differ overtake each other.
    ///
    /// It is asked while the world is locked, so it must not ask this Meta anything.
    pub fn shift_deliveries(&self, shift: impl FnMut(&Delivery) -> Duration + Send + 'static) {
        self.shared.state().arrangements.shift = Some(Box::new(shift));
    }

    /// Queues the bytes of a delivery once more, as a delivery of its own whose number comes back: Meta delivers at
    /// least once. Nothing if there is no such delivery.
    pub fn redeliver(&self, number: u64) -> Option<u64> {
        let now = self.shared.clock.now_ms();
        let mut state = self.shared.state();
        let found = state.world.deliveries.iter().find(|delivery| delivery.number == number);
        let again = Delivery { due_at: now, attempts: Vec::new(), ..found?.clone() };
        let number = state.enqueue(again, Echo::Deliver);
        drop(state);
        self.shared.queued.notify_one();
        Some(number)
    }

    /// Hides from reads of conversations, messages, and comments below a post or a comment, what is younger than this.
    ///
    /// Whatever is hidden is there for all other purposes: a comment that no list shows yet can be replied to.
    pub fn set_read_lag(&self, lag: Duration) {
        self.shared.state().arrangements.read_lag_ms = millis(lag);
    }

    /// Decides how a second private reply is refused from now on.
    pub fn set_repeated_reply(&self, refusal: RepeatedReply) {
        self.shared.state().repeated_reply = refusal;
    }

    /// Decides in which of its two shapes a login's code is answered from now on.
    pub fn set_login_answer(&self, answer: LoginAnswer) {
        self.shared.state().login_answer = answer;
    }

    /// Refuses these names of fields from now on, as Meta's own lists differ (fact sheet 6.3).
    pub fn refuse_fields(&self, names: &[&str]) {
        self.shared.state().refused_fields = names.iter().map(ToString::to_string).collect();
    }

    /// Whether the account's own comments come back as events; the sources disagree (fact sheet 3.15). Off at first.
    pub fn set_own_comments_come_back(&self, come_back: bool) {
        self.shared.state().own_comments_come_back = come_back;
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl std::fmt::Debug for Arrangements {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Arrangements").field("echo", &self.echo).finish_non_exhaustive()
    }
}
