//! A rule set: read from its document once, checked, compiled and kept.

mod action;
mod condition;
mod errors;
mod node;
mod rule;
mod trigger;
mod vocabulary;

use std::collections::HashSet;

use sha2::{Digest, Sha256};

pub(crate) use self::{
    action::Action,
    condition::Condition,
    rule::Rule,
    trigger::{Only, Trigger},
    vocabulary::{KnownWords, Vocabulary},
};
use self::{errors::Problems, node::Node};
pub use self::{
    errors::{RuleError, RuleErrors},
    rule::{InvalidRuleId, RuleId},
    trigger::TriggerKind,
};

/// Longest document, in bytes: it lies in one item of the table, which holds 400 KB (design 6).
pub const MAX_DOCUMENT_BYTES: usize = 256 * 1024;
/// Most rules in a set.
pub const MAX_RULES: usize = 500;
/// Most regular expressions in a set: each is searched by itself and may take 320 KB of memory with its caches.
const MAX_PATTERNS: usize = 32;
/// The format of the document that is read here.
const FORMAT_VERSION: i64 = 1;

/// A checked rule set, ready to decide with. Cheap to keep, not to make: words are folded and expressions compiled.
#[derive(Debug, Clone)]
pub struct RuleSet {
    /// In the order in which they are tried.
    rules: Vec<Rule>,
    vocabulary: Vocabulary,
    fingerprint: String,
}

impl RuleSet {
    /// Reads and checks a document.
    ///
    /// # Errors
    /// [`RuleErrors`]: everything that is wrong with it, each with its JSON path.
    pub fn parse(json: &str) -> Result<Self, RuleErrors> {
        let mut problems = Problems::default();
        let (mut rules, vocabulary) = read_document(json, &mut problems);
        problems.into_result()?;
        // A stable sort: rules of one priority stay in the order of the document.
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.priority));
        let fingerprint = hex::encode(Sha256::digest(json).get(..6).unwrap_or_default());
        Ok(Self { rules, vocabulary, fingerprint })
    }

    /// Twelve hex digits that name this document: the same text has the same, any other text has another.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The names of the rules, in the order in which they are tried.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = &RuleId> {
        self.rules.iter().map(|rule| &rule.id)
    }

    /// In the order in which they are tried.
    pub(crate) fn rules(&self) -> &[Rule] {
        &self.rules
    }

    pub(crate) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }
}

fn read_document(json: &str, problems: &mut Problems) -> (Vec<Rule>, Vocabulary) {
    let mut vocabulary = Vocabulary::default();
    let mut rules = Vec::new();
    if json.len() > MAX_DOCUMENT_BYTES {
        problems.add("$", format!("longer than {MAX_DOCUMENT_BYTES} bytes"));
        return (rules, vocabulary);
    }
    let Some(mut members) = Node::root(json, problems).and_then(|root| root.object(problems)) else {
        return (rules, vocabulary);
    };
    if let Some(version) = members.required("version", problems) {
        version.number(FORMAT_VERSION..=FORMAT_VERSION, problems);
    }
    let nodes = members.required("rules", problems).map(|node| node.list(0..=MAX_RULES, problems)).unwrap_or_default();
    members.finish(problems);

    let mut ids = HashSet::new();
    for node in nodes {
        let path = node.path.clone();
        let Some(rule) = Rule::read(node, &mut vocabulary, problems) else { continue };
        if !ids.insert(rule.id.clone()) {
            problems.add(&format!("{path}.id"), "another rule has this name");
        }
        rules.push(rule);
    }
    let conditions = rules.iter().flat_map(|rule| &rule.conditions);
    let patterns = conditions.filter(|condition| matches!(condition, Condition::Pattern(_))).count();
    if patterns > MAX_PATTERNS {
        problems.add("$.rules", format!("{patterns} regular expressions; at most {MAX_PATTERNS} in a set"));
    }
    (rules, vocabulary)
}

#[cfg(test)]
mod tests;
