//! From facts and rules to a decision.

mod plan;

use instagram::UnixMillis;

use self::plan::Plan;
use crate::{
    Ask, Effect, Intended, Outcome, RuleSet, Source, Trace, Wish,
    facts::Facts,
    guard::{self, Guard},
    matching::{check_cooldown, check_rule},
    rule_set::{HandOver, TriggerKind},
    subject::{Recipient, Subject},
    trace::{Note, Verdict},
    wish::wish,
};

/// What is to be done about an event, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The reason.
    pub outcome: Outcome,
    /// What is meant to be sent, in this order.
    pub replies: Vec<Intended>,
    /// What is to be done beside, in this order.
    pub effects: Vec<Effect>,
    /// The answer that the CRM is to be asked for.
    pub ask: Option<Ask>,
    /// Which rules were tried, and what became of each.
    pub trace: Trace,
}

/// Decides about one event.
///
/// Pure and total: the same facts, rules and moment give the same decision. `now` matters only for pauses and for what
/// has become too late; a reply's id and wording depend on the event's key alone.
pub fn decide(facts: &Facts<'_>, rules: Option<&RuleSet>, now: UnixMillis) -> Decision {
    let subject = guard::admit(facts, rules);
    if let Err(outcome @ (Outcome::Test | Outcome::OwnMessage | Outcome::AuthorUnknown)) = subject {
        return Decision::nothing(outcome);
    }
    // Who is not silenced says "voltar" to a menu, or about a street.
    let wished = wish(facts.event, rules).filter(|wish| *wish != Wish::Return || facts.opted_out);
    if let Some(wished) = wished {
        return grant(wished, facts, subject.ok().as_ref(), rules, now);
    }
    let subject = match subject {
        Ok(subject) => subject,
        Err(outcome) => return Decision::nothing(outcome),
    };
    let Some(rules) = rules else {
        return Decision::nothing(Outcome::NoRules);
    };
    let mut plan = Plan::new(Guard::new(facts, &subject, rules, now), rules);
    let mut verdicts = Vec::new();
    let mut matched = false;
    for rule in rules.rules() {
        match check_rule(rule, &subject, facts, rules) {
            Err(miss) => verdicts.push(Verdict::Missed(miss)),
            Ok(()) => {
                matched = true;
                verdicts.push(plan.take(&Source::Rule(rule.id.clone()), &rule.steps, rule.patience_ms));
                if !rule.continues {
                    break;
                }
            }
        }
    }
    let mut notes = Vec::new();
    if !matched {
        notes.extend(fall_back(&mut plan, &subject, facts, rules).map(Note::Fallback));
    }
    plan.into_decision(verdicts, notes)
}

impl Decision {
    fn nothing(outcome: Outcome) -> Self {
        Self { outcome, replies: Vec::new(), effects: Vec::new(), ask: None, trace: Trace::none() }
    }
}

/// The set's fallback, for what a person wrote or tapped in a conversation.
fn fall_back(plan: &mut Plan<'_>, subject: &Subject<'_>, facts: &Facts<'_>, rules: &RuleSet) -> Option<Verdict> {
    use TriggerKind::{Message, Postback, QuickReply, StoryReply};
    let fallback = rules.fallback()?;
    if !matches!(subject.kind, Message | StoryReply | QuickReply | Postback) {
        return None;
    }
    let source = Source::Fallback;
    Some(match check_cooldown(&source.to_string(), Some(fallback.cooldown_ms), facts) {
        Ok(()) => plan.take(&source, &fallback.steps, None),
        Err(miss) => Verdict::Missed(miss),
    })
}

/// What the person asks for comes before every rule and is done in any mode. Only its confirmation is a reply like
/// others, and goes only to who can be answered here.
fn grant(
    wished: Wish,
    facts: &Facts<'_>,
    subject: Option<&Subject<'_>>,
    rules: Option<&RuleSet>,
    now: UnixMillis,
) -> Decision {
    let effect = match (wished, rules) {
        (Wish::Silence, _) => Effect::OptedOut,
        (Wish::Return, _) => Effect::Returned,
        (Wish::Erasure, _) => Effect::ErasureRequested,
        (Wish::Person, Some(rules)) => rules.wishes().person.effect(facts.at),
        (Wish::Person, None) => HandOver::plain().effect(facts.at),
    };
    let outcome = Outcome::Wished(wished);
    let (Some(subject), Some(rules)) = (subject, rules) else {
        return Decision { effects: vec![effect], ..Decision::nothing(outcome) };
    };
    let mut plan = Plan::new(Guard::new(facts, subject, rules, now), rules);
    let is_news = wished != Wish::Silence || !facts.opted_out;
    let verdict = if is_news && subject.on_own_media {
        plan.confirm(wished)
    } else {
        Verdict::Matched { planned: 0, refused: None }
    };
    let decision = plan.into_decision(Vec::new(), vec![Note::Wish(wished, verdict)]);
    let effects = std::iter::once(effect).chain(decision.effects).collect();
    Decision { outcome, effects, ..decision }
}

#[cfg(test)]
mod tests;
