//! Giving messages up, and moving them back; and the other actions on queues.

use serde_json::json;

use super::*;
use crate::sqs::settings;

const DEAD: &str = "dead.fifo";

fn redrive(target: &str, most: u32) -> Value {
    json!(json!({ "deadLetterTargetArn": settings::arn(target), "maxReceiveCount": most }).to_string())
}

fn with_dead_letters(most: u32) -> World {
    let mut world = World::with(DEAD, json!({}));
    world.create(FIFO, json!({ "RedrivePolicy": redrive(DEAD, most), "VisibilityTimeout": "30" }));
    world
}

#[test]
fn a_message_received_too_often_goes_to_the_dead_letters_and_frees_its_group() {
    let mut world = with_dead_letters(2);
    let sent = world.send("a", "poison");
    world.send("a", "next");
    for _ in 0..2 {
        assert_eq!(world.receive(FIFO, 1)[0].body, "poison");
        world.pass_s(30);
    }
    assert_eq!(bodies(&world.receive(FIFO, 10)), ["next"]);
    let dead = world.receive_raw(DEAD, 10);
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0]["MessageId"], sent["MessageId"], "it keeps its id");
    let facts = &dead[0]["Attributes"];
    assert_eq!(facts["DeadLetterQueueSourceArn"], settings::arn(FIFO));
    assert_eq!(facts["MessageGroupId"], "a");
    assert_eq!(facts["MessageDeduplicationId"], sent["MessageId"], "two that share an id do not meet there");
    assert_eq!(facts["SentTimestamp"], world.now_ms.to_string(), "a FIFO queue counts anew");
}

#[test]
fn a_standard_dead_letter_keeps_its_time() {
    let mut world = World::with("dead", json!({}));
    world.create(STANDARD, json!({ "RedrivePolicy": redrive("dead", 1), "VisibilityTimeout": "30" }));
    world.send_standard("poison");
    let sent_ms = world.now_ms;
    world.receive(STANDARD, 1);
    world.pass_s(30);
    assert!(world.receive(STANDARD, 1).is_empty());
    assert_eq!(world.receive_raw("dead", 1)[0]["Attributes"]["SentTimestamp"], sent_ms.to_string());
}

#[test]
fn a_message_is_handed_out_again_while_its_dead_letter_queue_is_gone() {
    let mut world = with_dead_letters(1);
    world.send("a", "poison");
    world.receive(FIFO, 1);
    world.call("DeleteQueue", json!({ "QueueUrl": DEAD })).unwrap();
    world.pass_s(30);
    assert_eq!(bodies(&world.receive(FIFO, 1)), ["poison"]);
}

#[test]
fn a_redrive_policy_is_checked() {
    let mut world = World::with(FIFO, json!({}));
    world.create(STANDARD, json!({}));
    for (case, target) in [("no such queue", "none.fifo"), ("the other type", STANDARD)] {
        let input = json!({ "QueueUrl": FIFO, "Attributes": { "RedrivePolicy": redrive(target, 3) } });
        assert_eq!(world.code("SetQueueAttributes", input), "InvalidParameterValue", "{case}");
    }
}

#[test]
fn dead_letters_move_back_as_new_messages_in_their_order() {
    let mut world = with_dead_letters(1);
    let sent = world.send("a", "x");
    world.send("a", "y");
    world.receive(FIFO, 10);
    world.pass_s(30);
    assert!(world.receive(FIFO, 10).is_empty());
    let source = json!({ "SourceArn": settings::arn(DEAD) });
    world.call("StartMessageMoveTask", source.clone()).unwrap();
    assert_eq!((world.counts(DEAD), world.counts(FIFO)), ((0, 0, 0), (2, 0, 0)));
    let back = world.receive_raw(FIFO, 10);
    assert_eq!((&back[0]["Body"], &back[1]["Body"]), (&json!("x"), &json!("y")));
    assert_ne!(back[0]["MessageId"], sent["MessageId"]);
    assert_eq!(back[0]["Attributes"]["ApproximateReceiveCount"], "1");
    let moves = world.call("ListMessageMoveTasks", source).unwrap();
    assert_eq!(moves["Results"][0]["Status"], "COMPLETED");
    assert_eq!(moves["Results"][0]["ApproximateNumberOfMessagesMoved"], 2);
}

#[test]
fn a_dead_letter_without_a_known_source_stays() {
    let mut world = with_dead_letters(1);
    let mut input = message("a", "sent-straight-here");
    input["QueueUrl"] = json!(DEAD);
    world.call("SendMessage", input).unwrap();
    let source = json!({ "SourceArn": settings::arn(DEAD) });
    world.call("StartMessageMoveTask", source.clone()).unwrap();
    assert_eq!(world.counts(DEAD), (1, 0, 0));
    assert_eq!(world.call("ListMessageMoveTasks", source).unwrap()["Results"][0]["Status"], "FAILED");
}

#[test]
fn a_move_is_checked() {
    let mut world = with_dead_letters(1);
    world.create(STANDARD, json!({}));
    let cases = [
        ("no dead-letter queue", json!({ "SourceArn": settings::arn(FIFO) }), "InvalidParameterValue"),
        ("no such queue", json!({ "SourceArn": settings::arn("none") }), "ResourceNotFoundException"),
        ("no ARN", json!({ "SourceArn": DEAD }), "InvalidParameterValue"),
        (
            "the other type",
            json!({ "SourceArn": settings::arn(DEAD), "DestinationArn": settings::arn(STANDARD) }),
            "InvalidParameterValue",
        ),
    ];
    for (case, input, code) in cases {
        assert_eq!(world.code("StartMessageMoveTask", input), code, "{case}");
    }
}

#[test]
fn the_sources_of_a_dead_letter_queue_are_listed() {
    let mut world = with_dead_letters(3);
    let answer = world.call("ListDeadLetterSourceQueues", json!({ "QueueUrl": DEAD })).unwrap();
    assert_eq!(answer, json!({ "queueUrls": ["http://here/000000000000/jobs.fifo"] }));
}

#[test]
fn making_a_queue_again_needs_the_same_attributes() {
    let mut world = World::with(STANDARD, json!({ "VisibilityTimeout": "20" }));
    let create = |attributes: Value| json!({ "QueueName": STANDARD, "Attributes": attributes });
    assert_eq!(world.code("CreateQueue", create(json!({}))), "");
    assert_eq!(world.code("CreateQueue", create(json!({ "VisibilityTimeout": "20", "DelaySeconds": "0" }))), "");
    assert_eq!(world.code("CreateQueue", create(json!({ "VisibilityTimeout": "21" }))), "QueueAlreadyExists");
}

#[test]
fn queues_are_listed_by_prefix_and_page() {
    let mut world = World::with("a-1", json!({}));
    for name in ["a-2", "a-3", "b-1"] {
        world.create(name, json!({}));
    }
    let first = world.call("ListQueues", json!({ "QueueNamePrefix": "a-", "MaxResults": 2 })).unwrap();
    assert_eq!(first["QueueUrls"].as_array().unwrap().len(), 2);
    let rest = json!({ "QueueNamePrefix": "a-", "MaxResults": 2, "NextToken": first["NextToken"] });
    assert_eq!(world.call("ListQueues", rest).unwrap(), json!({ "QueueUrls": ["http://here/000000000000/a-3"] }));
}

#[test]
fn attributes_are_shown_with_their_defaults_and_counts() {
    let mut world = World::with(FIFO, json!({ "VisibilityTimeout": "180" }));
    world.send("a", "a1");
    world.send("b", "b1");
    world.receive(FIFO, 1);
    let input = json!({ "QueueUrl": FIFO, "AttributeNames": ["All"] });
    let shown = world.call("GetQueueAttributes", input).unwrap()["Attributes"].clone();
    for (name, value) in [
        ("QueueArn", "arn:aws:sqs:sa-east-1:000000000000:jobs.fifo"),
        ("FifoQueue", "true"),
        ("VisibilityTimeout", "180"),
        ("MaximumMessageSize", "1048576"),
        ("ApproximateNumberOfMessages", "1"),
        ("ApproximateNumberOfMessagesNotVisible", "1"),
        ("DeduplicationScope", "queue"),
    ] {
        assert_eq!(shown[name], value, "{name}");
    }
    let unknown = json!({ "QueueUrl": FIFO, "AttributeNames": ["Colour"] });
    assert_eq!(world.code("GetQueueAttributes", unknown), "InvalidAttributeName");
}

#[test]
fn tags_are_kept() {
    let mut world = World::with(STANDARD, json!({}));
    world.call("TagQueue", json!({ "QueueUrl": STANDARD, "Tags": { "a": "1", "b": "2" } })).unwrap();
    world.call("UntagQueue", json!({ "QueueUrl": STANDARD, "TagKeys": ["a"] })).unwrap();
    assert_eq!(world.call("ListQueueTags", json!({ "QueueUrl": STANDARD })).unwrap(), json!({ "Tags": { "b": "2" } }));
}

#[test]
fn an_unknown_action_is_refused() {
    assert_eq!(World::with(STANDARD, json!({})).code("AddPermission", json!({})), "InvalidAction");
}
