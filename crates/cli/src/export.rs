//! `cargo run -- export`: everything held about one person, in one file that a person can read.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use instagram::Peer;
use serde_json::{Map, Value, json};
use store::{Held, Key, keys};

use crate::args;
use crate::data::write_private;
use crate::moment::local;
use crate::say;
use crate::target::Target;

/// Attributes that hold JSON as a text.
const NESTED: [&str; 4] = ["body", "raw", "facts", "message"];

pub(crate) async fn run(data: &Path, args: &args::Export) -> Result<ExitCode> {
    let target = Target::find(data).await?;
    let account = target.account(&args.account).await?;
    let peer = Peer::parse(&args.person).with_context(|| format!("{:?} is no person's id", args.person))?;
    if args.out.exists() {
        bail!("{} is there already", args.out.display());
    }
    // Whose words were handed out must not be kept by their id for longer than the words.
    let whom = keys::digest(&format!("{}|{peer}", account.id));
    target.note_reveal(&account.id, &format!("export of the person {whom}")).await?;
    let now = target.clock.now_ms();
    let held = target.store.held_about(&account.id, &peer, now).await?;
    let count = held.items.len();
    let file = readable(account.id.as_str(), &held, &local(now));
    let text = serde_json::to_string_pretty(&file)?;
    write_private(&args.out, &text).with_context(|| format!("{} cannot be written", args.out.display()))?;
    say::line(format_args!("{count} items about the person are in {}", args.out.display()));
    if count == 0 {
        say::line("Nothing is held about this person, or it is no id of theirs.");
    }
    Ok(ExitCode::SUCCESS)
}

/// The file: each item as it is stored, by what it is.
fn readable(account: &str, held: &Held, at: &str) -> Value {
    let mut sorts: Map<String, Value> = Map::new();
    for (key, item) in &held.items {
        let list = sorts.entry(sort(key)).or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            list.push(unfolded(item.clone()));
        }
    }
    json!({
        "account": account,
        "exported_at": at,
        "person": held.ids.iter().map(Peer::as_str).collect::<Vec<_>>(),
        "held": sorts,
    })
}

/// What an item is, in plain words.
fn sort(key: &Key) -> String {
    let is_event = keys::thread_of(&key.pk).is_some();
    let beginning = key.sk.split('#').next().unwrap_or_default();
    match (is_event, beginning) {
        (true, "M") => "messages",
        (true, "C") => "comments",
        (true, "R") => "reactions",
        (true, _) => "other_events",
        (false, "T") => "conversations",
        (false, "X") => "earlier_erasures",
        (false, "F") => "failed_replies",
        (false, _) if key.pk == "PARKED" => "parked_replies",
        (false, _) if key.pk == "ERASURES" => "requests_for_erasure",
        (false, _) => "other",
    }
    .to_owned()
}

/// JSON that is stored as a text becomes part of the whole.
fn unfolded(mut item: Value) -> Value {
    match &mut item {
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                let nested = value.as_str().filter(|_| NESTED.contains(&name.as_str()));
                *value = match nested.and_then(|text| serde_json::from_str::<Value>(text).ok()) {
                    Some(nested) => nested,
                    None => unfolded(value.take()),
                };
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| *value = unfolded(value.take())),
        _ => {}
    }
    item
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_json_is_shown_as_json_and_everything_else_as_it_is() {
        let item =
            json!({"body": "{\"text\":\"oi\"}", "why": "{}", "replies": [{"message": "{\"a\":1}", "text": "{no"}]});
        let expected = json!({"body": {"text": "oi"}, "why": "{}", "replies": [{"message": {"a": 1}, "text": "{no"}]});
        assert_eq!(unfolded(item), expected);
    }

    #[test]
    fn every_item_is_sorted_by_what_it_is() {
        let cases = [
            ("T#1#2", "M#m", "messages"),
            ("T#1#2", "C#c", "comments"),
            ("T#1#2", "R#m#2", "reactions"),
            ("T#1#2", "E#0", "other_events"),
            ("A#1", "T#2", "conversations"),
            ("A#1", "X#0", "earlier_erasures"),
            ("A#1", "F#0", "failed_replies"),
            ("PARKED", "1#0", "parked_replies"),
            ("ERASURES", "1#2", "requests_for_erasure"),
        ];
        for (pk, sk, expected) in cases {
            assert_eq!(sort(&Key { pk: pk.to_owned(), sk: sk.to_owned() }), expected);
        }
    }
}
