//! What a verified body may hold.

use std::fmt::Write as _;

use instagram::Kind;
use job::Holds;

use crate::stage::{Stage, body, message, message_element, messages};

#[tokio::test]
async fn a_body_that_nobody_can_read_is_kept_whole() {
    let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("16: malformed UTF-8", b"{\"object\":\"instagram\",\"entry\":[{\"id\":\"\xff\"}]}".to_vec(), "not_utf8"),
        ("17: cut short", message("mid-1", "900001", "Bom dia").as_bytes()[..100].to_vec(), "not_json"),
        ("19: empty", Vec::new(), "not_json"),
        ("22: nested deep at the top", deep.into_bytes(), "no_events"),
        ("an empty list of entries", br#"{"object":"instagram","entry":[]}"#.to_vec(), "no_events"),
        ("no object", b"42".to_vec(), "no_events"),
    ];
    for (case, bytes, reason) in cases {
        let stage = Stage::new().await;
        assert_eq!(stage.deliver(&bytes).await, 200, "{case}");
        assert!(stage.jobs().is_empty(), "{case}");
        let (kept_reason, kept) = stage.quarantined();
        assert_eq!(kept_reason, reason, "{case}");
        assert!(kept == bytes, "{case}: byte by byte");
        assert_eq!(stage.quarantine()[0].holds, Holds::Delivery, "{case}");
        assert_eq!(stage.metric("Quarantined"), 1, "{case}");
    }
}

#[tokio::test]
async fn a_million_elements_go_to_quarantine_in_parts_case_23() {
    let stage = Stage::new().await;
    let mut bytes = String::from(r#"{"object":"instagram","entry":[{"id":"1","time":1,"messaging":["#);
    bytes.push_str(&"{},".repeat(1_990_000));
    bytes.push_str("{}]}]}");
    assert_eq!(stage.deliver(&bytes).await, 200);
    let (reason, kept) = stage.quarantined();
    assert_eq!(reason, "too_many_events");
    assert!(kept == bytes.as_bytes());
    assert_eq!(stage.quarantine().len(), bytes.len().div_ceil(720 * 1024));
}

#[tokio::test]
async fn one_broken_element_does_not_take_its_neighbours_with_it() {
    let deep = format!(r#"{{"sender":{}1{}}}"#, "[".repeat(1_000_000), "]".repeat(1_000_000));
    let broken = [
        ("21: nested deep", deep, None),
        ("26: a key twice", r#"{"sender":{"id":"1"},"sender":{"id":"2"}}"#.to_owned(), Some("duplicate_key")),
        ("no object", "42".to_owned(), Some("not_an_object")),
        (
            "31: an id that is none",
            r#"{"sender":{"id":1.5},"recipient":{"id":"1"},"message":{"mid":"m"}}"#.to_owned(),
            None,
        ),
    ];
    for (case, element, reason) in broken {
        let stage = Stage::new().await;
        let good = [message_element("mid-1", "900001", "antes"), message_element("mid-2", "900002", "depois")];
        let bytes = body(&[good[0].clone(), element.clone(), good[1].clone()]);
        assert_eq!(stage.deliver(&bytes).await, 200, "{case}");

        let understood = stage.jobs().iter().filter(|job| job.kind == "message").count();
        assert_eq!(understood, 2, "{case}: the neighbours flow");
        let kept = stage.quarantine().len() + stage.jobs().len() - understood;
        assert!(kept > 0, "{case}: the broken one is somewhere");
        if let Some(reason) = reason {
            assert_eq!(stage.quarantined(), (reason.to_owned(), element.into_bytes()), "{case}");
            let envelope = stage.quarantine()[0].envelope.clone().unwrap();
            assert_eq!(envelope.account.unwrap().as_str(), "17841400000000001", "{case}");
        }
    }
}

#[tokio::test]
async fn an_element_too_long_for_a_message_is_kept_in_parts() {
    let stage = Stage::new().await;
    // As text it is under 1 MiB; escaped as ASCII it is not.
    let long = message_element("mid-1", "900001", &"é".repeat(300_000));
    let bytes = body(&[long.clone(), message_element("mid-2", "900002", "curta")]);
    assert_eq!(stage.deliver(&bytes).await, 200);
    assert_eq!(stage.jobs().len(), 1);
    assert_eq!(stage.quarantined(), ("too_long".to_owned(), long.into_bytes()));
}

#[tokio::test]
async fn any_character_reaches_the_queue_and_comes_back_as_it_was_case_28() {
    let cases = [
        ("28: escaped", r"\uffff\u0000\ufffe", "\u{ffff}\u{0}\u{fffe}"),
        ("28: raw", "\u{ffff}\u{fffe}", "\u{ffff}\u{fffe}"),
        ("29: emoji with joiners", "👩🏾‍🌾🇧🇷", "👩🏾‍🌾🇧🇷"),
        ("29: right to left and zero width", "\u{202e}אב\u{200b}", "\u{202e}אב\u{200b}"),
    ];
    for (case, written, text) in cases {
        let stage = Stage::new().await;
        assert_eq!(stage.deliver(message("mid-1", "900001", written)).await, 200, "{case}");
        let event = stage.jobs()[0].event().unwrap();
        let Kind::MessageReceived(received) = event.kind else { panic!("{case}: not a message") };
        assert_eq!(received.content.text.unwrap().expose(), text, "{case}");
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_signed_but_not_read_case_20() {
    let stage = Stage::new().await;
    assert_eq!(stage.deliver(format!("\u{feff}{}", message("mid-1", "900001", "Bom dia"))).await, 200);
    assert_eq!((stage.jobs().len(), stage.metric_lines()), (1, 0));
}

#[tokio::test]
async fn what_is_not_understood_is_queued_and_counted() {
    let stage = Stage::new().await;
    let mut bytes = String::new();
    write!(bytes, r#"{{"object":"instagram","entry":[{{"id":"17841400000000001","time":1,"changes":["#).unwrap();
    write!(bytes, r#"{{"field":"brand_new","value":{{"x":1}}}}]}}]}}"#).unwrap();
    assert_eq!(stage.deliver(&bytes).await, 200);
    assert_eq!(stage.jobs()[0].kind, "unknown");
    assert_eq!(stage.metric("UnknownEvents"), 1);
}

#[tokio::test]
async fn a_job_carries_the_deliverys_trace_and_our_time() {
    let stage = Stage::new().await;
    let mut event = crate::stage::delivery(messages(1).as_bytes(), crate::stage::SECRET);
    event["headers"]["x-amzn-trace-id"] = serde_json::json!("Root=1-6907f640-5e1a2b3c4d5e6f708192a3b4");
    let before = stage.clock.now_ms();
    assert_eq!(stage.status(event).await, 200);
    let job = &stage.jobs()[0];
    assert_eq!(job.trace.as_deref(), Some("Root=1-6907f640-5e1a2b3c4d5e6f708192a3b4"));
    assert!((before..before + 60_000).contains(&job.received_at.0));
}
