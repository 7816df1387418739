#![doc = include_str!("../README.md")]

mod by_hand;
mod claim;
mod drive;
mod echo;
mod evidence;
mod judge;
mod learn;
mod leave;
mod notice;
mod order;
mod outcome;
mod reads;
mod record;
mod resolve;
mod rhythm;
mod send;
mod settings;
mod step;
mod waiting;
mod waits;

pub use by_hand::ByHand;
pub use drive::{Drive, Now, Outbox, OutboxError, Pause};
pub use echo::{Echo, Whose};
pub use notice::Notice;
pub use outcome::{Alarm, Attempt, Progress, reason};
pub use resolve::{Resolution, ResolveError};
pub use settings::{OnUnknown, Settings};

/// How long an attempt may take before others may judge it, in milliseconds.
///
/// Claim, then at most one Graph call of 8 s, then the record: the rest is for slow writes. It is shorter than the
/// queue's visibility timeout (180 s), so that a redelivered event finds the lease over.
pub const LEASE_MS: i64 = 40_000;

/// How long after a lease nothing of the attempt can still happen at Meta, and everything that did shows in reads.
///
/// Two assumptions about Meta, not facts. A1: a delivered message shows in the conversation read within 60 s of being
/// accepted. A2: no request is accepted later than 60 s after its lease ended.
pub const SETTLE_MS: i64 = 60_000;

/// How long a reply waits before it is tried again when Meta does not say how long.
pub const RETRY_MS: i64 = 60_000;

/// How long a reply waits whose account cannot send: a dead token, a restriction. It waits until its `not_after`.
pub const ACCOUNT_RETRY_MS: i64 = 15 * 60_000;

/// How long evidence about a reply in doubt is looked for, in milliseconds, before a person has to.
pub const DOUBT_MS: i64 = 15 * 60_000;
