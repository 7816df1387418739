//! What came of deciding many events twice.

use std::collections::BTreeMap;
use std::fmt;

use automation::{Decision, Intended, compare};

use super::{Pace, named, said};
use crate::moment;

/// Most examples shown.
const MOST_EXAMPLES: usize = 20;

/// Why an event cannot be decided again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Skip {
    /// No rule was asked then, so no facts were kept. Holds the reason's code.
    NoRuleAsked(String),
    /// It was unsent or erased.
    WordsGone,
    /// It was too large to be kept in the table.
    TooLarge,
    /// Edits, an unsend or a hint came, and the message itself did not.
    NeverCame,
    /// Nothing was decided yet.
    Undecided,
    /// What was stored has a form that this version does not read.
    Unreadable,
    /// The rules of then, by their version, cannot be read.
    NoRules(u32),
    /// With what is stored the rules of then decide otherwise than they did.
    DecidedOtherwise,
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRuleAsked(why) => write!(f, "no rule was asked, so no facts were kept: {why}"),
            Self::WordsGone => f.write_str("unsent or erased: the words are gone"),
            Self::TooLarge => f.write_str("too large to be kept"),
            Self::NeverCame => f.write_str("the message itself never came"),
            Self::Undecided => f.write_str("not decided yet"),
            Self::Unreadable => f.write_str("stored in a form that is not understood"),
            Self::NoRules(version) => write!(f, "version {version} of the rules cannot be read"),
            Self::DecidedOtherwise => {
                f.write_str("decided otherwise at the time: it came late, or more was known than is kept")
            }
        }
    }
}

/// An event and when it happened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case<'a> {
    pub(crate) key: &'a str,
    pub(crate) at: i64,
    pub(crate) is_live: bool,
    /// What the person wrote, where that is to be shown.
    pub(crate) words: Option<&'a str>,
}

/// Events, and the replies of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) events: usize,
    pub(crate) replies: usize,
}

impl Count {
    fn add(&mut self, replies: usize) {
        self.events += usize::from(replies > 0);
        self.replies += replies;
    }
}

/// The sum of all differences.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) decided: usize,
    pub(crate) same: usize,
    pub(crate) new: Count,
    pub(crate) lost: Count,
    pub(crate) changed: Count,
    /// Events about which something else than replies differs.
    pub(crate) beside: usize,
    pub(crate) skipped: BTreeMap<Skip, usize>,
    pub(crate) pace_before: Pace,
    pub(crate) pace_after: Pace,
    reveal: bool,
    examples: Vec<String>,
}

impl Tally {
    /// With `reveal`, examples hold what is said.
    pub(crate) fn new(reveal: bool) -> Self {
        Self { reveal, ..Self::default() }
    }

    pub(crate) fn skip(&mut self, why: Skip) {
        *self.skipped.entry(why).or_default() += 1;
    }

    /// Counts an event. The first that differ become examples.
    pub(crate) fn add(&mut self, case: Case<'_>, before: &Decision, after: &Decision) {
        self.decided += 1;
        self.pace_before.add(before, case.is_live, case.at);
        self.pace_after.add(after, case.is_live, case.at);
        let difference = compare(before, after);
        if difference.is_empty() {
            self.same += 1;
            return;
        }
        self.new.add(difference.new.len());
        self.lost.add(difference.lost.len());
        self.changed.add(difference.changed.len());
        self.beside += usize::from(difference.beside);
        if self.examples.len() == MOST_EXAMPLES {
            return;
        }
        let mut lines = vec![format!("{}  {}", case.key, moment::local(case.at))];
        lines.extend(case.words.filter(|_| self.reveal).map(|words| format!("    the person: {}", indented(words))));
        lines.push(format!("    before: {}", before.outcome));
        lines.push(format!("    after:  {}", after.outcome));
        lines.extend(difference.lost.iter().map(|reply| self.told('-', reply)));
        for (old, new) in &difference.changed {
            lines.extend([self.told('-', old), self.told('+', new)]);
        }
        lines.extend(difference.new.iter().map(|reply| self.told('+', reply)));
        if difference.beside {
            lines.push(format!("    beside: {} -> {}", beside(before), beside(after)));
        }
        self.examples.push(lines.join("\n"));
    }

    /// Some of the events that are decided otherwise.
    pub(crate) fn examples(&self) -> &[String] {
        &self.examples
    }

    /// How many events differ.
    pub(crate) fn differing(&self) -> usize {
        self.decided - self.same
    }

    fn told(&self, mark: char, reply: &Intended) -> String {
        let text = if self.reveal { format!(": {}", indented(&said(&reply.action))) } else { String::new() };
        format!("    {mark} {}{text}", named(reply))
    }
}

fn indented(text: &str) -> String {
    text.replace('\n', "\n        ")
}

fn beside(decision: &Decision) -> String {
    let effects = decision.effects.iter().map(automation::Effect::code);
    let all: Vec<&str> = effects.chain(decision.ask.as_ref().map(|_| "ask")).collect();
    if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
}
