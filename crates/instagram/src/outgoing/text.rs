//! Texts of limited length. Each is measured as its own page of Meta's documentation measures it.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::limits::{
    MAX_BUTTON_TEMPLATE_CHARS, MAX_BUTTON_TITLE_CHARS, MAX_COMMENT_CHARS, MAX_PAYLOAD_BYTES, MAX_REACTION_BYTES,
    MAX_TEMPLATE_TITLE_CHARS, MAX_TEXT_BYTES,
};

/// Why a text cannot be sent. Says how long it is, never what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("text is empty")]
    Empty,
    /// Longer than the platform takes.
    #[error("text has {length} {unit}, at most {max} are allowed")]
    TooLong {
        /// What it has.
        length: usize,
        /// What it may have.
        max: usize,
        /// What is counted.
        unit: &'static str,
    },
}

fn check_text(text: &str, length: usize, max: usize, unit: &'static str) -> Result<(), TextError> {
    if text.trim().is_empty() {
        return Err(TextError::Empty);
    }
    if length > max {
        return Err(TextError::TooLong { length, max, unit });
    }
    Ok(())
}

fn bytes(text: &str) -> usize {
    text.len()
}

fn characters(text: &str) -> usize {
    text.chars().count()
}

macro_rules! checked_text {
    ($($(#[$doc:meta])* $name:ident: $max:ident $unit:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Checks a text. It is sent as it is: nothing is trimmed or cut.
            ///
            /// # Errors
            /// [`TextError`].
            pub fn parse(text: impl Into<String>) -> Result<Self, TextError> {
                let text = text.into();
                check_text(&text, $unit(&text), $max, stringify!($unit))?;
                Ok(Self(text))
            }

            /// The text itself: for sending, storing and comparing, never for logging.
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({} bytes)"), self.0.len())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::parse(String::deserialize(deserializer)?).map_err(de::Error::custom)
            }
        }
    )*};
}

checked_text! {
    /// The text of a message: 1 to [`MAX_TEXT_BYTES`] bytes of UTF-8, not only white space.
    MessageText: MAX_TEXT_BYTES bytes;

    /// The text of a public reply to a comment: 1 to [`MAX_COMMENT_CHARS`] characters, not only white space.
    ///
    /// Sent as the form field `message` of `POST /{comment-id}/replies`.
    CommentText: MAX_COMMENT_CHARS characters;

    /// What a quick reply or a button shows: 1 to [`MAX_BUTTON_TITLE_CHARS`] characters.
    ButtonTitle: MAX_BUTTON_TITLE_CHARS characters;

    /// Title or subtitle of a template's element: 1 to [`MAX_TEMPLATE_TITLE_CHARS`] characters.
    ElementTitle: MAX_TEMPLATE_TITLE_CHARS characters;

    /// The text of a button template: 1 to [`MAX_BUTTON_TEMPLATE_CHARS`] characters.
    TemplateText: MAX_BUTTON_TEMPLATE_CHARS characters;

    /// What comes back when a quick reply, a button or an ice breaker is tapped: 1 to [`MAX_PAYLOAD_BYTES`] bytes.
    Payload: MAX_PAYLOAD_BYTES bytes;

    /// A reaction: `love`, or in newer pages an emoji (fact sheet 4.2); 1 to [`MAX_REACTION_BYTES`] bytes.
    ReactionWord: MAX_REACTION_BYTES bytes;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_69_a_text_is_measured_in_bytes() {
        let cases = [
            ("1000 letters", "a".repeat(1000), true),
            ("1001 letters", "a".repeat(1001), false),
            ("500 letters of two bytes", "ã".repeat(500), true),
            ("501 letters of two bytes", "ã".repeat(501), false),
            ("250 emoji", "👋".repeat(250), true),
            ("251 emoji", "👋".repeat(251), false),
            ("nothing", String::new(), false),
            ("white space", " \n\u{a0}".to_owned(), false),
        ];
        for (case, text, is_text) in cases {
            assert_eq!(MessageText::parse(text).is_ok(), is_text, "{case}");
        }
    }

    #[test]
    fn other_texts_have_their_own_measure() {
        assert!(CommentText::parse("ã".repeat(2200)).is_ok(), "comments are measured in characters");
        assert!(CommentText::parse("ã".repeat(2201)).is_err());
        assert!(ButtonTitle::parse("ã".repeat(20)).is_ok() && ButtonTitle::parse("ã".repeat(21)).is_err());
        assert!(ElementTitle::parse("ã".repeat(80)).is_ok() && ElementTitle::parse("ã".repeat(81)).is_err());
        assert!(TemplateText::parse("ã".repeat(640)).is_ok() && TemplateText::parse("ã".repeat(641)).is_err());
        assert!(Payload::parse("ã".repeat(500)).is_ok() && Payload::parse("ã".repeat(501)).is_err());
        assert!(ReactionWord::parse("👨‍👩‍👧‍👦").is_ok() && ReactionWord::parse("a".repeat(65)).is_err());
    }

    #[test]
    fn a_stored_text_is_checked_again_when_it_is_read() {
        assert!(serde_json::from_str::<MessageText>("\"a\"").is_ok());
        assert!(serde_json::from_str::<MessageText>("\"\"").is_err());
    }

    #[test]
    fn a_text_is_not_printed() {
        let text = MessageText::parse("CANARY").unwrap();
        assert_eq!(format!("{text:?}"), "MessageText(6 bytes)");
        assert!(!MessageText::parse("CANARY".repeat(200)).unwrap_err().to_string().contains("CANARY"));
    }
}
