use std::collections::BTreeSet;

use instagram::{CommentId, MAX_ID_BYTES, MessageId};
use serde_json::Value;

use super::*;
use crate::samples::{ACCOUNT, AT, CANARY, about, event, fixture, from_person, missed, reply, reported, samples, told};
use crate::{
    AnswerRequested, CommentWritten, PersonHandedOver, PersonOptedOut, Reply, ReplyFailed, ReplyParked, ReplyPlanned,
    ReplySent,
};

#[test]
fn every_shape_is_still_what_is_written() {
    for (name, event) in samples() {
        assert_eq!(event.body(), fixture(name), "{name}");
    }
}

#[test]
fn every_fixture_is_tested() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/fixtures");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let tested: BTreeSet<String> = samples().iter().map(|(name, _)| format!("{name}.json")).collect();
    assert_eq!(files.collect::<BTreeSet<_>>(), tested);
}

#[test]
fn every_body_is_ascii_and_begins_with_what_all_have() {
    for (name, event) in samples() {
        let text = fixture(name);
        assert!(text.is_ascii(), "{name}");
        let body: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(body["v"], VERSION);
        assert_eq!(body["id"], event.id);
        assert_eq!(body["type"], event.kind);
        assert_eq!((&body["account"], &body["customer"]), (&ACCOUNT.into(), &"gabinete-ana".into()));
        assert_eq!(body["at"], AT);
        assert_eq!(event.deduplication_id(), event.id);
    }
}

#[test]
fn nobodys_words_are_in_a_body() {
    for (name, event) in samples() {
        assert!(!event.body().contains(CANARY), "{name}");
    }
}

#[test]
fn a_reader_sees_what_could_not_be_answered() {
    let event = event(Happened::Repaired { username: "gabinete.ana".to_owned(), missed: missed() });
    insta::assert_snapshot!(serde_json::to_string_pretty(&event).unwrap(), @r#"
    {
      "v": 1,
      "id": "4f2b15be95e73d6b6c56bb9dd4dc9e4f",
      "type": "account.repaired",
      "account": "17841400000000001",
      "customer": "gabinete-ana",
      "at": 1767225600000,
      "username": "gabinete.ana",
      "since": 1767139200000,
      "unanswered": [
        {
          "reply": "3f2c8a61d9",
          "person": "900000000000001",
          "answers": "aWdfExampleMid01",
          "since": 1767218400000
        }
      ]
    }
    "#);
}

#[test]
fn what_happens_to_an_account_has_an_id_of_what_whose_and_when() {
    let account = |id: &str| AccountId::parse(id).unwrap();
    let id = |account: &AccountId, at, happened| Event::new(account, "c", at, happened).id;
    let first = id(&account("1"), AT, Happened::Erased {});
    // printf 'account.erased|1|1767225600000' | sha256sum, first half
    assert_eq!(first, "ff02d2a2d8731e275d2a69d0ea3eac68");
    assert_eq!(first, Event::new(&account("1"), "another name by now", AT, Happened::Erased {}).id);
    for (case, other) in [
        ("another account", id(&account("2"), AT, Happened::Erased {})),
        ("another moment", id(&account("1"), AT + 1, Happened::Erased {})),
        ("something else", id(&account("1"), AT, Happened::Disconnected {})),
    ] {
        assert_ne!(first, other, "{case}");
    }
}

/// The bytes that the id is the hash of.
fn of(text: &str) -> String {
    digest(text)
}

#[test]
fn what_instagram_reports_has_an_id_of_type_account_and_key() {
    let id = |member: &str| reported(&from_person(member), Known::default()).id;
    let cases = [
        ("a message", r#""message":{"mid":"m"}"#, "message.received|17841400000000001|msg|17841400000000001|m"),
        (
            "its second edit",
            r#""message_edit":{"mid":"m","num_edit":2}"#,
            "message.edited|17841400000000001|edit|17841400000000001|m|2",
        ),
        (
            "its third edit",
            r#""message_edit":{"mid":"m","num_edit":3}"#,
            "message.edited|17841400000000001|edit|17841400000000001|m|3",
        ),
        (
            "its end",
            r#""message":{"mid":"m","is_deleted":true}"#,
            "message.unsent|17841400000000001|del|17841400000000001|m",
        ),
        (
            "a reaction, by its moment",
            r#""reaction":{"mid":"m","action":"react"}"#,
            "message.reacted|17841400000000001|react|17841400000000001|m|900000000000001|react|1767225600000",
        ),
        (
            "the same taken back in the same millisecond",
            r#""reaction":{"mid":"m","action":"unreact"}"#,
            "message.reacted|17841400000000001|react|17841400000000001|m|900000000000001|unreact|1767225600000",
        ),
        ("a read", r#""read":{"mid":"m"}"#, "message.seen|17841400000000001|read|17841400000000001|900000000000001|m"),
        ("a tap", r#""postback":{"mid":"m"}"#, "postback.pressed|17841400000000001|pb|17841400000000001|m"),
    ];
    for (case, member, text) in cases {
        assert_eq!(id(member), of(text), "{case}");
    }
    assert_eq!(cases.map(|(_, member, _)| id(member)).into_iter().collect::<BTreeSet<_>>().len(), cases.len());
}

#[test]
fn told_again_the_same_has_the_same_id() {
    let raw = from_person(r#""message":{"mid":"m"}"#);
    let first = reported(&raw, Known::default());
    let comment = |field: &str, text: &str| {
        let raw = format!(r#"{{"field":"{field}","value":{{"id":"c1","text":"{text}"}}}}"#);
        reported(&raw, Known::default()).id
    };
    let cases = [
        (
            "with the decision known by now",
            first.id.clone(),
            reported(&raw, Known { why: Some("x"), is_ours: false }).id,
        ),
        (
            "with the clock read again",
            first.id,
            reported(&raw.replace("\"timestamp\":1767225600000", "\"timestamp\":1767225600001"), Known::default()).id,
        ),
        ("a comment that comes by two fields", comment("comments", "a"), comment("live_comments", "a")),
        (
            "a reply that is out, whatever is known of its attempts",
            told(about(), ReplySent { reply: reply(), mid: None, comment: None }).id,
            told(
                About { person: None, key: None, why: None },
                ReplySent { reply: Reply { attempt: 3, ..reply() }, mid: MessageId::parse("m").ok(), comment: None },
            )
            .id,
        ),
    ];
    for (case, first, again) in cases {
        assert_eq!(first, again, "{case}");
    }
}

#[test]
fn what_becomes_of_a_reply_has_an_id_of_type_account_and_reply() {
    let attempt = |attempt| Reply { attempt, ..reply() };
    let reason = || Code::from("window");
    let planned = |reply| told(about(), ReplyPlanned { reply });
    let parked = |reply| told(about(), ReplyParked { reply, reason: reason() });
    let failed = |reply| told(about(), ReplyFailed { reply, reason: reason() });
    let name = "17841400000000001|ddd195a8f9fa588494cae97f905de533";
    let asked = AnswerRequested {
        reply: reply().reply,
        answers: None,
        action: crate::ReplyAction::Message,
        deadline: AT,
        persona: None,
    };
    let cases = [
        ("planned", planned(attempt(0)), format!("reply.planned|{name}|0")),
        ("planned again by a person's word", planned(attempt(1)), format!("reply.planned|{name}|1")),
        ("parked", parked(attempt(1)), format!("reply.parked|{name}|1")),
        ("parked again after it was sent again", parked(attempt(2)), format!("reply.parked|{name}|2")),
        ("failed, which it does once", failed(attempt(1)), format!("reply.failed|{name}")),
        ("asked for", told(about(), asked), format!("answer.requested|{name}")),
    ];
    for (case, event, text) in &cases {
        assert_eq!(event.id, of(text), "{case}");
    }
    assert_eq!(cases.iter().map(|(_, event, _)| &event.id).collect::<BTreeSet<_>>().len(), cases.len());
    let other = Reply { reply: Code::from("another"), ..reply() };
    assert_ne!(failed(other).id, failed(reply()).id, "another reply");
}

#[test]
fn what_a_person_wants_has_an_id_of_type_account_peer_and_cause() {
    let id = |peer: &str, at, key: Option<&str>| {
        let (account, peer) = (AccountId::parse("1").unwrap(), Peer::parse(peer).unwrap());
        let conversation = Conversation { account: &account, customer: "c", peer: &peer };
        let about = About { person: None, key: key.map(str::to_owned), why: None };
        Event::in_conversation(&conversation, at, about, PersonOptedOut {}).id
    };
    let said = id("9", AT, Some("msg|1|m"));
    assert_eq!(said, of("person.opted_out|1|9|msg|1|m"));
    assert_eq!(said, id("9", AT + 1, Some("msg|1|m")), "told again");
    for (case, other) in [
        ("another id of the same person, told because of the same message", id("8", AT, Some("msg|1|m"))),
        ("said again in another message", id("9", AT, Some("msg|1|n"))),
        ("noted at the desk", id("9", AT, None)),
        ("noted there again", id("9", AT + 1, None)),
    ] {
        assert_ne!(said, other, "{case}");
    }
    assert_eq!(id("9", AT, None), of(&format!("person.opted_out|1|9|{AT}")));
}

#[test]
fn no_two_samples_of_different_things_share_an_id() {
    let mut seen = std::collections::BTreeMap::new();
    for (name, event) in samples() {
        let earlier = seen.insert(event.id.clone(), event.kind);
        assert!(earlier.is_none_or(|kind| kind == event.kind), "{name}");
    }
}

#[test]
fn all_of_an_account_is_one_group() {
    let group =
        |id: &str, happened| Event::new(&AccountId::parse(id).unwrap(), "c", AT, happened).group_id().to_owned();
    assert_eq!(group("1", Happened::Erased {}), group("1", Happened::Disconnected {}));
    // printf 1 | sha256sum, first half
    assert_eq!(group("1", Happened::Erased {}), "6b86b273ff34fce19d6b804eff5a3f57");
    assert_ne!(group("1", Happened::Erased {}), group("2", Happened::Erased {}));
}

#[test]
fn all_of_a_conversation_is_one_group_which_is_the_jobs() {
    // As `job` has it: printf '17841400000000001|900000000000001' | sha256sum, first half
    let group = "0b444b41ec68988b4c4e115fd4acfd73";
    let message = reported(&from_person(r#""message":{"mid":"m"}"#), Known::default());
    let cases = [
        ("a message", message.group_id().to_owned()),
        ("a reply", told(about(), ReplyPlanned { reply: reply() }).group_id().to_owned()),
        ("a wish", told(about(), PersonOptedOut {}).group_id().to_owned()),
    ];
    for (case, named) in cases {
        assert_eq!(named, group, "{case}");
    }
    let nobodys = reported(r#"{"message_edit":{"mid":"m1","num_edit":1}}"#, Known::default());
    assert_eq!(nobodys.group_id(), of("17841400000000001|m1"), "the message stands in");
}

#[test]
fn a_body_stays_below_its_limit_whatever_identifiers_come() {
    let ordinary = samples().into_iter().filter(|(_, event)| !event.kind.starts_with("account."));
    for (name, event) in ordinary {
        assert!(event.body().len() < 1_000, "{name}: {}", event.body().len());
    }
    for (letter, limit) in [("x", 4_096), ("\"", MAX_BODY_BYTES)] {
        let id = letter.repeat(MAX_ID_BYTES);
        let key = letter.repeat(instagram::MAX_KEY_BYTES);
        let code = || Code::of(letter.repeat(crate::MAX_CODE_BYTES));
        let (account, peer) = (AccountId::parse(&id).unwrap(), Peer::parse(&id).unwrap());
        // As long as a ticket lets it be, of letters that are escaped.
        let customer = "é".repeat(64);
        let conversation = Conversation { account: &account, customer: &customer, peer: &peer };
        let about =
            || About { person: PersonId::parse(&id).ok(), key: Some(key.clone()), why: Some("own_message".into()) };
        let longest = [
            InConversation::from(CommentWritten {
                comment: CommentId::parse(&id).unwrap(),
                media: instagram::MediaId::parse(&id).ok(),
                parent: CommentId::parse(&id).ok(),
                live: false,
                own: false,
            }),
            ReplySent {
                reply: Reply { answers: Some(key.clone()), author: Some(code()), source: Some(code()), ..reply() },
                mid: MessageId::parse(&id).ok(),
                comment: None,
            }
            .into(),
            PersonHandedOver { tags: vec![Code::from("x".repeat(40).as_str()); 6], until: AT }.into(),
        ];
        for happened in longest {
            let event = Event::in_conversation(&conversation, AT, about(), happened);
            assert!(event.body().len() <= limit, "{}: {} bytes of {letter}", event.kind, event.body().len());
        }
    }
}
