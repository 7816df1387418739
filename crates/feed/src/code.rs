//! Words that machines read: ours and Meta's, never a person's.

use serde::Serialize;

/// Longest code, in bytes. Ours have up to 40 and Meta's up to 30; a user of the CRM is named with up to 128.
pub const MAX_CODE_BYTES: usize = 128;

/// What stands for a text that is no code.
const OTHER: &str = "other";

/// A short word without blanks: a reason, a kind, a rule's name, a tag, the id of somebody of the office.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Code(String);

impl Code {
    /// The text as a code, or `other` if it is none: some come from Meta, and whatever comes must neither fill a body nor
    /// carry a sentence into it.
    pub fn of(text: impl Into<String>) -> Self {
        let text = text.into();
        let is_code = (1..=MAX_CODE_BYTES).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        Self(if is_code { text } else { OTHER.to_owned() })
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Code {
    fn from(text: &str) -> Self {
        Self::of(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_code_is_other() {
        let longest = "x".repeat(MAX_CODE_BYTES);
        for (case, text, expected) in [
            ("a reason with Meta's numbers", "window/10/2534022", "window/10/2534022"),
            ("what is no rule's", "+fallback", "+fallback"),
            ("the longest", &longest, &longest),
            ("too long", &format!("{longest}x"), "other"),
            ("a sentence", "write to me", "other"),
            ("beyond ASCII", "atenção", "other"),
            ("nothing", "", "other"),
        ] {
            assert_eq!(Code::of(text).as_str(), expected, "{case}");
        }
    }
}
