//! The two parts of a profile: what is wanted of each, what is shown, and whether that is the same.

use instagram::outgoing::{Button, ByLocale, IceBreaker, MessengerProfile, ProfileFeature};

/// The questions, or the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    feature: ProfileFeature,
    wanted: Vec<String>,
    /// `None` if it cannot be read.
    shown: Option<Vec<String>>,
}

impl Part {
    /// `shown` is `None` where Meta's answer holds what no rule set could.
    pub(super) fn both(wanted: &MessengerProfile, shown: Option<&MessengerProfile>) -> [Self; 2] {
        let questions = |profile: &MessengerProfile| lines(profile.ice_breakers.as_ref(), question);
        let menu = |profile: &MessengerProfile| lines(profile.persistent_menu.as_ref(), item);
        [
            Self { feature: ProfileFeature::IceBreakers, wanted: questions(wanted), shown: shown.map(questions) },
            Self { feature: ProfileFeature::PersistentMenu, wanted: menu(wanted), shown: shown.map(menu) },
        ]
    }

    pub(super) fn feature(&self) -> ProfileFeature {
        self.feature
    }

    pub(super) fn name(&self) -> &'static str {
        match self.feature {
            ProfileFeature::IceBreakers => "ice breakers",
            ProfileFeature::PersistentMenu => "menu",
        }
    }

    /// The set has it. Else it is not to be shown.
    pub(super) fn is_wanted(&self) -> bool {
        !self.wanted.is_empty()
    }

    pub(super) fn is_equal(&self) -> bool {
        self.shown.as_ref() == Some(&self.wanted)
    }

    /// What is shown and stays, goes (`-`) or comes (`+`).
    pub(super) fn lines(&self) -> Vec<String> {
        let name = self.name();
        let Some(shown) = &self.shown else {
            let head = format!("{name}: different; what Meta shows was not set by a rule set");
            return std::iter::once(head).chain(self.wanted.iter().map(|line| format!("  + {line}"))).collect();
        };
        if self.is_equal() {
            let head = if shown.is_empty() { format!("{name}: equal, none") } else { format!("{name}: equal") };
            return std::iter::once(head).chain(shown.iter().map(|line| format!("    {line}"))).collect();
        }
        let gone = shown.iter().filter(|line| !self.wanted.contains(line)).map(|line| format!("  - {line}"));
        let rest = self.wanted.iter().map(|line| {
            let mark = if shown.contains(line) { ' ' } else { '+' };
            format!("  {mark} {line}")
        });
        let is_same_set = self.wanted.len() == shown.len() && self.wanted.iter().all(|line| shown.contains(line));
        let head = if is_same_set { "different: another order" } else { "different" };
        std::iter::once(format!("{name}: {head}")).chain(gone).chain(rest).collect()
    }
}

/// The profile with these parts alone.
pub(super) fn only(profile: &MessengerProfile, parts: &[Part]) -> MessengerProfile {
    let has = |feature| parts.iter().any(|part| part.feature == feature);
    MessengerProfile {
        ice_breakers: profile.ice_breakers.clone().filter(|_| has(ProfileFeature::IceBreakers)),
        persistent_menu: profile.persistent_menu.clone().filter(|_| has(ProfileFeature::PersistentMenu)),
    }
}

/// A line for each thing to tap, in order; other languages than everybody's are named.
fn lines<T, const MAX: usize>(lists: Option<&ByLocale<T, MAX>>, told: impl Fn(&T) -> String) -> Vec<String> {
    let mut lines = Vec::new();
    for list in lists.into_iter().flat_map(ByLocale::lists) {
        let locale = list.locale.as_str();
        let language = if locale == "default" { String::new() } else { format!("{locale}: ") };
        lines.extend(list.call_to_actions.iter().map(|action| format!("{language}{}", told(action))));
    }
    lines
}

fn question(breaker: &IceBreaker) -> String {
    format!("{} -> {}", breaker.question.expose(), breaker.payload.expose())
}

fn item(button: &Button) -> String {
    match button {
        Button::WebUrl { title, url } => format!("{} -> opens {}", title.expose(), url.expose()),
        Button::Postback { title, payload } => format!("{} -> {}", title.expose(), payload.expose()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(json: &str) -> MessengerProfile {
        serde_json::from_str(json).unwrap()
    }

    const QUESTION: &str =
        r#"{"ice_breakers":[{"locale":"default","call_to_actions":[{"question":"Agenda?","payload":"AGENDA"}]}]}"#;

    #[test]
    fn what_stays_goes_and_comes_is_told() {
        let other = QUESTION.replace("Agenda?", "Quando?");
        let cases = [
            ("equal", QUESTION, Some(QUESTION), vec!["ice breakers: equal", "    Agenda? -> AGENDA"]),
            ("not set yet", QUESTION, Some("{}"), vec!["ice breakers: different", "  + Agenda? -> AGENDA"]),
            ("to be removed", "{}", Some(QUESTION), vec!["ice breakers: different", "  - Agenda? -> AGENDA"]),
            ("none anywhere", "{}", Some("{}"), vec!["ice breakers: equal, none"]),
            (
                "another",
                QUESTION,
                Some(other.as_str()),
                vec!["ice breakers: different", "  - Quando? -> AGENDA", "  + Agenda? -> AGENDA"],
            ),
            (
                "somebody else's",
                QUESTION,
                None,
                vec!["ice breakers: different; what Meta shows was not set by a rule set", "  + Agenda? -> AGENDA"],
            ),
        ];
        for (case, wanted, shown, expected) in cases {
            let [questions, _] = Part::both(&profile(wanted), shown.map(profile).as_ref());
            assert_eq!(questions.lines(), expected, "{case}");
        }
    }
}
