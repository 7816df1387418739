//! The Instagram platform's facts.

mod event;
mod ids;
mod time;
mod words;

pub use event::*;
pub use ids::{AccountId, AppId, CommentId, InvalidId, MAX_ID_BYTES, MediaId, MessageId, Peer, PersonId};
pub use time::UnixMillis;
pub use words::Words;
