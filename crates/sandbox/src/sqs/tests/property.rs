//! Whatever the order of calls: per group the order is kept, nothing is lost, nothing is given twice while invisible.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::json;

use super::*;

const VISIBILITY_S: i64 = 30;

#[derive(Debug, Clone)]
enum Step {
    Send { group: u8 },
    SendAgain { nth: usize },
    Receive { most: i64 },
    Delete { nth: usize },
    Return { nth: usize },
    Pass { seconds: i64 },
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..4u8).prop_map(|group| Step::Send { group }),
        1 => any::<usize>().prop_map(|nth| Step::SendAgain { nth }),
        4 => (1..=10i64).prop_map(|most| Step::Receive { most }),
        3 => any::<usize>().prop_map(|nth| Step::Delete { nth }),
        1 => any::<usize>().prop_map(|nth| Step::Return { nth }),
        2 => (1..40i64).prop_map(|seconds| Step::Pass { seconds }),
        1 => Just(Step::Restart),
    ]
}

/// What any observer may expect of a queue.
struct Expected {
    queue: &'static str,
    /// Per group, everything sent and not deleted, in order.
    groups: BTreeMap<String, Vec<String>>,
    /// Everything in flight: body to (handle, end of its timeout).
    in_flight: BTreeMap<String, (Got, i64)>,
    sent: Vec<(String, String, i64)>,
}

impl Expected {
    fn of(queue: &'static str) -> Self {
        Self { queue, groups: BTreeMap::new(), in_flight: BTreeMap::new(), sent: Vec::new() }
    }

    /// A body begins with its group. On a standard queue each message stands alone.
    fn group_of(&self, body: &str) -> String {
        if self.queue == FIFO { body[..1].to_owned() } else { body.to_owned() }
    }

    fn settle(&mut self, now_ms: i64) {
        self.in_flight.retain(|_, (_, until_ms)| *until_ms > now_ms);
    }

    /// What one receive with room for everything has to give: per unlocked group all of it.
    fn available(&self) -> BTreeSet<&String> {
        let locked: BTreeSet<String> = self.in_flight.keys().map(|body| self.group_of(body)).collect();
        self.groups.iter().filter(|(group, _)| !locked.contains(*group)).flat_map(|(_, bodies)| bodies).collect()
    }

    /// Checks one answer and takes note of it.
    fn take(&mut self, got: Vec<Got>, most: usize, now_ms: i64) {
        let available: Vec<String> = self.available().into_iter().cloned().collect();
        assert_eq!(got.len(), most.min(available.len()), "a receive gives what there is");
        let mut by_group: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for message in &got {
            assert!(available.contains(&message.body), "{} was invisible, locked or gone", message.body);
            by_group.entry(self.group_of(&message.body)).or_default().push(&message.body);
        }
        for (group, bodies) in by_group {
            assert_eq!(bodies, self.groups[&group][..bodies.len()], "from the head, in order");
        }
        for message in got {
            self.in_flight.insert(message.body.clone(), (message, now_ms + VISIBILITY_S * 1000));
        }
    }

    fn delete(&mut self, got: &Got) {
        self.in_flight.remove(&got.body);
        let group = self.group_of(&got.body);
        self.groups.get_mut(&group).unwrap().retain(|body| *body != got.body);
    }

    fn nth_in_flight(&self, nth: usize) -> Option<Got> {
        let all: Vec<&Got> = self.in_flight.values().map(|(got, _)| got).collect();
        all.get(nth % all.len().max(1)).map(|got| (*got).clone())
    }
}

fn run(queue: &'static str, steps: Vec<Step>) {
    let mut world = World::with(queue, json!({ "VisibilityTimeout": VISIBILITY_S.to_string() }));
    let mut expected = Expected::of(queue);
    for step in steps {
        expected.settle(world.now_ms);
        match step {
            Step::Send { group } => {
                let sender = char::from(b'a' + group).to_string();
                let body = format!("{sender}{:04}", expected.sent.len());
                world.send_to(queue, &sender, &body);
                expected.groups.entry(expected.group_of(&body)).or_default().push(body.clone());
                expected.sent.push((sender, body, world.now_ms));
            }
            // Only a FIFO queue knows duplicates.
            Step::SendAgain { .. } if queue == STANDARD => {}
            Step::SendAgain { nth } => {
                let recent = expected.sent.iter().filter(|(_, _, at_ms)| at_ms + 300_000 > world.now_ms);
                let recent: Vec<_> = recent.collect();
                if let Some((group, body, _)) = recent.get(nth % recent.len().max(1)) {
                    world.send(group, body);
                }
            }
            Step::Receive { most } => {
                let got = world.receive(queue, most);
                expected.take(got, usize::try_from(most).unwrap(), world.now_ms);
            }
            Step::Delete { nth } => {
                if let Some(got) = expected.nth_in_flight(nth) {
                    assert_eq!(world.delete(queue, &got), "");
                    expected.delete(&got);
                }
            }
            Step::Return { nth } => {
                if let Some(got) = expected.nth_in_flight(nth) {
                    assert_eq!(world.change_visibility(queue, &got, 0), "");
                    expected.in_flight.remove(&got.body);
                }
            }
            Step::Pass { seconds } => world.pass_s(seconds),
            Step::Restart => {
                let lines = world.queues.snapshot(world.now_ms);
                let lines = lines.split_inclusive(|b| *b == b'\n');
                world.queues =
                    Queues::restore(lines.map(|line| serde_json::from_slice(line).unwrap()).collect()).unwrap();
            }
        }
    }
    // Nothing is lost: after the last timeout everything not deleted comes, in order.
    world.pass_s(VISIBILITY_S);
    expected.settle(world.now_ms);
    while !expected.available().is_empty() {
        let got = world.receive(queue, 10);
        expected.take(got.clone(), 10, world.now_ms);
        for message in got {
            assert_eq!(world.delete(queue, &message), "");
            expected.delete(&message);
        }
    }
    assert!(world.receive(queue, 10).is_empty(), "and nothing else");
}

proptest! {
    #[test]
    fn a_fifo_queue_keeps_its_word(steps in prop::collection::vec(step(), 1..120)) {
        run(FIFO, steps);
    }

    #[test]
    fn a_standard_queue_keeps_its_word(steps in prop::collection::vec(step(), 1..120)) {
        run(STANDARD, steps);
    }
}
