//! Hiding and deleting comments.

use serde_json::{Value, json};
use store::{Decided, Scope};

use crate::stage::{MetaFate, OFFICE, PERSON, Stage, account_id, comment, live_comment};

const COMMENT: &str = "17900000000000001";

fn path(comment: &str) -> String {
    format!("/conversations/{PERSON}/comments/{comment}")
}

fn hidden() -> String {
    format!("{}/hidden", path(COMMENT))
}

#[tokio::test]
async fn a_comment_is_hidden_shown_again_and_deleted_at_meta_and_that_is_told() {
    let stage = Stage::new().await;
    stage.hears_comment(COMMENT, "feio").await;
    let entry = async || stage.get(&format!("/conversations/{PERSON}")).await.body()["entries"][0].clone();
    for (method, is_hidden) in [("PUT", true), ("PUT", true), ("DELETE", false), ("DELETE", false)] {
        let answer = stage.act(method, &hidden(), Value::Null).await;
        assert_eq!((answer.status, answer.body()), (200, json!({"hidden": is_hidden, "removed": false})));
        assert_eq!(stage.at_meta(COMMENT), (is_hidden, false));
        assert_eq!(entry().await["hidden_at"].is_null(), !is_hidden);
    }
    for _ in 0..2 {
        let answer = stage.act("DELETE", &path(COMMENT), Value::Null).await;
        assert_eq!((answer.status, answer.body()), (200, json!({"hidden": false, "removed": true})));
    }
    assert_eq!(stage.at_meta(COMMENT), (false, true));
    let entry = entry().await;
    assert!(!entry["removed_at"].is_null() && entry["text"] == "feio", "what it said stays with the office");
    assert_eq!(stage.act("PUT", &hidden(), Value::Null).await.code(), "removed");
    assert_eq!(stage.meta.calls().len(), 5, "what is known to be deleted costs no call");
}

#[tokio::test]
async fn only_what_is_known_to_be_a_comment_of_the_account_is_touched() {
    let stage = Stage::new().await;
    stage.hears_comment(COMMENT, "feio").await;
    stage.hears(&crate::stage::message(PERSON, "m1", "oi"), 1_000, None).await;
    let cases = [
        ("another id", path("17900000000000009")),
        ("a message's id", path("m1")),
        ("under another person", format!("/conversations/900000000000009/comments/{COMMENT}")),
        ("no id", path("a%23b")),
    ];
    for (case, path) in cases {
        assert_eq!(stage.act("DELETE", &path, Value::Null).await.status, 404, "{case}");
    }
    assert!(stage.meta.calls().is_empty());
}

#[tokio::test]
async fn deleted_elsewhere_is_deleted_and_cannot_be_hidden() {
    let stage = Stage::new().await;
    // Meta knows neither.
    for id in ["17900000000000002", "17900000000000003"] {
        stage.hears(&comment(PERSON, id, "oi"), 1_000, None).await;
    }
    assert_eq!(stage.act("DELETE", &path("17900000000000002"), Value::Null).await.status, 200);
    let hidden = format!("{}/hidden", path("17900000000000003"));
    assert_eq!(stage.act("PUT", &hidden, Value::Null).await.code(), "removed");
}

#[tokio::test]
async fn what_meta_does_not_take_is_refused_with_its_reason() {
    let stage = Stage::new().await;
    stage.hears_comment(COMMENT, "feio").await;
    let refusal = |code, subcode| MetaFate::Refuse(sandbox::meta::Reply::refusal(code, subcode));
    let cases = [
        ("no answer", MetaFate::LoseAnswer, 502, "unknown", "no_answer"),
        ("too much", refusal(32, None), 429, "throttled", "throttled/32"),
        ("no permission", refusal(10, None), 409, "refused_by_meta", "permission_missing/10"),
        ("a dead token", refusal(190, Some(463)), 409, "no_token", "token/190/463"),
    ];
    for (case, fate, status, code, reason) in cases {
        stage.graph.script("HideComment", [fate]);
        let answer = stage.act("PUT", &hidden(), Value::Null).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{case}");
        assert_eq!(answer.body()["reason"], reason, "{case}");
    }
    assert!(stage.account().await.broken.is_some(), "that the token is dead is for everybody to know");
    let calls = stage.meta.calls().len();
    assert_eq!(stage.act("PUT", &hidden(), Value::Null).await.code(), "no_token");
    assert_eq!(stage.meta.calls().len(), calls, "it is not tried again");
}

#[tokio::test]
async fn nothing_leaves_while_sending_is_stopped() {
    let stage = Stage::new().await;
    stage.hears_comment(COMMENT, "feio").await;
    stage.store.set_stopped(Scope::Everything, Some(stage.now())).await.unwrap();
    assert_eq!(stage.act("PUT", &hidden(), Value::Null).await.code(), "stopped");
    stage.store.set_stopped(Scope::Everything, None).await.unwrap();
    assert_eq!(stage.act("PUT", &hidden(), Value::Null).await.status, 200);
    stage.store.disconnect(&account_id(OFFICE), stage.now(), stage.now()).await.unwrap();
    assert_eq!(stage.act("DELETE", &hidden(), Value::Null).await.code(), "disconnected");
    assert_eq!(stage.get(&format!("/conversations/{PERSON}")).await.status, 200, "what is kept can be read still");
}

#[tokio::test]
async fn what_meta_would_leave_visible_is_not_said_to_be_hidden() {
    let stage = Stage::new().await;
    let decided = |why: &str| Decided {
        why: why.to_owned(),
        rules: 0,
        trace: None,
        facts: None,
        effects: Vec::new(),
        replies: Vec::new(),
    };
    stage.hears(&live_comment(PERSON, "17900000000000004", "oi"), 1_000, Some(decided("no_match"))).await;
    stage.hears(&comment(PERSON, "17900000000000005", "oi"), 1_000, Some(decided("own_message"))).await;
    for (id, code) in [("17900000000000004", "live_comment"), ("17900000000000005", "own_comment")] {
        assert_eq!(stage.act("PUT", &format!("{}/hidden", path(id)), Value::Null).await.code(), code);
    }
    assert!(stage.meta.calls().is_empty());
}
