//! Which messages of a batch a function did not finish.

use serde_json::Value;

/// Ids of the failed messages, by the function's answer.
///
/// "Success and failure conditions" of the AWS Lambda developer guide (read 22 Nov 2026): all is well when the answer
/// or its list is empty or null; the whole batch has failed when the answer is not JSON, or names an id that is empty,
/// null or under another key. An id that is not of the batch counts as such a mistake too.
pub(super) fn failed<'a>(answer: &[u8], batch: &[&'a str]) -> Vec<&'a str> {
    named(answer, batch).unwrap_or_else(|| batch.to_vec())
}

fn named<'a>(answer: &[u8], batch: &[&'a str]) -> Option<Vec<&'a str>> {
    if answer.is_empty() {
        return Some(Vec::new());
    }
    let answer: Value = serde_json::from_slice(answer).ok()?;
    let failures = match &answer {
        Value::Null => return Some(Vec::new()),
        Value::Object(members) => members.get("batchItemFailures").unwrap_or(&Value::Null),
        _ => return None,
    };
    if failures.is_null() {
        return Some(Vec::new());
    }
    let ids = failures.as_array()?.iter().map(|failure| {
        let id = failure["itemIdentifier"].as_str()?;
        batch.iter().copied().find(|known| *known == id)
    });
    ids.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_says_which_messages_come_back() {
        let all = ["a", "b", "c"].as_slice();
        let cases: [(&str, &[&str], &str); 15] = [
            ("", &[], "no answer at all"),
            ("null", &[], "a null answer"),
            ("{}", &[], "no list"),
            (r#"{"batchItemFailures":null}"#, &[], "a null list"),
            (r#"{"batchItemFailures":[]}"#, &[], "an empty list"),
            (r#"{"batchItemFailures":[{"itemIdentifier":"b"}]}"#, &["b"], "one failed"),
            (r#"{"batchItemFailures":[{"itemIdentifier":"c"},{"itemIdentifier":"a"}]}"#, &["c", "a"], "two failed"),
            (r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#, all, "an empty id"),
            (r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#, all, "a null id"),
            (r#"{"batchItemFailures":[{"messageId":"b"}]}"#, all, "an id under another key"),
            (r#"{"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"z"}]}"#, all, "an unknown id"),
            (r#"{"batchItemFailures":["b"]}"#, all, "ids without their key"),
            (r#"{"batchItemFailures":"b"}"#, all, "no list but a text"),
            ("{", all, "not JSON"),
            (r#""ok""#, all, "no object"),
        ];
        for (answer, ids, reason) in cases {
            assert_eq!(failed(answer.as_bytes(), all), ids, "{reason}");
        }
    }
}
