//! Taking a body apart.

use instagram::{Element, Malformed, Unsplittable, split};

const TEXT: &str =
    r#"{"sender":{"id":"900"},"recipient":{"id":"178"},"timestamp":1767225600789,"message":{"mid":"m1","text":"a"}}"#;
const READ: &str = r#"{"sender":{"id":"900"},"recipient":{"id":"178"},"timestamp":1767225600790,"read":{"mid":"m0"}}"#;
const COMMENT: &str = r#"{"field":"comments","value":{"id":"c1","text":"b"}}"#;

/// One line per element: account, flags, and its kind or why it is malformed.
fn outline(body: &str) -> Vec<String> {
    fn line(element: &Element<'_>) -> String {
        let account = element.account.as_ref().map_or("-", |account| account.as_str());
        let kind = match element.event() {
            Ok(event) => event.kind_name().to_owned(),
            Err(malformed) => format!("{malformed:?}"),
        };
        let standby = if element.standby { " standby" } else { "" };
        let foreign = if element.foreign { " foreign" } else { "" };
        format!("{account} {kind}{standby}{foreign}")
    }
    match split(body.as_bytes()) {
        Ok(delivery) => delivery.elements.iter().map(line).collect(),
        Err(unsplittable) => vec![format!("{unsplittable:?}")],
    }
}

fn check(cases: &[(&str, String, &[&str])]) {
    for (case, body, expected) in cases {
        assert_eq!(outline(body), *expected, "{case}");
    }
}

fn delivery(entries: &str) -> String {
    format!(r#"{{"object":"instagram","entry":[{entries}]}}"#)
}

fn entry(members: &str) -> String {
    delivery(&format!(r#"{{"id":"178","time":1767225601456,{members}}}"#))
}

#[test]
fn every_tolerated_shape_is_taken_apart() {
    let whole = entry(&format!(r#""messaging":[{TEXT}]"#));
    check(&[
        ("one message", whole.clone(), &["178 message"]),
        (
            "several, in order",
            entry(&format!(r#""messaging":[{READ},{TEXT},{READ}]"#)),
            &["178 seen", "178 message", "178 seen"],
        ),
        ("case 20: a byte order mark first", format!("\u{feff}{whole}"), &["178 message"]),
        ("white space around", format!(" \n{whole}\t"), &["178 message"]),
        ("case 32: a top-level array", format!("[{whole},{whole}]"), &["178 message", "178 message"]),
        (
            "case 34: messages and changes",
            entry(&format!(r#""changes":[{COMMENT}],"standby":[{READ}],"messaging":[{TEXT}]"#)),
            &["178 message", "178 seen standby", "178 comment"],
        ),
        ("case 35: field and value on the entry", entry(r#""field":"comments","value":{"id":"c1"}"#), &["178 comment"]),
        (
            "case 35 beside a list",
            entry(&format!(r#""messaging":[{TEXT}],"field":"comments","value":{{"id":"c1"}}"#)),
            &["178 message", "178 comment"],
        ),
        ("case 36: standby", entry(&format!(r#""standby":[{TEXT}]"#)), &["178 message standby"]),
        ("names of changed fields only", entry(r#""changed_fields":["comments"]"#), &["178 changed_fields"]),
        (
            "case 40: two accounts",
            delivery(&format!(r#"{{"id":"178","messaging":[{TEXT}]}},{{"id":179,"changes":[{COMMENT}]}}"#)),
            &["178 message", "179 comment"],
        ),
        ("an object written with escapes", whole.replace("instagram", r"\u0069nstagram"), &["178 message"]),
        ("one object where a list is meant", entry(&format!(r#""messaging":{TEXT}"#)), &["178 message"]),
        ("a null list beside a full one", entry(&format!(r#""standby":null,"messaging":[{TEXT}]"#)), &["178 message"]),
        (
            "unknown members beside known ones",
            entry(&format!(r#""hop_context":[{{}}],"messaging":[{TEXT}]"#)),
            &["178 message"],
        ),
        ("the Test button", delivery(&format!(r#"{{"id":"0","changes":[{COMMENT}]}}"#)), &["0 comment"]),
    ]);
}

#[test]
fn case_37_what_is_unknown_is_kept() {
    check(&[
        ("an unknown field", entry(r#""changes":[{"field":"story_insights","value":{}}]"#), &["178 unknown"]),
        (
            "an unknown member of a message event",
            entry(r#""messaging":[{"sender":{"id":"900"},"poll":{}}]"#),
            &["178 unknown"],
        ),
        ("an unknown member of the entry", entry(r#""polls":[{},{}]"#), &["178 unknown"]),
        ("an entry that says nothing", delivery(r#"{"id":"178","time":1}"#), &["178 unknown"]),
        ("an entry with empty lists", entry(r#""messaging":[],"changes":[]"#), &["178 unknown"]),
        ("a list that is a text", entry(r#""messaging":"a""#), &["178 unknown"]),
        (
            "a list that is a number beside a good one",
            entry(&format!(r#""messaging":1,"changes":[{COMMENT}]"#)),
            &["178 comment", "178 unknown"],
        ),
        (
            "another object",
            entry(&format!(r#""messaging":[{TEXT}]"#)).replace("instagram", "page"),
            &["178 unknown foreign"],
        ),
        ("no object", format!(r#"{{"entry":[{{"id":"178","messaging":[{TEXT}]}}]}}"#), &["178 unknown foreign"]),
        (
            "an object that is none",
            format!(r#"{{"object":1,"entry":[{{"id":"178","messaging":[{TEXT}]}}]}}"#),
            &["178 unknown foreign"],
        ),
    ]);
}

#[test]
fn one_broken_element_leaves_its_neighbours_alone() {
    let among = |broken: &str| entry(&format!(r#""messaging":[{TEXT},{broken},{READ}]"#));
    let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    let deep_event = format!(r#"{{"sender":{{"id":"900"}},"message":{{"mid":"m2","text":{deep}}}}}"#);
    check(&[
        ("a number", among("7"), &["178 message", "178 NotAnObject", "178 seen"]),
        ("an array by position", among(r#"["comments",{"id":"c1"}]"#), &["178 message", "178 NotAnObject", "178 seen"]),
        ("case 21: a million levels inside an event", among(&deep_event), &["178 message", "178 Json", "178 seen"]),
        ("case 21: a million levels as an event", among(&deep), &["178 message", "178 Json", "178 seen"]),
        (
            "case 26: a duplicate key",
            among(r#"{"sender":{"id":"900"},"message":{"mid":"m2","mid":"m3"}}"#),
            &["178 message", "178 DuplicateKey", "178 seen"],
        ),
        (
            "case 31: a sender that is a float",
            among(r#"{"sender":{"id":1.5},"message":{"mid":"m2"}}"#),
            &["178 message", "178 Id", "178 seen"],
        ),
        ("a number beyond any range", among(r#"{"a":1e999}"#), &["178 message", "178 Json", "178 seen"]),
        (
            "entries that name no account",
            delivery(&format!(
                r#"{{"messaging":[{TEXT}]}},{{"id":1.5,"messaging":[{TEXT}]}},{{"id":"","changes":[{COMMENT}]}},{{"id":"178","messaging":[{READ}]}}"#
            )),
            &["- Account", "- Account", "- Account", "178 seen"],
        ),
        (
            "entries that are no objects",
            delivery(&format!(r#"1,["178",1,[{TEXT}]],null,{{"id":"178","messaging":[{READ}]}}"#)),
            &["- Account", "- Account", "- Account", "178 seen"],
        ),
        (
            "an entry with two lists of one name",
            delivery(&format!(
                r#"{{"id":"178","messaging":[{TEXT}],"messaging":[{READ}]}},{{"id":"178","messaging":[{READ}]}}"#
            )),
            &["- Account", "178 seen"],
        ),
        (
            "a payload without events beside a good one",
            format!(r#"[{{"object":"instagram","entry":[]}},1,{}]"#, entry(&format!(r#""messaging":[{READ}]"#))),
            &["178 seen", "- Account", "- Account"],
        ),
    ]);
}

#[test]
fn a_body_without_events_is_kept_whole() {
    let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    check(&[
        ("case 33: no entries", delivery(""), &["NoEvents"]),
        ("case 33: null entries", r#"{"object":"instagram","entry":null}"#.to_owned(), &["NoEvents"]),
        ("case 33: no entry member", r#"{"object":"instagram"}"#.to_owned(), &["NoEvents"]),
        ("case 33: one object for entries", r#"{"object":"instagram","entry":{}}"#.to_owned(), &["NoEvents"]),
        ("entries that are a text", r#"{"object":"instagram","entry":"a"}"#.to_owned(), &["NoEvents"]),
        ("an empty object", "{}".to_owned(), &["NoEvents"]),
        ("an empty array", "[]".to_owned(), &["NoEvents"]),
        ("an empty payload in an array", "[{}]".to_owned(), &["NoEvents"]),
        ("a payload by position", r#"["instagram",[{"id":"178"}]]"#.to_owned(), &["NoEvents"]),
        ("a number", "1".to_owned(), &["NoEvents"]),
        ("null", "null".to_owned(), &["NoEvents"]),
        ("two lists of entries", r#"{"object":"instagram","entry":[1],"entry":[2]}"#.to_owned(), &["NoEvents"]),
        ("case 22: a million levels at the top", deep.clone(), &["NoEvents"]),
        (
            "case 22: a million levels for entries",
            format!(r#"{{"object":"instagram","entry":{deep}}}"#),
            &["- Account"],
        ),
    ]);
}

#[test]
fn what_is_no_json_is_kept_whole() {
    let whole = entry(&format!(r#""messaging":[{TEXT}]"#));
    let cases = [
        ("case 17: cut short", &whole.as_bytes()[..whole.len() - 2]),
        ("case 19: empty", b"".as_slice()),
        ("white space", b" \n"),
        ("only a byte order mark", "\u{feff}".as_bytes()),
        ("two byte order marks", "\u{feff}\u{feff}{}".as_bytes()),
        ("two bodies", b"{}{}"),
        ("text", b"hello"),
        ("an opening bracket, a million times", &[b'['; 1_000_000]),
        ("a raw control character in a text", b"{\"object\":\"a\nb\"}"),
    ];
    for (case, body) in cases {
        assert!(matches!(split(body), Err(Unsplittable::NotJson { .. })), "{case}");
    }
    let mut broken = whole.into_bytes();
    let text = broken.iter().rposition(|&byte| byte == b'a').unwrap();
    broken[text] = 0xff;
    assert_eq!(split(&broken).unwrap_err(), Unsplittable::NotUtf8, "case 16");
}

#[test]
fn case_23_a_body_of_a_million_elements_is_stopped() {
    let list = |item: &str, times: usize| [item].repeat(times).join(",");
    let most = entry(&format!(r#""messaging":[{}]"#, list("{}", 2_000)));
    assert_eq!(split(most.as_bytes()).unwrap().elements.len(), 2_000);
    let cases = [
        ("one more than allowed", entry(&format!(r#""messaging":[{}]"#, list("{}", 2_001)))),
        ("a million in one entry", entry(&format!(r#""messaging":[{}]"#, list("{}", 1_000_000)))),
        ("a million entries", delivery(&list(r#"{"id":"1"}"#, 1_000_000))),
        ("a million payloads", format!("[{}]", list("{}", 1_000_000))),
    ];
    for (case, body) in cases {
        assert_eq!(split(body.as_bytes()).unwrap_err(), Unsplittable::TooMany, "{case}");
    }
}

#[test]
fn an_element_keeps_its_bytes_and_borrows_them() {
    let spaced = r#"{ "sender" : {"id":"900"},  "message":{"mid":"m1","text":"Gr\u00fc\/ü"} }"#;
    let body = entry(&format!(r#""messaging": [ {spaced} ,{READ}]"#));
    let delivery = split(body.as_bytes()).unwrap();
    assert_eq!(delivery.elements[0].raw, spaced);
    assert!(body.as_bytes().as_ptr_range().contains(&delivery.elements[0].raw.as_ptr()));
    assert_eq!(delivery.elements[0].event().map_err(|error: Malformed| error).unwrap().kind_name(), "message");
}

#[test]
fn an_element_does_not_print_what_people_wrote() {
    let body = entry(&format!(r#""messaging":[{}]"#, TEXT.replace("\"a\"", "\"CANARY\"")));
    let delivery = split(body.as_bytes()).unwrap();
    let event = delivery.elements[0].event().unwrap();
    assert!(!format!("{delivery:?} {event:?}").contains("CANARY"));
}
