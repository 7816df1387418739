//! What the queue service says when it does not do a thing.

use serde_json::{Value, json};

/// An error answer, as the service writes it.
///
/// The service moved from the query to the JSON protocol and kept the old codes for old callers: a JSON answer names
/// the new `shape` in its body and the old `code` in the header `x-amzn-query-error`. SDKs show the old one
/// (botocore's service model: `awsQueryCompatible`, read November 2026).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    /// HTTP status of an answer that carries nothing else.
    pub status: u16,
    /// Name of the error in the JSON body.
    pub shape: &'static str,
    /// Name of the error in the old protocol; what an SDK reports, and what a failed batch entry carries.
    pub code: &'static str,
    /// For people. Never holds a message body.
    pub message: String,
}

impl Refusal {
    fn sender(shape: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self { status: 400, shape, code, message: message.into() }
    }

    pub(super) fn is_sender_fault(&self) -> bool {
        self.status < 500
    }

    /// This refusal as the outcome of one entry of a batch.
    pub(super) fn batch_entry(&self, id: impl Into<Value>) -> Value {
        json!({
            "Id": id.into(),
            "Code": self.code,
            "Message": self.message,
            "SenderFault": self.is_sender_fault(),
        })
    }

    /// The service's own trouble: the caller may try again.
    pub(super) fn internal(message: impl Into<String>) -> Self {
        Self { status: 500, shape: "InternalFailure", code: "InternalError", message: message.into() }
    }

    pub(super) fn unknown_action(action: &str) -> Self {
        Self::sender("InvalidAction", "InvalidAction", format!("The action {action} is not valid for this endpoint."))
    }

    /// The detail names the position and the kind of the trouble, which `serde_json` tells without quoting strings.
    pub(super) fn unreadable(error: &serde_json::Error) -> Self {
        let place = format!("line {} column {}", error.line(), error.column());
        Self::sender("SerializationException", "SerializationException", format!("unreadable request, {place}"))
    }

    pub(super) fn no_such_queue() -> Self {
        let code = "AWS.SimpleQueueService.NonExistentQueue";
        Self::sender("QueueDoesNotExist", code, "The specified queue does not exist.")
    }

    pub(super) fn queue_name_exists(attribute: &str) -> Self {
        let message =
            format!("A queue already exists with the same name and a different value for attribute {attribute}");
        Self::sender("QueueNameExists", "QueueAlreadyExists", message)
    }

    pub(super) fn missing(parameter: &str) -> Self {
        let message = format!("The request must contain the parameter {parameter}.");
        Self::sender("MissingRequiredParameterException", "MissingParameter", message)
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::sender("InvalidParameterValueException", "InvalidParameterValue", message)
    }

    pub(super) fn invalid_attribute_name(name: &str) -> Self {
        Self::sender("InvalidAttributeName", "InvalidAttributeName", format!("Unknown Attribute {name}."))
    }

    pub(super) fn invalid_attribute_value(name: &str) -> Self {
        let message = format!("Invalid value for the parameter {name}.");
        Self::sender("InvalidAttributeValue", "InvalidAttributeValue", message)
    }

    pub(super) fn invalid_contents() -> Self {
        let message = "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | \
                       #xE000 to #xFFFD | #x10000 to #x10FFFF";
        Self::sender("InvalidMessageContents", "InvalidMessageContents", message)
    }

    pub(super) fn too_long(most_bytes: usize) -> Self {
        let reason = format!("Message must be shorter than {most_bytes} bytes.");
        Self::invalid(format!("One or more parameters are invalid. Reason: {reason}"))
    }

    pub(super) fn batch_too_long(most_bytes: usize, sent_bytes: usize) -> Self {
        let message =
            format!("Batch requests cannot be longer than {most_bytes} bytes. You have sent {sent_bytes} bytes.");
        Self::sender("BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong", message)
    }

    pub(super) fn empty_batch() -> Self {
        let message = "There should be at least one entry in the request.";
        Self::sender("EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest", message)
    }

    pub(super) fn too_many_entries(most: usize, sent: usize) -> Self {
        let message = format!("Maximum number of entries per request are {most}. You have sent {sent}.");
        let code = "AWS.SimpleQueueService.TooManyEntriesInBatchRequest";
        Self::sender("TooManyEntriesInBatchRequest", code, message)
    }

    pub(super) fn ids_not_distinct() -> Self {
        let code = "AWS.SimpleQueueService.BatchEntryIdsNotDistinct";
        Self::sender("BatchEntryIdsNotDistinct", code, "Two or more batch entries in the request have the same Id.")
    }

    pub(super) fn invalid_entry_id() -> Self {
        let message = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. \
                       It can be at most 80 letters long.";
        Self::sender("InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId", message)
    }

    pub(super) fn invalid_receipt() -> Self {
        let message = "The input receipt handle is not a valid receipt handle.";
        Self::sender("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", message)
    }

    pub(super) fn expired_receipt() -> Self {
        Self::invalid("Value for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.")
    }

    pub(super) fn not_in_flight() -> Self {
        let code = "AWS.SimpleQueueService.MessageNotInflight";
        Self::sender("MessageNotInflight", code, "The specified message isn't in flight.")
    }

    pub(super) fn purge_in_progress() -> Self {
        let code = "AWS.SimpleQueueService.PurgeQueueInProgress";
        Self::sender("PurgeQueueInProgress", code, "Only one PurgeQueue operation is allowed every 60 seconds.")
    }

    pub(super) fn no_such_resource(message: &str) -> Self {
        Self::sender("ResourceNotFoundException", "ResourceNotFoundException", message)
    }
}
