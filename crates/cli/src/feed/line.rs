//! An event of the feed on one line: pure. Whatever members a later version adds are shown, too.

use serde_json::{Map, Value};

use crate::moment;

/// What has a place of its own on the line, or is of no use to a person.
const BESIDES: [&str; 8] = ["v", "id", "type", "account", "customer", "at", "person", "key"];

/// What it is about: comes first. Where one of these is there, the event's key says nothing more.
const NAMES: [&str; 4] = ["mid", "comment", "reply", "answers"];

/// Why: comes last.
const REASONS: [&str; 2] = ["reason", "why"];

/// The event's own id.
pub(super) fn id(body: &str) -> Option<String> {
    Some(parse(body)?.get("id")?.as_str()?.to_owned())
}

/// Time, type, account, person, ids, and why.
pub(super) fn line(body: &str) -> String {
    let Some(event) = parse(body) else {
        return none(body);
    };
    let at = event.get("at").and_then(Value::as_i64).map_or_else(|| "-".to_owned(), moment::local);
    let is_named = NAMES.iter().any(|name| event.contains_key(*name));
    let key = event.get_key_value("key").filter(|_| !is_named);
    let names = named(&event, &NAMES).chain(key);
    let members = names.chain(others(&event)).chain(named(&event, &REASONS));
    written(format!("{at}  {}", head(&event)), members)
}

/// The same beside a running stack, whose other lines have told when it was and what the ids are.
pub(crate) fn brief(body: &str) -> String {
    let Some(event) = parse(body) else {
        return none(body);
    };
    written(head(&event), others(&event).chain(named(&event, &REASONS)))
}

fn none(body: &str) -> String {
    format!("({} bytes that are no event)", body.len())
}

/// Type, account and person.
fn head(event: &Map<String, Value>) -> String {
    let text = |name: &str| event.get(name).map_or_else(|| "-".to_owned(), shown);
    format!("{:<20}  {}  {}", text("type"), text("account"), text("person"))
}

fn named<'a>(event: &'a Map<String, Value>, names: &'static [&str]) -> impl Iterator<Item = (&'a String, &'a Value)> {
    names.iter().filter_map(|name| event.get_key_value(*name))
}

/// The members that are neither names nor reasons and have no place of their own.
fn others(event: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    event.iter().filter(|(name, _)| {
        let name = name.as_str();
        !BESIDES.contains(&name) && !NAMES.contains(&name) && !REASONS.contains(&name)
    })
}

fn written<'a>(head: String, members: impl Iterator<Item = (&'a String, &'a Value)>) -> String {
    members.fold(head, |line, (name, value)| format!("{line}  {name}={}", shown(value)))
}

fn parse(body: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(body).ok()
}

/// A value in short: a list by its words or its length, an object by its reason.
fn shown(value: &Value) -> String {
    match value {
        // What could move the cursor, or be taken for two members, is quoted.
        Value::String(text) if text.chars().all(|c| c.is_alphanumeric() || c.is_ascii_graphic()) => text.clone(),
        Value::Array(elements) => {
            let words: Option<Vec<&str>> = elements.iter().map(Value::as_str).collect();
            words.map_or_else(|| elements.len().to_string(), |words| shown(&Value::from(words.join(","))))
        }
        Value::Object(members) => members.get("reason").map_or_else(|| "{}".to_owned(), shown),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body of the type with these members, and its line from the account on.
    fn rest(members: &str) -> String {
        let body = format!(r#"{{"v":1,"id":"i","type":"t","account":"17","customer":"c","at":0{members}}}"#);
        let line = line(&body);
        line.split_once("  17  ").unwrap().1.to_owned()
    }

    #[test]
    fn a_line_tells_who_what_and_why() {
        let cases = [
            ("nobody named", "", "-"),
            (
                "a message",
                r#","person":"9","key":"msg|17|m","why":"no_match","mid":"m","standby":false"#,
                "9  mid=m  standby=false  why=no_match",
            ),
            (
                "what has no other name than its key",
                r#","key":"optin|17|9|1","kind":"optin""#,
                "-  key=optin|17|9|1  kind=optin",
            ),
            ("a list of words", r#","content":["text","image"]"#, "-  content=text,image"),
            ("an empty list", r#","tags":[]"#, "-  tags="),
            ("a list of other things", r#","unanswered":[{"reply":"r"},{"reply":"s"}]"#, "-  unanswered=2"),
            ("an object with a reason", r#","trouble":{"code":"c","reason":"expired"}"#, "-  trouble=expired"),
            ("what a later version adds", r#","added":{"a":1}"#, "-  added={}"),
            (
                "reasons last",
                r#","why":"w","reason":"window/10","reply":"r","z":1"#,
                "-  reply=r  z=1  reason=window/10  why=w",
            ),
            ("what would move the cursor", r#","username":"a\u001b[2J b""#, r#"-  username="a\u001b[2J b""#),
        ];
        for (case, members, expected) in cases {
            assert_eq!(rest(members), expected, "{case}");
        }
    }

    #[test]
    fn beside_a_running_stack_ids_and_times_are_left_out() {
        let body = r#"{"type":"message.received","account":"17","at":0,"person":"9","key":"msg|17|m","why":"answered","mid":"m",
            "content":["text"]}"#;
        assert_eq!(brief(body), "message.received      17  9  content=text  why=answered");
        assert_eq!(brief("canary"), "(6 bytes that are no event)");
    }

    #[test]
    fn what_is_no_event_is_not_repeated() {
        assert_eq!(line("canary"), "(6 bytes that are no event)");
        assert_eq!(id("canary"), None);
        assert_eq!(id(r#"{"id":"i"}"#).as_deref(), Some("i"));
        assert!(line("{}").starts_with("-  -  "), "{}", line("{}"));
    }
}
