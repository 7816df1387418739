//! What is taken, what is a duplicate, what is refused.

use serde_json::json;

use super::*;

#[test]
fn a_duplicate_within_five_minutes_is_answered_with_the_original_and_not_delivered() {
    let mut world = World::with(FIFO, json!({}));
    let original = world.send("a", "x");
    world.pass_s(299);
    let duplicate = world.send("a", "x");
    assert_eq!(duplicate["MessageId"], original["MessageId"]);
    assert_eq!(duplicate["SequenceNumber"], original["SequenceNumber"]);
    assert_eq!(world.counts(FIFO), (1, 0, 0));
    world.pass_s(1);
    assert_ne!(world.send("a", "x")["MessageId"], original["MessageId"]);
    assert_eq!(world.counts(FIFO), (2, 0, 0));
}

#[test]
fn deleting_a_message_does_not_end_its_deduplication() {
    let mut world = World::with(FIFO, json!({}));
    world.send("a", "x");
    let got = world.receive(FIFO, 1);
    world.delete(FIFO, &got[0]);
    world.send("a", "x");
    assert!(world.receive(FIFO, 1).is_empty());
}

#[test]
fn the_scope_of_deduplication_is_the_queue_or_the_group() {
    for (scope, delivered) in [("queue", 1), ("messageGroup", 2)] {
        let mut world = World::with(FIFO, json!({ "DeduplicationScope": scope }));
        world.send("a", "x");
        world.send("b", "x");
        assert_eq!(world.receive(FIFO, 10).len(), delivered, "{scope}");
    }
}

#[test]
fn content_decides_where_no_id_is_given() {
    let mut world = World::with(FIFO, json!({ "ContentBasedDeduplication": "true" }));
    let mut send = |body: &str, id: Option<&str>| {
        let mut input = json!({ "QueueUrl": FIFO, "MessageGroupId": "a", "MessageBody": body });
        if let Some(id) = id {
            input["MessageDeduplicationId"] = json!(id);
        }
        world.call("SendMessage", input).unwrap();
    };
    send("same", None);
    send("same", None);
    send("same", Some("an id goes first".replace(' ', "-").as_str()));
    send("other", None);
    assert_eq!(bodies(&world.receive(FIFO, 10)), ["same", "same", "other"]);
}

#[test]
fn sequence_numbers_rise() {
    let mut world = World::with(FIFO, json!({}));
    let numbers = ["x", "y", "z"].map(|body| world.send("a", body)["SequenceNumber"].as_str().unwrap().to_owned());
    assert!(numbers.is_sorted() && numbers.iter().all(|number| number.len() == 20));
}

#[test]
fn a_send_is_checked() {
    let mut world = World::with(FIFO, json!({}));
    world.create(STANDARD, json!({ "MaximumMessageSize": "1024" }));
    let fifo = |more: Value| {
        let mut input = json!({ "QueueUrl": FIFO, "MessageBody": "x" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let standard = |body: &str| json!({ "QueueUrl": STANDARD, "MessageBody": body });
    let with_attribute = |bytes: usize| {
        let mut input = standard("x");
        input["MessageAttributes"] = json!({ "a": { "DataType": "String", "StringValue": "v".repeat(bytes) } });
        input
    };
    let invalid = "InvalidParameterValue";
    let cases = [
        ("no group", fifo(json!({ "MessageDeduplicationId": "d" })), "MissingParameter"),
        ("no deduplication id", fifo(json!({ "MessageGroupId": "g" })), invalid),
        ("a group with a space", fifo(json!({ "MessageGroupId": "a b", "MessageDeduplicationId": "d" })), invalid),
        ("an empty body", standard(""), "MissingParameter"),
        ("exactly the largest", standard(&"x".repeat(1024)), ""),
        ("one byte more", standard(&"x".repeat(1025)), invalid),
        ("attributes count", with_attribute(1024 - 8), ""),
        ("attributes count to the byte", with_attribute(1024 - 7), invalid),
        ("a character that is refused", standard("a\u{ffff}"), "InvalidMessageContents"),
        ("the same, escaped by the sender", standard("a\\uffff"), ""),
        (
            "a deduplication id on a standard queue",
            json!({ "QueueUrl": STANDARD, "MessageBody": "x", "MessageDeduplicationId": "d" }),
            invalid,
        ),
        ("a group on a standard queue", json!({ "QueueUrl": STANDARD, "MessageBody": "x", "MessageGroupId": "g" }), ""),
        ("a long delay", json!({ "QueueUrl": STANDARD, "MessageBody": "x", "DelaySeconds": 901 }), invalid),
        ("no such queue", json!({ "QueueUrl": "none", "MessageBody": "x" }), "AWS.SimpleQueueService.NonExistentQueue"),
    ];
    for (case, input, code) in cases {
        assert_eq!(world.code("SendMessage", input), code, "{case}");
    }
}

#[test]
fn a_message_may_have_one_mebibyte_and_so_may_a_batch() {
    let mut world = World::with(STANDARD, json!({}));
    let send = |bytes| json!({ "QueueUrl": STANDARD, "MessageBody": "x".repeat(bytes) });
    assert_eq!(world.code("SendMessage", send(1_048_576)), "");
    assert_eq!(world.code("SendMessage", send(1_048_577)), "InvalidParameterValue");
    let batch = |bytes| {
        let half = "x".repeat(bytes);
        json!({ "QueueUrl": STANDARD, "Entries": [{ "Id": "1", "MessageBody": half }, { "Id": "2", "MessageBody": half }] })
    };
    assert_eq!(world.code("SendMessageBatch", batch(524_288)), "");
    assert_eq!(world.code("SendMessageBatch", batch(524_289)), "AWS.SimpleQueueService.BatchRequestTooLong");
}

#[test]
fn a_batch_is_checked_as_a_whole() {
    let mut world = World::with(STANDARD, json!({}));
    let entries = |ids: &[&str]| ids.iter().map(|id| json!({ "Id": id, "MessageBody": "x" })).collect::<Vec<_>>();
    let eleven: Vec<String> = (0..11).map(|n| n.to_string()).collect();
    let eleven: Vec<&str> = eleven.iter().map(String::as_str).collect();
    let cases = [
        ("ten entries", entries(&eleven[..10]), ""),
        ("none", vec![], "AWS.SimpleQueueService.EmptyBatchRequest"),
        ("eleven", entries(&eleven), "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"),
        ("one id twice", entries(&["a", "a"]), "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"),
        ("an id with a dot", entries(&["a.b"]), "AWS.SimpleQueueService.InvalidBatchEntryId"),
        ("an empty id", entries(&[""]), "AWS.SimpleQueueService.InvalidBatchEntryId"),
    ];
    for (case, entries, code) in cases {
        let input = json!({ "QueueUrl": STANDARD, "Entries": entries });
        assert_eq!(world.code("SendMessageBatch", input), code, "{case}");
    }
}

#[test]
fn a_bad_entry_fails_alone_and_the_order_of_the_others_is_kept() {
    let mut world = World::with(FIFO, json!({}));
    let entry = |id: &str, body: &str| json!({ "Id": id, "MessageBody": body, "MessageGroupId": "a", "MessageDeduplicationId": id });
    let entries = [entry("1", "first"), entry("2", "bad\u{0}"), entry("3", "third")];
    let answer = world.call("SendMessageBatch", json!({ "QueueUrl": FIFO, "Entries": entries })).unwrap();
    let ids = |list: &str| answer[list].as_array().unwrap().iter().map(|e| e["Id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids("Successful"), ["1", "3"]);
    assert_eq!(ids("Failed"), ["2"]);
    assert_eq!(answer["Failed"][0]["Code"], "InvalidMessageContents");
    assert_eq!(answer["Failed"][0]["SenderFault"], true);
    assert_eq!(bodies(&world.receive(FIFO, 10)), ["first", "third"]);
}

#[test]
fn a_message_comes_with_what_was_sent_and_what_the_service_knows() {
    let mut world = World::with(FIFO, json!({}));
    let mut input = message("g", "hello");
    input["MessageAttributes"] = json!({ "kind": { "DataType": "String", "StringValue": "dm" } });
    input["MessageSystemAttributes"] = json!({ "AWSTraceHeader": { "DataType": "String", "StringValue": "Root=1" } });
    let sent = world.call("SendMessage", input).unwrap();
    let sent_ms = world.now_ms;
    world.pass_s(2);
    let got = world.receive_raw(FIFO, 1).remove(0);
    assert_eq!(got["MD5OfBody"], "5d41402abc4b2a76b9719d911017c592");
    assert_eq!(got["MessageId"], sent["MessageId"]);
    assert_eq!(got["MD5OfMessageAttributes"], sent["MD5OfMessageAttributes"]);
    assert_eq!(got["MessageAttributes"]["kind"]["StringValue"], "dm");
    let expected = json!({
        "SenderId": "000000000000",
        "SentTimestamp": sent_ms.to_string(),
        "ApproximateReceiveCount": "1",
        "ApproximateFirstReceiveTimestamp": world.now_ms.to_string(),
        "SequenceNumber": sent["SequenceNumber"],
        "MessageGroupId": "g",
        "MessageDeduplicationId": "hello",
        "AWSTraceHeader": "Root=1",
    });
    assert_eq!(got["Attributes"], expected);
}

#[test]
fn attributes_come_when_asked_for() {
    let mut world = World::with(STANDARD, json!({ "VisibilityTimeout": "0" }));
    let text = json!({ "DataType": "String", "StringValue": "v" });
    let input = json!({ "QueueUrl": STANDARD, "MessageBody": "x", "MessageAttributes": { "a.b": text, "a.c": text, "d": text } });
    world.call("SendMessage", input).unwrap();
    let cases = [
        (json!([]), vec![]),
        (json!(["All"]), vec!["a.b", "a.c", "d"]),
        (json!([".*"]), vec!["a.b", "a.c", "d"]),
        (json!(["a.*"]), vec!["a.b", "a.c"]),
        (json!(["d", "none"]), vec!["d"]),
    ];
    for (asked, names) in cases {
        let input = json!({ "QueueUrl": STANDARD, "MessageAttributeNames": asked });
        let answer = world.call("ReceiveMessage", input).unwrap();
        let got = answer["Messages"][0]["MessageAttributes"].as_object().map(|a| a.keys().cloned().collect::<Vec<_>>());
        assert_eq!(got.unwrap_or_default(), names, "{asked}");
    }
}

#[test]
fn a_listener_hears_each_message_once_and_takes_none() {
    let mut world = World::with(FIFO, json!({}));
    world.create("other.fifo", json!({}));
    let heard = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let ear = std::sync::Arc::clone(&heard);
    let listener = move |body: &str| ear.lock().unwrap().push(body.to_owned());
    world.queues.listeners.push((FIFO.to_owned(), std::sync::Arc::new(listener)));
    for body in ["x", "y", "x"] {
        world.send("a", body);
    }
    let input =
        json!({ "QueueUrl": "other.fifo", "MessageBody": "z", "MessageGroupId": "a", "MessageDeduplicationId": "z" });
    world.call("SendMessage", input).unwrap();
    assert_eq!(*heard.lock().unwrap(), ["x", "y"], "the second x is a duplicate, z lies elsewhere");
    assert_eq!(bodies(&world.receive(FIFO, 10)), ["x", "y"]);
}
