//! The reason trail of a decision: which rules were tried and what became of each, as an operator's `explain` tells it.

use std::collections::HashMap;

use automation::{Line, RuleSet, Trace};
use instagram::AccountId;
use serde_json::{Value, json};
use store::{Decided, Store, StoreError};

/// Renders trails, and reads each version of the rules once.
pub(crate) struct Trails<'a> {
    store: &'a Store,
    account: &'a AccountId,
    versions: HashMap<u32, Option<RuleSet>>,
}

impl<'a> Trails<'a> {
    pub(crate) fn new(store: &'a Store, account: &'a AccountId) -> Self {
        Self { store, account, versions: HashMap::new() }
    }

    /// What was decided about an event, and why.
    pub(crate) async fn told(&mut self, decided: &Decided) -> Result<Value, StoreError> {
        let words = codes::words(codes::DECISION, &decided.why);
        let facts = decided.facts.as_deref().and_then(|facts| serde_json::from_str::<Value>(facts).ok());
        Ok(json!({
            "why": decided.why,
            "pt": words.map(|words| words.pt),
            "en": words.map(|words| words.en),
            "rules_version": Some(decided.rules).filter(|version| *version > 0),
            "trail": self.trail(decided).await?,
            "beside": decided.effects,
            "facts": facts,
        }))
    }

    /// A line for each rule, and for each remark about the whole.
    async fn trail(&mut self, decided: &Decided) -> Result<Vec<Value>, StoreError> {
        let remark = |text: String| vec![json!({"rule": null, "matched": false, "text": text})];
        let Some(trace) = &decided.trace else { return Ok(Vec::new()) };
        let Ok(trace) = trace.parse::<Trace>() else {
            return Ok(remark("told by another version of this system".to_owned()));
        };
        let Some(rules) = self.rules(decided.rules).await? else {
            return Ok(remark(format!("version {} of the rules is not there any more", decided.rules)));
        };
        let lines = trace.render(rules).into_iter();
        let rule = |line: &Line| line.rule.as_ref().map(ToString::to_string);
        Ok(lines.map(|line| json!({"rule": rule(&line), "matched": line.matched, "text": line.text})).collect())
    }

    async fn rules(&mut self, version: u32) -> Result<Option<&RuleSet>, StoreError> {
        if !self.versions.contains_key(&version) {
            let stored = self.store.rules(self.account, version).await?;
            let parsed = stored.and_then(|stored| RuleSet::parse(&stored.document).ok());
            self.versions.insert(version, parsed);
        }
        Ok(self.versions.get(&version).and_then(Option::as_ref))
    }
}
