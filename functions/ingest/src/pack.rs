//! Messages, and how many of them go into one call.

use std::mem;

/// Longest message and longest call, in bytes: 1 MiB (SQS quotas, read 2026-11-22). We send no attributes, which would
/// count too.
pub(crate) const MAX_MESSAGE_BYTES: usize = 1_048_576;

/// Most messages in one call (SQS quotas, read 2026-11-22).
const MAX_MESSAGES: usize = 10;

/// A message before it is on a queue. It has no `Debug` of its body: it holds people's words.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) body: String,
    pub(crate) order: Option<Order>,
}

/// What a FIFO queue wants to know of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) group_id: String,
    pub(crate) deduplication_id: String,
}

impl Message {
    /// For a FIFO queue.
    pub(crate) fn ordered(body: String, group_id: String, deduplication_id: String) -> Self {
        Self { body, order: Some(Order { group_id, deduplication_id }) }
    }

    /// For a standard queue.
    pub(crate) fn unordered(body: String) -> Self {
        Self { body, order: None }
    }
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Message({} bytes, {:?})", self.body.len(), self.order)
    }
}

/// Puts messages into as few calls as their order allows, and keeps the order.
pub(crate) fn pack(messages: Vec<Message>) -> Vec<Vec<Message>> {
    let mut calls = Vec::with_capacity(messages.len().div_ceil(MAX_MESSAGES));
    let mut call = Vec::new();
    let mut bytes = 0;
    for message in messages {
        let is_full = call.len() == MAX_MESSAGES || bytes + message.body.len() > MAX_MESSAGE_BYTES;
        if is_full && !call.is_empty() {
            calls.push(mem::take(&mut call));
            bytes = 0;
        }
        bytes += message.body.len();
        call.push(message);
    }
    if !call.is_empty() {
        calls.push(call);
    }
    calls
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_holds_ten_messages_or_one_mebibyte() {
        let mib = MAX_MESSAGE_BYTES;
        let cases: [(&str, Vec<usize>, Vec<usize>); 7] = [
            ("nothing", vec![], vec![]),
            ("one", vec![5], vec![1]),
            ("ten", vec![5; 10], vec![10]),
            ("eleven", vec![5; 11], vec![10, 1]),
            ("a thousand", vec![5; 1_000], vec![10; 100]),
            ("just one mebibyte together", vec![mib / 2; 3], vec![2, 1]),
            ("a byte more than one mebibyte together", vec![mib, 1, mib - 1, 1], vec![1, 2, 1]),
        ];
        for (case, lengths, expected) in cases {
            let messages: Vec<_> = lengths.iter().map(|length| Message::unordered("x".repeat(*length))).collect();
            let calls = pack(messages.clone());
            assert_eq!(calls.iter().map(Vec::len).collect::<Vec<_>>(), expected, "{case}");
            assert!(calls.concat() == messages, "{case}: nothing is lost and the order is kept");
        }
    }
}
