//! Log lines: the same thing has the same name in every one of them.

use std::collections::BTreeSet;
use std::path::Path;

use crate::metrics::{files, root, source};

/// Where the list of names stands.
const LIST: &str = "crates/boot/README.md";

/// Rooms that run in production or beside it. The sandbox is the outside world.
const ROOMS: [&str; 5] =
    ["functions/ingest", "functions/worker", "functions/caretaker", "functions/connect", "functions/desk"];
const CRATES: [&str; 6] =
    ["crates/boot", "crates/graph", "crates/job", "crates/outbox", "crates/store", "crates/vault"];

/// The parts of a macro's argument list that commas separate, up to the closing parenthesis. Texts count as one.
fn arguments(text: &str) -> Vec<String> {
    let mut arguments = vec![String::new()];
    let (mut depth, mut in_text, mut is_escaped) = (0, false, false);
    for character in text.chars() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if in_text => is_escaped = true,
            '"' => in_text = !in_text,
            _ if in_text => {}
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => break,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                arguments.push(String::new());
                continue;
            }
            _ => {}
        }
        arguments.last_mut().unwrap().push(character);
    }
    arguments.iter().map(|argument| argument.trim().to_owned()).filter(|argument| !argument.is_empty()).collect()
}

/// The name of the field that an argument is, with or without a value; `None` for a text.
fn field(argument: &str) -> Option<&str> {
    let is_name = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '_');
    let name = argument.split_once('=').map_or(argument, |(name, _)| name).trim().trim_start_matches(['%', '?']);
    (!argument.starts_with('"') && is_name(name)).then_some(name)
}

/// The fields of all lines that a source writes, with where they stand.
fn fields(text: &str) -> Vec<String> {
    let mut fields = Vec::new();
    for level in ["trace", "debug", "info", "warn", "error"] {
        let call = format!("tracing::{level}!(");
        for (place, _) in text.match_indices(&call) {
            let arguments = arguments(&text[place + call.len()..]);
            let arguments = arguments.iter().filter(|argument| !argument.starts_with("target:"));
            fields.extend(arguments.map_while(|argument| field(argument)).map(str::to_owned));
        }
    }
    fields
}

/// The names in the first column of the list.
fn listed() -> BTreeSet<String> {
    let text = source(&root().join(LIST));
    let (_, table) = text.split_once("| field | what it holds |").unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `")).filter_map(|line| line.split_once(" |"));
    rows.flat_map(|(names, _)| names.split(", ")).map(|name| name.trim_matches('`').to_owned()).collect()
}

#[test]
fn every_field_of_a_log_line_is_in_the_list_and_every_name_of_the_list_is_used() {
    let listed = listed();
    let mut used = BTreeSet::new();
    for room in ROOMS.iter().chain(&CRATES) {
        for file in files(&root().join(room).join("src")) {
            for field in fields(&source(&file)) {
                assert!(listed.contains(&field), "{field} in {} is not in the list in {LIST}", shown(&file));
                used.insert(field);
            }
        }
    }
    assert_eq!(listed, used);
}

fn shown(file: &Path) -> String {
    file.display().to_string()
}

#[test]
fn fields_are_found_however_a_line_is_written() {
    let source = r#"
        tracing::info!(account.id = %id, count = list(1, ", x = 2").len(), "text, with = commas");
        tracing::warn!("no field, no = field");
        tracing::error!(
            shard, error = %Chain(&error),
            "a shard"
        );
    "#;
    assert_eq!(fields(source), ["account.id", "count", "shard", "error"]);
    assert_eq!(fields("tracing::info!(target: \"worker\", outcome = %outcome, ms = 1 - 2,);"), ["outcome", "ms"]);
}
