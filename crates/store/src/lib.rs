#![doc = include_str!("../README.md")]

mod accounts;
mod audit;
mod batch;
mod body;
mod conversation;
mod decided;
mod erasures;
mod error;
mod facts;
mod item;
pub mod keys;
mod leaving;
mod logins;
mod media;
mod replies;
mod standing;
mod standings;
mod table;
mod threads;
mod update;

pub use accounts::{Account, Broken, Connection, Login, Mode, RulesVersion};
pub use audit::Audit;
pub use body::{Body, StoredAttachment};
pub use conversation::{Conversation, Expected, Gate, ProfileRead, QUEUE_KEPT, Queued, Recent};
pub use decided::{Decided, Reply, ReplyAction, ReplyState, Try};
pub use erasures::{ErasureOrder, ErasureRequest, Receipt};
pub use error::StoreError;
pub use facts::{Facts, Holder, Mark, PAUSE_MS, TOO_FAST_FOR_A_PERSON_MS, Wish};
pub use item::{Edit, HINT_PATIENCE_MS, Item, ItemContent, MAX_EDIT_BYTES, MAX_KEPT_BYTES, is_too_large};
pub use keys::Key;
pub use logins::{ConnectError, Connected, LoginProof, PendingLogin};
pub use replies::{CHORES_SHARD, DUE_SHARDS, Ended, GateClaim, Listed, Postponed, ReplyRef, SentAs};
pub use standing::{Bucket, Lane, Pace, Restriction, Scope, Standing, Switch, Wait};
pub use standings::{BELIEVED_MS, Standings};
pub use table::{DUE_INDEX, Store, TABLE_DEFINITION};
pub use threads::Loaded;
