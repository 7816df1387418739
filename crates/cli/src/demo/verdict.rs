//! What must hold of a sample after it was played: pure.

use std::fmt;

use crate::project::Expected;

use super::look::Found;

/// How a sample fared.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) lost: usize,
    pub(crate) doubled: usize,
    pub(crate) unexplained: usize,
    /// What is wrong, for a person.
    pub(crate) complaints: Vec<String>,
}

impl Verdict {
    pub(crate) fn of(found: &Found, expected: &Expected) -> Self {
        let lost = found.walked.saturating_sub(found.stored + found.quarantined + found.counted);
        let mut verdict = Self { lost, ..Self::default() };
        if verdict.lost > 0 {
            verdict.complain(format!("{} of {} events lost", verdict.lost, found.walked));
        }
        if found.walked != expected.elements {
            verdict.unexplained += 1;
            verdict.complain(format!("{} events in the file, {} expected", found.walked, expected.elements));
        }
        verdict.doubled = found.sends.saturating_sub(expected.sends);
        if found.sends != expected.sends {
            verdict.unexplained += usize::from(found.sends < expected.sends);
            verdict.complain(format!("{} sends, {} expected", found.sends, expected.sends));
        }
        let mut kinds: Vec<&str> = found.events.iter().map(|event| event.kind.as_str()).collect();
        kinds.sort_unstable();
        if kinds != expected.kinds {
            verdict.unexplained += 1;
            verdict.complain(format!("kinds {kinds:?}, expected {:?}", expected.kinds));
        }
        let mut outcomes = found.outcomes.clone();
        outcomes.sort_unstable();
        if outcomes != expected.outcomes {
            verdict.unexplained += 1;
            verdict.complain(format!("outcomes {outcomes:?}, expected {:?}", expected.outcomes));
        }
        if found.open_replies > 0 {
            verdict.unexplained += found.open_replies;
            verdict.complain(format!("{} replies still open", found.open_replies));
        }
        verdict
    }

    fn complain(&mut self, complaint: String) {
        self.complaints.push(complaint);
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.complaints.is_empty()
    }
}

/// All samples together.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    files: usize,
    events: usize,
    sends: usize,
    lost: usize,
    doubled: usize,
    unexplained: usize,
    failed: usize,
}

impl Totals {
    pub(crate) fn add(&mut self, found: &Found, verdict: &Verdict) {
        self.files += 1;
        self.events += found.walked;
        self.sends += found.sends;
        self.lost += verdict.lost;
        self.doubled += verdict.doubled;
        self.unexplained += verdict.unexplained;
        self.failed += usize::from(!verdict.is_clean());
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.failed == 0
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "\n{} samples, {} events, {} sends: {} lost, {} doubled, {} unexplained",
            self.files, self.events, self.sends, self.lost, self.doubled, self.unexplained
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_fail_is_told_apart() {
        let expected = Expected { elements: 2, kinds: vec![], outcomes: vec!["answered".to_owned()], sends: 1 };
        let clean = Found {
            walked: 2,
            stored: 1,
            quarantined: 1,
            sends: 1,
            outcomes: vec!["answered".to_owned()],
            ..Found::default()
        };
        let cases = [
            ("clean", clean.clone(), (0, 0, 0)),
            ("lost", Found { stored: 0, ..clean.clone() }, (1, 0, 0)),
            ("doubled", Found { sends: 3, ..clean.clone() }, (0, 2, 0)),
            ("silent", Found { sends: 0, ..clean.clone() }, (0, 0, 1)),
            ("another outcome", Found { outcomes: vec!["no_match".to_owned()], ..clean.clone() }, (0, 0, 1)),
            ("an open reply", Found { open_replies: 1, ..clean }, (0, 0, 1)),
        ];
        for (case, found, counts) in cases {
            let verdict = Verdict::of(&found, &expected);
            assert_eq!((verdict.lost, verdict.doubled, verdict.unexplained), counts, "{case}");
            assert_eq!(verdict.is_clean(), counts == (0, 0, 0), "{case}");
        }
    }
}
