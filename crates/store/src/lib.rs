#![doc = include_str!("../README.md")]

mod accounts;
mod body;
mod conversation;
mod decided;
mod error;
mod item;
pub mod keys;
mod media;
mod replies;
mod table;
mod threads;
mod update;

pub use accounts::{Account, Connection, Mode, RulesVersion};
pub use body::{Body, StoredAttachment};
pub use conversation::{Conversation, Facts, Gate, Holder, Mark, PAUSE_MS, TOO_FAST_FOR_A_PERSON_MS};
pub use decided::{Decided, Reply, ReplyAction, ReplyState};
pub use error::StoreError;
pub use item::{Edit, Item, ItemContent, MAX_EDIT_BYTES, MAX_KEPT_BYTES, is_too_large};
pub use keys::Key;
pub use replies::{DUE_SHARDS, Ended, ReplyRef, SentAs};
pub use table::{DUE_INDEX, Store, TABLE_DEFINITION};
pub use threads::Loaded;
