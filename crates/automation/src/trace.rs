//! What became of every rule, in a few bytes each, and told in plain words on demand.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{
    Refusal, RuleId, RuleSet, Scope, Wish,
    matching::Miss,
    rule_set::{MAX_RULES, Rule},
};

/// Which rules were tried, in order, and what became of each. Holds nothing that a person wrote.
///
/// As text (and in JSON): the rule set's fingerprint, a colon and one code per rule tried, rows of the same code counted:
/// `3f9a0c11d2e4:t*12,c0,y2`. `-` if no rule was tried. The codes, `<n>` a number:
///
/// | code | meaning |
/// | --- | --- |
/// | `t` | is for other kinds of event |
/// | `o` | is for other posts, payloads, links or reactions |
/// | `r` | leaves replies inside a thread alone |
/// | `m` | is for the account's own posts |
/// | `c<n>` | condition `n`, from 0, did not hold |
/// | `k` | matched for the same person a short while ago |
/// | `y<n>` | matched and plans `n` replies |
/// | `y<n>` + letter | matched, plans `n` replies; the next was refused: `o` opted out, `p` paused, `n` not our thread, `w` window closed, `l` too late, `d` second private reply, `f` plan full, `q` quiet, `b` loop, `t` text too long |
///
/// Remarks about the whole decision follow, each behind a semicolon: `w` and the letter of a wish (`s` silence, `r` return,
/// `p` a person, `e` erasure) and what became of its confirmation, `f` and what became of the fallback, `q` and the scope of
/// a quiet period (`i` ai, `m` automatic, `a` all), `d` the disclosure line was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Of the rule set decided with.
    fingerprint: Option<String>,
    /// In the order tried; rules after the last one were not reached.
    verdicts: Vec<Verdict>,
    /// About the whole decision.
    notes: Vec<Note>,
}

/// A remark about the whole decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Note {
    /// The person asked for something; what became of its confirmation.
    Wish(Wish, Verdict),
    /// No rule matched; what became of the fallback.
    Fallback(Verdict),
    /// The office keeps silent.
    Quiet(Scope),
    /// The disclosure line was said.
    Disclosed,
}

/// Most remarks about one decision: one of each kind.
const MAX_NOTES: usize = 4;

/// What became of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Missed(Miss),
    Matched { planned: u8, refused: Option<Refusal> },
}

/// One rule's part of an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The rule; `None` for a remark about the whole decision.
    pub rule: Option<RuleId>,
    /// It matched, whatever became of its replies.
    pub matched: bool,
    /// What became of it, in plain words.
    pub text: String,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(rule) = &self.rule {
            write!(f, "{rule}: ")?;
        }
        f.write_str(&self.text)
    }
}

/// Why a text is no trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a trace")]
pub struct InvalidTrace;

impl Trace {
    pub(crate) fn none() -> Self {
        Self { fingerprint: None, verdicts: Vec::new(), notes: Vec::new() }
    }

    pub(crate) fn new(rules: &RuleSet, verdicts: Vec<Verdict>, notes: Vec<Note>) -> Self {
        Self { fingerprint: Some(rules.fingerprint().to_owned()), verdicts, notes }
    }

    /// The fingerprint of the rule set decided with; `None` if no rule was asked.
    pub fn fingerprint(&self) -> Option<&str> {
        self.fingerprint.as_deref()
    }

    /// The explanation, rule by rule in the order tried. `rules` must be the set decided with; of another set nothing
    /// can be told, and a line says so.
    pub fn render(&self, rules: &RuleSet) -> Vec<Line> {
        let remark = |text: String| Line { rule: None, matched: false, text };
        match self.fingerprint() {
            None => return vec![remark("no rule was asked".to_owned())],
            Some(fingerprint) if fingerprint != rules.fingerprint() => {
                return vec![remark("decided with another version of the rules".to_owned())];
            }
            Some(_) => {}
        }
        let mut lines: Vec<Line> = self.notes.iter().map(|note| remark(note.told())).collect();
        if self.notes.iter().any(|note| matches!(note, Note::Wish(..))) {
            return lines;
        }
        let tried = rules.rules().iter().zip(&self.verdicts);
        lines.extend(tried.map(|(rule, verdict)| verdict.line(rule)));
        let rest = rules.rules().iter().skip(self.verdicts.len());
        lines.extend(rest.map(|rule| Line {
            rule: Some(rule.id.clone()),
            matched: false,
            text: "not tried, an earlier rule had matched".to_owned(),
        }));
        lines
    }
}

impl Verdict {
    fn line(self, rule: &Rule) -> Line {
        let matched = matches!(self, Self::Matched { .. });
        Line { rule: Some(rule.id.clone()), matched, text: self.told(rule) }
    }

    fn told(self, rule: &Rule) -> String {
        match self {
            Self::Missed(Miss::OtherKind) => {
                let mut kinds: Vec<&str> = rule.triggers.iter().map(|trigger| trigger.kind.name()).collect();
                kinds.dedup();
                format!("no, it is for {}", kinds.join(", "))
            }
            Self::Missed(Miss::OtherTarget) => "no, it is for other posts, payloads, links or reactions".to_owned(),
            Self::Missed(Miss::InThread) => "no, it leaves replies inside a thread alone".to_owned(),
            Self::Missed(Miss::OtherMedia) => "no, the post is not known to be the account's own".to_owned(),
            Self::Missed(Miss::Cooldown) => "no, it matched for the same person a short while ago".to_owned(),
            Self::Missed(Miss::Condition(place)) => match rule.conditions.get(usize::from(place)) {
                Some(condition) => format!("no, it wants that {condition}"),
                None => format!("no, condition {place} does not hold"),
            },
            Self::Matched { planned, refused } => format!("matched, {}", told_plan(planned, refused)),
        }
    }
}

fn told_plan(planned: u8, refused: Option<Refusal>) -> String {
    let replies = if planned == 1 { "reply" } else { "replies" };
    let refused = refused.map(|refusal| format!("; the next was refused: {refusal}"));
    format!("{planned} {replies} planned{}", refused.unwrap_or_default())
}

impl Note {
    fn told(self) -> String {
        match self {
            Self::Wish(wish, verdict) => {
                let wants = match wish {
                    Wish::Silence => "the person wants no more automatic answers",
                    Wish::Return => "the person wants automatic answers again",
                    Wish::Person => "the person wants to talk to a person",
                    Wish::Erasure => "the person wants their data erased",
                };
                format!("{wants}; no rule was asked, {}", verdict.told_alone())
            }
            Self::Fallback(verdict) => format!("no rule matched; fallback: {}", verdict.told_alone()),
            Self::Quiet(scope) => format!("a quiet period of the scope {} holds", scope.name()),
            Self::Disclosed => "the disclosure line was due".to_owned(),
        }
    }
}

impl Verdict {
    /// Of what is no rule.
    fn told_alone(self) -> String {
        match self {
            Self::Missed(_) => "given a short while ago".to_owned(),
            Self::Matched { planned, refused } => told_plan(planned, refused),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missed(Miss::OtherKind) => f.write_str("t"),
            Self::Missed(Miss::OtherTarget) => f.write_str("o"),
            Self::Missed(Miss::InThread) => f.write_str("r"),
            Self::Missed(Miss::OtherMedia) => f.write_str("m"),
            Self::Missed(Miss::Condition(place)) => write!(f, "c{place}"),
            Self::Missed(Miss::Cooldown) => f.write_str("k"),
            Self::Matched { planned, refused } => {
                let letter =
                    |refusal| Refusal::ALL.iter().find(|(known, ..)| *known == refusal).map(|(.., letter)| letter);
                write!(f, "y{planned}")?;
                refused.and_then(letter).map_or(Ok(()), |letter| write!(f, "{letter}"))
            }
        }
    }
}

impl FromStr for Verdict {
    type Err = InvalidTrace;

    fn from_str(code: &str) -> Result<Self, InvalidTrace> {
        let number = |digits: &str| digits.parse().map_err(|_| InvalidTrace);
        Ok(match code {
            "t" => Self::Missed(Miss::OtherKind),
            "o" => Self::Missed(Miss::OtherTarget),
            "r" => Self::Missed(Miss::InThread),
            "m" => Self::Missed(Miss::OtherMedia),
            "k" => Self::Missed(Miss::Cooldown),
            _ => {
                if let Some(place) = code.strip_prefix('c') {
                    return number(place).map(|place| Self::Missed(Miss::Condition(place)));
                }
                let matched = code.strip_prefix('y').ok_or(InvalidTrace)?;
                let digits = matched.trim_end_matches(|c: char| c.is_ascii_lowercase());
                let refused = match matched.strip_prefix(digits).unwrap_or_default() {
                    "" => None,
                    letter => {
                        let known = Refusal::ALL.iter().find(|(.., l)| letter.chars().eq([*l]));
                        Some(known.ok_or(InvalidTrace)?.0)
                    }
                };
                Self::Matched { planned: number(digits)?, refused }
            }
        })
    }
}

const SCOPES: [(Scope, char); 3] = [(Scope::Ai, 'i'), (Scope::Automatic, 'm'), (Scope::All, 'a')];

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wish(wish, verdict) => {
                let letter = Wish::ALL.iter().find(|(known, _)| known == wish).map_or('?', |(_, letter)| *letter);
                write!(f, "w{letter}{verdict}")
            }
            Self::Fallback(verdict) => write!(f, "f{verdict}"),
            Self::Quiet(scope) => {
                let letter = SCOPES.iter().find(|(known, _)| known == scope).map_or('?', |(_, letter)| *letter);
                write!(f, "q{letter}")
            }
            Self::Disclosed => f.write_str("d"),
        }
    }
}

impl FromStr for Note {
    type Err = InvalidTrace;

    fn from_str(code: &str) -> Result<Self, InvalidTrace> {
        let mut letters = code.chars();
        let (kind, rest) = (letters.next(), letters.as_str());
        match kind {
            Some('w') => {
                let letter = letters.next().ok_or(InvalidTrace)?;
                let (wish, _) = Wish::ALL.iter().find(|(_, known)| *known == letter).ok_or(InvalidTrace)?;
                Ok(Self::Wish(*wish, letters.as_str().parse()?))
            }
            Some('f') => Ok(Self::Fallback(rest.parse()?)),
            Some('q') => {
                let scope = SCOPES.iter().find(|(_, letter)| rest.chars().eq([*letter]));
                scope.map(|(scope, _)| Self::Quiet(*scope)).ok_or(InvalidTrace)
            }
            Some('d') if rest.is_empty() => Ok(Self::Disclosed),
            _ => Err(InvalidTrace),
        }
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(fingerprint) = &self.fingerprint else { return f.write_str("-") };
        write!(f, "{fingerprint}:")?;
        for (place, row) in self.verdicts.chunk_by(|a, b| a == b).enumerate() {
            let Some(verdict) = row.first() else { continue };
            let comma = if place == 0 { "" } else { "," };
            write!(f, "{comma}{verdict}")?;
            if row.len() > 1 {
                write!(f, "*{}", row.len())?;
            }
        }
        self.notes.iter().try_for_each(|note| write!(f, ";{note}"))
    }
}

impl FromStr for Trace {
    type Err = InvalidTrace;

    fn from_str(text: &str) -> Result<Self, InvalidTrace> {
        if text == "-" {
            return Ok(Self::none());
        }
        let (fingerprint, codes) = text.split_once(':').ok_or(InvalidTrace)?;
        let mut parts = codes.split(';');
        let codes = parts.next().unwrap_or_default();
        let notes = parts.take(MAX_NOTES + 1).map(str::parse).collect::<Result<Vec<Note>, _>>()?;
        if notes.len() > MAX_NOTES {
            return Err(InvalidTrace);
        }
        let mut verdicts = Vec::new();
        for code in codes.split(',').filter(|_| !codes.is_empty()) {
            let (code, count) = code.split_once('*').unwrap_or((code, "1"));
            let count: usize = count.parse().map_err(|_| InvalidTrace)?;
            if verdicts.len().saturating_add(count) > MAX_RULES {
                return Err(InvalidTrace);
            }
            let verdict: Verdict = code.parse()?;
            verdicts.extend(std::iter::repeat_n(verdict, count));
        }
        Ok(Self { fingerprint: Some(fingerprint.to_owned()), verdicts, notes })
    }
}

impl Serialize for Trace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Trace {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
