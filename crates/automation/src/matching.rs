//! Whether a rule fits an event, or what about it does not.

use crate::{
    RuleSet,
    facts::Facts,
    rule_set::{Condition, Only, Rule, Trigger},
    subject::Subject,
};

/// The first thing about a rule that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Miss {
    /// The rule is for other kinds of event.
    OtherKind,
    /// The right kind, but other posts, payloads, links or reactions.
    OtherTarget,
    /// A reply inside a thread, which the rule leaves alone.
    InThread,
    /// A post not known to be the account's own.
    OtherMedia,
    /// This condition, counted from 0.
    Condition(u8),
    /// It matched for the same person a short while ago.
    Cooldown,
}

/// `Ok` if the rule matches.
pub(crate) fn check_rule(rule: &Rule, subject: &Subject<'_>, facts: &Facts<'_>, rules: &RuleSet) -> Result<(), Miss> {
    let mut of_kind = rule.triggers.iter().filter(|trigger| trigger.kind == subject.kind).peekable();
    if of_kind.peek().is_none() {
        return Err(Miss::OtherKind);
    }
    if !of_kind.any(|trigger| is_aimed_at(trigger, subject)) {
        return Err(Miss::OtherTarget);
    }
    if subject.in_thread && !rule.in_threads {
        return Err(Miss::InThread);
    }
    if !subject.on_own_media && !rule.on_other_media {
        return Err(Miss::OtherMedia);
    }
    for (condition, place) in rule.conditions.iter().zip(0..) {
        if !holds(condition, subject, facts, rules) {
            return Err(Miss::Condition(place));
        }
    }
    check_cooldown(rule.id.as_str(), rule.cooldown_ms, facts)
}

/// `Err` while the person has got this already. Events come in any order: a later one counts, too.
pub(crate) fn check_cooldown(source: &str, cooldown_ms: Option<i64>, facts: &Facts<'_>) -> Result<(), Miss> {
    let Some(cooldown_ms) = cooldown_ms else { return Ok(()) };
    let is_recent = facts.fired.iter().any(|fired| fired.source == source && facts.at < fired.at.plus_ms(cooldown_ms));
    if is_recent { Err(Miss::Cooldown) } else { Ok(()) }
}

fn is_aimed_at(trigger: &Trigger, subject: &Subject<'_>) -> bool {
    match &trigger.only {
        Only::Any => true,
        Only::Media(media) => subject.media.is_some_and(|id| media.contains(id)),
        Only::Payload(payloads) => subject.payload.is_some_and(|payload| payloads.iter().any(|p| p == payload)),
        Only::Reference(known) => subject.reference.is_some_and(|reference| known.iter().any(|r| r == reference)),
        Only::Reaction(known) => subject.reaction.iter().flatten().any(|reaction| known.iter().any(|r| r == reaction)),
    }
}

fn holds(condition: &Condition, subject: &Subject<'_>, facts: &Facts<'_>, rules: &RuleSet) -> bool {
    match condition {
        Condition::Words { any, all } => {
            let words = subject.words(rules.vocabulary());
            (any.is_empty() || any.iter().any(|phrase| words.hold(phrase)))
                && all.iter().all(|phrase| words.hold(phrase))
        }
        Condition::Pattern(regex) => regex.is_match(subject.composed()),
        Condition::FirstContact(wanted) => facts.first_contact == *wanted,
        Condition::BusinessHours(wanted) => rules.calendar().is_open(facts.at) == *wanted,
        Condition::Follows(wanted) => facts.follows == Some(*wanted),
    }
}
