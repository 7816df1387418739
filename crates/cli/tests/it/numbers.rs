//! Numbers that belong together stand in the template and in the code; here they meet.

use std::time::Duration;

const TEMPLATE: &str = include_str!("../../../../template.yaml");

/// The value of `name` in the section of `template.yaml` that begins with `  resource:`.
fn number(resource: &str, name: &str) -> u64 {
    let section = TEMPLATE.split_once(&format!("\n  {resource}:\n")).unwrap().1;
    let (_, rest) = section.split_once(&format!("{name}: ")).unwrap();
    rest.lines().next().unwrap().trim().parse().unwrap()
}

fn millis(ms: i64) -> Duration {
    Duration::from_millis(ms.try_into().unwrap())
}

#[test]
fn the_times_of_template_and_code_fit_into_each_other() {
    let worker = Duration::from_secs(number("Worker", "Timeout"));
    let visibility = Duration::from_secs(number("EventsQueue", "VisibilityTimeout"));
    let ingest = Duration::from_secs(number("Ingest", "Timeout"));
    let lease = millis(outbox::LEASE_MS);
    assert_eq!(worker, worker::TIME_OUT, "the worker believes in its own time-out");
    assert!(graph::DEADLINE < worker, "a Graph call ends before the function is ended");
    assert!(worker < lease, "a lease never ends before its worker");
    assert!(lease < visibility, "a redelivered event finds the lease over");
    assert!(visibility >= 6 * worker, "AWS's advice for event source mappings");
    assert!(ingest > Duration::from_secs(4) && ingest <= Duration::from_secs(5), "Meta waits 5 s");
}

#[test]
fn a_caretaker_ends_in_time_and_finds_hints_within_two_minutes() {
    let minute = Duration::from_secs(60);
    let caretaker = Duration::from_secs(number("Caretaker", "Timeout"));
    assert_eq!(caretaker, caretaker::TIME_OUT, "the caretaker believes in its own time-out");
    assert!(caretaker <= minute, "as often as it comes, so that one run at a time is the rule");
    assert!(
        caretaker::WORKING_TIME + graph::DEADLINE < caretaker,
        "the last attempt ends before the function is ended"
    );
    assert!(graph::DEADLINE < millis(outbox::LEASE_MS), "and long before its lease");
    assert!(TEMPLATE.contains("ScheduleExpression: rate(1 minute)"));
    assert!(millis(store::HINT_PATIENCE_MS) + minute < 2 * minute, "waited for, then looked for by the next run");
}

#[test]
fn a_login_ends_before_the_gateway_stops_waiting() {
    let connect = Duration::from_secs(number("Connect", "Timeout"));
    assert!(connect::BUDGET < connect, "it answers by itself");
    assert!(3 * graph::DEADLINE < connect::BUDGET, "the three calls that make a token have their time");
    assert!(connect < Duration::from_secs(30), "an HTTP API waits no longer");
}

#[test]
fn the_desk_answers_before_the_gateway_stops_waiting() {
    let desk = Duration::from_secs(number("Desk", "Timeout"));
    assert!(graph::DEADLINE < desk::BUDGET, "a Graph call has its time");
    assert!(desk::BUDGET < desk, "it answers by itself");
    assert!(desk < Duration::from_secs(30), "an HTTP API waits no longer");
}

#[test]
fn an_erasure_waits_until_nothing_can_be_under_way() {
    let caretaker = Duration::from_secs(number("Caretaker", "Timeout"));
    let worker = Duration::from_secs(number("Worker", "Timeout"));
    let settled = millis(store::SETTLED_MS);
    let believed = millis(store::BELIEVED_MS);
    assert!(believed + caretaker.max(worker) < settled, "whoever read before it was ordered has ended");
    let in_flight = outbox::LEASE_MS + outbox::SETTLE_MS;
    assert_eq!(store::IN_FLIGHT_MS, in_flight, "what was being sent shows by then");
    assert!(millis(in_flight) < settled, "and a gate left open is settled");
}

#[test]
fn all_senders_believe_the_same_of_meta() {
    for setting in ["ON_UNKNOWN: !Ref OnUnknown", "REPLY_MARKER: !Ref ReplyMarker"] {
        assert_eq!(TEMPLATE.matches(setting).count(), 3, "{setting}");
    }
}
