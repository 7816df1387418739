//! One conversation.

use serde_json::{Value, json};
use store::{Decided, Reply, ReplyAction};

use crate::stage::{OFFICE, PERSON, Stage, account_id, comment, message};

const PATH: &str = "/conversations/900000000000001";

const RULES: &str = r#"{"version": 1, "rules": [
    {"id": "agenda", "on": ["message"], "when": [{"words": {"any": ["agenda"]}}], "do": [{"text": "Segue a agenda."}]},
    {"id": "oi", "on": ["message"], "do": [{"text": "Oi!"}]}
]}"#;

fn unsent(mid: &str) -> Value {
    json!({"sender": {"id": PERSON}, "recipient": {"id": OFFICE}, "message": {"mid": mid, "is_deleted": true}})
}

fn edited(mid: &str, text: &str) -> Value {
    json!({"sender": {"id": PERSON}, "recipient": {"id": OFFICE}, "message_edit": {"mid": mid, "text": text, "num_edit": 1}})
}

fn reacted(mid: &str, action: &str) -> Value {
    let reaction = json!({"mid": mid, "action": action, "reaction": "love", "emoji": "❤"});
    json!({"sender": {"id": PERSON}, "recipient": {"id": OFFICE}, "reaction": reaction})
}

fn texts(body: &Value) -> Vec<Value> {
    body["entries"].as_array().unwrap().iter().map(|entry| entry["text"].clone()).collect()
}

#[tokio::test]
async fn what_happened_is_told_newest_first_as_it_stands_now() {
    let stage = Stage::new().await;
    let decided = |trace: &str| {
        let text = Some("Segue a agenda.".into());
        let reply = Reply::planned("r1".to_owned(), "agenda".to_owned(), ReplyAction::Message, text, stage.now() + 1);
        Decided {
            why: "answered".to_owned(),
            rules: 1,
            trace: Some(trace.to_owned()),
            facts: Some(json!({"first_contact": true}).to_string()),
            effects: vec!["mark_seen".to_owned()],
            replies: vec![reply],
        }
    };
    let fingerprint = automation::RuleSet::parse(RULES).unwrap().fingerprint().to_owned();
    stage.store.put_rules(&account_id(OFFICE), RULES, stage.now()).await.unwrap();
    let trace = format!("{fingerprint}:y1");
    stage.hears(&message(PERSON, "m1", "a agenda?"), 9_000, Some(decided(&trace))).await;
    stage.hears(&message(PERSON, "m2", "oi"), 8_000, Some(decided("of tomorrow"))).await;
    stage.hears(&edited("m2", "ola"), 7_500, None).await;
    stage.hears(&comment(PERSON, "17900000000000001", "lindo"), 7_000, None).await;
    stage.hears(&reacted("m1", "react"), 6_000, None).await;
    stage.hears(&reacted("m2", "react"), 6_000, None).await;
    stage.hears(&reacted("m2", "unreact"), 5_000, None).await;
    let seen = json!({"sender": {"id": PERSON}, "recipient": {"id": OFFICE}, "read": {"mid": "m1"}});
    stage.hears(&seen, 4_000, None).await;

    let body = stage.get(PATH).await.body();
    assert_eq!(texts(&body), [json!("lindo"), json!("ola"), json!("a agenda?")]);
    let (second, first) = (&body["entries"][1], &body["entries"][2]);
    assert_eq!(second["edit"], json!({"number": 1, "at": stage.now() - 7_500, "text_known": true}));
    assert_eq!(first["reactions"][0]["emoji"], "❤");
    assert_eq!(second["reactions"], json!([]), "taken back");
    assert_eq!(body["conversation"]["seen_at"], stage.now() - 4_000);
    let decision = &first["decision"];
    assert_eq!(
        decision["trail"],
        json!([
            {"rule": "agenda", "matched": true, "text": "matched, 1 reply planned"},
            {"rule": "oi", "matched": false, "text": "not tried, an earlier rule had matched"},
        ])
    );
    assert_eq!((&decision["pt"], &decision["beside"]), (&json!("uma resposta foi planejada"), &json!(["mark_seen"])));
    assert_eq!(decision["facts"], json!({"first_contact": true}));
    assert_eq!(second["decision"]["trail"][0]["text"], "told by another version of this system");
    assert_eq!(
        (&first["replies"][0]["text"], &first["replies"][0]["state"]),
        (&json!("Segue a agenda."), &json!("planned"))
    );
}

#[tokio::test]
async fn what_was_unsent_has_no_words_wherever_they_stood() {
    let stage = Stage::new().await;
    let text = Some("Sobre o canary: sim.".into());
    let reply = Reply::planned("r1".to_owned(), "agenda".to_owned(), ReplyAction::Message, text, stage.now() + 1);
    let decided = Decided {
        why: "answered".to_owned(),
        rules: 0,
        trace: Some("-".to_owned()),
        facts: Some(json!({"text": "canary"}).to_string()),
        effects: vec![],
        replies: vec![reply],
    };
    stage.hears(&message(PERSON, "m1", "canary"), 9_000, Some(decided)).await;
    stage.hears(&edited("m1", "canary, de novo"), 8_000, None).await;
    assert!(stage.get(PATH).await.text.contains("canary"));
    stage.hears(&unsent("m1"), 7_000, None).await;
    // An edit may come after the unsending.
    stage.hears(&edited("m1", "canary, outra vez"), 6_000, None).await;
    for path in [PATH, "/conversations", "/people/900000000000001/export", "/replies/parked"] {
        let answer = stage.get(path).await;
        assert!(answer.status == 200 && !answer.text.contains("canary"), "{path}: {}", answer.text);
    }
    let body = stage.get(PATH).await.body();
    assert_eq!(body["entries"][0]["unsent_at"], stage.now() - 7_000);
}

#[tokio::test]
async fn pages_of_any_length_hold_all_of_it_once() {
    let stage = Stage::new().await;
    for n in 0..23 {
        stage.hears(&message(PERSON, &format!("m{n}"), &format!("{n}")), 100 - (n / 3), None).await;
    }
    let whole = texts(&stage.get(PATH).await.body());
    assert_eq!(whole.len(), 23);
    for limit in [1, 4, 22, 23] {
        let (mut seen, mut target) = (Vec::new(), format!("{PATH}?limit={limit}"));
        loop {
            let body = stage.get(&target).await.body();
            seen.extend(texts(&body));
            let Some(next) = body["next"].as_str() else { break };
            target = format!("{PATH}?limit={limit}&before={next}");
        }
        assert_eq!(seen, whole, "{limit}");
    }
}

#[tokio::test]
async fn a_page_of_long_texts_is_cut_before_it_is_too_large_for_lambda() {
    let stage = Stage::new().await;
    let long = "x".repeat(90_000);
    for n in 0..60 {
        stage.hears(&message(PERSON, &format!("m{n}"), &long), 1_000 + n, None).await;
    }
    let (mut count, mut target) = (0, format!("{PATH}?limit=100"));
    loop {
        let answer = stage.get(&target).await;
        assert!(answer.text.len() < 4 * 1024 * 1024, "{}", answer.text.len());
        let body = answer.body();
        count += body["entries"].as_array().unwrap().len();
        let Some(next) = body["next"].as_str() else { break };
        target = format!("{PATH}?limit=100&before={next}");
    }
    assert_eq!(count, 60);
}
