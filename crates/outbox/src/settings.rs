//! How much is believed about Meta.

/// What becomes of a reply whose outcome nobody knows and that is not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnUnknown {
    /// It is sent once more: a message that was delivered would have been found. Rests on [`SETTLE_MS`](crate::SETTLE_MS).
    #[default]
    Reconcile,
    /// It is parked for a person: right even where what [`SETTLE_MS`](crate::SETTLE_MS) assumes of Meta is wrong.
    Park,
}

impl OnUnknown {
    /// Reads the setting `ON_UNKNOWN`: `reconcile` or `park`; `None` for any other word.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "reconcile" => Some(Self::Reconcile),
            "park" => Some(Self::Park),
            _ => None,
        }
    }
}

/// The outbox's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// What becomes of what nobody knows.
    pub on_unknown: OnUnknown,
    /// Direct messages carry their reply's name as `metadata`, which one project saw come back in the echo (fact sheet
    /// 4.2, single source): then an echo is proof. Off until somebody saw Meta take it.
    pub marker: bool,
    /// Whoever records how a reply ended, and does not tell the CRM itself, leaves word of it on the item.
    pub leaves_word: bool,
}

impl Settings {
    /// Reads the settings `ON_UNKNOWN` (`reconcile` or `park`) and `REPLY_MARKER` (`on` or `off`), each of which may be
    /// absent. Both functions are given a setting's name and the words it knows: `look_up` gives what it is set to, and
    /// `malformed` is what any other word comes to.
    ///
    /// # Errors
    /// For any other word, and whatever `look_up` fails with.
    pub fn read<E>(
        look_up: impl Fn(&'static str, &'static str) -> Result<Option<String>, E>,
        malformed: impl Fn(&'static str, &'static str) -> E,
    ) -> Result<Self, E> {
        let (name, words) = ("ON_UNKNOWN", "reconcile or park");
        let on_unknown = match look_up(name, words)? {
            None => OnUnknown::default(),
            Some(word) => OnUnknown::parse(&word).ok_or_else(|| malformed(name, words))?,
        };
        let (name, words) = ("REPLY_MARKER", "on or off");
        let marker = match look_up(name, words)?.as_deref() {
            None | Some("off") => false,
            Some("on") => true,
            Some(_) => return Err(malformed(name, words)),
        };
        Ok(Self { on_unknown, marker, leaves_word: false })
    }

    /// The same, with word left of how replies ended: where there is somebody to be told.
    #[must_use]
    pub fn leaving_word(self, leaves_word: bool) -> Self {
        Self { leaves_word, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_reconciled_without_a_marker_and_odd_words_are_refused_by_name() {
        let settings = |on_unknown, marker| Ok(Settings { on_unknown, marker, leaves_word: false });
        let cases = [
            (None, None, settings(OnUnknown::Reconcile, false)),
            (Some("reconcile"), Some("off"), settings(OnUnknown::Reconcile, false)),
            (Some("park"), Some("on"), settings(OnUnknown::Park, true)),
            (Some("Park"), None, Err(("ON_UNKNOWN", "reconcile or park"))),
            (Some(""), None, Err(("ON_UNKNOWN", "reconcile or park"))),
            (None, Some("true"), Err(("REPLY_MARKER", "on or off"))),
        ];
        for (on_unknown, marker, expected) in cases {
            let set_to = |name, _| Ok(if name == "ON_UNKNOWN" { on_unknown } else { marker }.map(str::to_owned));
            assert_eq!(Settings::read(set_to, |name, words| (name, words)), expected, "{on_unknown:?}, {marker:?}");
        }
    }
}
