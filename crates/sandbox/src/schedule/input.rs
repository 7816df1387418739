//! What a scheduled function gets.

use bytes::Bytes;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

/// As Scheduler writes times: whole seconds, in UTC.
const FORMAT: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
const ARN: &str = "arn:aws:scheduler:sa-east-1:000000000000:schedule/default/sandbox";

/// One run of a schedule.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn {
    /// Counts a schedule's runs from 1.
    pub(super) number: u64,
    /// When it was to be, in milliseconds since 1970.
    pub(super) scheduled_ms: i64,
}

/// Scheduler's own event, or what the target's `Input` says.
#[derive(Debug, Default)]
pub(super) struct Input(Option<String>);

impl Input {
    pub(super) fn written(input: &Value) -> Self {
        Self(Some(input.to_string()))
    }

    pub(super) fn event(&self, turn: &Turn) -> Bytes {
        // The same from run to run of a test, and distinct within one schedule.
        let id = format!("00000000-0000-4000-8000-{:012x}", turn.number);
        let moment = OffsetDateTime::from_unix_timestamp(turn.scheduled_ms.div_euclid(1000));
        let time = moment.unwrap_or(OffsetDateTime::UNIX_EPOCH).format(&FORMAT).unwrap_or_default();
        match &self.0 {
            Some(written) => written
                .replace("<aws.scheduler.scheduled-time>", &time)
                .replace("<aws.scheduler.execution-id>", &id)
                .replace("<aws.scheduler.attempt-number>", "1")
                .replace("<aws.scheduler.schedule-arn>", ARN)
                .into(),
            // The detail is a text that holds an empty object, not an empty object.
            None => json!({
                "version": "0",
                "id": id,
                "detail-type": "Scheduled Event",
                "source": "aws.scheduler",
                "account": "000000000000",
                "time": time,
                "region": "sa-east-1",
                "resources": [ARN],
                "detail": "{}",
            })
            .to_string()
            .into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TURN: Turn = Turn { number: 26, scheduled_ms: 1_767_225_600_999 };

    fn event(input: &Input) -> Value {
        serde_json::from_slice(&input.event(&TURN)).unwrap()
    }

    #[test]
    fn schedulers_own_event_says_when_it_was_due() {
        let event = event(&Input::default());
        assert_eq!((&event["source"], &event["detail-type"]), (&json!("aws.scheduler"), &json!("Scheduled Event")));
        assert_eq!(event["time"], "2026-01-01T00:00:00Z");
        assert_eq!(event["id"], "00000000-0000-4000-8000-00000000001a");
    }

    #[test]
    fn placeholders_of_a_written_input_are_filled_in() {
        let input = json!({"task": "due", "at": "<aws.scheduler.scheduled-time>", "run": "<aws.scheduler.execution-id>",
                           "attempt": "<aws.scheduler.attempt-number>", "by": "<aws.scheduler.schedule-arn>"});
        let expected = json!({"task": "due", "at": "2026-01-01T00:00:00Z", "by": ARN, "attempt": "1",
                              "run": "00000000-0000-4000-8000-00000000001a"});
        assert_eq!(event(&Input::written(&input)), expected);
    }
}
