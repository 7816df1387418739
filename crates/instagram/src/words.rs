//! People's words: carried and stored, never printed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Text that a person wrote, a name they chose, or a link that only they were given.
///
/// `Debug` shows the length alone and there is no `Display`, so that it cannot slip into a log line, an error or a
/// metric. [`Words::expose`] is the one way out.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Words(String);

impl Words {
    /// The text itself: for matching, storing and sending, never for logging.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Words {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Words({} bytes)", self.0.len())
    }
}
