//! Every log line of every test, looked through for what must not be in it.

use serde_json::Value;

use crate::stage::{MetaFate, PERSON, Stage, TOKEN, TableFate, comment, message};

/// The rooms whose every line is looked through.
pub(crate) const ROOMS: &[&str] = &["boot", "desk", "graph", "outbox", "store", "vault"];

#[tokio::test]
async fn nobodys_words_and_no_token_are_in_any_line_or_metric() {
    const WORDS: &str = "canary-words-of-a-citizen";
    let stage = Stage::new().await;
    stage.hears(&message(PERSON, "m1", WORDS), 1_000, None).await;
    stage.hears(&comment(PERSON, "17900000000000001", WORDS), 900, None).await;
    let paths = ["/conversations", "/conversations/900000000000001", "/people/900000000000001/export"];
    for path in paths {
        assert_eq!(stage.get(path).await.status, 200, "{path}");
    }
    let hidden = "/conversations/900000000000001/comments/17900000000000001/hidden";
    // Meta knows no such comment, does not answer, and answers nonsense.
    let junk = MetaFate::AnswerInstead(sandbox::meta::Reply::raw(500.try_into().unwrap(), WORDS));
    stage.graph.script("Unknown", [MetaFate::default(), MetaFate::LoseAnswer, junk]);
    for _ in 0..3 {
        stage.act("PUT", hidden, Value::Null).await;
    }
    stage.table.set(|_| TableFate::BROKEN);
    for path in paths {
        assert_eq!(stage.get(path).await.status, 503, "{path}");
    }
    let mut lines = stage.metric_lines();
    lines.extend(sandbox::ear::heard());
    assert!(lines.iter().any(|line| line.contains("answered 503")), "{lines:?}");
    for line in &lines {
        assert!(!line.contains(WORDS) && !line.contains(TOKEN) && !line.contains("IGAA"), "{line}");
    }
}
