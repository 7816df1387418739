//! What a look at the set-up came to: how sure it is, what is wrong, and what to do about it.

use std::fmt;

/// How sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// Seen to be in order.
    Good,
    /// Fits what is seen; other things would fit it, too.
    Suspected,
    /// Seen to be wrong.
    Proved,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) verdict: Verdict,
    pub(super) what: String,
    /// What to do; empty where nothing is to be done.
    pub(super) remedy: String,
}

impl Finding {
    pub(super) fn good(what: impl Into<String>) -> Self {
        Self { verdict: Verdict::Good, what: what.into(), remedy: String::new() }
    }

    pub(super) fn suspected(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { verdict: Verdict::Suspected, what: what.into(), remedy: remedy.into() }
    }

    pub(super) fn proved(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { verdict: Verdict::Proved, what: what.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.verdict {
            Verdict::Good => "ok         ",
            Verdict::Suspected => "suspected  ",
            Verdict::Proved => "WRONG      ",
        };
        write!(f, "  {mark}{}", self.what)?;
        if !self.remedy.is_empty() {
            write!(f, "\n             -> {}", self.remedy)?;
        }
        Ok(())
    }
}
