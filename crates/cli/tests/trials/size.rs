//! How large the suites are, and which trial is to be played alone.

use std::env;

/// How much of a suite is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// A sample: with all other tests on a person's machine.
    Small,
    /// What must hold before a change is taken.
    Ci,
    /// A night's worth.
    Full,
}

impl Size {
    /// As `TRIALS` says: `ci`, `full`, or nothing.
    pub(crate) fn asked() -> Self {
        match env::var("TRIALS").as_deref() {
            Ok("ci") => Self::Ci,
            Ok("full") => Self::Full,
            Ok(other) => panic!("TRIALS={other}: expected ci or full"),
            Err(_) => Self::Small,
        }
    }

    /// One number for each size.
    pub(crate) fn of(self, small: usize, ci: usize, full: usize) -> usize {
        match self {
            Self::Small => small,
            Self::Ci => ci,
            Self::Full => full,
        }
    }
}

/// What `TRIAL` says of a suite: nothing if it is not set, and the other suites have nothing to do if it is.
#[derive(Debug)]
pub(crate) enum Asked {
    All,
    One(Words),
    None,
}

/// The `name=value` words after a suite's name.
#[derive(Debug)]
pub(crate) struct Words(String);

impl Asked {
    pub(crate) fn of(suite: &str) -> Self {
        let Ok(line) = env::var("TRIAL") else {
            return Self::All;
        };
        match line.trim().split_once(' ') {
            Some((name, words)) if name == suite => Self::One(Words(words.to_owned())),
            _ => Self::None,
        }
    }
}

impl Words {
    pub(crate) fn text(&self, name: &str) -> &str {
        let word = self.0.split(' ').find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        word.unwrap_or_else(|| panic!("TRIAL names no {name}"))
    }

    pub(crate) fn number(&self, name: &str) -> u64 {
        self.text(name).parse().unwrap_or_else(|_| panic!("TRIAL's {name} is no number"))
    }
}

/// Says which trial it was when one fails in the middle.
pub(crate) struct Announced(pub(crate) String);

impl Drop for Announced {
    #[expect(clippy::print_stderr, reason = "the test harness shows it beside the failure")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("play it again with TRIAL='{}'", self.0);
        }
    }
}

/// Shown with `--nocapture`: what a suite came to.
#[expect(clippy::print_stderr, reason = "figures for people who ask for them")]
pub(crate) fn figure(line: &str) {
    eprintln!("{line}");
}
