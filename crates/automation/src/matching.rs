//! Whether a rule fits an event, or what about it does not.

use crate::{
    rule_set::{Condition, Only, Rule, Trigger, Vocabulary},
    subject::Subject,
};

/// The first thing about a rule that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Miss {
    /// The rule is for other kinds of event.
    OtherKind,
    /// The right kind, but other posts or payloads.
    OtherTarget,
    /// A reply inside a thread, which the rule leaves alone.
    InThread,
    /// A post not known to be the account's own.
    OtherMedia,
    /// This condition, counted from 0.
    Condition(u8),
}

/// `Ok` if the rule matches.
pub(crate) fn check_rule(rule: &Rule, subject: &Subject<'_>, vocabulary: &Vocabulary) -> Result<(), Miss> {
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
        if !holds(condition, subject, vocabulary) {
            return Err(Miss::Condition(place));
        }
    }
    Ok(())
}

fn is_aimed_at(trigger: &Trigger, subject: &Subject<'_>) -> bool {
    match &trigger.only {
        Only::Any => true,
        Only::Media(media) => subject.media.is_some_and(|id| media.contains(id)),
        Only::Payload(payloads) => subject.payload.is_some_and(|payload| payloads.iter().any(|p| p == payload)),
    }
}

fn holds(condition: &Condition, subject: &Subject<'_>, vocabulary: &Vocabulary) -> bool {
    match condition {
        Condition::Words { any, all } => {
            let words = subject.words(vocabulary);
            (any.is_empty() || any.iter().any(|phrase| words.hold(phrase)))
                && all.iter().all(|phrase| words.hold(phrase))
        }
        Condition::Pattern(regex) => regex.is_match(subject.composed()),
        Condition::FirstContact(wanted) => subject.first_contact == *wanted,
    }
}
