//! The line that says that a machine answers (fact sheet 9.4).

use crate::Facts;

const HOUR_MS: i64 = 60 * 60_000;
/// After how long the line is said again, unless the set says otherwise.
pub(crate) const AFTER_MS: i64 = 24 * HOUR_MS;

/// The line, and when it is due.
#[derive(Debug, Clone)]
pub(crate) struct Disclosure {
    pub(crate) line: String,
    pub(crate) after_ms: i64,
}

impl Disclosure {
    /// At the start, after a long pause, and when a machine answers again after a person did.
    pub(crate) fn is_due(&self, facts: &Facts<'_>) -> bool {
        let Some(said) = facts.last_disclosed_at else { return true };
        let is_long_ago = said.plus_ms(self.after_ms) <= facts.at;
        is_long_ago || facts.person_answered_at.is_some_and(|answered| answered > said)
    }
}

/// A text with a line before it.
pub(crate) fn with_line(line: &str, text: &str) -> String {
    format!("{line}\n\n{text}")
}
