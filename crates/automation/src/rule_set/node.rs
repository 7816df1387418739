//! Reading a JSON document piece by piece, noting every problem and reading on.
//!
//! A derived struct would stop at the first problem, accept an array by position and keep the last of two members of
//! one name. Here each piece keeps its raw text and is read as what is expected of it.

use std::{borrow::Cow, fmt, ops::RangeInclusive};

use regex::Regex;
use serde::{
    Deserialize,
    de::{DeserializeOwned, Deserializer, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::errors::Problems;

/// A piece of the document and the path to it.
pub(super) struct Node<'a> {
    pub(super) path: String,
    raw: &'a str,
}

impl<'a> Node<'a> {
    /// The whole document.
    pub(super) fn root(json: &'a str, problems: &mut Problems) -> Option<Self> {
        match serde_json::from_str::<&RawValue>(json) {
            Ok(raw) => Some(Self { path: "$".to_owned(), raw: raw.get() }),
            Err(error) => {
                problems.add_misshapen("$", format!("not JSON: line {}, column {}", error.line(), error.column()));
                None
            }
        }
    }

    /// Refuses what this piece means.
    pub(super) fn refuse(&self, reason: impl Into<String>, problems: &mut Problems) {
        problems.add(&self.path, reason);
    }

    /// Refuses the shape of this piece, as the published schema does.
    pub(super) fn misshapen(&self, reason: impl Into<String>, problems: &mut Problems) {
        problems.add_misshapen(&self.path, reason);
    }

    /// The members of an object.
    pub(super) fn object(self, problems: &mut Problems) -> Option<Members<'a>> {
        let Ok(RawMembers(raw)) = serde_json::from_str::<RawMembers<'_>>(self.raw) else {
            self.misshapen("expected an object", problems);
            return None;
        };
        let mut members: Vec<(String, Node<'a>)> = Vec::with_capacity(raw.len());
        for (name, value) in raw {
            let node = Node { path: member_path(&self.path, &name), raw: value.get() };
            if members.iter().any(|(known, _)| *known == name) {
                node.misshapen("this member stands here twice", problems);
            } else {
                members.push((name.into_owned(), node));
            }
        }
        Some(Members { path: self.path, members, known: vec![] })
    }

    /// The name and value of an object's only member.
    pub(super) fn variant(self, expected: &[&str], problems: &mut Problems) -> Option<(String, Node<'a>)> {
        let path = self.path.clone();
        let mut members = self.object(problems)?.members;
        match members.pop() {
            Some((name, node)) if members.is_empty() && expected.contains(&name.as_str()) => Some((name, node)),
            _ => {
                problems.add_misshapen(
                    &path,
                    format!("expected an object with exactly one member of: {}", expected.join(", ")),
                );
                None
            }
        }
    }

    /// The elements of an array whose length lies in `count`.
    pub(super) fn list(self, count: RangeInclusive<usize>, problems: &mut Problems) -> Vec<Node<'a>> {
        let Ok(raw) = serde_json::from_str::<Vec<&'a RawValue>>(self.raw) else {
            self.misshapen("expected an array", problems);
            return Vec::new();
        };
        if !count.contains(&raw.len()) {
            self.misshapen(
                format!("expected {} to {} elements, found {}", count.start(), count.end(), raw.len()),
                problems,
            );
        }
        // What lies beyond the limit is not read: the array has been refused.
        let within = raw.into_iter().take(*count.end()).enumerate();
        within.map(|(i, value)| Node { path: format!("{}[{i}]", self.path), raw: value.get() }).collect()
    }

    pub(super) fn is_list(&self) -> bool {
        self.raw.starts_with('[')
    }

    pub(super) fn is_empty_object(&self) -> bool {
        serde_json::from_str::<RawMembers<'_>>(self.raw).is_ok_and(|members| members.0.is_empty())
    }

    pub(super) fn is_text(&self) -> bool {
        self.raw.starts_with('"')
    }

    pub(super) fn text(&self, problems: &mut Problems) -> Option<String> {
        self.read("expected a text", problems)
    }

    /// A text of so many characters: what a schema can count. Bytes are the business of what the text means.
    pub(super) fn text_of(&self, chars: RangeInclusive<usize>, problems: &mut Problems) -> Option<String> {
        let text = self.text(problems)?;
        let count = text.chars().count();
        if chars.contains(&count) {
            return Some(text);
        }
        let reason = format!("expected {} to {} characters, found {count}", chars.start(), chars.end());
        self.misshapen(reason, problems);
        None
    }

    /// A text of a form that a pattern tells, in the words of the schema.
    pub(super) fn text_like(&self, pattern: &Regex, expected: &str, problems: &mut Problems) -> Option<String> {
        let text = self.text(problems)?;
        if pattern.is_match(&text) {
            return Some(text);
        }
        self.misshapen(expected, problems);
        None
    }

    /// The same piece, to be read in one more way.
    pub(super) fn again(&self) -> Self {
        Self { path: self.path.clone(), raw: self.raw }
    }

    pub(super) fn flag(&self, problems: &mut Problems) -> Option<bool> {
        self.read("expected true or false", problems)
    }

    /// A whole number within `range`.
    pub(super) fn number(&self, range: RangeInclusive<i64>, problems: &mut Problems) -> Option<i64> {
        let expected = format!("expected a whole number from {} to {}", range.start(), range.end());
        let number = self.read(&expected, problems)?;
        if range.contains(&number) {
            Some(number)
        } else {
            self.misshapen(expected, problems);
            None
        }
    }

    fn read<T: DeserializeOwned>(&self, expected: &str, problems: &mut Problems) -> Option<T> {
        let value = serde_json::from_str(self.raw).ok();
        if value.is_none() {
            self.misshapen(expected, problems);
        }
        value
    }
}

/// The members of an object, taken out one by one; what is left at the end is a mistake.
pub(super) struct Members<'a> {
    pub(super) path: String,
    members: Vec<(String, Node<'a>)>,
    known: Vec<&'static str>,
}

impl<'a> Members<'a> {
    /// A member that may be missing.
    pub(super) fn take(&mut self, name: &'static str) -> Option<Node<'a>> {
        self.known.push(name);
        let place = self.members.iter().position(|(known, _)| known == name)?;
        Some(self.members.remove(place).1)
    }

    /// A member that must be there.
    pub(super) fn required(&mut self, name: &'static str, problems: &mut Problems) -> Option<Node<'a>> {
        let node = self.take(name);
        if node.is_none() {
            problems.add_misshapen(&self.path, format!("the member `{name}` is missing"));
        }
        node
    }

    /// Names what nobody asked for: a misspelt member would otherwise be a rule that silently does something else.
    pub(super) fn finish(self, problems: &mut Problems) {
        for (_, node) in &self.members {
            node.misshapen(format!("unknown member; known here: {}", self.known.join(", ")), problems);
        }
    }
}

/// A pattern of ours, kept by a test that reads every document.
pub(super) fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern written here")
}

fn member_path(path: &str, name: &str) -> String {
    /// A mistaken name may be a whole paragraph.
    const MAX_SHOWN: usize = 40;
    if !name.is_empty() && name.len() <= MAX_SHOWN && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        format!("{path}.{name}")
    } else {
        format!("{path}[{:?}]", name.chars().take(MAX_SHOWN).collect::<String>())
    }
}

/// An object's members in their order, doubles included.
struct RawMembers<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for RawMembers<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = RawMembers<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(RawMembers(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}
