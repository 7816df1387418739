//! What a rule set holds, as tables.

use automation::RuleSet;
use serde_json::Value;

use crate::table::Table;

/// Which rules look at which kind of event.
pub(super) fn rules(rules: &RuleSet) -> Table<2> {
    let mut table = Table::new(["  for", "rules, in the order in which they are tried"]);
    for (kind, ids) in rules.by_trigger() {
        let ids: Vec<&str> = ids.into_iter().map(automation::RuleId::as_str).collect();
        table.row([format!("  {}", kind.name()), if ids.is_empty() { "-".to_owned() } else { ids.join(", ") }]);
    }
    table
}

/// What the set adds to the wishes that always count.
pub(super) fn wishes(document: &Value) -> Table<3> {
    const WISHES: [(&str, &str, &str, &str); 4] = [
        ("no automatic answers", "opt_out", "words", "text"),
        ("automatic answers again", "opt_out", "return_words", "return_text"),
        ("a person", "hand_over", "words", "text"),
        ("to be forgotten", "erasure", "words", "text"),
    ];
    let mut table = Table::new(["  when a person wants", "words beside the usual", "answer"]);
    for (wish, member, words, text) in WISHES {
        let words: Vec<&str> =
            document[member][words].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let answer = if document[member].get(text).is_some() { "the set's own" } else { "the usual" };
        let words = if words.is_empty() { "-".to_owned() } else { words.join(", ") };
        table.row([format!("  {wish}"), words, answer.to_owned()]);
    }
    table
}
