//! What happens to replies besides what their attempts come to, told as it happens.

use std::fmt;
use std::sync::Arc;

use store::{Before, Gate, Item, Reply, ReplyState};

use crate::SETTLE_MS;
use crate::drive::Outbox;
use crate::echo::Echo;
use crate::evidence::is_same;

/// Something that happened to a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// It is proven to be out, for the first time.
    Proven {
        /// So many milliseconds after the event that it answers was received.
        after_ms: i64,
    },
    /// It left the doubt whether it is out, whichever way.
    DoubtOver,
    /// Two messages, or comments, of ours were seen for it. There must be none of these.
    Doubled,
}

impl Notice {
    /// A short word for metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Proven { .. } => "proven",
            Self::DoubtOver => "doubt_over",
            Self::Doubled => "doubled",
        }
    }

    /// How long the person waited, in milliseconds, where that is what it tells.
    pub fn after_ms(self) -> Option<i64> {
        match self {
            Self::Proven { after_ms } => Some(after_ms),
            Self::DoubtOver | Self::Doubled => None,
        }
    }
}

/// Who is told.
#[derive(Clone, Default)]
pub(crate) struct Listener(Option<Arc<dyn Fn(Notice) + Send + Sync>>);

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}

impl Outbox {
    /// The same outbox, with somebody who is told what happens to replies besides what their attempts come to.
    #[must_use]
    pub fn observed(self, told: impl Fn(Notice) + Send + Sync + 'static) -> Self {
        Self { listener: Listener(Some(Arc::new(told))), ..self }
    }

    fn tell(&self, notice: Notice) {
        if let Listener(Some(told)) = &self.listener {
            told(notice);
        }
    }

    /// A reply is proven to be out that was not before.
    pub(crate) fn proven(&self, reply: &Reply, at: i64) {
        if let Some(received_at) = reply.received_at {
            self.tell(Notice::Proven { after_ms: at.saturating_sub(received_at) });
        }
    }

    /// A reply is no longer in doubt.
    pub(crate) fn doubt_over(&self) {
        self.tell(Notice::DoubtOver);
    }

    /// A reply is out twice: people see it, and nothing can take it back.
    pub(crate) fn doubled(&self, reply: &Reply) {
        tracing::error!(reply.id = %reply.id, "a reply was seen twice in its conversation");
        self.tell(Notice::Doubled);
    }

    /// Proof was recorded, as the message or comment `id` where Meta named it; `before` is what stood there.
    pub(crate) fn recorded(&self, reply: &Reply, before: Option<&Before>, id: Option<&str>, at: i64) {
        match before {
            Some(Before { state: ReplyState::Sent, mid }) => {
                if matches!((mid, id), (Some(known), Some(id)) if known != id) {
                    self.doubled(reply);
                }
                return;
            }
            Some(Before { state: ReplyState::Unknown, .. }) => self.doubt_over(),
            _ => {}
        }
        self.proven(reply, at);
    }
}

/// An echo that says once more what a reply says that is out as another message: from after the event that the reply
/// answers and from before all that happens of its attempts is over. Other replies of ours with the same words are known
/// by their ids or lie outside of that time. A person of the office could write the same words in it, which nobody can
/// tell apart; it is worth a look, too.
pub(crate) fn is_double(echo: &Echo<'_>, reply: &Reply, gate: &Gate, owner: &Item) -> bool {
    let (Some(heard), Some(meant), Some(_)) = (echo.text, &reply.text, &reply.mid) else {
        return false;
    };
    let is_in_time = owner.content.at.is_some_and(|asked| echo.at >= asked) && echo.at <= gate.until + SETTLE_MS;
    reply.state == ReplyState::Sent && is_in_time && is_same(meant, &heard.into())
}
