//! An event's story, told from what the table holds.

mod attempts;
mod came;

use std::fmt::Write;

use anyhow::{Context, Result};
use automation::{RuleSet, Trace};
use instagram::{AccountId, Peer};
use serde_json::Value;
use store::{Conversation, Decided, Item, Key, ReplyState, keys};

use crate::moment::{local, with_age};
use crate::replies::answered;
use crate::target::Target;

use super::find::Event;

/// Numbers from here on are moments: as milliseconds the 9th of September 2001.
const FIRST_MOMENT: i64 = 1_000_000_000_000;

/// All that is known of an event. What people wrote only with `reveal`.
pub(super) async fn tell(target: &Target, event: &Event, reveal: bool) -> Result<String> {
    let now = target.clock.now_ms();
    let (account, peer) = keys::thread_of(&event.key.pk).context("the item lies in no conversation")?;
    let conversation = target.store.conversation(&account, &peer, now).await?;
    let mut story = String::new();
    came::tell(&mut story, event, &peer, reveal, now)?;
    if let Some(decided) = &event.item.decision {
        decision(&mut story, target, &account, decided, reveal).await?;
        for step in 0..decided.replies.len() {
            attempts::tell(&mut story, event, step, reveal, now)?;
        }
    }
    state_of(&mut story, target, event, &peer, &conversation, now).await?;
    Ok(story)
}

/// What was decided, by which rules, on which facts.
async fn decision(
    story: &mut String,
    target: &Target,
    account: &AccountId,
    decided: &Decided,
    reveal: bool,
) -> Result<()> {
    let by = match decided.rules {
        0 => String::new(),
        version => format!(", by version {version} of the rules"),
    };
    writeln!(story, "decision  {}{by}", codes::told(codes::DECISION, &decided.why))?;
    for line in rules(target, account, decided).await? {
        writeln!(story, "  {line}")?;
    }
    if !decided.effects.is_empty() {
        writeln!(story, "  beside    {}", decided.effects.join(", "))?;
    }
    if let Some(facts) = &decided.facts {
        let facts: Value = serde_json::from_str(facts).unwrap_or_default();
        for (name, value) in facts.as_object().into_iter().flatten() {
            writeln!(story, "  fact      {name}: {}", fact(value, reveal))?;
        }
    }
    Ok(())
}

/// What became of each rule.
async fn rules(target: &Target, account: &AccountId, decided: &Decided) -> Result<Vec<String>> {
    let Some(trace) = &decided.trace else { return Ok(Vec::new()) };
    let Ok(trace) = trace.parse::<Trace>() else {
        return Ok(vec![format!("rules     told by another version: {trace}")]);
    };
    let document = target.store.rules(account, decided.rules).await?.map(|rules| rules.document);
    let Some(rules) = document.and_then(|document| RuleSet::parse(&document).ok()) else {
        return Ok(vec![format!("rules     their version {} is not there any more: {trace}", decided.rules)]);
    };
    let label = |is_rule| if is_rule { "rule" } else { "note" };
    Ok(trace.render(&rules).iter().map(|line| format!("{:<9} {line}", label(line.rule.is_some()))).collect())
}

/// A fact as a person reads it. Texts may be people's.
fn fact(value: &Value, reveal: bool) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => match number.as_i64() {
            Some(moment) if moment >= FIRST_MOMENT => local(moment),
            _ => number.to_string(),
        },
        Value::Array(values) => values.iter().map(|value| fact(value, reveal)).collect::<Vec<_>>().join(", "),
        Value::Object(_) | Value::String(_) if !reveal => "(hidden)".to_owned(),
        Value::Object(_) | Value::String(_) => value.to_string(),
    }
}

/// How things stand in the conversation, as far as they hold up its replies.
async fn state_of(
    story: &mut String,
    target: &Target,
    event: &Event,
    peer: &Peer,
    conversation: &Conversation,
    now: i64,
) -> Result<()> {
    let mut lines = Vec::new();
    if let Some(gate) = &conversation.gate {
        let key = Key { pk: event.key.pk.clone(), sk: gate.item.clone() };
        let owner = if key == event.key { event.item.clone() } else { target.store.item(&key, now).await? };
        if is_open(&owner, gate.step, gate.k) {
            let whose = if key == event.key { "this event".to_owned() } else { answered(&gate.item) };
            lines.push(format!(
                "gate      attempt {} of reply {} to {whose} is open, its lease ends {}",
                gate.k,
                gate.step + 1,
                with_age(gate.until, now)
            ));
        }
    }
    let waiting: Vec<_> = conversation.queue.iter().filter(|queued| queued.until > now).collect();
    let id = keys::short_digest(&event.key.sk);
    if let Some(place) = waiting.iter().position(|queued| queued.item == id) {
        lines.push(format!("queue     it is number {} of {} that wait for their turn", place + 1, waiting.len()));
    } else if !waiting.is_empty() {
        lines.push(format!("queue     {} wait for their turn", waiting.len()));
    }
    if let Some(until) = conversation.facts.paused_until().filter(|until| until.0 > now) {
        lines.push(format!("paused    no automatic answer until {}", with_age(until.0, now)));
    }
    if conversation.facts.is_opted_out() {
        lines.push("silence   the person wants no automatic answers".to_owned());
    }
    if !lines.is_empty() {
        writeln!(story, "now       in the conversation with {peer}")?;
        lines.iter().try_for_each(|line| writeln!(story, "  {line}"))?;
    }
    Ok(())
}

/// The gate's attempt is under way, or nobody knows how it ended.
fn is_open(owner: &Item, step: usize, k: u64) -> bool {
    owner.replies().get(step).is_some_and(|reply| match reply.state {
        ReplyState::Planned => reply.att < k,
        ReplyState::Sending | ReplyState::Unknown => true,
        ReplyState::Sent | ReplyState::Failed | ReplyState::Parked => false,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn facts_are_told_without_what_people_wrote() {
        let cases = [
            ("a moment", json!(1_767_225_690_000_i64), local(1_767_225_690_000)),
            ("a number", json!(3), "3".to_owned()),
            ("yes", json!(true), "yes".to_owned()),
            ("nothing", json!(null), "none".to_owned()),
            ("several", json!([1, false]), "1, no".to_owned()),
            ("a text", json!("Ana"), "(hidden)".to_owned()),
            ("texts within", json!([{"name": "Ana"}]), "(hidden)".to_owned()),
        ];
        for (case, value, expected) in cases {
            assert_eq!(fact(&value, false), expected, "{case}");
        }
        assert_eq!(fact(&json!("Ana"), true), "\"Ana\"");
    }
}
