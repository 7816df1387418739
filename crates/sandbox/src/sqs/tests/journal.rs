//! What survives a restart.

use serde_json::json;

use super::*;
use crate::sqs::journal::{Change, Log};

/// The world as a journal tells it: first by its changes alone, then by a snapshot.
fn restarted(world: &mut World) -> World {
    let told = world.queues.log.take();
    let mut queues = Queues::restore(read(&told)).unwrap();
    let snapshot = queues.snapshot(world.now_ms);
    let mut queues = Queues::restore(read(&snapshot)).unwrap();
    queues.log = Log::keeping();
    // From here on the snapshot stands for everything told before.
    world.queues = Queues::default();
    World { queues, now_ms: world.now_ms }
}

fn read(lines: &[u8]) -> Vec<Change<'static>> {
    lines.split_inclusive(|b| *b == b'\n').map(|line| serde_json::from_slice(line).unwrap()).collect()
}

fn kept(name: &str, attributes: Value) -> World {
    let mut world = World { queues: Queues::default(), now_ms: 1_750_000_000_000 };
    world.queues.log = Log::keeping();
    world.create(name, attributes);
    world
}

#[test]
fn messages_receipts_locks_and_deduplication_survive() {
    let mut world = kept(FIFO, json!({ "VisibilityTimeout": "30" }));
    for body in ["a1", "a2", "b1", "c1"] {
        world.send(&body[..1], body);
    }
    let a1 = world.receive(FIFO, 1);
    let b1 = world.receive(FIFO, 1);
    assert_eq!((bodies(&a1), bodies(&b1)), (vec!["a1"], vec!["b1"]));
    world.delete(FIFO, &b1[0]);

    let mut world = restarted(&mut world);
    assert_eq!(bodies(&world.receive(FIFO, 10)), ["c1"], "a is locked, b is done");
    world.send("b", "b1");
    assert!(world.receive(FIFO, 10).is_empty(), "still a duplicate");
    assert_eq!(world.delete(FIFO, &a1[0]), "", "the receipt is still good");
    assert_eq!(world.receive(FIFO, 10)[0].body, "a2");
}

#[test]
fn a_message_in_flight_returns_to_the_head_after_a_restart() {
    let mut world = kept(FIFO, json!({ "VisibilityTimeout": "30" }));
    world.send("a", "a1");
    world.send("a", "a2");
    world.receive(FIFO, 1);
    let mut world = restarted(&mut world);
    world.pass_s(30);
    let again = world.receive(FIFO, 10);
    assert_eq!(bodies(&again), ["a1", "a2"]);
    assert_eq!(again[0].receives, 2);
}

#[test]
fn numbers_are_never_used_twice() {
    let mut world = kept(FIFO, json!({}));
    let before = world.send("a", "x");
    let got = world.receive(FIFO, 1);
    world.delete(FIFO, &got[0]);
    world.pass_s(3600);
    let mut world = restarted(&mut world);
    let after = world.send("a", "x");
    assert!(after["SequenceNumber"].as_str() > before["SequenceNumber"].as_str());
    assert_ne!(after["MessageId"], before["MessageId"]);
}

#[test]
fn attributes_tags_and_deleted_queues_survive() {
    let mut world = kept(FIFO, json!({}));
    world.create(STANDARD, json!({}));
    world.call("SetQueueAttributes", json!({ "QueueUrl": FIFO, "Attributes": { "VisibilityTimeout": "7" } })).unwrap();
    world.call("TagQueue", json!({ "QueueUrl": FIFO, "Tags": { "a": "1" } })).unwrap();
    world.call("DeleteQueue", json!({ "QueueUrl": STANDARD })).unwrap();
    let world = restarted(&mut world);
    assert_eq!(world.queues.queues.keys().collect::<Vec<_>>(), [FIFO]);
    let queue = &world.queues.queues[FIFO];
    assert_eq!((queue.settings.visibility_ms, queue.definition.tags["a"].as_str()), (7_000, "1"));
}
