//! Whether a rule set looks at what a profile says of a person: it has to be asked for then.

use super::{
    Condition, RuleSet, Step,
    step::Body,
    wording::{Variable, Variants},
};

impl RuleSet {
    /// True if a rule speaks to a person by name, or looks at whether they follow the account.
    pub fn wants_profile(&self) -> bool {
        let rules = self.rules().iter();
        let asks = |condition: &Condition| matches!(condition, Condition::Follows(_));
        let by_rules = rules.clone().any(|rule| rule.conditions.iter().any(asks) || rule.steps.iter().any(names));
        let by_fallback = self.fallback().is_some_and(|fallback| fallback.steps.iter().any(names));
        let wishes = self.wishes();
        let confirmations = [&wishes.silence, &wishes.comeback, &wishes.erasure];
        by_rules || by_fallback || confirmations.into_iter().chain(&wishes.person.text).any(says_a_name)
    }
}

fn names(step: &Step) -> bool {
    match step {
        Step::Message(Body::Text(text) | Body::WithQuickReplies(text, _))
        | Step::PrivateReply(text)
        | Step::PublicReply(text) => says_a_name(text),
        Step::HandOver(hand_over) => hand_over.text.as_ref().is_some_and(says_a_name),
        Step::Ask(ask) => ask.fallback.as_ref().is_some_and(says_a_name),
        Step::Message(Body::Fixed(_))
        | Step::React(_)
        | Step::MarkSeen
        | Step::ShowTyping
        | Step::HideComment
        | Step::Tag(_)
        | Step::Pause { .. } => false,
    }
}

fn says_a_name(text: &Variants) -> bool {
    text.has_blank(|variable| matches!(variable, Variable::Username | Variable::FirstName))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_or_a_follower_asks_for_the_profile() {
        let set = |when: &str, text: &str| {
            let rule = format!(r#"{{"id": "a", "on": ["message"], "when": [{when}], "do": [{{"text": "{text}"}}]}}"#);
            RuleSet::parse(&format!(r#"{{"version": 1, "rules": [{rule}]}}"#)).unwrap()
        };
        let cases = [
            ("neither", set("", "Oi!"), false),
            ("the first name", set("", "Oi, {first_name|amigo}!"), true),
            ("the user name", set("", "Oi, {username}!"), true),
            ("braces that are no name", set("", "Oi, {}!"), false),
            ("followers", set(r#"{"follows": true}"#, "Oi!"), true),
        ];
        for (case, set, expected) in cases {
            assert_eq!(set.wants_profile(), expected, "{case}");
        }
    }
}
