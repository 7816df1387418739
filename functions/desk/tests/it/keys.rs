//! What was asked for twice is done once.

use serde_json::{Value, json};

use crate::stage::{AUTHOR, OTHER_CUSTOMER, OTHER_OFFICE, PERSON, Stage, TableFate, message, written};

const PAUSE: &str = "/conversations/900000000000001/pause";
const HOUR: i64 = 3_600_000;

#[tokio::test]
async fn a_repeated_key_gives_the_same_answer_and_does_nothing_again() {
    let stage = Stage::new().await;
    stage.hears(&message(PERSON, "m1", "oi"), HOUR, None).await;
    let until = json!({"until": stage.now() + HOUR});
    let first = stage.act_as("k1", "PUT", PAUSE, until.clone()).await;
    assert_eq!(first.status, 200);
    assert_eq!(stage.act("DELETE", PAUSE, Value::Null).await.status, 200);
    let before = stage.everything().await;
    assert_eq!(stage.act_as("k1", "PUT", PAUSE, until.clone()).await, first, "as it came late");
    assert_eq!(stage.everything().await, before);
    let deed = before.iter().find(|item| item.contains("\"what\":\"pause\"")).unwrap();
    assert!(deed.contains(&format!("\"by\":\"{AUTHOR}\"")) && !deed.contains(PERSON), "{deed}");

    for (case, method, path, body) in [
        ("another moment", "PUT", PAUSE, json!({"until": stage.now() + 2 * HOUR})),
        ("another act", "DELETE", PAUSE, Value::Null),
        ("another person", "PUT", "/conversations/900000000000002/pause", until.clone()),
    ] {
        assert_eq!(stage.act_as("k1", method, path, body).await.code(), "key_reused", "{case}");
    }
    let mut by_another = written("PUT", &crate::stage::ours(PAUSE), "k1", &until);
    by_another["headers"]["x-author"] = json!("u-18");
    assert_eq!(stage.send(&by_another).await.code(), "key_reused", "another author");

    // Of another account it is another key.
    let mut raw = message(PERSON, "m1", "oi");
    raw["recipient"]["id"] = json!(OTHER_OFFICE);
    stage.hears_of(OTHER_OFFICE, &raw, HOUR, None).await;
    let theirs = format!("/v1/customers/{OTHER_CUSTOMER}/accounts/{OTHER_OFFICE}{PAUSE}");
    assert_eq!(stage.send(&written("PUT", &theirs, "k1", &json!({"until": 5}))).await.status, 200);
}

#[tokio::test]
async fn what_was_begun_and_not_done_is_done_by_the_next_try_and_what_was_refused_is_looked_at_anew() {
    let stage = Stage::new().await;
    let until = json!({"until": stage.now() + HOUR});
    assert_eq!(stage.act_as("k1", "PUT", PAUSE, until.clone()).await.status, 404, "nobody wrote yet");
    stage.hears(&message(PERSON, "m1", "oi"), HOUR, None).await;
    // The table does not answer at each of its calls.
    for nth in 1.. {
        let mut left = nth;
        stage.table.set(move |_| {
            left -= 1;
            if left == 0 { TableFate::LoseAnswer } else { TableFate::Serve }
        });
        let answer = stage.act_as("k1", "PUT", PAUSE, until.clone()).await;
        stage.table.set(|_| TableFate::Serve);
        if answer.status == 200 {
            assert!(nth > 3, "each call was cut off once");
            break;
        }
        assert_eq!(answer.code(), "unavailable");
    }
    assert_eq!(stage.act_as("k1", "PUT", PAUSE, until).await.status, 200);
    assert_eq!(stage.get("/conversations?only=paused").await.body()["conversations"].as_array().unwrap().len(), 1);
}
