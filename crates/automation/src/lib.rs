#![doc = include_str!("../README.md")]

mod ask;
mod clean;
mod decide;
mod difference;
mod disclosure;
mod effect;
mod facts;
mod fold;
mod guard;
mod matching;
mod outcome;
mod person;
mod refusal;
mod reply;
mod rule_set;
mod short_forms;
mod subject;
mod trace;
mod wish;

pub use ask::{Ask, AskedFor, Otherwise, labelled};
pub use decide::{Decision, decide};
pub use difference::{Difference, compare};
pub use effect::Effect;
pub use facts::{Facts, Fired, MediaOwner, Mode, Names};
pub use guard::{
    LIVE_PATIENCE_MS, LOOP_MS, LOOP_REPLIES, MESSAGE_PATIENCE_MS, MESSAGE_WINDOW_MS, PRIVATE_REPLY_PATIENCE_MS,
    PRIVATE_REPLY_WINDOW_MS, PUBLIC_REPLY_PATIENCE_MS, WINDOW_MARGIN_MS,
};
pub use outcome::Outcome;
pub use person::{Allowed, PersonAnswer, check_person_answer};
pub use refusal::Refusal;
pub use reply::{Intended, ReplyAction, ReplyId, Source, reply_id};
pub use rule_set::{
    InvalidRuleId, MAX_DOCUMENT_BYTES, MAX_RULES, RuleError, RuleErrors, RuleId, RuleSet, Scope, Summary, TriggerKind,
    Unreachable, schema,
};
pub use trace::{InvalidTrace, Line, Trace};
pub use wish::{Wish, wish};
