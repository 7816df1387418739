//! Texts with blanks: `Oi, {first_name|amigo}!`

use std::fmt;

use instagram::outgoing::{CommentText, MessageText};
use serde_json::{Value, json};

use super::{
    errors::Problems,
    node::Node,
    part::{Part, Text},
    schema::Definitions,
};

/// Most wordings of one text.
const MAX_VARIANTS: usize = 20;

/// What a blank stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variable {
    /// The person's user name.
    Username,
    /// The person's first name, from the profile.
    FirstName,
    /// What the person wrote below the post.
    Comment,
}

impl Variable {
    const ALL: [(&str, Self); 3] =
        [("username", Self::Username), ("first_name", Self::FirstName), ("comment", Self::Comment)];
}

/// A text with blanks.
#[derive(Clone)]
pub(crate) struct Wording(Vec<Piece>);

#[derive(Clone)]
enum Piece {
    Fixed(String),
    Blank {
        variable: Variable,
        /// What stands there when the value is unknown.
        otherwise: String,
    },
}

/// The office's own words: not secret, and too long to print.
impl fmt::Debug for Wording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wording({} pieces)", self.0.len())
    }
}

/// A name in braces that is none of ours. It would go out as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown variable; known: {{username}}, {{first_name}}, {{comment}}, each with a word for when it is not known: {{first_name|amigo}}"
)]
pub(crate) struct UnknownVariable;

impl Wording {
    /// Reads a text. Braces that do not hold a name are braces.
    pub(crate) fn parse(text: &str) -> Result<Self, UnknownVariable> {
        let mut pieces = Vec::new();
        let mut fixed = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            fixed.push_str(before);
            let Some((name, otherwise, after)) = blank(after) else {
                fixed.push('{');
                rest = after;
                continue;
            };
            let variable = Variable::ALL.iter().find(|(known, _)| *known == name).ok_or(UnknownVariable)?.1;
            if !fixed.is_empty() {
                pieces.push(Piece::Fixed(std::mem::take(&mut fixed)));
            }
            pieces.push(Piece::Blank { variable, otherwise: otherwise.to_owned() });
            rest = after;
        }
        fixed.push_str(rest);
        if !fixed.is_empty() {
            pieces.push(Piece::Fixed(fixed));
        }
        Ok(Self(pieces))
    }

    /// A text without blanks.
    pub(crate) fn fixed(text: &str) -> Self {
        Self(vec![Piece::Fixed(text.to_owned())])
    }

    /// True if it has a blank for such a variable.
    fn has_blank(&self, wanted: impl Fn(Variable) -> bool) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Blank { variable, .. } if wanted(*variable)))
    }

    /// The text with its blanks filled. `value` gives what is known, ready to be sent.
    ///
    /// A blank that stays empty takes the comma and the spaces before it along, so that `Oi, {first_name}!` is `Oi!`, and
    /// at the beginning those after it.
    pub(crate) fn fill(&self, value: impl Fn(Variable) -> Option<String>) -> String {
        let mut text = String::new();
        let mut after_a_gap = false;
        for piece in &self.0 {
            match piece {
                Piece::Fixed(fixed) if after_a_gap && text.is_empty() => {
                    text.push_str(fixed.trim_start_matches([' ', ',']));
                }
                Piece::Fixed(fixed) => text.push_str(fixed),
                Piece::Blank { variable, otherwise } => {
                    let value = value(*variable).filter(|value| !value.trim().is_empty());
                    let value = value.as_deref().unwrap_or(otherwise);
                    after_a_gap = value.is_empty();
                    if after_a_gap {
                        let kept = text.trim_end_matches(' ');
                        let kept = kept.strip_suffix(',').unwrap_or(kept).len();
                        text.truncate(kept);
                    }
                    text.push_str(value);
                }
            }
        }
        text
    }

    /// The text when nothing is known of the person.
    pub(crate) fn plain(&self) -> String {
        self.fill(|_| None)
    }

    fn holds(&self, wanted: Variable) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Blank { variable, .. } if *variable == wanted))
    }
}

/// The name and the word for when it is not known, if a text goes on as a blank does; and what follows.
fn blank(text: &str) -> Option<(&str, &str, &str)> {
    let (inside, after) = text.split_once('}')?;
    let (name, otherwise) = inside.split_once('|').unwrap_or((inside, ""));
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    (is_name && !otherwise.contains('{')).then_some((name, otherwise, after))
}

/// Wordings of the same thing. Never empty.
#[derive(Debug, Clone)]
pub(crate) struct Variants {
    first: Wording,
    others: Vec<Wording>,
}

impl Variants {
    /// A single wording.
    pub(crate) fn one(wording: Wording) -> Self {
        Self { first: wording, others: Vec::new() }
    }

    /// True if a wording has a blank for such a variable.
    pub(crate) fn has_blank(&self, wanted: impl Fn(Variable) -> bool) -> bool {
        std::iter::once(&self.first).chain(&self.others).any(|wording| wording.has_blank(&wanted))
    }

    /// The wording that a random number stands for.
    pub(crate) fn pick(&self, random: u64) -> &Wording {
        let count = self.others.len() as u64 + 1;
        // Below the count, which came from a length.
        match usize::try_from(random % count) {
            Ok(0) | Err(_) => &self.first,
            Ok(n) => self.others.get(n - 1).unwrap_or(&self.first),
        }
    }

    /// Why a text may not stand where everybody reads it, once for each blank.
    pub(super) fn not_for_everybody(&self) -> impl Iterator<Item = String> {
        let of_own_making = [(Variable::Comment, "comment"), (Variable::FirstName, "first_name")];
        let held =
            of_own_making.into_iter().filter(|(variable, _)| self.iter().any(|wording| wording.holds(*variable)));
        held.map(|(_, name)| format!("a public reply cannot hold {{{name}}}: anybody could make us say anything"))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Wording> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

/// One text or an array of wordings, of at most `MAX` characters each.
#[derive(Debug, Clone)]
struct Wordings<const MAX: usize>(Variants);

impl<const MAX: usize> Wordings<MAX> {
    fn read(node: Node<'_>, check: impl Fn(&str) -> Result<(), String>, problems: &mut Problems) -> Option<Self> {
        let nodes = if node.is_list() { node.list(1..=MAX_VARIANTS, problems) } else { vec![node] };
        let mut wordings = Vec::new();
        for node in nodes {
            let Some(text) = node.text(problems) else { continue };
            // Blanks make the written text longer than the sent one, so a template may be longer than its limit.
            if !(1..=MAX).contains(&text.chars().count()) {
                node.misshapen(check(&text).err().unwrap_or_else(|| format!("longer than {MAX} characters")), problems);
                continue;
            }
            let wording = Wording::parse(&text).map_err(|error| error.to_string());
            match wording.and_then(|wording| check(&wording.plain()).map(|()| wording)) {
                Ok(wording) => wordings.push(wording),
                Err(reason) => node.refuse(reason, problems),
            }
        }
        let mut wordings = wordings.into_iter();
        Some(Self(Variants { first: wordings.next()?, others: wordings.collect() }))
    }

    fn schema() -> Value {
        let text = json!({"type": "string", "minLength": 1, "maxLength": MAX});
        let list = json!({"type": "array", "minItems": 1, "maxItems": MAX_VARIANTS, "items": text});
        json!({"anyOf": [text, list]})
    }
}

/// The wordings of a direct message.
#[derive(Debug, Clone)]
pub(super) struct MessageWordings(pub(super) Variants);

impl Part for MessageWordings {
    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        let check = |text: &str| MessageText::parse(text).map(drop).map_err(|error| error.to_string());
        Wordings::<1000>::read(node, check, problems).map(|Wordings(variants)| Self(variants))
    }

    fn schema(definitions: &mut Definitions) -> Value {
        definitions.define("MessageText", |_| Wordings::<1000>::schema())
    }
}

/// The wordings of a reply that everybody can read: nothing in it may be of the person's own making.
#[derive(Debug, Clone)]
pub(super) struct PublicWordings(pub(super) Variants);

impl Part for PublicWordings {
    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        let check = |text: &str| CommentText::parse(text).map(drop).map_err(|error| error.to_string());
        let place = node.again();
        let Wordings(variants) = Wordings::<2200>::read(node, check, problems)?;
        variants.not_for_everybody().for_each(|reason| place.refuse(reason, problems));
        Some(Self(variants))
    }

    fn schema(definitions: &mut Definitions) -> Value {
        definitions.define("PublicText", |_| Wordings::<2200>::schema())
    }
}

/// A short text that is sent as it is, without blanks: a line of ours among others.
#[derive(Debug, Clone)]
pub(super) struct Line<const MAX: usize>(pub(super) String);

impl<const MAX: usize> Part for Line<MAX> {
    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        let Text(text) = Text::<1, MAX>::read(node.again(), problems)?;
        if text.trim().is_empty() {
            node.refuse("text is empty", problems);
            return None;
        }
        Some(Self(text))
    }

    fn schema(definitions: &mut Definitions) -> Value {
        Text::<1, MAX>::schema(definitions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str, name: Option<&str>) -> String {
        Wording::parse(text).unwrap().fill(|_| name.map(ToOwned::to_owned))
    }

    #[test]
    fn a_blank_is_filled_or_leaves_no_hole() {
        let cases = [
            ("no blank", "Oi!", "Oi!", "Oi!"),
            ("a name", "Oi, {first_name}!", "Oi, Bia!", "Oi!"),
            ("a name with a word instead", "Oi, {first_name|amigo}!", "Oi, Bia!", "Oi, amigo!"),
            ("in the middle", "Oi {username}, tudo bem?", "Oi Bia, tudo bem?", "Oi, tudo bem?"),
            ("at the beginning", "{first_name}, obrigado!", "Bia, obrigado!", "obrigado!"),
            ("after a full stop", "Valeu. {first_name} é 10", "Valeu. Bia é 10", "Valeu. é 10"),
            ("two", "{username} {first_name|x}", "Bia Bia", "x"),
            ("braces without a name", "{} {1} { x } {A} {", "{} {1} { x } {A} {", "{} {1} { x } {A} {"),
            ("a brace in a brace", "{{first_name}}", "{Bia}", "{}"),
        ];
        for (case, text, known, unknown) in cases {
            assert_eq!(filled(text, Some("Bia")), known, "{case}");
            assert_eq!(filled(text, None), unknown, "{case}");
        }
        assert_eq!(filled("Oi, {first_name|amigo}!", Some("  ")), "Oi, amigo!", "a blank name is no name");
    }

    #[test]
    fn a_misspelt_variable_is_not_sent_as_it_is() {
        for text in ["Oi {nome}", "Oi {name|amigo}", "{first_nam}"] {
            assert_eq!(Wording::parse(text).unwrap_err(), UnknownVariable, "{text}");
        }
    }
}
