//! What must hold of an event for its rule to answer.

use std::fmt;

use regex::{Regex, RegexBuilder};
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

use super::{
    errors::Problems,
    node::Node,
    part::{List, Part, Text, choice, object},
    schema::Definitions,
    vocabulary::{Phrase, Vocabulary},
};
use crate::fold::fold;

/// Most phrases in one list.
const MAX_PHRASES: usize = 200;
/// Longest phrase, in characters.
const MAX_PHRASE_CHARS: usize = 200;
/// Longest regular expression, in characters.
const MAX_PATTERN_CHARS: usize = 500;
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
    /// Whether people of the office are there.
    BusinessHours(bool),
    /// Whether the person follows the account. Holds neither way where that is not known.
    Follows(bool),
}

choice! {
    /// What must hold of an event.
    enum ConditionDocument {
        /// The text holds these words, whatever their capitals, accents, repeated letters and short forms.
        "words" => Words(AnyAll),
        /// The text matches this regular expression somewhere.
        "regex" => Pattern(PatternText),
        /// Whether this is the person's first contact.
        "first_contact" => FirstContact(bool),
        /// Whether people of the office are there, by the set's `business_hours`.
        "business_hours" => BusinessHours(bool),
        /// Whether the person follows the account. Where it is not known the rule does not match either way.
        "follows" => Follows(bool),
    }
}

object! {
    /// Words to look for.
    struct WordsDocument {
        /// One of these words or phrases.
        "any" => any: Option<List<PhraseText, 1, MAX_PHRASES>>,
        /// Each of these words or phrases.
        "all" => all: Option<List<PhraseText, 1, MAX_PHRASES>>,
    }
}

/// Words to look for, of which there are some.
#[derive(Debug, Clone)]
pub(super) struct AnyAll(WordsDocument);

/// A word or phrase, and what is left of it after folding.
#[derive(Debug, Clone)]
pub(super) struct PhraseText {
    pub(super) written: String,
    pub(super) folded: String,
}

/// A regular expression, compiled.
#[derive(Debug, Clone)]
pub(super) struct PatternText(Regex);

impl Condition {
    pub(super) fn compile(document: ConditionDocument, vocabulary: &mut Vocabulary) -> Self {
        match document {
            ConditionDocument::Words(AnyAll(words)) => {
                let mut learn = |list: Option<List<PhraseText, 1, MAX_PHRASES>>| {
                    let phrases = list.into_iter().flat_map(List::into_elements);
                    phrases.map(|phrase| vocabulary.learn(phrase.written, &phrase.folded)).collect()
                };
                Self::Words { any: learn(words.any), all: learn(words.all) }
            }
            ConditionDocument::Pattern(PatternText(regex)) => Self::Pattern(regex),
            ConditionDocument::FirstContact(wanted) => Self::FirstContact(wanted),
            ConditionDocument::BusinessHours(wanted) => Self::BusinessHours(wanted),
            ConditionDocument::Follows(wanted) => Self::Follows(wanted),
        }
    }
}

impl Part for AnyAll {
    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        let place = node.again();
        let words = WordsDocument::read(node, problems)?;
        if place.is_empty_object() {
            place.misshapen("expected `any`, `all` or both", problems);
        }
        Some(Self(words))
    }

    fn schema(definitions: &mut Definitions) -> Value {
        let mut schema = WordsDocument::schema(definitions);
        schema["minProperties"] = json!(1);
        schema
    }
}

impl Part for PhraseText {
    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        let Text(written) = Text::<1, MAX_PHRASE_CHARS>::read(node.again(), problems)?;
        let folded = fold(&written);
        if folded.is_empty() {
            node.refuse("holds no letter, digit or emoji to look for", problems);
            return None;
        }
        Some(Self { written, folded })
    }

    fn schema(definitions: &mut Definitions) -> Value {
        Text::<1, MAX_PHRASE_CHARS>::schema(definitions)
    }
}

/// Matching takes time linear in the text: the crate knows no look-around or back-references.
impl Part for PatternText {
    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        let Text(pattern) = Text::<1, MAX_PATTERN_CHARS>::read(node.again(), problems)?;
        // Composed like the texts it will meet, else `é` typed as two characters would never match.
        let compiled = RegexBuilder::new(&pattern.nfc().collect::<String>())
            .case_insensitive(true)
            .size_limit(MAX_COMPILED_BYTES)
            .dfa_size_limit(SEARCH_CACHE_BYTES)
            .nest_limit(MAX_GROUPS_DEEP)
            .build();
        let reason = match compiled {
            Ok(regex) if !regex.is_match("") => return Some(Self(regex)),
            Ok(_) => "matches the empty text, so it would match every text".to_owned(),
            Err(regex::Error::CompiledTooBig(_)) => {
                "too large once compiled: repeat less, or write `[a-zà-ú]` instead of `\\w`".to_owned()
            }
            Err(error) => format!("not a regular expression: {}", last_line(&error)),
        };
        node.refuse(reason, problems);
        None
    }

    fn schema(definitions: &mut Definitions) -> Value {
        Text::<1, MAX_PATTERN_CHARS>::schema(definitions)
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
            Self::BusinessHours(true) => f.write_str("people of the office are there"),
            Self::BusinessHours(false) => f.write_str("nobody of the office is there"),
            Self::Follows(true) => f.write_str("the person is known to follow the account"),
            Self::Follows(false) => f.write_str("the person is known not to follow the account"),
        }
    }
}
