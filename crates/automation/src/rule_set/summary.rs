//! What a rule set holds, for who checks it before it is saved.

use std::fmt;

use super::{Condition, RuleSet, Step};

/// A rule set in a few plain lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    lines: Vec<String>,
}

impl Summary {
    pub(super) fn of(set: &RuleSet) -> Self {
        let rules = set.rules();
        let has = |wanted: fn(&Step) -> bool| rules.iter().filter(|rule| rule.steps.iter().any(wanted)).count();
        let patterns = |condition: &&Condition| matches!(condition, Condition::Pattern(_));
        let patterns = rules.iter().flat_map(|rule| &rule.conditions).filter(patterns).count();
        let asks = has(|step| matches!(step, Step::Ask(_)));
        let hand_overs = has(|step| matches!(step, Step::HandOver(_)));
        let without_conditions: Vec<&str> =
            rules.iter().filter(|rule| rule.conditions.is_empty()).map(|rule| rule.id.as_str()).collect();
        let mut lines = vec![format!(
            "{} rules with {patterns} expressions; {hand_overs} hand over to a person, {asks} ask for an answer",
            rules.len()
        )];
        if !without_conditions.is_empty() {
            lines.push(format!(
                "without conditions, so they answer all they look at: {}",
                without_conditions.join(", ")
            ));
        }
        lines.push(match (set.is_campaign(), set.disclosure()) {
            (true, _) => "a campaign: says that a machine answers, and cannot be told not to".to_owned(),
            (false, Some(_)) => "says that a machine answers".to_owned(),
            (false, None) => "does not say that a machine answers: add a `disclosure`".to_owned(),
        });
        let periods = set.calendar().quiet_periods();
        if periods > 0 {
            lines.push(format!("{periods} quiet periods"));
        }
        if set.fallback().is_none() {
            lines.push("no fallback: what no rule matches is not answered".to_owned());
        }
        Self { lines }
    }

    /// The lines, each without a full stop.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_told_in_a_few_lines() {
        let told = |json: &str| RuleSet::parse(json).unwrap().summary().to_string();
        insta::assert_snapshot!(told(include_str!("../../../../infra/rules/completo.json")), @r"
        11 rules with 3 expressions; 1 hand over to a person, 2 ask for an answer
        without conditions, so they answer all they look at: agenda
        a campaign: says that a machine answers, and cannot be told not to
        2 quiet periods
        ");
        insta::assert_snapshot!(told(r#"{"version":1,"rules":[]}"#), @r"
        0 rules with 0 expressions; 0 hand over to a person, 0 ask for an answer
        does not say that a machine answers: add a `disclosure`
        no fallback: what no rule matches is not answered
        ");
    }
}
