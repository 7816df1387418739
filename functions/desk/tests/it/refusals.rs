//! Requests that are not as the document says.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::stage::{CUSTOMER, OFFICE, PERSON, Stage, message, ours, request, written};

const PATH: &str = "/conversations/900000000000001";

#[tokio::test]
async fn malformed_requests_are_refused_and_told_what_is_wrong() {
    let stage = Stage::new().await;
    stage.hears(&message(PERSON, "m1", "oi"), 1_000, None).await;
    let before = stage.everything().await;
    let get = |path: &str| request("GET", &ours(path));
    let put = |path: &str, body: Value| written("PUT", &ours(path), "k", &body);
    let with = |mut event: Value, pointer: &str, value: Value| {
        *event.pointer_mut(pointer).unwrap() = value;
        event
    };
    let pause = |body| put(&format!("{PATH}/pause"), body);
    let good = || pause(json!({"until": 5}));
    let headers =
        |key: Value, author: Value| with(good(), "/headers", json!({"idempotency-key": key, "x-author": author}));
    let raw = |text: &str| {
        let mut event = good();
        event["body"] = json!(STANDARD.encode(text));
        event
    };
    let cases = [
        ("an unknown name in the query", get("/conversations?onyl=paused"), "the query has no onyl"),
        ("an unknown word", get("/conversations?only=late"), "only is"),
        ("a name twice", get("/conversations?limit=1&limit=2"), "limit stands in the query twice"),
        ("no number", get("/conversations?limit=x"), "limit is a number"),
        ("none", get("/conversations?limit=0"), "limit is a number"),
        ("too many", get("/conversations?limit=101"), "limit is a number"),
        ("a cursor that is none", get("/conversations?before=x"), "before is"),
        ("a body where nothing is done", put("/conversations", json!({})), ""),
        ("a query that is none", get("/conversations?<"), "the query is none"),
        ("an unknown member", pause(json!({"until": 5, "untli": 6})), "the body has no untli"),
        ("no moment", pause(json!({})), "until is"),
        ("a moment as text", pause(json!({"until": "5"})), "until is"),
        ("a moment beyond all years", pause(json!({"until": i64::MAX})), "until is"),
        ("a list", raw("[]"), "the body is no JSON object"),
        ("no JSON", raw("{"), "the body is no JSON object"),
        ("no base64", with(good(), "/body", json!("!")), "the body is no base64"),
        ("an author in the body", pause(json!({"until": 5, "author": "a"})), "the body has no author"),
        ("no key", with(good(), "/headers", json!({"x-author": "a"})), "Idempotency-Key is missing"),
        ("no author", with(good(), "/headers", json!({"idempotency-key": "k"})), "X-Author is missing"),
        ("an empty key", headers(json!(""), json!("a")), "Idempotency-Key is"),
        ("a long key", headers(json!("k".repeat(129)), json!("a")), "Idempotency-Key is"),
        ("an author with blanks", headers(json!("k"), json!("a b")), "X-Author is"),
        ("a tag that is none", put(&format!("{PATH}/tags/a%20b"), Value::Null), "a tag is"),
        ("a word that is none", written("POST", &ours("/replies/r/settlement"), "k", &json!({"as": "gone"})), "as is"),
        ("nobody asks for an export", with(get("/people/9/export"), "/headers", json!({})), "X-Author is missing"),
    ];
    for (case, event, detail) in cases {
        let answer = stage.send(&event).await;
        if detail.is_empty() {
            assert_eq!(answer.code(), "method_not_allowed", "{case}");
            continue;
        }
        assert_eq!((answer.status, answer.code().as_str()), (400, "malformed"), "{case}");
        let told = answer.body()["detail"].as_str().unwrap().to_owned();
        assert!(told.contains(detail), "{case}: {told}");
    }
    let mut large = good();
    large["body"] = json!(STANDARD.encode(" ".repeat(64 * 1024 + 1)));
    assert_eq!(stage.send(&large).await.code(), "too_large");
    assert_eq!(stage.everything().await, before);
}

#[tokio::test]
async fn other_methods_and_paths_are_refused_and_methods_are_named() {
    let stage = Stage::new().await;
    let cases = [
        ("POST", "/conversations", 405, "GET"),
        ("HEAD", "/conversations", 405, "GET"),
        ("GET", "/conversations/9/pause", 405, "PUT, DELETE"),
        ("PATCH", "/conversations/9/tags/a", 405, "PUT, DELETE"),
        ("GET", "/", 404, ""),
        ("GET", "/nothing", 404, ""),
        ("GET", "/conversations/", 404, ""),
    ];
    for (method, path, status, allow) in cases {
        let answer = stage.send(&request(method, &ours(path))).await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(answer.headers["allow"].as_str().unwrap_or_default(), allow, "{method} {path}");
    }
    for path in ["", "/", "/v1", "/v2/customers/a/accounts", "/v1/customers//accounts"] {
        assert_eq!(stage.send(&request("GET", path)).await.status, 404, "{path}");
    }
    for event in [json!({}), json!({"Records": []})] {
        assert_eq!(stage.send(&event).await.status, 404);
    }
}

#[tokio::test]
async fn no_answer_is_kept_by_a_cache_and_requests_are_counted_by_how_they_end() {
    let stage = Stage::new().await;
    stage.hears(&message(PERSON, "m1", "oi"), 1_000, None).await;
    let pause = format!("{PATH}/pause");
    let answers = [
        stage.get("/conversations").await,
        stage.get("/nothing").await,
        stage.get("/conversations?x").await,
        stage.act("DELETE", &pause, Value::Null).await,
    ];
    for answer in &answers {
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    }
    assert_eq!(answers.each_ref().map(|answer| answer.status), [200, 404, 400, 200]);
    let counted = ["Reads", "NotFound", "Refused", "Writes", "Unavailable"].map(|name| stage.metric(name));
    assert_eq!(counted, [1, 1, 1, 1, 0]);
}

#[tokio::test]
async fn names_in_a_path_are_read_as_they_were_meant() {
    let stage = Stage::new().await;
    stage.hears(&message(PERSON, "m1", "oi"), 1_000, None).await;
    let path = format!("/v1/customers/gabinete%2Dhelena/accounts/{OFFICE}{PATH}");
    assert_eq!(stage.send(&request("GET", &path)).await.status, 200);
    let staged = format!("/live/v1/customers/{CUSTOMER}/accounts");
    let mut event = request("GET", &staged);
    event["requestContext"]["stage"] = json!("live");
    assert_eq!(stage.desk_only(&event).await, 200);
}
