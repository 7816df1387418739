//! What stands behind the lock: the world, and what is remembered and arranged beside it.

use std::collections::{HashMap, HashSet};

use super::arrange::{Arrangements, Echo};
use super::events::{self, Telling};
use super::fault::Fate;
use super::late::Late;
use super::limits::Limits;
use super::policy::Policy;
use super::world::{Comment, Message, World};
use super::{Delivery, DeliveryState, LoginAnswer, RepeatedReply};

/// A call to the Graph API as it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRecord {
    /// When it came, in milliseconds since 1970.
    pub at: i64,
    /// Through whose door.
    pub actor: String,
    /// What was asked, as in [`Operation`](super::Operation).
    pub operation: &'static str,
    /// The path, without its query.
    pub path: String,
    /// What a fault made of it.
    pub fate: Fate,
    /// The status the world answered with; nothing if the call never reached it, or has not yet.
    pub status: Option<u16>,
}

/// How much of a limit is used up.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Used {
    pub(super) percent: u32,
    pub(super) regain_minutes: u32,
}

/// Everything that changes.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) world: World,
    pub(super) limits: Limits,
    pub(super) calls: Vec<CallRecord>,
    /// By account id or app id.
    pub(super) used: HashMap<String, Used>,
    pub(super) repeated_reply: RepeatedReply,
    pub(super) login_answer: LoginAnswer,
    /// Names of fields that are refused although they are documented.
    pub(super) refused_fields: Vec<String>,
    pub(super) arrangements: Arrangements,
    /// Requests that are accepted later.
    pub(super) late: Vec<Late>,
    /// The rules that refused calls would have broken.
    pub(super) refused: Vec<Policy>,
    pub(super) own_comments_come_back: bool,
    /// Where each app's deliveries go; the one without an app is for all others.
    pub(super) callbacks: HashMap<Option<String>, http::Uri>,
    /// Deliveries on their way at this moment.
    pub(super) posting: HashSet<u64>,
}

impl State {
    /// Keeps a message that was written just now, and has it told: as an echo if it is the account's own.
    pub(super) fn write(&mut self, message: Message, telling: Telling, now: i64) {
        let thread = self.world.thread_mut(&message.account, &message.person);
        if !message.outgoing {
            thread.last_user_at = Some(now);
        }
        self.tell_message(&message, telling, now);
        self.world.messages.push(message);
    }

    /// Has a message told in one of three ways.
    pub(super) fn tell_message(&mut self, message: &Message, telling: Telling, now: i64) {
        let field = if telling == Telling::Hint { "message_edit" } else { "messages" };
        let kind = match (telling, message.outgoing) {
            (Telling::Whole, true) => "echo",
            (Telling::Whole, false) => "message",
            (Telling::Unsent, _) => "unsent",
            (Telling::Hint, _) => "hint",
        };
        let arrangement = if kind == "echo" { self.arrangements.echo_of(message) } else { Echo::Deliver };
        if let Ok(body) = events::message(message, telling, now) {
            self.queue(&message.account, field, kind, body, arrangement, now);
        }
    }

    /// Keeps a comment that was written just now, and has it told.
    pub(super) fn comment(&mut self, comment: Comment, now: i64) {
        let own = comment.from.as_deref() == Some(comment.account.as_str());
        let product = comment.media.as_deref().and_then(|id| self.world.media(id)).map(|media| media.product.clone());
        if let Ok(body) = events::comment(&comment, product.as_deref().filter(|product| !product.is_empty()), now)
            && (!own || self.own_comments_come_back)
        {
            let field = if comment.live { "live_comments" } else { "comments" };
            self.queue(&comment.account, field, "comment", body, Echo::Deliver, now);
        }
        self.world.comments.push(comment);
    }

    /// Queues a delivery, if the account is subscribed to its field.
    fn queue(&mut self, account: &str, field: &str, kind: &str, body: String, arrangement: Echo, now: i64) {
        let Some(account) = self.world.account(account) else { return };
        if !account.subscribed_fields.iter().any(|subscribed| subscribed == field) {
            return;
        }
        let delivery = Delivery {
            number: 0,
            app_id: account.app_id.clone(),
            account: account.account.clone(),
            kind: kind.to_owned(),
            body,
            due_at: now,
            state: DeliveryState::Waiting,
            attempts: Vec::new(),
        };
        self.enqueue(delivery, arrangement);
    }

    /// Queues a delivery as arranged, and gives it the number that comes back.
    pub(super) fn enqueue(&mut self, mut delivery: Delivery, arrangement: Echo) -> u64 {
        delivery.number = self.world.deliveries.len() as u64 + 1;
        self.arrangements.arrange(&mut delivery, arrangement);
        let number = delivery.number;
        self.world.deliveries.push(delivery);
        number
    }

    /// When, after `now`, something is next due by itself: a delivery or a late request. What is due already had its
    /// turn, and stays for lack of somewhere to go.
    pub(super) fn next_due(&self, now: i64) -> i64 {
        let waiting = self.world.deliveries.iter().filter(|delivery| delivery.state == DeliveryState::Waiting);
        let deliveries = waiting.map(|delivery| delivery.due_at);
        deliveries.chain(self.late.iter().map(Late::due_at)).filter(|due_at| *due_at > now).min().unwrap_or(i64::MAX)
    }

    /// The percentages that the answer's headers tell, throttling included.
    pub(super) fn used_by(&self, account: &str, now: i64) -> Used {
        let used = self.used.get(account).copied().unwrap_or_default();
        let wait_ms = self.limits.wait_ms(account, now);
        if wait_ms == 0 {
            return used;
        }
        // Rounded up: Meta counts in minutes, and zero would mean now.
        let minutes = u32::try_from((wait_ms + 59_999) / 60_000).unwrap_or(u32::MAX);
        Used { percent: used.percent.max(100), regain_minutes: used.regain_minutes.max(minutes) }
    }
}
