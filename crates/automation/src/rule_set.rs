//! A rule set: read from its document once, checked, compiled and kept.

mod calendar;
mod condition;
mod document;
mod errors;
mod message;
mod names;
mod node;
mod part;
mod profile;
mod reach;
mod rule;
mod schema;
mod step;
mod summary;
mod trigger;
mod vocabulary;
mod wishes;
mod wording;

use std::collections::HashSet;

use instagram::{UnixMillis, outgoing::MessengerProfile};
use sha2::{Digest, Sha256};

pub(crate) use self::{
    calendar::Calendar,
    condition::Condition,
    rule::Rule,
    step::{AskStep, Body, HAND_OVER_MS, HandOver, Step},
    trigger::{Only, Trigger},
    vocabulary::{KnownWords, Vocabulary},
    wishes::Wishes,
    wording::{Variable, Variants},
};
pub use self::{
    calendar::Scope,
    document::MAX_RULES,
    errors::{RuleError, RuleErrors},
    reach::Unreachable,
    rule::{InvalidRuleId, RuleId},
    schema::schema,
    summary::Summary,
    trigger::TriggerKind,
};
use self::{document::Document, errors::Problems, node::Node, part::Part, step::has_room};
use crate::{
    Source,
    disclosure::{self, Disclosure},
};

/// Longest document, in bytes: it lies in one item of the table, which holds 400 KB (design 6).
pub const MAX_DOCUMENT_BYTES: usize = 256 * 1024;
/// Most regular expressions in a set: each is searched by itself and may take 320 KB of memory with its caches.
const MAX_PATTERNS: usize = 32;
const HOUR_MS: i64 = 60 * 60_000;
/// Longest that a campaign may put off saying that a machine answers.
const MAX_CAMPAIGN_HOURS: i64 = 24;
/// How long the same person gets no second fallback, unless the set says otherwise.
const FALLBACK_COOLDOWN_MS: i64 = 12 * HOUR_MS;
/// Marks what a machine wrote that learnt to write, unless the set says otherwise.
const AI_LABEL: &str = "Resposta escrita por inteligência artificial:";

/// A checked rule set, ready to decide with. Cheap to keep, not to make: words are folded and expressions compiled.
#[derive(Debug, Clone)]
pub struct RuleSet {
    /// In the order in which they are tried.
    rules: Vec<Rule>,
    vocabulary: Vocabulary,
    fingerprint: String,
    campaign: bool,
    calendar: Calendar,
    disclosure: Option<Disclosure>,
    wishes: Wishes,
    fallback: Option<Fallback>,
    ai: Ai,
    profile: MessengerProfile,
}

/// What is done when no rule matches.
#[derive(Debug, Clone)]
pub(crate) struct Fallback {
    pub(crate) steps: Vec<Step>,
    pub(crate) cooldown_ms: i64,
}

/// How answers of a machine that learnt to write are treated.
#[derive(Debug, Clone)]
pub(crate) struct Ai {
    pub(crate) label: String,
    pub(crate) public_replies: bool,
}

/// What the parts of a set need of each other while they are compiled.
struct Compiler<'a> {
    vocabulary: &'a mut Vocabulary,
    problems: &'a mut Problems,
    disclosure: Option<&'a str>,
    has_hours: bool,
}

impl Compiler<'_> {
    /// Every direct text may be the one that the disclosure line stands before.
    fn check_room(&mut self, texts: &Variants, path: &str) {
        let Some(line) = self.disclosure else { return };
        if texts.iter().any(|text| !has_room(&text.plain(), line)) {
            self.problems.add(path, "with the disclosure line before it, a text has more than 1000 bytes");
        }
    }
}

impl RuleSet {
    /// Reads and checks a document.
    ///
    /// # Errors
    /// [`RuleErrors`]: everything that is wrong with it, each with its JSON path.
    pub fn parse(json: &str) -> Result<Self, RuleErrors> {
        let mut problems = Problems::default();
        let document = read(json, &mut problems);
        let fingerprint = hex::encode(Sha256::digest(json).get(..6).unwrap_or_default());
        let set = document.map(|document| Self::compile(document, fingerprint, &mut problems));
        problems.or_all(set)
    }

    /// Twelve hex digits that name this document: the same text has the same, any other text has another.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The names of the rules, in the order in which they are tried.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = &RuleId> {
        self.rules.iter().map(|rule| &rule.id)
    }

    /// What the set holds, in a few plain lines.
    pub fn summary(&self) -> Summary {
        Summary::of(self)
    }

    /// What the account shows before anybody has written. What is not named is to be removed where it was.
    pub fn profile(&self) -> &MessengerProfile {
        &self.profile
    }

    /// The set is a campaign's: it says that a machine answers, and cannot be told not to.
    pub fn is_campaign(&self) -> bool {
        self.campaign
    }

    /// The widest quiet period at a moment: `All` holds for the office's people, too.
    pub fn quiet_at(&self, at: UnixMillis) -> Option<Scope> {
        self.calendar.quiet_at(at)
    }

    /// How long the same person does not get this again, in milliseconds: for so long its firing has to be remembered.
    pub fn cooldown_ms(&self, source: &Source) -> Option<i64> {
        match source {
            Source::Rule(id) => self.rules.iter().find(|rule| rule.id == *id)?.cooldown_ms,
            Source::Fallback => self.fallback.as_ref().map(|fallback| fallback.cooldown_ms),
            Source::Wish(_) => None,
        }
    }

    /// In the order in which they are tried.
    pub(crate) fn rules(&self) -> &[Rule] {
        &self.rules
    }

    pub(crate) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    pub(crate) fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    pub(crate) fn disclosure(&self) -> Option<&Disclosure> {
        self.disclosure.as_ref()
    }

    pub(crate) fn wishes(&self) -> &Wishes {
        &self.wishes
    }

    pub(crate) fn fallback(&self) -> Option<&Fallback> {
        self.fallback.as_ref()
    }

    pub(crate) fn ai(&self) -> &Ai {
        &self.ai
    }

    /// A rule of this set looks at events of this kind.
    pub(crate) fn looks_at(&self, kind: TriggerKind) -> bool {
        self.rules.iter().any(|rule| rule.triggers.iter().any(|trigger| trigger.kind == kind))
    }

    fn compile(document: Document, fingerprint: String, problems: &mut Problems) -> Self {
        let campaign = document.campaign.unwrap_or(false);
        let disclosure = compile_disclosure(&document, problems);
        let quiet = document.quiet.map(|list| list.0).unwrap_or_default();
        let calendar = Calendar::compile(document.time_zone, document.business_hours, quiet, problems);
        let mut vocabulary = Vocabulary::default();
        let mut compiler = Compiler {
            vocabulary: &mut vocabulary,
            problems: &mut *problems,
            disclosure: disclosure.as_ref().map(|disclosure| disclosure.line.as_str()),
            has_hours: calendar.has_hours(),
        };
        let wishes = Wishes::compile(document.opt_out, document.hand_over, document.erasure, &mut compiler);
        let fallback = document.fallback.map(|fallback| Fallback {
            steps: Step::compile_all(
                fallback.steps,
                &[TriggerKind::Message, TriggerKind::Postback],
                "$.fallback.do",
                &mut compiler,
            ),
            cooldown_ms: fallback.cooldown_minutes.map_or(FALLBACK_COOLDOWN_MS, |minutes| minutes.0 * 60_000),
        });
        let mut rules = Vec::new();
        let mut ids = HashSet::new();
        for (i, rule) in document.rules.0 {
            let path = format!("$.rules[{i}]");
            let rule = Rule::compile(rule, &path, &mut compiler);
            if !ids.insert(rule.id.clone()) {
                compiler.problems.add(&format!("{path}.id"), "another rule has this name");
            }
            rules.push(rule);
        }
        check_patterns(&rules, problems);
        let profile = profile::compile(document.ice_breakers, document.menu, problems);
        // A stable sort: rules of one priority stay in the order of the document.
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.priority));
        let (label, public) = document.ai.map_or((None, None), |ai| (ai.label, ai.public_replies));
        let ai = Ai {
            label: label.map_or_else(|| AI_LABEL.to_owned(), |line| line.0),
            public_replies: public.unwrap_or(false),
        };
        Self { rules, vocabulary, fingerprint, campaign, calendar, disclosure, wishes, fallback, ai, profile }
    }
}

fn read(json: &str, problems: &mut Problems) -> Option<Document> {
    if json.len() > MAX_DOCUMENT_BYTES {
        problems.add("$", format!("longer than {MAX_DOCUMENT_BYTES} bytes"));
        return None;
    }
    Document::read(Node::root(json, problems)?, problems)
}

/// In a campaign there is a line, and it is never put off for long.
fn compile_disclosure(document: &Document, problems: &mut Problems) -> Option<Disclosure> {
    let campaign = document.campaign.unwrap_or(false);
    let Some(disclosure) = &document.disclosure else {
        if campaign {
            problems.add("$.disclosure", "a campaign says that a machine answers: add a `disclosure` with a `text`");
        }
        return None;
    };
    let hours = disclosure.after_hours.map(|hours| hours.0);
    if campaign && hours.is_some_and(|hours| hours > MAX_CAMPAIGN_HOURS) {
        let reason = format!("a campaign says it again after at most {MAX_CAMPAIGN_HOURS} hours");
        problems.add("$.disclosure.after_hours", reason);
    }
    let after_ms = hours.map_or(disclosure::AFTER_MS, |hours| hours * HOUR_MS);
    Some(Disclosure { line: disclosure.text.0.clone(), after_ms })
}

fn check_patterns(rules: &[Rule], problems: &mut Problems) {
    let conditions = rules.iter().flat_map(|rule| &rule.conditions);
    let patterns = conditions.filter(|condition| matches!(condition, Condition::Pattern(_))).count();
    if patterns > MAX_PATTERNS {
        problems.add("$.rules", format!("{patterns} regular expressions; at most {MAX_PATTERNS} in a set"));
    }
}

#[cfg(test)]
mod tests;
