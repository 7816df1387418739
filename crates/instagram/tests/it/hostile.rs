//! Input made to break things: nothing panics, nothing is dropped, nobody's neighbour suffers.
//!
//! 256 cases each; `PROPTEST_CASES=100000` for a long run.

use instagram::{
    AccountId, AppSecret, Element, UnixMillis, check_subscription, event_key, parse_signed_request, split,
    verify_signature,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Real shapes, to be cut up and mixed.
const SEEDS: [&str; 10] = [
    r#"{"object":"instagram","entry":[{"id":"178","time":1767225601456,"messaging":[{"sender":{"id":"900"},"recipient":{"id":"178"},"timestamp":1767225600789,"message":{"mid":"m1","text":"Gr\u00fc\u00dfe \ud83d\udc4b","attachments":[{"type":"image","payload":{"url":"https://a"}}],"reply_to":{"story":{"id":"1","url":"https://b"}},"quick_reply":{"payload":"P"},"referral":{"ref":"r","product":{"id":"1"}}}}]}]}"#,
    r#"{"object":"instagram","entry":[{"id":"178","time":1767225601456,"messaging":[{"sender":{"id":"178"},"recipient":{"id":"900"},"timestamp":1767225600789,"message":{"mid":"m1","text":"a","is_echo":true,"is_self":false,"app_id":1}}]}]}"#,
    r#"{"object":"instagram","entry":[{"id":"178","time":1767225601456,"messaging":[{"timestamp":1767225600900,"message_edit":{"mid":"m1","num_edit":0}},{"sender":{"id":"900"},"message_edit":{"mid":"m1","num_edit":"2","text":"b"}}]}]}"#,
    r#"{"object":"instagram","entry":[{"id":"178","time":1767225601456,"messaging":[{"sender":{"id":"900"},"reaction":{"mid":"m1","action":"react","reaction":"love","emoji":"\u2764\ufe0f"}},{"sender":{"id":"900"},"read":{"mid":"m1"}}]}]}"#,
    r#"{"object":"instagram","entry":[{"id":"178","time":1767225601456,"standby":[{"sender":{"id":"900"},"postback":{"title":"a","payload":"b","referral":{"ref":"c"}}},{"sender":{"id":"900"},"optin":{"type":"a"}}]}]}"#,
    r#"{"object":"instagram","entry":[{"id":"178","time":1767225690,"changes":[{"field":"comments","value":{"from":{"id":"900","username":"a","self_ig_scoped_id":"1"},"media":{"id":"18","media_product_type":"FEED"},"id":"c1","parent_id":null,"text":"b"}}]}]}"#,
    r#"{"object":"instagram","entry":[{"id":"0","time":1767225700,"changes":[{"field":"messaging_handover","value":{"sender":{"id":"12334"},"pass_thread_control":{"previous_owner_app_id":null,"new_owner_app_id":7}}}]}]}"#,
    r#"{"object":"instagram","entry":[{"id":"178","recipient":{"id":"178"},"app_roles":{"1":["primary_receiver"]}},{"id":"178","changed_fields":["comments"]}]}"#,
    r#"[{"object":"page","entry":[{"id":178,"field":"live_comments","value":{"comment_id":"c1"}}]}]"#,
    r#"{"algorithm":"HMAC-SHA256","issued_at":1767225600,"user_id":"27"}"#,
];

/// Pieces that change the meaning of the place they land in.
const SPLICES: [&str; 24] = [
    "null",
    "true",
    "1.5",
    "1e999",
    "-1",
    "\"\"",
    "[]",
    "{}",
    "[[",
    "{\"a\":",
    "\"\\ud800\"",
    "\\ud800",
    "\\u0000",
    "\u{ffff}",
    "ü",
    ",",
    ":",
    "\"",
    "\\",
    "}",
    "]",
    "\"id\":1,",
    "\"messaging\":",
    "99999999999999999999",
];

/// What ingest does with a body, all of it.
fn consume(body: &[u8]) {
    let Ok(delivery) = split(body) else { return };
    assert!(!delivery.elements.is_empty(), "an empty delivery is an error");
    for element in &delivery.elements {
        assert!(serde_json::from_str::<&serde_json::value::RawValue>(element.raw).is_ok(), "an element is JSON");
        if let Ok(event) = element.event() {
            let key = event_key(&event, element.raw);
            assert!(key.is_ascii() && key.len() <= instagram::MAX_KEY_BYTES);
            event.peer();
        }
    }
}

/// The platform's words, so that arbitrary JSON often looks like a delivery.
const WORDS: &[&str] = &[
    "object",
    "entry",
    "id",
    "time",
    "messaging",
    "standby",
    "changes",
    "field",
    "value",
    "changed_fields",
    "sender",
    "recipient",
    "timestamp",
    "message",
    "mid",
    "text",
    "attachments",
    "type",
    "payload",
    "is_echo",
    "is_deleted",
    "reaction",
    "read",
    "postback",
    "message_edit",
    "num_edit",
    "referral",
    "optin",
    "from",
    "comments",
    "instagram",
    "app_roles",
    "pass_thread_control",
];

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
        select(WORDS).prop_map(Into::into),
        Just("178".into()),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::vec((select(WORDS), inner), 0..6).prop_map(|members| members
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect::<serde_json::Map<_, _>>()
                .into()),
        ]
    })
}

/// A real shape with some pieces cut out and others put in.
fn mutated_seed() -> impl Strategy<Value = String> {
    (select(&SEEDS), prop::collection::vec((any::<Index>(), 0usize..12, select(&SPLICES)), 1..4)).prop_map(
        |(seed, edits)| {
            edits.into_iter().fold(seed.to_owned(), |mut body, (at, cut, splice)| {
                let boundary = |wanted: usize, body: &str| {
                    (wanted..=body.len()).find(|&i| body.is_char_boundary(i)).unwrap_or(body.len())
                };
                let start = boundary(at.index(body.len() + 1), &body);
                let end = boundary(start.saturating_add(cut).min(body.len()), &body);
                body.replace_range(start..end, splice);
                body
            })
        },
    )
}

proptest! {
    #[test]
    fn any_bytes_are_survived(body: Vec<u8>) {
        consume(&body);
    }

    #[test]
    fn any_json_is_survived(json in any_json()) {
        consume(json.to_string().as_bytes());
        consume(format!(r#"{{"object":"instagram","entry":[{{"id":"178","messaging":[{json}],"changes":[{json}],"standby":{json}}}]}}"#).as_bytes());
    }

    #[test]
    fn any_mutation_of_a_real_shape_is_survived(body in mutated_seed()) {
        consume(body.as_bytes());
    }

    #[test]
    fn an_element_of_any_text_is_survived(raw in prop_oneof![any::<String>(), mutated_seed()], standby: bool, foreign: bool) {
        let account = AccountId::parse("178").unwrap();
        let element = Element { account: Some(account), entry_time: Some(UnixMillis(0)), standby, foreign, raw: &raw };
        if let Ok(event) = element.event() {
            event_key(&event, &raw);
        }
    }

    #[test]
    fn neighbours_of_any_json_flow(json in any_json()) {
        let good = r#"{"sender":{"id":"900"},"recipient":{"id":"178"},"message":{"mid":"m1"}}"#;
        let body = format!(r#"{{"object":"instagram","entry":[{{"id":"178","messaging":[{good},{json},{good}]}}]}}"#);
        let delivery = split(body.as_bytes()).unwrap();
        prop_assert_eq!(delivery.elements.len(), 3);
        for place in [0, 2] {
            prop_assert_eq!(delivery.elements[place].event().unwrap().kind_name(), "message");
        }
    }

    #[test]
    fn any_text_of_a_person_arrives_exactly(text: String) {
        let written = serde_json::to_string(&text).unwrap();
        let body = format!(r#"{{"object":"instagram","entry":[{{"id":"178","messaging":[{{"sender":{{"id":"900"}},"message":{{"mid":"m1","text":{written}}}}}]}}]}}"#);
        let event = split(body.as_bytes()).unwrap().elements[0].event().unwrap();
        let instagram::Kind::MessageReceived(message) = event.kind else { panic!() };
        let arrived = message.content.text.unwrap();
        prop_assert_eq!(arrived.expose(), &text);
        prop_assert!(!event.lossy);
    }

    #[test]
    fn case_4_any_signature_header_is_survived(header in prop_oneof![any::<String>(), "sha256=[0-9a-fA-F]{60,68}", "[ \t]?sha256=\\PC{0,70}"], body: Vec<u8>) {
        let secret = AppSecret::parse("secret").unwrap();
        prop_assert!(verify_signature([&secret], &body, Some(&header)).is_err());
    }

    #[test]
    fn any_query_is_survived(query in prop_oneof![any::<String>(), "(hub\\.(mode|challenge|verify_token)=[a-z%0-9+]{0,8}&?){0,5}"]) {
        let token = instagram::VerifyToken::parse("a-token-nobody-guesses").unwrap();
        prop_assert!(check_subscription(&query, [&token]).is_err());
    }

    #[test]
    fn case_88_any_signed_request_is_survived(request in prop_oneof![any::<String>(), "[A-Za-z0-9_-]{43}\\.[A-Za-z0-9_=-]{0,80}", mutated_seed()]) {
        let secret = AppSecret::parse("secret").unwrap();
        prop_assert!(parse_signed_request([&secret], &request).is_err());
    }
}

#[test]
fn the_seeds_themselves_are_understood() {
    for seed in &SEEDS[..9] {
        for element in split(seed.as_bytes()).unwrap().elements {
            assert_eq!(element.event().unwrap().kind_name() == "unknown", element.foreign, "{seed}");
        }
    }
}
