//! What must hold of an event for its rule to answer.

use std::fmt;

use regex::{Regex, RegexBuilder};
use unicode_normalization::UnicodeNormalization;

use super::{
    errors::Problems,
    node::Node,
    vocabulary::{Phrase, Vocabulary},
};

/// Most phrases in one list.
const MAX_PHRASES: usize = 200;
/// Longest phrase, in bytes.
const MAX_PHRASE_BYTES: usize = 200;
/// Longest regular expression, in bytes.
const MAX_PATTERN_BYTES: usize = 500;
/// Largest compiled expression, in bytes: room for one `\w`, which takes 50 KB because it knows every alphabet.
///
/// Size is also time: an expression built to be slow, `a(?:[ab]?){1000}[cx]` of 149 KB on a row of `a` and `b`, took 13 µs
/// a character beside 17 µs for a whole decision with 200 rules. At this size it is under half of that, so that 32 of them
/// on the longest text take half a second at worst.
const MAX_COMPILED_BYTES: usize = 64 * 1024;
/// Cache of one expression while it searches, in bytes; a search that outgrows it gets slower, not wrong.
const SEARCH_CACHE_BYTES: usize = 128 * 1024;
/// Deepest nesting of groups.
const MAX_GROUPS_DEEP: u32 = 20;

/// One condition. All conditions of a rule must hold.
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    /// Words or phrases of the text, folded.
    Words {
        /// One of these, if the list is not empty.
        any: Vec<Phrase>,
        /// Each of these.
        all: Vec<Phrase>,
    },
    /// A regular expression that the text matches somewhere, whatever its capitals.
    Pattern(Regex),
    /// Whether this is the person's first contact.
    FirstContact(bool),
}

impl Condition {
    /// Reads `{"words": {"any": [..], "all": [..]}}`, `{"regex": ".."}` or `{"first_contact": true}`.
    pub(super) fn read(node: Node<'_>, vocabulary: &mut Vocabulary, problems: &mut Problems) -> Option<Self> {
        let (name, node) = node.variant(&["words", "regex", "first_contact"], problems)?;
        match name.as_str() {
            "words" => read_words(node, vocabulary, problems),
            "regex" => read_pattern(&node, problems).map(Self::Pattern),
            _ => node.flag(problems).map(Self::FirstContact),
        }
    }
}

fn read_words(node: Node<'_>, vocabulary: &mut Vocabulary, problems: &mut Problems) -> Option<Condition> {
    let mut members = node.object(problems)?;
    let (any, all) = (members.take("any"), members.take("all"));
    if any.is_none() && all.is_none() {
        problems.add(&members.path, "expected `any`, `all` or both");
    }
    members.finish(problems);
    let mut read =
        |list: Option<Node<'_>>| list.map(|node| read_phrases(node, vocabulary, problems)).unwrap_or_default();
    Some(Condition::Words { any: read(any), all: read(all) })
}

fn read_phrases(node: Node<'_>, vocabulary: &mut Vocabulary, problems: &mut Problems) -> Vec<Phrase> {
    let mut phrases = Vec::new();
    for node in node.list(1..=MAX_PHRASES, problems) {
        let Some(written) = node.text(problems) else { continue };
        if written.len() > MAX_PHRASE_BYTES {
            node.refuse(format!("longer than {MAX_PHRASE_BYTES} bytes"), problems);
            continue;
        }
        match vocabulary.learn(written) {
            Some(phrase) => phrases.push(phrase),
            None => node.refuse("holds no letter, digit or emoji to look for", problems),
        }
    }
    phrases
}

/// Compiles an expression. Matching takes time linear in the text (the crate knows no look-around or back-references).
fn read_pattern(node: &Node<'_>, problems: &mut Problems) -> Option<Regex> {
    let pattern = node.text(problems)?;
    if pattern.len() > MAX_PATTERN_BYTES {
        node.refuse(format!("longer than {MAX_PATTERN_BYTES} bytes"), problems);
        return None;
    }
    // Composed like the texts it will meet, else `é` typed as two characters would never match.
    let compiled = RegexBuilder::new(&pattern.nfc().collect::<String>())
        .case_insensitive(true)
        .size_limit(MAX_COMPILED_BYTES)
        .dfa_size_limit(SEARCH_CACHE_BYTES)
        .nest_limit(MAX_GROUPS_DEEP)
        .build();
    match compiled {
        Ok(regex) if regex.is_match("") => {
            node.refuse("matches the empty text, so it would match every text", problems);
            None
        }
        Ok(regex) => Some(regex),
        Err(regex::Error::CompiledTooBig(_)) => {
            node.refuse("too large once compiled: repeat less, or write `[a-zà-ú]` instead of `\\w`", problems);
            None
        }
        Err(error) => {
            node.refuse(format!("not a regular expression: {}", last_line(&error)), problems);
            None
        }
    }
}

/// The crate draws the place of the mistake over several lines and names it in the last.
fn last_line(error: &regex::Error) -> String {
    let drawn = error.to_string();
    let line = drawn.lines().last().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

/// In plain words, for the explanation of a decision.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words { any, all } => {
                let join = |phrases: &[Phrase]| {
                    phrases.iter().map(|phrase| format!("“{}”", phrase.written)).collect::<Vec<_>>().join(", ")
                };
                match (any.is_empty(), all.is_empty()) {
                    (false, true) => write!(f, "the text holds one of {}", join(any)),
                    (true, _) => write!(f, "the text holds all of {}", join(all)),
                    (false, false) => write!(f, "the text holds one of {} and all of {}", join(any), join(all)),
                }
            }
            Self::Pattern(regex) => write!(f, "the text matches the expression “{regex}”"),
            Self::FirstContact(true) => f.write_str("it is the person's first contact"),
            Self::FirstContact(false) => f.write_str("it is not the person's first contact"),
        }
    }
}
