//! Why a content cannot be sent: which member breaks which limit, never what stands in it.

use super::{CountError, LocaleError, TextError, UrlError};

/// Why JSON is not a content that the platform takes.
///
/// Members are named as Meta names them, without what stands in them: the JSON may hold anybody's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// Not JSON, a member of the wrong type, or one that Meta's documents do not name.
    #[error("not of a shape that the platform takes (line {line}, column {column})")]
    Shape {
        /// Where reading stopped, from 1; 0 where the place is not known.
        line: usize,
        /// In bytes, from 1; 0 where the place is not known.
        column: usize,
    },
    /// A member that has to be there is not.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A member that does not go with the others.
    #[error("{0} does not belong there")]
    Misplaced(&'static str),
    /// A `type` that is not among those documented.
    #[error("{0} is of no known kind")]
    UnknownKind(&'static str),
    /// A text is empty or too long.
    #[error("{part}: {error}")]
    Text {
        /// Which member.
        part: &'static str,
        /// Which limit.
        error: TextError,
    },
    /// An address is none, or none to send.
    #[error("{part}: {error}")]
    Url {
        /// Which member.
        part: &'static str,
        /// What is wrong with it.
        error: UrlError,
    },
    /// A list is too short or too long.
    #[error("{part}: {error}")]
    Count {
        /// Which member.
        part: &'static str,
        /// Which limit.
        error: CountError,
    },
    /// A list by locale lacks its default, or has a locale twice.
    #[error("{part}: {error}")]
    Locale {
        /// Which member.
        part: &'static str,
        /// What is wrong.
        error: LocaleError,
    },
    /// A template's element has nothing but its title.
    #[error("elements: at least one property besides title is needed")]
    BareElement,
}

impl ContentError {
    /// The place of a refusal, without its words: serde quotes what it met.
    pub(super) fn shape(error: &serde_json::Error) -> Self {
        Self::Shape { line: error.line(), column: error.column() }
    }
}

/// Puts the name of the member into an error.
pub(super) trait In<T> {
    fn at(self, part: &'static str) -> Result<T, ContentError>;
}

macro_rules! at {
    ($($error:ident => $variant:ident)*) => {$(
        impl<T> In<T> for Result<T, $error> {
            fn at(self, part: &'static str) -> Result<T, ContentError> {
                self.map_err(|error| ContentError::$variant { part, error })
            }
        }
    )*};
}

at! { TextError => Text UrlError => Url CountError => Count LocaleError => Locale }

impl<T> In<T> for Option<T> {
    fn at(self, part: &'static str) -> Result<T, ContentError> {
        self.ok_or(ContentError::Missing(part))
    }
}
