//! A Meta that signs deliveries and keeps a small world behind the Graph API.
//!
//! It speaks HTTP and JSON as the real one does, as far as the fact sheet on Meta's webhooks and Graph API tells; where
//! the sources disagree, a switch offers both ways. Everything runs by one [`Clock`]: the windows, the rate limits, the
//! retries of deliveries. Nothing happens by itself unless [`Meta::deliver_in_background`] was called.

mod accounts;
mod acts;
mod arrange;
mod body;
mod comments;
mod conversations;
mod delivery;
mod dialog;
mod door;
mod events;
pub mod fault;
mod ids;
mod late;
mod learn;
mod limits;
mod messenger_profile;
mod people;
mod policy;
mod reply;
mod request;
mod route;
mod send;
pub mod signature;
mod state;
mod surrogates;
mod time;
mod tokens;
pub mod world;
mod written;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

pub use self::arrange::Echo;
pub use self::delivery::{Attempt, Delivery, DeliveryState, PostError};
pub use self::door::Door;
pub use self::policy::Policy;
pub use self::reply::Reply;
pub use self::route::Operation;
pub use self::state::CallRecord;
pub use self::world::World;

use self::fault::Fate;
use self::state::{State, Used};
use self::world::{Comment, Message};
use crate::clock::Clock;
use crate::fault::{Faults, NoFaults};
use crate::wire;

/// A running Meta. Dropped, it stops at once.
#[derive(Debug)]
pub struct Meta {
    shared: Arc<Shared>,
    front: Door,
    background: Mutex<Option<Background>>,
}

/// What the doors and the background share.
#[derive(Debug)]
struct Shared {
    clock: Clock,
    state: Mutex<State>,
    client: wire::Client,
    /// Rung when a delivery was queued or may go.
    queued: Notify,
}

impl Shared {
    /// The state as of now: requests that Meta accepts late and that are due have had their effect.
    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.unswept();
        state.apply_due(self.clock.now_ms());
        state
    }

    fn unswept(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct Background(JoinHandle<()>);

impl Drop for Background {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// How a second private reply to one comment is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RepeatedReply {
    /// 10900: it says that there is one already.
    #[default]
    Named,
    /// 100/2534025: it might also be too old or deleted.
    Unnamed,
}

/// The shape in which a login's code is answered (fact sheet 7.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LoginAnswer {
    /// Flat, with a number and a list, as teams saw it.
    #[default]
    Observed,
    /// The only item of a list, with texts, as Meta's documentation prints it.
    Documented,
}

/// Why Meta could not be started.
#[derive(Debug, thiserror::Error)]
pub enum MetaError {
    /// No port on loopback.
    #[error("no loopback port for Meta")]
    Bind(#[from] std::io::Error),
    /// The world is not a world.
    #[error("the world's JSON is not understood")]
    World(#[from] serde_json::Error),
}

impl Meta {
    /// Starts a Meta with the world of `events/world.json`, or with one written by [`Meta::dump`].
    ///
    /// # Errors
    /// [`MetaError`].
    pub async fn start(clock: Clock, world: Value) -> Result<Self, MetaError> {
        let state = State { world: serde_json::from_value(world)?, ..State::default() };
        let shared =
            Arc::new(Shared { clock, state: Mutex::new(state), client: wire::Client::new(), queued: Notify::new() });
        let front = Door::open(Arc::clone(&shared), wire::LOOPBACK, "anyone", NoFaults).await?;
        Ok(Self { shared, front, background: Mutex::new(None) })
    }

    /// Base address of the Graph API; nothing fails here.
    pub fn endpoint(&self) -> &str {
        self.front.endpoint()
    }

    /// Opens a further base address, for one actor, whose calls meet `faults`.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn door(&self, actor: &str, faults: impl Faults<Fate>) -> Result<Door, MetaError> {
        Ok(Door::open(Arc::clone(&self.shared), wire::LOOPBACK, actor, faults).await?)
    }

    /// Looks at the world, or changes it behind everybody's back: ends a broadcast, kills a token, blocks a person.
    pub fn world<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        look(&mut self.shared.state().world)
    }

    /// Has an account's owner change the password: its tokens are refused with 190/460 from now on, until a new login. False
    /// if there is no such account.
    pub fn end_tokens(&self, account: &str) -> bool {
        self.world(|world| tokens::end(world, account))
    }

    /// The whole world as JSON, for [`Meta::start`] after a restart. Usage, limits and switches are not part of it.
    ///
    /// # Errors
    /// Never for a world that was loaded from JSON.
    pub fn dump(&self) -> serde_json::Result<Value> {
        serde_json::to_value(&self.shared.state().world)
    }

    /// Declares how much of an account's or an app's limit is used. From 100 % on its calls are refused: an account's
    /// with 80002, an app's with 4.
    pub fn set_usage(&self, account_or_app: &str, percent: u32, regain_minutes: u32) {
        let used = Used { percent, regain_minutes };
        self.shared.state().used.insert(account_or_app.to_owned(), used);
    }

    /// From now on posts deliveries as they become due, until this Meta is dropped.
    ///
    /// Looks every quarter of a second besides, for the world may have been changed behind everybody's back.
    pub fn deliver_in_background(&self) {
        let shared = Arc::clone(&self.shared);
        let task = tokio::spawn(async move {
            loop {
                shared.deliver_due().await;
                let next_ms = shared.state().next_due(shared.clock.now_ms());
                tokio::select! {
                    () = shared.queued.notified() => {}
                    () = shared.clock.sleep_until(next_ms) => {}
                    () = tokio::time::sleep(Duration::from_millis(250)) => {}
                }
            }
        });
        *self.background.lock().unwrap_or_else(PoisonError::into_inner) = Some(Background(task));
    }

    /// Every call to the Graph API so far, in the order of their ends.
    pub fn calls(&self) -> Vec<CallRecord> {
        self.shared.state().calls.clone()
    }

    /// Every direct message that apps sent, private replies included, oldest first.
    pub fn sent(&self) -> Vec<Message> {
        let state = self.shared.state();
        state.world.messages.iter().filter(|message| message.outgoing && message.app_id.is_some()).cloned().collect()
    }

    /// What apps sent to one person.
    pub fn sent_to(&self, account: &str, person: &str) -> Vec<Message> {
        let mut sent = self.sent();
        sent.retain(|message| message.account == account && message.person == person);
        sent
    }

    /// The private replies that one comment had: at most one, by Meta's own rule.
    pub fn private_replies(&self, comment: &str) -> Vec<Message> {
        let mut sent = self.sent();
        sent.retain(|message| message.comment.as_deref() == Some(comment));
        sent
    }

    /// The public replies that apps wrote below one comment, oldest first.
    pub fn public_replies(&self, comment: &str) -> Vec<Comment> {
        let state = self.shared.state();
        let below = state.world.comments.iter().filter(|reply| reply.parent.as_deref() == Some(comment));
        below.filter(|reply| reply.app_id.is_some()).cloned().collect()
    }
}

#[cfg(test)]
mod tests;
