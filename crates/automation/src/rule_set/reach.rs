//! Which rules look at what, and which of them never get to look.

use std::fmt;

use super::{Condition, Only, Rule, RuleId, RuleSet, Trigger, TriggerKind};

/// A rule that can never match, and why. Sets that hold one are taken: it does no harm but to its author's hopes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreachable {
    /// The rule.
    pub rule: RuleId,
    /// The rules that match first, whatever it looks at; none where its own conditions rule each other out.
    pub behind: Vec<RuleId>,
}

/// In plain words.
impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.behind.is_empty() {
            return write!(f, "{} never matches: two of its conditions cannot both hold", self.rule);
        }
        let behind: Vec<&str> = self.behind.iter().map(RuleId::as_str).collect();
        write!(f, "{} is never tried: {} match first, whatever it is for", self.rule, behind.join(", "))
    }
}

impl RuleSet {
    /// The rules that look at each kind of event, in the order in which they are tried.
    pub fn by_trigger(&self) -> impl Iterator<Item = (TriggerKind, Vec<&RuleId>)> {
        TriggerKind::ALL.iter().map(|(_, kind)| {
            let looks = |rule: &&Rule| rule.triggers.iter().any(|trigger| trigger.kind == *kind);
            (*kind, self.rules.iter().filter(looks).map(|rule| &rule.id).collect())
        })
    }

    /// The rules that can never match, as far as that can be told without trying texts: what two lists of words or two
    /// expressions have in common is not looked into.
    pub fn unreachable(&self) -> Vec<Unreachable> {
        let mut found = Vec::new();
        for (place, rule) in self.rules.iter().enumerate() {
            if contradicts_itself(rule) {
                found.push(Unreachable { rule: rule.id.clone(), behind: Vec::new() });
                continue;
            }
            let earlier = self.rules.get(..place).unwrap_or_default();
            let first_for = |trigger| earlier.iter().find(|other| takes_all(other, rule, trigger));
            let first: Option<Vec<&Rule>> = rule.triggers.iter().map(first_for).collect();
            if let Some(first) = first {
                let mut behind: Vec<RuleId> = first.into_iter().map(|rule| rule.id.clone()).collect();
                behind.dedup();
                found.push(Unreachable { rule: rule.id.clone(), behind });
            }
        }
        found
    }
}

/// `other` matches, and ends the search, wherever this trigger of `rule` fits.
fn takes_all(other: &Rule, rule: &Rule, trigger: &Trigger) -> bool {
    let is_wider = |wide: &Trigger| wide.kind == trigger.kind && (wide.only == Only::Any || wide.only == trigger.only);
    !other.continues
        && other.cooldown_ms.is_none()
        && other.conditions.is_empty()
        && other.triggers.iter().any(is_wider)
        && (other.in_threads || !rule.in_threads)
        && (other.on_other_media || !rule.on_other_media)
}

fn contradicts_itself(rule: &Rule) -> bool {
    let asks = |wanted: fn(&Condition) -> Option<bool>| {
        let asked: Vec<bool> = rule.conditions.iter().filter_map(wanted).collect();
        asked.contains(&true) && asked.contains(&false)
    };
    asks(|condition| if let Condition::FirstContact(wanted) = condition { Some(*wanted) } else { None })
        || asks(|condition| if let Condition::BusinessHours(wanted) = condition { Some(*wanted) } else { None })
        || asks(|condition| if let Condition::Follows(wanted) = condition { Some(*wanted) } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unreachable(rules: &[&str]) -> Vec<String> {
        let named = |(i, rest): (usize, &&str)| format!(r#"{{"id":"r{i}","do":[{{"tag":"x"}}],{rest}}}"#);
        let rules: Vec<String> = rules.iter().enumerate().map(named).collect();
        let set = RuleSet::parse(&format!(r#"{{"version":1,"rules":[{}]}}"#, rules.join(","))).unwrap();
        set.unreachable().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_rule_behind_one_that_takes_everything_is_told() {
        let words = r#""on":["message"],"when":[{"words":{"any":["agenda"]}}]"#;
        let all = r#""on":["message"]"#;
        let cases: [(&str, &[&str], bool); 9] = [
            ("behind a rule without conditions", &[all, words], true),
            ("before it", &[words, all], false),
            ("behind one that lets the next try", &[r#""on":["message"],"continue":true"#, words], false),
            ("behind one that rests after a match", &[r#""on":["message"],"cooldown_minutes":5"#, words], false),
            ("for something else, too", &[all, r#""on":["message","postback"]"#], false),
            ("one of some payloads", &[r#""on":[{"postback":{"payload":["A"]}}]"#, r#""on":["postback"]"#], false),
            ("the same payloads", &[r#""on":[{"postback":{"payload":["A"]}}]"#; 2], true),
            ("also inside threads", &[r#""on":["comment"]"#, r#""on":["comment"],"in_threads":true"#], false),
            ("of higher priority", &[all, r#""on":["message"],"priority":1,"when":[{"first_contact":true}]"#], false),
        ];
        for (case, rules, is_told) in cases {
            assert_eq!(unreachable(rules).len(), usize::from(is_told), "{case}");
        }
    }

    #[test]
    fn why_a_rule_never_matches_is_said_in_words() {
        let never = r#""on":["message"],"when":[{"first_contact":true},{"first_contact":false}]"#;
        assert_eq!(unreachable(&[never]), ["r0 never matches: two of its conditions cannot both hold"]);
        let both = [r#""on":["message"]"#, r#""on":["postback"]"#, r#""on":["postback","message"]"#];
        assert_eq!(unreachable(&both), ["r2 is never tried: r1, r0 match first, whatever it is for"]);
    }

    #[test]
    fn rules_are_listed_by_what_they_look_at() {
        let set = RuleSet::parse(include_str!("../../../../infra/rules/gabinete.json")).unwrap();
        assert!(set.unreachable().is_empty());
        let of = |kind| set.by_trigger().find(|(known, _)| *known == kind).unwrap().1;
        let ids: Vec<&str> = of(TriggerKind::Message).into_iter().map(RuleId::as_str).collect();
        assert_eq!(ids, ["demanda", "atendimento", "primeiro-contato"]);
        assert!(of(TriggerKind::Reaction).is_empty());
    }
}
