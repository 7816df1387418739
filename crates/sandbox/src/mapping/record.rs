//! A message as a function gets it: one of the `Records` of an SQS event.

use serde_json::{Map, Value, json};

/// Writes a message of `ReceiveMessage` as Lambda does ("Example Amazon SQS message event", AWS Lambda developer guide,
/// read 22 Nov 2026).
pub(super) fn of(message: &Value, queue_arn: &str) -> Value {
    let mut record = json!({
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes").cloned().unwrap_or_else(|| json!({})),
        "messageAttributes": message_attributes(message),
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(':').nth(3),
    });
    if let Some(digest) = message.get("MD5OfMessageAttributes") {
        record["md5OfMessageAttributes"] = digest.clone();
    }
    record
}

fn message_attributes(message: &Value) -> Map<String, Value> {
    let attributes = message["MessageAttributes"].as_object().into_iter().flatten();
    let written = attributes.map(|(name, attribute)| {
        let mut written = json!({
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": attribute["DataType"],
        });
        for (ours, theirs) in [("stringValue", "StringValue"), ("binaryValue", "BinaryValue")] {
            if let Some(value) = attribute.get(theirs) {
                written[ours] = value.clone();
            }
        }
        (name.clone(), written)
    });
    written.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_a_fifo_queue_becomes_a_record() {
        let attributes = json!({
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1573251510774",
            "SequenceNumber": "18849496460467696128",
            "MessageGroupId": "1",
            "SenderId": "AIDAIO23YVJENQZJOL4VO",
            "MessageDeduplicationId": "1",
            "ApproximateFirstReceiveTimestamp": "1573251510774"
        });
        let message = json!({
            "MessageId": "11d6ee51-4cc7-4302-9e22-7cd8afdaadf5",
            "ReceiptHandle": "AQEB",
            "Body": "Test message.",
            "MD5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
            "Attributes": attributes,
            "MD5OfMessageAttributes": "d25a6aea97eb8f585bfa92d314504a92",
            "MessageAttributes": {"kind": {"StringValue": "a", "DataType": "String"}},
        });
        let expected = json!({
            "messageId": "11d6ee51-4cc7-4302-9e22-7cd8afdaadf5",
            "receiptHandle": "AQEB",
            "body": "Test message.",
            "attributes": attributes,
            "messageAttributes": {
                "kind": {"stringValue": "a", "stringListValues": [], "binaryListValues": [], "dataType": "String"}
            },
            "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
            "md5OfMessageAttributes": "d25a6aea97eb8f585bfa92d314504a92",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-2:123456789012:fifo.fifo",
            "awsRegion": "us-east-2",
        });
        assert_eq!(of(&message, "arn:aws:sqs:us-east-2:123456789012:fifo.fifo"), expected);
    }
}
