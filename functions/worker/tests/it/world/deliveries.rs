//! From a delivery's body to the jobs that ingest makes of it.

use instagram::{AppId, UnixMillis};
use job::{Job, Receipt};

/// The jobs of a delivery; what cannot become an event is left out, as ingest puts it aside.
pub(crate) fn jobs_of(body: &[u8], app: &str, received_at: i64) -> Vec<Job> {
    let receipt = Receipt {
        received_at: UnixMillis(received_at),
        app: AppId::parse(app).unwrap(),
        trace: Some("Root=1-6907f640-5e1a2b3c4d5e6f708192a3b4".to_owned()),
    };
    let delivery = instagram::split(body).unwrap();
    let elements = delivery.elements.iter();
    elements.filter_map(|element| Some(Job::new(element, &element.event().ok()?, &receipt))).collect()
}

/// A delivery whose times are `by_ms` later, in whichever unit and form each is written.
///
/// A text, not a `Value`: half a character or an id beyond 2^53 would not survive that.
pub(crate) fn shifted(body: &str, by_ms: i64) -> String {
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = ["\"time\"", "\"timestamp\""].iter().filter_map(|name| rest.find(name)).min() {
        let value = at + rest[at + 1..].find('"').unwrap() + 2;
        let digits_at = value + rest[value..].find(|c: char| c.is_ascii_digit()).unwrap();
        let length = rest[digits_at..].find(|c: char| !c.is_ascii_digit()).unwrap();
        let digits = &rest[digits_at..digits_at + length];
        let number: i64 = digits.parse().unwrap();
        let by = if number < 1_000_000_000_000 { by_ms / 1000 } else { by_ms };
        // The dashboard's samples carry times of long ago, which stay.
        let number = if number < 1_500_000_000 { number } else { number + by };
        out.push_str(&rest[..digits_at]);
        out.push_str(&number.to_string());
        rest = &rest[digits_at + length..];
    }
    out + rest
}
