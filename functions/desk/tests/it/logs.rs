//! Every log line of every test, looked through for what must not be in it.

use std::io;
use std::sync::{Mutex, Once, PoisonError};

use serde_json::Value;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

use crate::stage::{PERSON, Stage, TOKEN, comment, message};
use crate::warden::{MetaFate, TableFate};

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Begins to listen, once in the process: our rooms at every level, all others from warnings on, as in production.
pub(crate) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let rooms = ["boot", "desk", "graph", "outbox", "store", "vault"].map(|room| (room, LevelFilter::TRACE));
        let filter = Targets::new().with_default(LevelFilter::WARN).with_targets(rooms);
        let lines = tracing_subscriber::fmt::layer().json().with_writer(|| Ear);
        tracing_subscriber::registry().with(lines).with(filter).init();
    });
}

struct Ear;

impl io::Write for Ear {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        LINES.lock().unwrap_or_else(PoisonError::into_inner).push(String::from_utf8_lossy(line).into_owned());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

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
    lines.extend(LINES.lock().unwrap().iter().cloned());
    assert!(lines.iter().any(|line| line.contains("answered 503")), "{lines:?}");
    for line in &lines {
        assert!(!line.contains(WORDS) && !line.contains(TOKEN) && !line.contains("IGAA"), "{line}");
    }
}
