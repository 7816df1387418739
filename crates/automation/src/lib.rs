#![doc = include_str!("../README.md")]

mod decide;
mod facts;
mod fold;
mod guard;
mod matching;
mod outcome;
mod reply;
mod rule_set;
mod short_forms;
mod subject;
mod trace;

pub use decide::{Decision, decide};
pub use facts::{Facts, MediaOwner, Mode};
pub use guard::{
    LIVE_PATIENCE_MS, MESSAGE_PATIENCE_MS, MESSAGE_WINDOW_MS, PRIVATE_REPLY_PATIENCE_MS, PRIVATE_REPLY_WINDOW_MS,
    PUBLIC_REPLY_PATIENCE_MS, WINDOW_MARGIN_MS,
};
pub use outcome::{Outcome, Refusal};
pub use reply::{Intended, ReplyAction, ReplyId, reply_id};
pub use rule_set::{InvalidRuleId, MAX_DOCUMENT_BYTES, MAX_RULES, RuleError, RuleErrors, RuleId, RuleSet, TriggerKind};
pub use trace::{InvalidTrace, Line, Trace};
