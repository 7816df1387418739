//! What changes from one rule set to another.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, bail};
use automation::{RuleId, RuleSet};
use serde_json::{Map, Value};

use crate::say;
use crate::target::Target;

use super::checked;

pub(super) async fn run(data: &Path, before: &str, after: &Path) -> Result<()> {
    let (old, old_set) = before_of(data, before).await?;
    let (new, new_set) = checked(after)?;
    let lines = lines(&read(&old)?, &read(&new)?, &old_set, &new_set);
    if lines.is_empty() {
        say::line("Nothing changes.");
    }
    lines.iter().for_each(say::line);
    Ok(())
}

/// A file's rule set if there is such a file, else an account's that is in force.
async fn before_of(data: &Path, before: &str) -> Result<(String, RuleSet)> {
    let file = Path::new(before);
    if file.is_file() {
        return checked(file);
    }
    if before.is_empty() || !before.bytes().all(|b| b.is_ascii_digit()) {
        bail!("{before:?} is neither a file nor an account's id");
    }
    let target = Target::find(data).await?;
    let account = target.account(before).await?;
    let Some(rules) = target.store.rules(&account.id, account.rules).await? else {
        bail!("{before} has no rules in force");
    };
    let set = RuleSet::parse(&rules.document)?;
    Ok((rules.document, set))
}

fn read(document: &str) -> Result<Map<String, Value>> {
    Ok(serde_json::from_str(document)?)
}

fn lines(old: &Map<String, Value>, new: &Map<String, Value>, old_set: &RuleSet, new_set: &RuleSet) -> Vec<String> {
    let (old_rules, new_rules) = (rules(old), rules(new));
    let mut lines = Vec::new();
    for id in old_set.ids().filter(|id| !new_rules.contains_key(id.as_str())) {
        lines.push(format!("- rule {id}: {}", compact(old_rules[id.as_str()])));
    }
    for id in new_set.ids().map(RuleId::as_str) {
        let after = &new_rules[id];
        match old_rules.get(id) {
            None => lines.push(format!("+ rule {id}: {}", compact(after))),
            Some(before) if before == after => {}
            Some(before) => {
                lines.push(format!("~ rule {id}"));
                lines.extend(members(before, after).map(|line| format!("    {line}")));
            }
        }
    }
    lines.extend(order(old_set, new_set));
    let without_rules = |document: &Map<String, Value>| {
        let members = document.iter().filter(|(name, _)| *name != "rules" && *name != "$schema");
        members.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>()
    };
    lines.extend(members(&without_rules(old), &without_rules(new)));
    lines
}

/// The rules by their names. A checked set holds no other.
fn rules(document: &Map<String, Value>) -> BTreeMap<&str, &Map<String, Value>> {
    let listed = document.get("rules").and_then(Value::as_array).into_iter().flatten();
    listed.filter_map(|rule| Some((rule.get("id")?.as_str()?, rule.as_object()?))).collect()
}

/// Members that one has and the other has not, or that hold something else there.
fn members<'a>(before: &'a Map<String, Value>, after: &'a Map<String, Value>) -> impl Iterator<Item = String> + use<> {
    let gone = before.iter().filter(|(name, value)| after.get(*name) != Some(value)).map(|(n, v)| (n, '-', v));
    let come = after.iter().filter(|(name, value)| before.get(*name) != Some(value)).map(|(n, v)| (n, '+', v));
    let mut all: Vec<(&String, char, &Value)> = gone.chain(come).collect();
    all.sort_by_key(|(name, mark, _)| (name.as_str(), *mark == '+'));
    all.into_iter().map(|(name, mark, value)| format!("{mark} {name}: {value}")).collect::<Vec<_>>().into_iter()
}

/// The rules that both sets have are tried in another order: the first match may be another.
fn order(old_set: &RuleSet, new_set: &RuleSet) -> Option<String> {
    let shared = |set: &RuleSet, other: &RuleSet| -> Vec<RuleId> {
        set.ids().filter(|id| other.ids().any(|known| known == *id)).cloned().collect()
    };
    let (before, after) = (shared(old_set, new_set), shared(new_set, old_set));
    let told = |ids: &[RuleId]| ids.iter().map(RuleId::as_str).collect::<Vec<_>>().join(", ");
    (before != after).then(|| format!("~ order: {} -> {}", told(&before), told(&after)))
}

fn compact(rule: &Map<String, Value>) -> String {
    Value::Object(rule.clone()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(before: &str, after: &str) -> String {
        let set = |json: &str| RuleSet::parse(json).unwrap();
        lines(&read(before).unwrap(), &read(after).unwrap(), &set(before), &set(after)).join("\n")
    }

    fn with(members: &str, rules: &[&str]) -> String {
        format!(r#"{{"version":1,{members}"rules":[{}]}}"#, rules.join(","))
    }

    const AGENDA: &str = r#"{"id":"agenda","on":["message"],"do":[{"text":"quinta"}]}"#;
    const DEMANDA: &str = r#"{"id":"demanda","on":["comment"],"do":[{"tag":"x"}]}"#;

    #[test]
    fn a_difference_is_told_by_what_it_is() {
        let changed = AGENDA.replace("quinta", "sexta");
        let cases = [
            ("the same, written otherwise", with("", &[AGENDA]), with("", &[AGENDA]).replace(':', ": "), ""),
            ("another schema's place", with("", &[]), with(r#""$schema":"./schema.json","#, &[]), ""),
            (
                "a new rule",
                with("", &[AGENDA]),
                with("", &[AGENDA, DEMANDA]),
                r#"+ rule demanda: {"do":[{"tag":"x"}],"id":"demanda","on":["comment"]}"#,
            ),
            (
                "a rule gone",
                with("", &[AGENDA, DEMANDA]),
                with("", &[AGENDA]),
                r#"- rule demanda: {"do":[{"tag":"x"}],"id":"demanda","on":["comment"]}"#,
            ),
            (
                "a rule changed",
                with("", &[AGENDA]),
                with("", &[&changed]),
                "~ rule agenda\n    - do: [{\"text\":\"quinta\"}]\n    + do: [{\"text\":\"sexta\"}]",
            ),
            (
                "another order",
                with("", &[AGENDA, DEMANDA]),
                with("", &[DEMANDA, AGENDA]),
                "~ order: agenda, demanda -> demanda, agenda",
            ),
            (
                "a member beside the rules",
                with("", &[]),
                with(r#""ai":{"label":"IA:"},"#, &[]),
                r#"+ ai: {"label":"IA:"}"#,
            ),
        ];
        for (case, before, after, expected) in cases {
            assert_eq!(told(&before, &after), expected, "{case}");
        }
    }
}
