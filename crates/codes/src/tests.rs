//! Every code that can get into the table has words. The codes are gathered from the source of the rooms that write them,
//! so that a new one without words is noticed here.

use std::collections::BTreeSet;

use super::*;

macro_rules! source {
    ($path:literal) => {
        include_str!(concat!("../../", $path))
    };
}

/// Words of the outbox that are in these files and are no reasons: states, for logs.
const STATES: [&str; 4] = ["failed", "parked", "unknown", "waiting"];

/// All texts in a source that look like a code, its tests left out.
fn codes(source: &str) -> BTreeSet<&str> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let is_code = |text: &&str| !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    lines.flat_map(|line| line.split('"').skip(1).step_by(2)).filter(is_code).collect()
}

/// The part of a source from `begin` to the next `end`.
fn part<'a>(source: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = source.split_once(begin).unwrap();
    rest.split_once(end).unwrap().0
}

fn names(table: Table) -> BTreeSet<&'static str> {
    let names: BTreeSet<&str> = table.iter().map(|(name, ..)| *name).collect();
    assert_eq!(names.len(), table.len(), "no code twice");
    for (name, en, pt) in table {
        assert!(!en.is_empty() && !pt.is_empty() && en != pt, "{name} is told in two languages");
    }
    names
}

#[test]
fn every_reason_of_a_reply_has_words_and_no_word_is_left_over() {
    let outbox = [
        source!("outbox/src/claim.rs"),
        source!("outbox/src/echo.rs"),
        source!("outbox/src/evidence.rs"),
        source!("outbox/src/judge.rs"),
        source!("outbox/src/leave.rs"),
        source!("outbox/src/order.rs"),
        source!("outbox/src/outcome.rs"),
        source!("outbox/src/resolve.rs"),
        source!("outbox/src/rhythm.rs"),
        source!("outbox/src/send.rs"),
        source!("outbox/src/step.rs"),
    ];
    let graph = source!("graph/src/error.rs");
    let store = part(source!("store/src/replies/records.rs"), "fn sent_update", "/// Adds a line to the reply's story");
    let mut written: BTreeSet<&str> = outbox.into_iter().flat_map(codes).collect();
    written.extend(codes(part(graph, "    Refusal {", "    }")));
    written.extend(codes(part(graph, "    Condition {", "    }")));
    written.extend(codes(store).intersection(&BTreeSet::from(["earlier_step", "sent"])));
    let drafts = part(source!("store/src/replies/answers.rs"), "fn drop_draft", "/// It is planned");
    written.extend(codes(drafts).intersection(&BTreeSet::from(["dropped"])));
    STATES.iter().for_each(|state| assert!(written.remove(state), "{state} is written nowhere"));
    assert!(written.remove(outbox::Alarm::TokenDead.name()), "an alarm's name, and no reply's reason");
    assert_eq!(names(REPLY), written);
}

#[test]
fn every_reason_of_a_decision_has_words() {
    let outcomes = part(source!("automation/src/outcome.rs"), "pub fn code", "/// In plain words");
    let refusals = part(source!("automation/src/refusal.rs"), "const ALL", "];");
    let by_people = part(source!("store/src/threads.rs"), "fn write_answer", "/// Leaves an item");
    let mut written: BTreeSet<&str> = codes(outcomes).union(&codes(refusals)).copied().collect();
    written.extend(codes(by_people).intersection(&BTreeSet::from(["by_hand"])));
    assert_eq!(names(DECISION), written);
}

#[test]
fn every_end_of_a_search_has_words() {
    let hints = include_str!("../../../functions/caretaker/src/hints.rs").split("#[cfg(test)]").next().unwrap();
    let ends = hints.split("Look::Over(\"").skip(1).filter_map(|rest| rest.split('"').next());
    assert_eq!(names(SEARCH), ends.collect());
}

#[test]
fn metas_numbers_are_told_apart_from_our_code() {
    let cases = [
        ("window", "window: Meta's window for answers was closed"),
        ("throttled/613", "throttled: Meta refused: too many calls (Meta's code 613)"),
        (
            "object_missing/100/33",
            "object_missing: what it answers is gone or cannot be seen (Meta's code 100, subcode 33)",
        ),
        ("of_tomorrow/1", "of_tomorrow/1 (a code of another version)"),
    ];
    for (code, expected) in cases {
        assert_eq!(told(REPLY, code), expected);
    }
}
