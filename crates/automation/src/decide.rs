//! From facts and rules to a decision.

use instagram::UnixMillis;

use crate::{
    Intended, Mode, Outcome, Refusal, ReplyAction, RuleId, RuleSet, Trace,
    facts::Facts,
    guard::{self, Planned},
    matching,
    reply::name_and_random,
    rule_set::{Action, Rule},
    subject::{Recipient, Subject},
    trace::Verdict,
};

/// What is to be done about an event, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The reason.
    pub outcome: Outcome,
    /// What is meant to be sent, in this order. Empty unless the outcome is [`Outcome::Answered`].
    pub replies: Vec<Intended>,
    /// Which rules were tried, and what became of each.
    pub trace: Trace,
}

/// Decides about one event.
///
/// Pure and total: the same facts, rules and moment give the same decision. `now` matters only for pauses and for what
/// has become too late; a reply's id and wording depend on the event's key alone.
pub fn decide(facts: &Facts<'_>, rules: Option<&RuleSet>, now: UnixMillis) -> Decision {
    let subject = match guard::admit(facts) {
        Ok(subject) => subject,
        Err(outcome) => return Decision { outcome, replies: Vec::new(), trace: Trace::none() },
    };
    let Some(rules) = rules else {
        return Decision { outcome: Outcome::NoRules, replies: Vec::new(), trace: Trace::none() };
    };
    let mut plan = Plan::default();
    let mut verdicts = Vec::new();
    for rule in rules.rules() {
        match matching::check_rule(rule, &subject, rules.vocabulary()) {
            Err(miss) => verdicts.push(Verdict::Missed(miss)),
            Ok(()) => {
                verdicts.push(plan.add(rule, facts, &subject, now));
                if !rule.continues {
                    break;
                }
            }
        }
    }
    plan.into_decision(facts.mode, Trace::new(rules, verdicts))
}

/// The replies that matching rules want and the guard allows.
#[derive(Default)]
struct Plan {
    replies: Vec<Intended>,
    planned: Planned,
    first_refusal: Option<Refusal>,
}

impl Plan {
    /// Plans a rule's steps up to the first that is refused: later ones may speak of it ("see your messages").
    fn add(&mut self, rule: &Rule, facts: &Facts<'_>, subject: &Subject<'_>, now: UnixMillis) -> Verdict {
        let mut planned_here = 0;
        let mut refused = None;
        for (action, step) in rule.actions.iter().zip(0..) {
            let (id, random) = name_and_random(facts.key, &rule.id, step);
            let checked = address(action, subject, random).and_then(|action| {
                let not_after = guard::check_step(facts, subject, &action, rule.patience_ms, self.planned, now)?;
                Ok((action, not_after))
            });
            match checked {
                Ok((action, not_after)) => {
                    self.planned.replies += 1;
                    self.planned.private_reply |= matches!(action, ReplyAction::PrivateReply { .. });
                    self.replies.push(Intended { id, rule: rule.id.clone(), step, action, not_after });
                    planned_here += 1;
                }
                Err(refusal) => {
                    refused = Some(refusal);
                    break;
                }
            }
        }
        self.first_refusal = self.first_refusal.or(refused);
        Verdict::Matched { planned: planned_here, refused }
    }

    fn into_decision(self, mode: Mode, trace: Trace) -> Decision {
        let mut rules: Vec<RuleId> = self.replies.iter().map(|reply| reply.rule.clone()).collect();
        rules.dedup();
        let (outcome, replies) = match (self.first_refusal, mode) {
            (Some(refusal), _) if rules.is_empty() => (Outcome::Refused(refusal), Vec::new()),
            (None, _) if rules.is_empty() => (Outcome::NoMatch, Vec::new()),
            (_, Mode::Answer) => (Outcome::Answered { rules }, self.replies),
            (_, Mode::Observe | Mode::Off) => (Outcome::Observed { rules }, Vec::new()),
        };
        Decision { outcome, replies, trace }
    }
}

/// Puts the chosen wording and the address together. What does not fit together is refused when rules are saved, and
/// here for the reason behind it: a comment opens no conversation, a message has no comments.
fn address(action: &Action, subject: &Subject<'_>, random: u64) -> Result<ReplyAction, Refusal> {
    Ok(match (action, subject.to) {
        (Action::Text(texts), Recipient::Person(to)) => {
            ReplyAction::TextToPerson { to: to.clone(), text: texts.pick(random).clone() }
        }
        (Action::PrivateReply(texts), Recipient::Comment(comment)) => {
            ReplyAction::PrivateReply { comment: comment.clone(), text: texts.pick(random).clone() }
        }
        (Action::PublicReply(texts), Recipient::Comment(comment)) => {
            ReplyAction::PublicReply { comment: comment.clone(), text: texts.pick(random).clone() }
        }
        (Action::Text(_), Recipient::Comment(_))
        | (Action::PrivateReply(_) | Action::PublicReply(_), Recipient::Person(_)) => {
            return Err(Refusal::WindowClosed);
        }
    })
}

#[cfg(test)]
mod tests;
