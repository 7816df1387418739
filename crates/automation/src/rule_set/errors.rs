//! What is wrong with a rule document: all of it at once, each with its place.

use std::fmt;

/// Most problems named for one document; a file of another kind would otherwise yield thousands.
const MAX_NAMED: usize = 100;

/// One problem: where and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    /// The JSON path, such as `$.rules[2].do[0].text`.
    pub path: String,
    /// What is wrong and what is expected, without a full stop.
    pub reason: String,
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.reason)
    }
}

/// Why a document is no rule set. At least one problem, in the order of the document, at most a hundred.
///
/// Paths and reasons quote the office's own document, never a citizen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleErrors(Vec<RuleError>);

impl RuleErrors {
    /// The problems, in the order they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, RuleError> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a RuleErrors {
    type Item = &'a RuleError;
    type IntoIter = std::slice::Iter<'a, RuleError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for RuleErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a rule set")?;
        for (i, error) in self.0.iter().enumerate() {
            write!(f, "{} {error}", if i == 0 { ":" } else { ";" })?;
        }
        Ok(())
    }
}

impl std::error::Error for RuleErrors {}

/// Collects problems while the document is read on.
#[derive(Debug, Default)]
pub(super) struct Problems {
    named: Vec<RuleError>,
    misshapen: bool,
}

impl Problems {
    /// Notes what no schema can tell: a text of too many bytes, a post that a rule cannot have.
    pub(super) fn add(&mut self, path: &str, reason: impl Into<String>) {
        if self.named.len() < MAX_NAMED {
            self.named.push(RuleError { path: path.to_owned(), reason: reason.into() });
        }
    }

    /// Notes what the published schema refuses, too.
    pub(super) fn add_misshapen(&mut self, path: &str, reason: impl Into<String>) {
        self.misshapen = true;
        self.add(path, reason);
    }

    /// The schema refuses the document.
    #[cfg(test)]
    pub(super) fn are_of_shape(&self) -> bool {
        self.misshapen
    }

    /// What was read, if nothing is wrong with it. A reader that gives nothing has said why.
    pub(super) fn or_all<T>(self, read: Option<T>) -> Result<T, RuleErrors> {
        match read {
            Some(read) if self.named.is_empty() => Ok(read),
            _ => Err(RuleErrors(self.named)),
        }
    }
}
