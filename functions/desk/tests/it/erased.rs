//! What a person erased is gone from every later answer, from the order on.

use serde_json::{Value, json};
use store::{Decided, ErasureOrder, Reply, ReplyAction, ReplyState};

use crate::stage::{OFFICE, PERSON, Stage, account_id, comment, message};

const WORDS: &str = "canary-words";

fn decided(stage: &Stage) -> Decided {
    let text = Some(WORDS.into());
    let mut reply =
        Reply::planned("r1".to_owned(), "agenda".to_owned(), ReplyAction::Message, text, stage.now() + 9_000);
    reply.state = ReplyState::Parked;
    let (why, effects) = ("answered".to_owned(), Vec::new());
    Decided { why, rules: 0, trace: None, facts: None, effects, replies: vec![reply] }
}

/// Whether any answer holds the words, or the person at all.
async fn shows(stage: &Stage) -> (bool, bool) {
    let paths = [
        "/conversations",
        "/conversations?only=unanswered",
        "/conversations?only=paused",
        "/conversations?only=parked",
        "/conversations/900000000000001",
        "/replies/parked",
        "/replies/failed",
        "/people/900000000000001/export",
    ];
    let (mut words, mut person) = (false, false);
    for path in paths {
        let text = stage.get(path).await.text;
        words |= text.contains(WORDS);
        person |= text.contains(PERSON);
    }
    (words, person)
}

#[tokio::test]
async fn from_the_order_on_nothing_of_the_person_shows() {
    let stage = Stage::new().await;
    let item = stage.hears(&message(PERSON, "m1", WORDS), 3_000, Some(decided(&stage))).await;
    stage.lists(&item, 0, ReplyState::Parked).await;
    let other = stage.hears(&message(PERSON, "m2", WORDS), 2_000, Some(decided(&stage))).await;
    stage.lists(&other, 0, ReplyState::Failed).await;
    stage.hears(&comment(PERSON, "17900000000000001", WORDS), 1_000, None).await;
    stage.hears(&message("900000000000002", "m3", "outra"), 1_000, None).await;
    assert_eq!(shows(&stage).await, (true, true));
    // What was asked for is remembered, and goes with the person, too.
    let pause = "/conversations/900000000000001/pause";
    assert_eq!(stage.act("PUT", pause, json!({"until": stage.now() + 9_000})).await.status, 200);
    stage.meta.person_writes(OFFICE, PERSON, "oi");
    let messages = "/conversations/900000000000001/messages";
    let written = stage.act_as("k1", "POST", messages, json!({"text": WORDS})).await;
    assert!(written.status < 300 && !written.text.contains(WORDS), "{}", written.text);
    let mid = written.body()["reply"]["became"].clone();

    let path = "/people/900000000000001/erasure";
    assert_eq!(stage.act("POST", path, Value::Null).await.status, 202);
    assert_eq!(shows(&stage).await, (false, false), "ordered, and nothing is deleted yet");
    let hidden = "/conversations/900000000000001/comments/17900000000000001/hidden";
    assert_eq!(stage.act("PUT", hidden, Value::Null).await.status, 404);
    assert_eq!(stage.act("POST", "/replies/r1/settlement", json!({"as": "sent"})).await.status, 404);

    stage.erase_all().await;
    assert_eq!(shows(&stage).await, (false, false));
    let items = stage.everything().await;
    assert!(items.iter().all(|item| !item.contains(WORDS) && !item.contains(PERSON)), "{items:?}");
    assert!(mid.as_str().is_none_or(|mid| items.iter().all(|item| !item.contains(mid))), "{mid} in {items:?}");
    assert_eq!(stage.act_as("k1", "POST", messages, json!({"text": WORDS})).await.status, 404, "asked again");
    assert_eq!(stage.get("/conversations").await.body()["conversations"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn who_writes_again_is_shown_with_what_is_new_alone() {
    let stage = Stage::new().await;
    stage.hears(&message(PERSON, "m1", WORDS), 3_000, None).await;
    assert_eq!(stage.act("POST", "/people/900000000000001/erasure", Value::Null).await.status, 202);
    stage.pass(5_000);
    stage.hears(&message(PERSON, "m2", "de novo"), 1_000, None).await;
    assert_eq!(shows(&stage).await, (false, true), "before it is deleted");
    let entries = stage.get("/conversations/900000000000001").await.body()["entries"].clone();
    assert_eq!((entries.as_array().unwrap().len(), &entries[0]["text"]), (1, &json!("de novo")));
    stage.erase_all().await;
    assert_eq!(shows(&stage).await, (false, true), "and after");
}

#[tokio::test]
async fn an_account_that_is_erased_is_nobodys_and_leaves_no_record_of_what_was_asked_for() {
    let stage = Stage::new().await;
    stage.hears(&message(PERSON, "m1", WORDS), 3_000, None).await;
    let pause = "/conversations/900000000000001/pause";
    assert_eq!(stage.act("PUT", pause, json!({"until": 5})).await.status, 200);
    let order = ErasureOrder {
        code: "c".repeat(32),
        account: account_id(OFFICE),
        peer: None,
        asked_at: stage.now(),
        by: "meta".to_owned(),
    };
    assert!(stage.store.open_erasure(&order).await.unwrap());
    assert_eq!(stage.get("").await.status, 404, "ordered, and nothing is deleted yet");
    assert_eq!(shows(&stage).await, (false, false));
    assert_eq!(stage.get(&format!("/erasures/{}", order.code)).await.status, 404, "its receipt is not the CRM's");
    stage.erase_all().await;
    let items = stage.everything().await;
    let is_deed = |item: &&String| item.contains("\"sk\":\"I#");
    assert!(!items.iter().any(|item| item.contains(WORDS)) && items.iter().find(is_deed).is_none(), "{items:?}");
}
