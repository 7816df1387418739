//! Who gets what, when, and for how long.

use serde_json::json;

use super::*;

#[test]
fn a_group_with_a_message_in_flight_gives_nothing_else() {
    let mut world = World::with(FIFO, json!({}));
    for body in ["a1", "a2", "b1"] {
        world.send(&body[..1], body);
    }
    let first = world.receive(FIFO, 1);
    assert_eq!(bodies(&first), ["a1"]);
    assert_eq!(bodies(&world.receive(FIFO, 10)), ["b1"], "a2 waits behind a1");
    assert!(world.receive(FIFO, 10).is_empty());
    assert_eq!(world.delete(FIFO, &first[0]), "");
    assert_eq!(bodies(&world.receive(FIFO, 10)), ["a2"]);
}

#[test]
fn one_receive_may_give_several_messages_of_a_group_in_order() {
    let mut world = World::with(FIFO, json!({}));
    for body in ["a1", "b1", "a2", "a3"] {
        world.send(&body[..1], body);
    }
    assert_eq!(bodies(&world.receive(FIFO, 10)), ["a1", "a2", "a3", "b1"]);
}

#[test]
fn after_a_visibility_timeout_a_message_returns_to_the_head_of_its_group() {
    let mut world = World::with(FIFO, json!({ "VisibilityTimeout": "30" }));
    for body in ["a1", "a2", "a3"] {
        world.send("a", body);
    }
    assert_eq!(bodies(&world.receive(FIFO, 2)), ["a1", "a2"]);
    world.pass_s(29);
    assert!(world.receive(FIFO, 10).is_empty());
    world.pass_s(1);
    let again = world.receive(FIFO, 10);
    assert_eq!(bodies(&again), ["a1", "a2", "a3"]);
    assert_eq!(again.iter().map(|got| got.receives).collect::<Vec<_>>(), [2, 2, 1]);
}

#[test]
fn a_group_stays_locked_while_any_of_its_messages_is_in_flight() {
    let mut world = World::with(FIFO, json!({}));
    world.send("a", "a1");
    world.send("a", "a2");
    let both = world.receive(FIFO, 2);
    assert_eq!(world.change_visibility(FIFO, &both[0], 0), "");
    assert!(world.receive(FIFO, 10).is_empty(), "a2 is still in flight");
    assert_eq!(world.delete(FIFO, &both[1]), "");
    assert_eq!(bodies(&world.receive(FIFO, 10)), ["a1"]);
}

#[test]
fn a_message_returned_with_visibility_zero_comes_again_at_once() {
    for (queue, name) in [(FIFO, "fifo"), (STANDARD, "standard")] {
        let mut world = World::with(queue, json!({}));
        world.send_to(queue, "a", "x");
        let got = world.receive(queue, 1);
        assert_eq!(world.change_visibility(queue, &got[0], 0), "", "{name}");
        assert_eq!(world.receive(queue, 1)[0].receives, 2, "{name}");
    }
}

#[test]
fn visibility_counts_from_the_change_and_ends_after_twelve_hours_in_all() {
    let mut world = World::with(STANDARD, json!({ "VisibilityTimeout": "10" }));
    world.send_standard("x");
    let got = world.receive(STANDARD, 1);
    world.pass_s(9);
    assert_eq!(world.change_visibility(STANDARD, &got[0], 10), "");
    world.pass_s(9);
    assert!(world.receive(STANDARD, 1).is_empty());
    assert_eq!(world.change_visibility(STANDARD, &got[0], 43_200), "InvalidParameterValue");
    assert_eq!(world.change_visibility(STANDARD, &got[0], 43_182), "");
    assert_eq!(world.change_visibility(STANDARD, &got[0], 43_201), "InvalidParameterValue");
}

#[test]
fn a_fifo_receipt_expires_with_its_timeout() {
    let mut world = World::with(FIFO, json!({ "VisibilityTimeout": "30" }));
    world.send("a", "a1");
    let late = world.receive(FIFO, 1);
    world.pass_s(30);
    assert_eq!(world.delete(FIFO, &late[0]), "InvalidParameterValue");
    assert_eq!(world.change_visibility(FIFO, &late[0], 10), "InvalidParameterValue");
    let again = world.receive(FIFO, 1);
    assert_eq!(world.delete(FIFO, &late[0]), "InvalidParameterValue", "an older receipt of a message in flight");
    assert_eq!(world.delete(FIFO, &again[0]), "");
    assert_eq!(world.delete(FIFO, &again[0]), "", "deleting twice is fine");
    assert_eq!(world.counts(FIFO), (0, 0, 0));
}

#[test]
fn a_standard_receipt_is_good_until_the_next_one() {
    let mut world = World::with(STANDARD, json!({ "VisibilityTimeout": "30" }));
    world.send_standard("x");
    let old = world.receive(STANDARD, 1);
    world.pass_s(30);
    assert_eq!(world.change_visibility(STANDARD, &old[0], 10), "AWS.SimpleQueueService.MessageNotInflight");
    let new = world.receive(STANDARD, 1);
    assert_eq!(world.delete(STANDARD, &old[0]), "", "accepted, without effect");
    assert_eq!(world.counts(STANDARD), (0, 1, 0));
    world.pass_s(30);
    assert_eq!(world.delete(STANDARD, &new[0]), "", "the latest, though its timeout is over");
    assert_eq!(world.counts(STANDARD), (0, 0, 0));
}

#[test]
fn a_receipt_is_good_for_its_queue_only() {
    let mut world = World::with(STANDARD, json!({}));
    world.create("other", json!({}));
    world.send_standard("x");
    let got = world.receive(STANDARD, 1);
    assert_eq!(world.delete("other", &got[0]), "ReceiptHandleIsInvalid");
    let nonsense = json!({ "QueueUrl": STANDARD, "ReceiptHandle": "nonsense" });
    assert_eq!(world.code("DeleteMessage", nonsense), "ReceiptHandleIsInvalid");
}

#[test]
fn a_standard_queue_gives_everything_oldest_first() {
    let mut world = World::with(STANDARD, json!({}));
    for body in ["1", "2", "3"] {
        world.send_standard(body);
    }
    assert_eq!(bodies(&world.receive(STANDARD, 2)), ["1", "2"]);
    assert_eq!(bodies(&world.receive(STANDARD, 2)), ["3"]);
    assert_eq!(world.counts(STANDARD), (0, 3, 0));
}

#[test]
fn a_delayed_message_is_not_handed_out_early() {
    let mut world = World::with(STANDARD, json!({ "DelaySeconds": "5" }));
    world.send_standard("queue's delay");
    let own = json!({ "QueueUrl": STANDARD, "MessageBody": "own delay", "DelaySeconds": 0 });
    world.call("SendMessage", own).unwrap();
    assert_eq!(world.counts(STANDARD), (1, 0, 1));
    assert_eq!(bodies(&world.receive(STANDARD, 10)), ["own delay"]);
    world.pass_s(5);
    assert_eq!(bodies(&world.receive(STANDARD, 10)), ["queue's delay"]);
}

#[test]
fn a_fifo_queue_delays_as_a_whole_and_takes_a_new_delay_at_once() {
    let mut world = World::with(FIFO, json!({ "DelaySeconds": "60" }));
    let mut own = message("a", "x");
    own["DelaySeconds"] = json!(5);
    assert_eq!(world.code("SendMessage", own), "InvalidParameterValue");
    world.send("a", "a1");
    assert_eq!(world.counts(FIFO), (0, 0, 1));
    world.call("SetQueueAttributes", json!({ "QueueUrl": FIFO, "Attributes": { "DelaySeconds": "10" } })).unwrap();
    world.pass_s(10);
    assert_eq!(bodies(&world.receive(FIFO, 1)), ["a1"]);
}

#[test]
fn what_is_older_than_the_retention_period_vanishes() {
    let mut world = World::with(FIFO, json!({ "MessageRetentionPeriod": "60" }));
    world.send("a", "waiting");
    world.pass_s(30);
    world.send("b", "later");
    assert_eq!(world.receive(FIFO, 1).len(), 1, "one of them is in flight when its time comes");
    world.pass_s(30);
    assert_eq!(world.counts(FIFO), (1, 0, 0));
    assert_eq!(bodies(&world.receive(FIFO, 10)), ["later"]);
}

#[test]
fn a_purge_takes_everything_and_needs_a_minute_of_rest() {
    let mut world = World::with(FIFO, json!({}));
    world.send("a", "a1");
    world.send("b", "b1");
    world.receive(FIFO, 1);
    let purge = json!({ "QueueUrl": FIFO });
    assert_eq!(world.code("PurgeQueue", purge.clone()), "");
    assert_eq!(world.counts(FIFO), (0, 0, 0));
    assert_eq!(world.code("PurgeQueue", purge.clone()), "AWS.SimpleQueueService.PurgeQueueInProgress");
    world.pass_s(60);
    assert_eq!(world.code("PurgeQueue", purge), "");
}

#[test]
fn a_receive_is_checked() {
    let mut world = World::with(STANDARD, json!({}));
    let missing = "AWS.SimpleQueueService.NonExistentQueue";
    let cases = [
        ("no such queue", json!({ "QueueUrl": "http://here/0/none" }), missing),
        ("no messages wanted", json!({ "QueueUrl": STANDARD, "MaxNumberOfMessages": 0 }), "InvalidParameterValue"),
        ("too many wanted", json!({ "QueueUrl": STANDARD, "MaxNumberOfMessages": 11 }), "InvalidParameterValue"),
        ("too long a wait", json!({ "QueueUrl": STANDARD, "WaitTimeSeconds": 21 }), "InvalidParameterValue"),
        ("too long a timeout", json!({ "QueueUrl": STANDARD, "VisibilityTimeout": 43_201 }), "InvalidParameterValue"),
        ("a number as a text", json!({ "QueueUrl": STANDARD, "WaitTimeSeconds": "1" }), "SerializationException"),
    ];
    for (case, input, code) in cases {
        assert_eq!(world.code("ReceiveMessage", input), code, "{case}");
    }
}
