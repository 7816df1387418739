//! The digests that SDKs check every message against.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use sha2::Sha256;

use super::message::Attributes;

/// MD5 of a message body, in lower-case hex.
pub(super) fn md5_of_body(body: &str) -> String {
    hex::encode(Md5::digest(body.as_bytes()))
}

/// MD5 of message attributes, or nothing where there are none.
///
/// For each attribute in the order of names: name, data type and value, each after its length as four bytes, and
/// before the value one byte that says text (1) or bytes (2). Source: SQS developer guide, "Calculating the MD5
/// message digest for message attributes", read November 2026.
pub(super) fn md5_of_attributes(attributes: &Attributes) -> Option<String> {
    const TEXT: [u8; 1] = [1];
    const BYTES: [u8; 1] = [2];
    if attributes.is_empty() {
        return None;
    }
    let mut digest = Md5::new();
    let mut field = |transport: Option<[u8; 1]>, bytes: &[u8]| {
        digest.update(transport.as_ref().map_or(&[][..], |t| &t[..]));
        digest.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
        digest.update(bytes);
    };
    for (name, attribute) in attributes {
        field(None, name.as_bytes());
        field(None, attribute.data_type.as_bytes());
        if attribute.data_type.starts_with("Binary") {
            let base64 = attribute.binary_value.as_deref().unwrap_or_default();
            field(Some(BYTES), &STANDARD.decode(base64).unwrap_or_default());
        } else {
            field(Some(TEXT), attribute.string_value.as_deref().unwrap_or_default().as_bytes());
        }
    }
    Some(hex::encode(digest.finalize()))
}

/// The deduplication id that a queue with content-based deduplication gives a body.
pub(super) fn content_id(body: &str) -> String {
    hex::encode(Sha256::digest(body.as_bytes()))
}

/// A message id in the usual form, the same for the same facts: a replayed run names its messages alike.
pub(super) fn message_id(queue: &str, sequence: u64) -> String {
    let digest = Md5::digest(format!("{queue}/{sequence}").as_bytes());
    let mut id = String::with_capacity(36);
    for (position, byte) in digest.iter().enumerate() {
        if matches!(position, 4 | 6 | 8 | 10) {
            id.push('-');
        }
        // Writing to a String does not fail.
        let _ = write!(id, "{byte:02x}");
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqs::message::Attribute;

    fn text(data_type: &str, value: &str) -> Attribute {
        Attribute { data_type: data_type.into(), string_value: Some(value.into()), binary_value: None }
    }

    #[test]
    fn the_body_digest_is_plain_md5() {
        assert_eq!(md5_of_body("hello"), "5d41402abc4b2a76b9719d911017c592");
    }

    #[test]
    fn no_attributes_have_no_digest() {
        assert_eq!(md5_of_attributes(&Attributes::new()), None);
    }

    #[test]
    fn the_attribute_digest_follows_the_documented_layout() {
        let bytes = Attribute {
            data_type: "Binary".into(),
            string_value: None,
            binary_value: Some(STANDARD.encode([0, 255, 7])),
        };
        let attributes = Attributes::from([("b".into(), bytes), ("a".into(), text("Number.int", "12"))]);
        let mut layout = Vec::new();
        for (transport, field) in [
            (None, b"a".as_slice()),
            (None, b"Number.int"),
            (Some(1), b"12"),
            (None, b"b"),
            (None, b"Binary"),
            (Some(2), &[0, 255, 7]),
        ] {
            layout.extend(transport);
            layout.extend((field.len() as u32).to_be_bytes());
            layout.extend(field);
        }
        assert_eq!(md5_of_attributes(&attributes), Some(hex::encode(Md5::digest(layout))));
    }

    #[test]
    fn message_ids_look_like_uuids_and_differ() {
        let id = message_id("jobs", 1);
        assert_eq!(id.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert_ne!(id, message_id("jobs", 2));
    }
}
