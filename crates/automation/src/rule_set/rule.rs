//! One rule: when it looks, what must hold, what it does.

use std::fmt;

use super::{
    action::Action,
    condition::Condition,
    errors::Problems,
    node::{Members, Node},
    trigger::{Trigger, TriggerKind},
    vocabulary::Vocabulary,
};

const MAX_TRIGGERS: usize = 20;
const MAX_CONDITIONS: usize = 20;
/// Most steps of one rule: a person should not find a wall of messages.
const MAX_ACTIONS: usize = 5;
/// Longest name of a rule, in bytes.
const MAX_ID_BYTES: usize = 40;
const MAX_PRIORITY: i64 = 1000;
/// A week, in minutes: no window of Meta is longer (fact sheet 4.4).
const MAX_PATIENCE_MINUTES: i64 = 7 * 24 * 60;

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
    /// Steps, in order.
    pub(crate) actions: Vec<Action>,
    /// After a match, try the rules after this one too.
    pub(crate) continues: bool,
    /// How long after the event an answer still makes sense, instead of the default.
    pub(crate) patience_ms: Option<i64>,
    /// Also for replies inside a thread of comments.
    pub(crate) in_threads: bool,
    /// Also for comments on posts not known to be the account's own.
    pub(crate) on_other_media: bool,
}

impl Rule {
    /// Reads a rule; `None` if there was a problem that leaves nothing to keep.
    pub(super) fn read(node: Node<'_>, vocabulary: &mut Vocabulary, problems: &mut Problems) -> Option<Self> {
        let mut members = node.object(problems)?;
        let id = members.required("id", problems).and_then(|node| read_id(&node, problems));
        let triggers = read_all(members.required("on", problems), 1..=MAX_TRIGGERS, Trigger::read, problems);
        let conditions = read_all(
            members.take("when"),
            0..=MAX_CONDITIONS,
            |node, problems| Condition::read(node, vocabulary, problems),
            problems,
        );
        let do_path = format!("{}.do", members.path);
        let actions = read_all(members.required("do", problems), 1..=MAX_ACTIONS, Action::read, problems);
        let priority = members.take("priority").and_then(|node| node.number(-MAX_PRIORITY..=MAX_PRIORITY, problems));
        let patience =
            members.take("patience_minutes").and_then(|node| node.number(1..=MAX_PATIENCE_MINUTES, problems));
        let continues = read_flag(&mut members, "continue", problems);
        let in_threads = read_flag(&mut members, "in_threads", problems);
        let on_other_media = read_flag(&mut members, "on_other_media", problems);
        members.finish(problems);
        let rule = Self {
            id: id?,
            priority: priority.unwrap_or(0),
            triggers,
            conditions,
            actions,
            continues,
            patience_ms: patience.map(|minutes| minutes * 60_000),
            in_threads,
            on_other_media,
        };
        rule.check_steps(&do_path, problems);
        Some(rule)
    }

    /// Refuses steps that Meta would refuse for one of the rule's triggers.
    fn check_steps(&self, path: &str, problems: &mut Problems) {
        let has = |wanted: fn(TriggerKind) -> bool| self.triggers.iter().any(|trigger| wanted(trigger.kind));
        let (comments, directs) = (has(TriggerKind::is_comment), has(|kind| !kind.is_comment()));
        let live = has(|kind| kind == TriggerKind::LiveComment);
        if comments && directs {
            problems.add(path, "a rule answers either comments or direct messages; make it two rules");
            return;
        }
        let mut private_replies = 0;
        for (step, action) in self.actions.iter().enumerate() {
            let reason = match action {
                Action::Text(_) if comments => {
                    "a comment opens no conversation: use `private_reply`, which may be sent once"
                }
                Action::PrivateReply(_) if directs => "only comments can have a private reply: use `text`",
                Action::PublicReply(_) if directs => "only comments can have a public reply: use `text`",
                Action::PublicReply(_) if live => "live comments can have no public reply",
                Action::PrivateReply(_) => {
                    private_replies += 1;
                    if private_replies == 1 {
                        continue;
                    }
                    "a comment can have one private reply only"
                }
                Action::Text(_) | Action::PublicReply(_) => continue,
            };
            problems.add(&format!("{path}[{step}]"), reason);
        }
    }
}

fn read_id(node: &Node<'_>, problems: &mut Problems) -> Option<RuleId> {
    match RuleId::parse(node.text(problems)?) {
        Ok(id) => Some(id),
        Err(invalid) => {
            node.refuse(invalid.to_string(), problems);
            None
        }
    }
}

fn read_flag(members: &mut Members<'_>, name: &'static str, problems: &mut Problems) -> bool {
    members.take(name).and_then(|node| node.flag(problems)).unwrap_or(false)
}

fn read_all<'a, T>(
    list: Option<Node<'a>>,
    count: std::ops::RangeInclusive<usize>,
    mut read: impl FnMut(Node<'a>, &mut Problems) -> Option<T>,
    problems: &mut Problems,
) -> Vec<T> {
    let nodes = list.map(|node| node.list(count, problems)).unwrap_or_default();
    nodes.into_iter().filter_map(|node| read(node, problems)).collect()
}
