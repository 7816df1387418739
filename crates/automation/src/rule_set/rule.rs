//! One rule: when it looks, what must hold, what it does.

use std::{fmt, sync::LazyLock};

use regex::Regex;
use serde_json::{Value, json};

use super::{
    Compiler,
    condition::{Condition, ConditionDocument},
    errors::Problems,
    node::{Node, compile},
    part::{List, Part, Whole, object},
    schema::Definitions,
    step::{Step, StepDocument},
    trigger::{Trigger, TriggerKind},
};

/// What a rule's name looks like.
const ID_PATTERN: &str = "^[a-z0-9_-]{1,40}$";
/// Longest name of a rule, in bytes.
const MAX_ID_BYTES: usize = 40;
const MINUTE_MS: i64 = 60_000;

/// The name of a rule, unique within its set: 1 to 40 of `a`–`z`, `0`–`9`, `-`, `_`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(String);

/// Why a text is no name of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a rule's name: expected 1 to {MAX_ID_BYTES} of a-z, 0-9, '-' and '_'")]
pub struct InvalidRuleId;

impl RuleId {
    /// Checks a text.
    ///
    /// # Errors
    /// [`InvalidRuleId`].
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidRuleId> {
        let text = text.into();
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
        if (1..=MAX_ID_BYTES).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text))
        } else {
            Err(InvalidRuleId)
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Part for RuleId {
    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        static PATTERN: LazyLock<Regex> = LazyLock::new(|| compile(ID_PATTERN));
        let text = node.text_like(&PATTERN, &InvalidRuleId.to_string(), problems)?;
        Self::parse(text).ok()
    }

    fn schema(_: &mut Definitions) -> Value {
        json!({"type": "string", "pattern": ID_PATTERN})
    }
}

object! {
    /// When it looks, what must hold, what it does.
    struct RuleDocument {
        /// Its name, unique within the set. Replies are named after it, so keep it when you change the rule.
        "id" => id: RuleId,
        /// What it looks at.
        "on" => on: List<Trigger, 1, 20>,
        /// What must hold, all of it.
        "when" => when: Option<List<ConditionDocument, 0, 20>>,
        /// Its steps, in order.
        "do" => steps: List<StepDocument, 1, 10>,
        /// Higher is tried earlier, equals in the order of the document. Else 0.
        "priority" => priority: Option<Whole<-1000, 1000>>,
        /// After a match the next rules are tried, too. Else the first match ends it.
        "continue" => continues: Option<bool>,
        /// How late an answer still makes sense. Else 60 for messages, a day for public and 6 d 20 h for private replies.
        "patience_minutes" => patience_minutes: Option<Whole<1, 10_080>>,
        /// How long the same person does not get it again.
        "cooldown_minutes" => cooldown_minutes: Option<Whole<1, 43_200>>,
        /// Also for replies to comments.
        "in_threads" => in_threads: Option<bool>,
        /// Also for comments on posts not known to be the account's own.
        "on_other_media" => on_other_media: Option<bool>,
    }
}

/// A rule, checked and compiled.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) id: RuleId,
    /// Higher is tried earlier; equals in the order of the document.
    pub(crate) priority: i64,
    /// One of these must fit.
    pub(crate) triggers: Vec<Trigger>,
    /// All of these must hold.
    pub(crate) conditions: Vec<Condition>,
    /// In order.
    pub(crate) steps: Vec<Step>,
    /// After a match, try the rules after this one too.
    pub(crate) continues: bool,
    /// How long after the event an answer still makes sense, instead of the default.
    pub(crate) patience_ms: Option<i64>,
    /// How long the same person does not get it again.
    pub(crate) cooldown_ms: Option<i64>,
    /// Also for replies inside a thread of comments.
    pub(crate) in_threads: bool,
    /// Also for comments on posts not known to be the account's own.
    pub(crate) on_other_media: bool,
}

impl Rule {
    pub(super) fn compile(document: RuleDocument, path: &str, compiler: &mut Compiler<'_>) -> Self {
        let minutes = |ms: i64| ms * MINUTE_MS;
        let triggers: Vec<Trigger> = document.on.into_elements().collect();
        let conditions = document.when.map(|list| list.0).unwrap_or_default();
        for (i, condition) in &conditions {
            if matches!(condition, ConditionDocument::BusinessHours(_)) && !compiler.has_hours {
                compiler.problems.add(&format!("{path}.when[{i}]"), "needs the set's `business_hours`");
            }
        }
        let conditions = conditions.into_iter();
        let conditions = conditions.map(|(_, condition)| Condition::compile(condition, compiler.vocabulary)).collect();
        let kinds: Vec<TriggerKind> = triggers.iter().map(|trigger| trigger.kind).collect();
        Self {
            id: document.id,
            priority: document.priority.map_or(0, |priority| priority.0),
            triggers,
            conditions,
            steps: Step::compile_all(document.steps, &kinds, &format!("{path}.do"), compiler),
            continues: document.continues.unwrap_or(false),
            patience_ms: document.patience_minutes.map(|patience| minutes(patience.0)),
            cooldown_ms: document.cooldown_minutes.map(|cooldown| minutes(cooldown.0)),
            in_threads: document.in_threads.unwrap_or(false),
            on_other_media: document.on_other_media.unwrap_or(false),
        }
    }
}
