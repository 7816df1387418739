//! The latest events of the feed, kept in memory: a page can follow them, and takes nothing from the CRM.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::answer::Answer;

/// How many are kept: some megabyte, and more than a person scrolls through.
const MOST_KEPT: usize = 1_000;

/// How many an answer holds.
const MOST_TOLD: usize = 200;

/// What was put on the CRM's queue since the stack started, numbered from 1.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    /// The number of the newest one; 0 before the first.
    last: u64,
    events: VecDeque<Value>,
}

impl Heard {
    /// Keeps one more.
    pub(crate) fn put(&self, body: &str) {
        let event: Value = serde_json::from_str(body).unwrap_or_default();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.last += 1;
        if kept.events.len() == MOST_KEPT {
            kept.events.pop_front();
        }
        let number = kept.last;
        kept.events.push_back(json!({ "number": number, "event": event }));
    }

    /// Those after a number, oldest first, and the number of the newest there is. A reader goes on after the number of the
    /// last one that it got.
    pub(super) fn answer(&self, after: Option<&str>) -> Answer {
        let Ok(after) = after.unwrap_or("0").parse::<u64>() else {
            return Answer::refused(400, "after is no number");
        };
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let forgotten = kept.last - kept.events.len() as u64;
        let known = usize::try_from(after.saturating_sub(forgotten)).unwrap_or(usize::MAX);
        let events: Vec<&Value> = kept.events.iter().skip(known).take(MOST_TOLD).collect();
        Answer::json(&json!({ "events": events, "last": kept.last }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first and the last number of an answer, how many it holds, and what it calls the last.
    fn asked(heard: &Heard, after: &str) -> (u64, u64, usize, u64) {
        let answer = heard.answer(Some(after)).value();
        let events = answer["events"].as_array().unwrap();
        let number = |event: Option<&Value>| event.map_or(0, |event| event["number"].as_u64().unwrap());
        (number(events.first()), number(events.last()), events.len(), answer["last"].as_u64().unwrap())
    }

    #[test]
    fn events_are_numbered_from_one_and_read_in_pages() {
        let heard = Heard::default();
        assert_eq!(asked(&heard, "0"), (0, 0, 0, 0));
        for number in 1..=250 {
            heard.put(&format!(r#"{{"type":"message.received","at":{number}}}"#));
        }
        assert_eq!(asked(&heard, "0"), (1, 200, 200, 250));
        assert_eq!(asked(&heard, "200"), (201, 250, 50, 250));
        assert_eq!(asked(&heard, "250"), (0, 0, 0, 250));
        assert_eq!(asked(&heard, "9000"), (0, 0, 0, 250), "from before a restart");
        assert_eq!(heard.answer(None).value()["events"][4]["event"]["at"], 5);
        for after in ["", "-1", "x"] {
            assert_eq!(heard.answer(Some(after)).status, 400, "{after:?}");
        }
    }

    #[test]
    fn the_latest_thousand_are_kept_with_their_numbers() {
        let heard = Heard::default();
        for _ in 0..1_250 {
            heard.put("{}");
        }
        assert_eq!(asked(&heard, "0"), (251, 450, 200, 1_250));
        assert_eq!(asked(&heard, "251"), (252, 451, 200, 1_250));
        assert_eq!(asked(&heard, "1249"), (1_250, 1_250, 1, 1_250));
    }
}
