//! Who asked for silence, by a second reckoning than the worker's.

use std::collections::BTreeMap;

/// The latest word of each id on automatic answers, and which ids are one person's.
#[derive(Debug, Default)]
pub(crate) struct Silence {
    said: BTreeMap<String, (i64, bool)>,
    linked: BTreeMap<String, String>,
}

impl Silence {
    /// A person said at a moment that they want silence, or answers again.
    pub(crate) fn hear(&mut self, id: &str, at: i64, silence: bool) {
        let other = self.linked.get(id).cloned();
        for id in [Some(id.to_owned()), other].into_iter().flatten() {
            let said = self.said.entry(id).or_insert((at, silence));
            *said = (*said).max((at, silence));
        }
    }

    /// Two ids turned out to be one person's.
    pub(crate) fn link(&mut self, one: &str, other: &str) {
        if one == other || self.linked.contains_key(one) {
            return;
        }
        self.linked.insert(one.to_owned(), other.to_owned());
        self.linked.insert(other.to_owned(), one.to_owned());
        if let Some((at, silence)) = self.said.get(one).max(self.said.get(other)).copied() {
            self.hear(one, at, silence);
        }
    }

    pub(crate) fn is_silent(&self, id: &str) -> bool {
        self.said.get(id).is_some_and(|(_, silence)| *silence)
    }
}
