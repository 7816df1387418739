//! Parked and failed replies, and a person's word on them.

use serde_json::json;
use store::{Decided, Item, Key, Mode, Reply, ReplyAction, ReplyState};

use crate::stage::{OFFICE, PERSON, Stage, account_id, message};

const HOUR: i64 = 3_600_000;

fn decided(stage: &Stage, id: &str, state: ReplyState) -> Decided {
    let not_after = stage.now() + HOUR;
    let mut reply =
        Reply::planned(id.to_owned(), "agenda".to_owned(), ReplyAction::Message, Some("Segue.".into()), not_after);
    reply.state = state;
    reply.att = 1;
    reply.reason = Some("no_evidence".to_owned());
    let (why, effects) = ("answered".to_owned(), Vec::new());
    Decided { why, rules: 0, trace: None, facts: None, effects, replies: vec![reply] }
}

async fn parked(stage: &Stage, id: &str, ago: i64) -> Key {
    let raw = message(PERSON, &format!("m-{id}"), "a agenda?");
    let item = stage.hears(&raw, ago, Some(decided(stage, id, ReplyState::Parked))).await;
    stage.lists(&item, 0, ReplyState::Parked).await;
    item
}

async fn reply(stage: &Stage, key: &Key) -> Reply {
    let item: Item = stage.store.item(key, stage.now()).await.unwrap();
    item.replies()[0].clone()
}

#[tokio::test]
async fn parked_and_failed_replies_are_listed_with_what_they_answer_and_why() {
    let stage = Stage::new().await;
    for id in ["r1", "r2", "r3"] {
        parked(&stage, id, HOUR).await;
        stage.pass(1_000);
    }
    // An entry whose reply is not parked any more is none.
    let raw = message(PERSON, "m-sent", "oi");
    let item = stage.hears(&raw, 1_000, Some(decided(&stage, "r4", ReplyState::Sent))).await;
    stage.lists(&item, 0, ReplyState::Parked).await;
    let body = stage.get("/replies/parked").await.body();
    let ids = |body: &serde_json::Value| -> Vec<String> {
        let replies = body["replies"].as_array().unwrap().iter();
        replies.map(|reply| reply["reply"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&body), ["r3", "r2", "r1"]);
    let first = &body["replies"][0];
    assert_eq!((&first["person"], &first["answers"]["id"]), (&json!(PERSON), &json!("m-r3")));
    assert_eq!((&first["pt"], &first["text"]), (&json!("a Meta não responde se ela está lá"), &json!("Segue.")));
    let page = stage.get("/replies/parked?limit=2").await.body();
    assert_eq!(ids(&page), ["r3", "r2"]);
    let next = page["next"].as_str().unwrap();
    assert_eq!(ids(&stage.get(&format!("/replies/parked?limit=2&before={next}")).await.body()), ["r1"]);

    let item = stage.hears(&message(PERSON, "m-f", "oi"), 900, Some(decided(&stage, "f1", ReplyState::Failed))).await;
    stage.lists(&item, 0, ReplyState::Failed).await;
    assert_eq!(ids(&stage.get("/replies/failed").await.body()), ["f1"]);
}

#[tokio::test]
async fn a_parked_reply_is_settled_once_by_a_persons_word() {
    let stage = Stage::new().await;
    for (id, word, state) in
        [("r1", "sent", ReplyState::Sent), ("r2", "resend", ReplyState::Planned), ("r3", "drop", ReplyState::Failed)]
    {
        let item = parked(&stage, id, HOUR).await;
        let path = format!("/replies/{id}/settlement");
        let answer = stage.act_as(id, "POST", &path, json!({"as": word})).await;
        assert_eq!((answer.status, &answer.body()["state"]), (200, &json!(state)), "{word}");
        assert_eq!(reply(&stage, &item).await.state, state, "{word}");
        assert_eq!(
            stage.act("POST", &path, json!({"as": word})).await.status,
            404,
            "{word}: it is not parked any more"
        );
        assert_eq!(stage.act_as(id, "POST", &path, json!({"as": word})).await, answer, "{word}: asked again");
    }
    assert_eq!(stage.get("/replies/parked").await.body()["replies"], json!([]));
    assert_eq!(stage.act("POST", "/replies/r9/settlement", json!({"as": "drop"})).await.status, 404);
}

#[tokio::test]
async fn what_cannot_leave_is_not_sent_again() {
    let stage = Stage::new().await;
    let item = parked(&stage, "r1", 25 * HOUR).await;
    let resend = async || stage.act("POST", "/replies/r1/settlement", json!({"as": "resend"})).await.code();
    assert_eq!(resend().await, "window_closed");
    stage.store.set_mode(&account_id(OFFICE), Mode::Observe).await.unwrap();
    assert_eq!(resend().await, "stopped");
    stage.store.set_mode(&account_id(OFFICE), Mode::Answer).await.unwrap();
    let unsent = json!({"sender": {"id": PERSON}, "recipient": {"id": OFFICE},
        "message": {"mid": "m-r1", "is_deleted": true}});
    stage.hears(&unsent, 1_000, None).await;
    assert_eq!(resend().await, "words_gone");
    assert_eq!(reply(&stage, &item).await.state, ReplyState::Parked);
    let listed = stage.get("/replies/parked").await.body();
    assert_eq!(listed["replies"][0]["text"], json!(null));
}
