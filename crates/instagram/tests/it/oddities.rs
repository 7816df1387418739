//! Members that are missing, of the wrong type, or strange.

use insta::assert_compact_debug_snapshot;
use instagram::{AccountId, Element, Kind, Malformed, UnixMillis};

use super::reading::{ACCOUNT, event, from_account, from_person, kind, read, text_of};

#[test]
fn case_27_half_a_character_is_replaced_and_flagged() {
    let event = event(&from_person(r#""message":{"mid":"m","text":"a\ud800b"}"#));
    assert_eq!(text_of(&event.kind), Some("a\u{fffd}b"));
    assert!(event.lossy);
}

#[test]
fn cases_28_and_29_texts_arrive_exactly() {
    let texts = [
        (r"\u0000", "\0"),
        (r"\uffff\ufffe", "\u{ffff}\u{fffe}"),
        ("\u{ffff}", "\u{ffff}"),
        (r"\ud83d\udc4b", "👋"),
        ("👨‍👩‍👧‍👦 é", "👨‍👩‍👧‍👦 é"),
        (r"\u05e9\u05dc\u05d5\u05dd\u200f\u200b", "שלום\u{200f}\u{200b}"),
        (r"\/ \u003C \u0025", "/ < %"),
        ("", ""),
    ];
    for (escaped, text) in texts {
        let event = event(&from_person(&format!(r#""message":{{"mid":"m","text":"{escaped}"}}"#)));
        assert_eq!(text_of(&event.kind), Some(text));
        assert!(!event.lossy);
    }
}

#[test]
fn case_30_long_numbers_keep_their_digits() {
    let raw = r#"{"sender":{"id":90071992547409931234},"recipient":{"id":17841400000000001},"message":{"mid":9007199254740993}}"#;
    let Kind::MessageReceived(message) = kind(raw) else { panic!() };
    assert_eq!(message.from.as_str(), "90071992547409931234");
    assert_eq!(message.mid.as_str(), "9007199254740993");
}

#[test]
fn case_31_what_is_no_identifier_makes_the_event_malformed() {
    for id in ["1.5", "1e17", "-1", "true", "{}", "[\"1\"]", "\"\"", "\"a b\"", "\"a#b\"", "\"ü\""] {
        let events = [
            format!(r#"{{"sender":{{"id":{id}}},"message":{{"mid":"m"}}}}"#),
            format!(r#"{{"sender":{{"id":"9"}},"recipient":{{"id":{id}}},"message":{{"mid":"m"}}}}"#),
            from_person(&format!(r#""message":{{"mid":{id}}}"#)),
            from_person(&format!(r#""reaction":{{"mid":{id}}}"#)),
            from_person(&format!(r#""message_edit":{{"mid":{id}}}"#)),
            format!(r#"{{"field":"comments","value":{{"id":{id}}}}}"#),
            format!(r#"{{"field":"comments","value":{{"id":"c","from":{{"id":{id}}}}}}}"#),
        ];
        for raw in events {
            assert_eq!(read(&raw, false), Err(Malformed::Id), "{raw}");
        }
    }
}

#[test]
fn case_38_without_what_is_essential_a_known_kind_is_unknown() {
    let cases = [
        ("message", from_person(r#""message":{"text":"a"}"#)),
        ("message", from_person(r#""message":{"mid":null,"admin_text":"a"}"#)),
        ("message", from_person(r#""message":"hi""#)),
        ("message", from_person(r#""message":["m"]"#)),
        ("message_edit", from_person(r#""message_edit":{"num_edit":1}"#)),
        ("reaction", from_person(r#""reaction":{"action":"react"}"#)),
        ("read", from_person(r#""read":{"watermark":1767225600789}"#)),
        ("postback", from_person(r#""postback":true"#)),
        ("optin", from_person(r#""optin":[]"#)),
        ("app_roles", from_person(r#""app_roles":[]"#)),
        ("comments", r#"{"field":"comments","value":{"text":"a"}}"#.to_owned()),
        ("comments", r#"{"field":"comments","value":"a"}"#.to_owned()),
        ("comments", r#"{"field":"comments"}"#.to_owned()),
        ("changed_fields", r#"{"changed_fields":"comments"}"#.to_owned()),
        ("poll", from_person(r#""poll":{"mid":"m"}"#)),
        ("empty", "{}".to_owned()),
    ];
    for (expected, raw) in cases {
        let Kind::Unknown { name, .. } = kind(&raw) else { panic!("{raw}") };
        assert_eq!(name, expected, "{raw}");
    }
    let nobody = format!(r#"{{"recipient":{{"id":"{ACCOUNT}"}},"reaction":{{"mid":"m","action":"react"}}}}"#);
    assert_eq!(event(&nobody).kind_name(), "unknown", "a reaction of nobody");
}

#[test]
fn an_unknown_event_keeps_whom_it_names() {
    let Kind::Unknown { peer, .. } = kind(&from_account(r#""poll":{}"#)) else { panic!() };
    assert_eq!(peer.unwrap().as_str(), "900000000000001");
}

#[test]
fn a_name_from_outside_is_cut_and_cleaned() {
    let raw = format!(r#"{{"field":"a\nb {}","value":{{}}}}"#, "ü".repeat(100));
    let Kind::Unknown { name, .. } = kind(&raw) else { panic!() };
    assert_eq!(name, format!("a_b_{}", "_".repeat(60)));
}

#[test]
fn case_39_times_of_all_kinds_are_read_and_none_is_judged() {
    let entry_time = Some(UnixMillis(1_767_225_690_000));
    let cases = [
        ("1767225600", Some(UnixMillis(1_767_225_600_000))),
        ("\"1767225600123\"", Some(UnixMillis(1_767_225_600_123))),
        ("0", Some(UnixMillis(0))),
        ("4102444800000", Some(UnixMillis(4_102_444_800_000))),
        ("-1", Some(UnixMillis(-1000))),
        ("null", entry_time),
        ("\"soon\"", entry_time),
        ("99999999999999999999", entry_time),
        ("{}", entry_time),
    ];
    for (timestamp, at) in cases {
        let raw = format!(r#"{{"sender":{{"id":"9"}},"timestamp":{timestamp},"message":{{"mid":"m"}}}}"#);
        assert_eq!(event(&raw).at, at, "{timestamp}");
    }
}

#[test]
fn a_member_of_the_wrong_type_does_not_take_the_message_with_it() {
    for member in [
        "text",
        "attachments",
        "is_echo",
        "is_deleted",
        "is_unsupported",
        "quick_reply",
        "reply_to",
        "referral",
        "metadata",
        "app_id",
    ] {
        for value in ["7", "1.5", "false", "null", "[]", "[1,[2]]", "{}", "{\"a\":{}}", "\"\""] {
            let raw = from_person(&format!(r#""message":{{"mid":"m","{member}":{value}}}"#));
            assert_eq!(event(&raw).kind_name(), "message", "{raw}");
        }
    }
}

#[test]
fn the_test_button_in_its_page_form_is_a_test_too() {
    let element = Element {
        account: Some(AccountId::parse("0").unwrap()),
        entry_time: None,
        standby: false,
        foreign: false,
        raw: r#"{"sender":{"id":"12334"},"recipient":{"id":"23245"},"timestamp":"1527459824","message":{"mid":"random_mid"}}"#,
    };
    assert!(element.event().unwrap().test);
}

#[test]
fn changed_fields_are_named() {
    assert_compact_debug_snapshot!(kind(r#"{"id":"17841400000000001","time":1767225690,"changed_fields":["comments",7]}"#), @r#"FieldsChanged { fields: ["comments"] }"#);
}
