//! Numbers that belong together stand in the template and in the code; here they meet.

use std::time::Duration;

/// The value of `name` in the section of `template.yaml` that begins with `  resource:`.
fn number(resource: &str, name: &str) -> u64 {
    let template = include_str!("../../../../template.yaml");
    let section = template.split_once(&format!("\n  {resource}:\n")).unwrap().1;
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
