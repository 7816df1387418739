//! The built function under the Runtime API, and what it writes to its log.

use serde_json::Value;

use crate::stage::{PERSON, Stage, TOKEN, message};

#[tokio::test]
async fn the_built_function_answers_and_logs_nobodys_words() {
    let mut stage = Stage::new().await;
    stage.use_binary();
    stage.hears(&message(PERSON, "m1", "canary-words"), 1_000, None).await;
    stage.hears_comment("17900000000000001", "canary-words").await;
    assert!(stage.get("/conversations/900000000000001").await.text.contains("canary-words"));
    let hidden = "/conversations/900000000000001/comments/17900000000000001/hidden";
    assert_eq!(stage.act("PUT", hidden, Value::Null).await.status, 200);
    assert_eq!(stage.at_meta("17900000000000001"), (true, false));
    assert_eq!(stage.act("POST", "/people/900000000000001/erasure", Value::Null).await.status, 202);
    assert_eq!(stage.get("/nothing").await.status, 404);
    let lines = stage.stop_binary().await;
    assert!(lines.iter().any(|line| line.contains("\"Writes\":1")), "{lines:?}");
    for line in lines {
        assert!(!line.contains("canary-words") && !line.contains(TOKEN) && !line.contains(PERSON), "{line}");
    }
}
