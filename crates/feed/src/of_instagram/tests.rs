use serde_json::{Value, json};

use super::*;
use crate::samples::{ACCOUNT, from_person, understood};

/// What is told of the event, as JSON, and the person.
fn told(raw: &str, is_ours: bool) -> (Option<(&'static str, Value)>, Option<String>) {
    let event = understood(raw);
    let happened = happened(&event, is_ours);
    let told = happened.map(|happened| (happened.kind(), serde_json::to_value(&happened).unwrap()));
    (told, person_of(&event).map(ToString::to_string))
}

fn echo(members: &str) -> String {
    format!(
        r#"{{"sender":{{"id":"{ACCOUNT}"}},"recipient":{{"id":"9"}},"message":{{"mid":"m","is_echo":true{members}}}}}"#
    )
}

#[test]
fn what_this_system_sent_is_told_once() {
    let comment = r#"{"field":"comments","value":{"id":"c","from":{"id":"17841400000000001"}}}"#;
    for (case, raw, kind) in
        [("a message", echo(""), "person.answered"), ("a comment", comment.to_owned(), "comment.written")]
    {
        assert_eq!(told(&raw, true).0, None, "{case}: reply.sent told it");
        assert_eq!(told(&raw, false).0.unwrap().0, kind, "{case} of somebody else");
    }
}

#[test]
fn a_sample_of_the_dashboard_is_not_told() {
    let mut event = understood(&from_person(r#""message":{"mid":"m"}"#));
    event.test = true;
    assert_eq!(happened(&event, false), None);
}

#[test]
fn the_account_is_no_person() {
    let cases = [
        ("a person's message", from_person(r#""message":{"mid":"m"}"#), Some("900000000000001")),
        ("the office's message", echo(""), Some("9")),
        (
            "a message to itself",
            format!(r#"{{"sender":{{"id":"{ACCOUNT}"}},"recipient":{{"id":"{ACCOUNT}"}},"message":{{"mid":"m"}}}}"#),
            None,
        ),
        ("a tap of its own", format!(r#"{{"sender":{{"id":"{ACCOUNT}"}},"postback":{{"mid":"m"}}}}"#), None),
        ("a comment", r#"{"field":"comments","value":{"id":"c","from":{"id":"9"}}}"#.to_owned(), Some("9")),
        (
            "its own comment, under an id of the app's",
            r#"{"field":"comments","value":{"id":"c","from":{"id":"27","self_ig_scoped_id":"27"}}}"#.to_owned(),
            None,
        ),
        ("a comment of nobody", r#"{"field":"comments","value":{"id":"c"}}"#.to_owned(), None),
        ("an edit of nobody", r#"{"message_edit":{"mid":"m","num_edit":1}}"#.to_owned(), None),
        ("changed fields", r#"{"id":"17841400000000001","changed_fields":["comments"]}"#.to_owned(), None),
        ("something unknown", from_person(r#""future":{}"#), Some("900000000000001")),
    ];
    for (case, raw, expected) in cases {
        assert_eq!(told(&raw, false).1.as_deref(), expected, "{case}");
    }
}

#[test]
fn a_comment_says_whether_it_is_the_accounts_own() {
    let comment = |from: &str| format!(r#"{{"field":"comments","value":{{"id":"c","from":{from}}}}}"#);
    for (case, from, own) in [
        ("a person's", r#"{"id":"9"}"#, false),
        ("the account's", r#"{"id":"17841400000000001"}"#, true),
        ("the account's, under an id of the app's", r#"{"id":"27","self_ig_scoped_id":"27"}"#, true),
        ("nobody knows whose", "{}", false),
    ] {
        assert_eq!(told(&comment(from), false).0.unwrap().1["own"], own, "{case}");
    }
}

#[test]
fn a_message_says_what_it_holds_in_words_of_ours() {
    let cases = [
        ("text", r#","text":"a""#, json!(["text"])),
        ("a picture of several", r#","attachments":[{"type":"image"},{"type":"image"}]"#, json!(["image"])),
        ("words for the same", r#","attachments":[{"type":"reel"},{"type":"ig_reel"}]"#, json!(["ig_reel"])),
        ("what Meta invents next", r#","attachments":[{"type":"hologram"},{"type":"smell"}]"#, json!(["other"])),
        ("an answer to a story", r#","text":"a","reply_to":{"story":{"id":"1"}}"#, json!(["text", "story_reply"])),
        ("an answer to a message", r#","text":"a","reply_to":{"mid":"m0"}"#, json!(["text"])),
        ("a quick reply", r#","text":"a","quick_reply":{"payload":"A"}"#, json!(["text", "quick_reply"])),
        ("by an ad", r#","text":"a","referral":{"ad_id":"1"}"#, json!(["text", "referral"])),
        ("unsupported", r#","is_unsupported":true"#, json!(["unsupported"])),
        ("nothing", "", json!([])),
    ];
    for (case, members, expected) in cases {
        let (told, _) = told(&from_person(&format!(r#""message":{{"mid":"m"{members}}}"#)), false);
        assert_eq!(told.unwrap().1["content"], expected, "{case}");
    }
    let (told, _) = told(&echo(r#","text":"a","attachments":[{"type":"file"}]"#), false);
    assert_eq!(told.unwrap(), ("person.answered", json!({"mid": "m", "content": ["text", "file"]})));
}

#[test]
fn a_message_for_another_app_says_so() {
    let mut event = understood(&from_person(r#""message":{"mid":"m"}"#));
    event.standby = true;
    let told = serde_json::to_value(happened(&event, false).unwrap()).unwrap();
    assert_eq!(told, json!({"mid": "m", "content": [], "standby": true}));
}

#[test]
fn who_reacted_or_tapped_is_told() {
    let mut event = understood(&from_person(r#""reaction":{"mid":"m","action":"react","reaction":"two words"}"#));
    let by = |event: &instagram::Event| serde_json::to_value(happened(event, false).unwrap()).unwrap();
    assert_eq!(by(&event), json!({"mid": "m", "by": "person", "removed": false, "reaction": "other"}));
    let Kind::ReactionChanged(reaction) = &mut event.kind else { panic!("a reaction") };
    reaction.by = PersonId::parse(ACCOUNT).unwrap();
    assert_eq!(by(&event)["by"], "account");
    assert_eq!(person_of(&event), None);
}

#[test]
fn everything_else_is_told_by_its_kind_alone() {
    let cases = [
        ("only hinted at", from_person(r#""message_edit":{"mid":"m","num_edit":0}"#), "hint"),
        ("an opt-in", from_person(r#""optin":{"type":"CANARY"}"#), "optin"),
        ("control", from_person(r#""take_thread_control":{}"#), "handover"),
        ("unknown", from_person(r#""CANARY":{}"#), "unknown"),
        ("changed fields", r#"{"id":"17841400000000001","changed_fields":["CANARY"]}"#.to_owned(), "changed_fields"),
    ];
    for (case, raw, kind) in cases {
        assert_eq!(told(&raw, false).0, Some(("event.recorded", json!({ "kind": kind }))), "{case}");
    }
}
