//! Makes samples current: times move so that the newest is now, message and comment ids become new for the run.
//!
//! A body is edited in place, token by token, so that what is signed keeps the layout Meta gave it.

use sha2::{Digest, Sha256};

use super::scan::{Scalar, scalars};

/// From here on a number is milliseconds (fact sheet 3.1); below, seconds.
const FIRST_MILLISECONDS: i64 = 1_000_000_000_000;

/// 2020-01-01 in seconds: smaller numbers are samples of the dashboard's, not times.
const FIRST_TIME_S: i64 = 1_577_836_800;

/// One run's change of all samples: the same old id always becomes the same new one.
#[derive(Debug, Clone)]
pub(crate) struct Shift {
    by_ms: i64,
    run: String,
}

impl Shift {
    /// The change that makes the newest time in `bodies` equal to `now_ms`.
    pub(crate) fn to<'a>(now_ms: i64, bodies: impl Iterator<Item = &'a str>) -> Self {
        let newest = bodies.flat_map(|body| scalars(body).iter().filter_map(time_ms).collect::<Vec<_>>()).max();
        Self { by_ms: newest.map_or(0, |newest| now_ms - newest), run: format!("{now_ms:x}") }
    }

    /// The body, made current.
    pub(crate) fn apply(&self, body: &str) -> String {
        let mut current = String::with_capacity(body.len() + 64);
        let mut copied = 0;
        for scalar in scalars(body) {
            let Some(replacement) = self.replacement(&scalar) else { continue };
            current.push_str(&body[copied..scalar.start]);
            current.push_str(&replacement);
            copied = scalar.start + scalar.text.len();
        }
        current.push_str(&body[copied..]);
        current
    }

    fn replacement(&self, scalar: &Scalar<'_>) -> Option<String> {
        let quoted = |text: String| if scalar.text.starts_with('"') { format!("\"{text}\"") } else { text };
        if let Some(ms) = time_ms(scalar) {
            let in_seconds = number(scalar)? < FIRST_MILLISECONDS;
            let ms = ms + self.by_ms;
            return Some(quoted(if in_seconds { ms / 1000 } else { ms }.to_string()));
        }
        let old = scalar.text.trim_matches('"');
        if old.is_empty() {
            return None;
        }
        match scalar.path.as_slice() {
            [.., "mid"] => Some(quoted(format!("{old}-{}", self.run))),
            [.., "value", "id"] | [.., "comment_id" | "parent_id"] => Some(quoted(self.new_number(old))),
            _ => None,
        }
    }

    /// 17 digits that depend on the old id and the run.
    fn new_number(&self, old: &str) -> String {
        let hash = Sha256::digest(format!("{} {old}", self.run));
        let number = hash.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        format!("18{:015}", number % 1_000_000_000_000_000)
    }
}

/// The moment a value stands for, in milliseconds, if it is one.
fn time_ms(scalar: &Scalar<'_>) -> Option<i64> {
    if !matches!(scalar.path.last(), Some(&"time" | &"timestamp")) {
        return None;
    }
    match number(scalar)? {
        ms @ FIRST_MILLISECONDS.. => Some(ms),
        s @ FIRST_TIME_S.. => Some(s * 1000),
        _ => None,
    }
}

fn number(scalar: &Scalar<'_>) -> Option<i64> {
    scalar.text.trim_matches('"').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"entry": [{"id": "17841400000000001", "time": 1767225690, "messaging": [
        {"timestamp": 1767225600000, "message": {"mid": "m1", "text": "time: 1767225600000", "reply_to": {"mid": "m0"}}}],
        "changes": [{"field": "comments", "value": {"id": "18000000000000011", "from": {"id": "9"}, "parent_id": null}}]},
        {"id": "0", "time": "1527459824"}]}"#;

    #[test]
    fn the_newest_time_becomes_now_and_each_keeps_its_unit() {
        let shift = Shift::to(1_800_000_000_000, [BODY].into_iter());
        let current: serde_json::Value = serde_json::from_str(&shift.apply(BODY)).unwrap();
        assert_eq!(current["entry"][0]["time"], 1_800_000_000);
        assert_eq!(current["entry"][0]["messaging"][0]["timestamp"], 1_799_999_910_000_i64);
        assert_eq!(current["entry"][1]["time"], "1527459824", "the dashboard's sample keeps its time");
    }

    #[test]
    fn ids_of_messages_and_comments_are_new_and_nothing_else_changes() {
        let shift = Shift::to(1_800_000_000_000, [BODY].into_iter());
        let current: serde_json::Value = serde_json::from_str(&shift.apply(BODY)).unwrap();
        let message = &current["entry"][0]["messaging"][0]["message"];
        assert_ne!(message["mid"], "m1");
        assert_eq!(message["text"], "time: 1767225600000");
        assert_eq!(message["reply_to"]["mid"], message["mid"].as_str().unwrap().replace("m1", "m0"));
        let comment = &current["entry"][0]["changes"][0]["value"];
        assert_ne!(comment["id"], "18000000000000011");
        assert_eq!(comment["id"].as_str().unwrap().len(), 17);
        assert_eq!((&comment["from"]["id"], &comment["parent_id"]), (&"9".into(), &serde_json::Value::Null));
        assert_eq!(current["entry"][0]["id"], "17841400000000001");
        assert_eq!(shift.apply(BODY), shift.apply(BODY), "the same id becomes the same new one");
    }
}
