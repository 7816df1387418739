//! The facts that the worker stored beside a decision, and deciding on them again.

use std::collections::BTreeMap;

use automation::{Decision, Facts, Fired, MediaOwner, Mode, Names, RuleSet, decide};
use instagram::{UnixMillis, Words};
use serde::Deserialize;

use super::Rebuilt;

/// What the worker's `facts_json` wrote: what says nothing is left out there and has its default here.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct StoredFacts {
    pub(crate) at: UnixMillis,
    #[serde(default)]
    first: bool,
    #[serde(default)]
    last_user_at: Option<UnixMillis>,
    #[serde(default)]
    paused_until: Option<UnixMillis>,
    #[serde(default)]
    control: bool,
    #[serde(default)]
    opted_out: bool,
    /// How many automatic answers counted towards a loop.
    #[serde(default)]
    recent: usize,
    /// By rule, how many seconds before the event it matched the last time.
    #[serde(default)]
    fired: BTreeMap<String, i64>,
    #[serde(default)]
    follows: Option<bool>,
    #[serde(default)]
    disclosed_at: Option<UnixMillis>,
    #[serde(default)]
    person_answered_at: Option<UnixMillis>,
    #[serde(default)]
    media: Media,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Media {
    #[default]
    Own,
    Other,
    Unknown,
}

/// More than any loop needs, so that no stored number makes this allocate much.
const MOST_RECENT: usize = 100;

impl StoredFacts {
    /// `None` if another version wrote them in another form.
    pub(crate) fn parse(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// Decides as if the account answered and the event was decided on the moment it happened. What people are called
    /// is stored nowhere beside a decision: names stay unknown.
    pub(crate) fn decide(&self, rebuilt: &Rebuilt, own_username: &Words, rules: Option<&RuleSet>) -> Decision {
        let recent = vec![self.at; self.recent.min(MOST_RECENT)];
        let fired: Vec<Fired<'_>> = self
            .fired
            .iter()
            .map(|(source, seconds)| Fired { source, at: self.at.plus_ms(seconds.saturating_mul(-1000)) })
            .collect();
        let facts = Facts {
            event: &rebuilt.event,
            key: &rebuilt.key,
            at: self.at,
            mode: Mode::Answer,
            own_username: Some(own_username),
            created_by_us: false,
            media_owner: match self.media {
                Media::Own => MediaOwner::Own,
                Media::Other => MediaOwner::Other,
                Media::Unknown => MediaOwner::Unknown,
            },
            unsent: false,
            last_user_at: self.last_user_at,
            first_contact: self.first,
            opted_out: self.opted_out,
            paused_until: self.paused_until,
            control_ours: self.control,
            recent_replies: &recent,
            fired: &fired,
            follows: self.follows,
            names: Names::default(),
            last_disclosed_at: self.disclosed_at,
            person_answered_at: self.person_answered_at,
        };
        decide(&facts, rules, self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_worker_leaves_out_says_nothing() {
        let facts = StoredFacts::parse(r#"{"at":1767225600000,"control":true}"#).unwrap();
        assert!(facts.control && !facts.first && !facts.opted_out);
        assert!(matches!(facts.media, Media::Own));
        let facts =
            StoredFacts::parse(r#"{"at":1767225600000,"media":"unknown","fired":{"a":60},"recent":2}"#).unwrap();
        assert!(!facts.control && facts.recent == 2 && facts.fired["a"] == 60);
        assert!(matches!(facts.media, Media::Unknown));
    }

    #[test]
    fn facts_in_another_form_are_not_guessed_at() {
        for json in ["", "[]", "{}", r#"{"at":"ontem"}"#, r#"{"at":1767225600000,"media":"theirs"}"#] {
            assert!(StoredFacts::parse(json).is_none(), "{json}");
        }
    }
}
