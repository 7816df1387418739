//! A message: what the sender gave, and how far its handling is.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::refusal::Refusal;

/// One message in one queue.
///
/// No `Debug`: a body holds people's words.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Message {
    /// Place in the order of arrival; unique over all queues and never used twice.
    pub(super) sequence: u64,
    pub(super) id: String,
    pub(super) sent_ms: i64,
    pub(super) content: Content,
    /// ARN of the queue that gave the message up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) dead_letter_source: Option<String>,
    pub(super) handling: Handling,
}

/// What the sender gave.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Content {
    pub(super) body: String,
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub(super) attributes: Attributes,
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub(super) system_attributes: Attributes,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) deduplication_id: Option<String>,
}

/// How far a message's handling is.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Handling {
    pub(super) place: Place,
    /// How often it was handed out.
    pub(super) receives: u32,
    #[serde(default)]
    pub(super) first_received_ms: Option<i64>,
    #[serde(default)]
    pub(super) received_ms: Option<i64>,
}

impl Handling {
    pub(super) fn new(place: Place) -> Self {
        Self { place, receives: 0, first_received_ms: None, received_ms: None }
    }
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// May be handed out.
    Waiting,
    /// Sent with a delay that has not passed.
    Delayed {
        /// End of the delay, milliseconds since 1970.
        until_ms: i64,
    },
    /// Handed out, and invisible to others.
    InFlight {
        /// End of the visibility timeout, milliseconds since 1970.
        until_ms: i64,
    },
}

impl Place {
    /// When this place ends by the clock.
    pub(super) fn until_ms(self) -> Option<i64> {
        match self {
            Self::Waiting => None,
            Self::Delayed { until_ms } | Self::InFlight { until_ms } => Some(until_ms),
        }
    }
}

/// How many messages stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// May be handed out, or wait behind their group's lock.
    pub waiting: usize,
    /// Handed out and not finished.
    pub in_flight: usize,
    /// Sent with a delay that has not passed.
    pub delayed: usize,
}

impl Counts {
    /// The number of those that stand as `place` does.
    pub(super) fn at(&mut self, place: Place) -> &mut usize {
        match place {
            Place::Waiting => &mut self.waiting,
            Place::Delayed { .. } => &mut self.delayed,
            Place::InFlight { .. } => &mut self.in_flight,
        }
    }
}

/// Message attributes by name; the digest wants them in the order of names.
pub(super) type Attributes = BTreeMap<String, Attribute>;

/// One message attribute, in its wire form.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Attribute {
    #[serde(default)]
    pub(super) data_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) string_value: Option<String>,
    /// Base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) binary_value: Option<String>,
}

/// "Each message can have up to 10 attributes" (developer guide, message metadata, read November 2026).
const MOST_ATTRIBUTES: usize = 10;

/// Group and deduplication ids: "up to 128 alphanumeric characters and punctuation" (API reference, `SendMessage`).
const MOST_ID_CHARACTERS: usize = 128;

impl Content {
    /// Bytes that count towards the size limits: body, and names, types and values of the message attributes.
    ///
    /// "The size of a message system attribute doesn't count towards the total size" (API reference, `SendMessage`).
    pub(super) fn size_bytes(&self) -> usize {
        let attributes = self.attributes.iter().map(|(name, a)| {
            let text = a.string_value.as_ref().map_or(0, String::len);
            let bytes = a.binary_value.as_ref().map_or(0, |b| STANDARD.decode(b).map_or(0, |b| b.len()));
            name.len() + a.data_type.len() + text + bytes
        });
        self.body.len() + attributes.sum::<usize>()
    }

    /// Checks what does not depend on the queue's settings.
    ///
    /// # Errors
    /// What the service answers: the message would be refused again.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        if self.body.is_empty() {
            return Err(Refusal::missing("MessageBody"));
        }
        check_characters(&self.body)?;
        if self.attributes.len() > MOST_ATTRIBUTES {
            return Err(Refusal::invalid(format!(
                "Number of message attributes exceeds the allowed maximum [{MOST_ATTRIBUTES}]."
            )));
        }
        for (name, attribute) in self.attributes.iter().chain(&self.system_attributes) {
            check_attribute(name, attribute)?;
        }
        if let Some(name) = self.system_attributes.keys().find(|name| *name != "AWSTraceHeader") {
            return Err(Refusal::invalid(format!("Message system attribute name {name} is invalid.")));
        }
        check_id("MessageGroupId", self.group.as_deref())?;
        check_id("MessageDeduplicationId", self.deduplication_id.as_deref())
    }
}

/// Refuses what the service refuses: everything but `#x9 #xA #xD #x20-#xD7FF #xE000-#xFFFD #x10000-#x10FFFF`
/// (API reference, `SendMessage`, read November 2026). A Rust string holds no surrogates, so they need no test.
fn check_characters(text: &str) -> Result<(), Refusal> {
    let is_refused =
        |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    if text.contains(is_refused) { Err(Refusal::invalid_contents()) } else { Ok(()) }
}

fn check_attribute(name: &str, attribute: &Attribute) -> Result<(), Refusal> {
    let refused = |reason: &str| Err(Refusal::invalid(format!("The message attribute '{name}' {reason}.")));
    let is_name_character = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let lower = name.to_ascii_lowercase();
    if name.is_empty() || name.len() > 256 || !name.chars().all(is_name_character) || lower.starts_with("aws.") {
        return refused("has an invalid name");
    }
    let has_value = match attribute.data_type.split('.').next().unwrap_or_default() {
        "String" => attribute.string_value.as_ref().is_some_and(|v| !v.is_empty()),
        "Number" => attribute.string_value.as_ref().is_some_and(|v| v.parse::<f64>().is_ok()),
        "Binary" => attribute.binary_value.as_ref().is_some_and(|v| STANDARD.decode(v).is_ok_and(|v| !v.is_empty())),
        _ => return refused("has an invalid message attribute type"),
    };
    if !has_value {
        return refused("must contain a non-empty value of its type");
    }
    check_characters(attribute.string_value.as_deref().unwrap_or_default())
}

fn check_id(parameter: &str, id: Option<&str>) -> Result<(), Refusal> {
    let is_fine = |id: &str| (1..=MOST_ID_CHARACTERS).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
    if id.is_none_or(is_fine) {
        return Ok(());
    }
    let reason = "can only include alphanumeric and punctuation characters. 1 to 128 in length";
    Err(Refusal::invalid(format!("Value for parameter {parameter} is invalid. Reason: {parameter} {reason}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> Content {
        Content { body: text.into(), ..Content::default() }
    }

    #[test]
    fn characters_outside_the_documented_set_are_refused() {
        for fine in ["\t\n\r", " ", "\u{7f}", "\u{d7ff}", "\u{e000}", "\u{fffd}", "\u{10000}", "\u{10ffff}", "olá 👋"]
        {
            assert!(body(fine).check().is_ok(), "{fine:?}");
        }
        for refused in ["\0", "\u{8}", "\u{b}", "\u{c}", "\u{e}", "\u{1f}", "\u{fffe}", "\u{ffff}"] {
            let text = format!("a{refused}");
            assert_eq!(body(&text).check().unwrap_err().code, "InvalidMessageContents", "{refused:?}");
        }
    }

    #[test]
    fn attributes_are_checked() {
        let text =
            |t: &str, v: &str| Attribute { data_type: t.into(), string_value: Some(v.into()), binary_value: None };
        let cases = [
            ("an ordinary text", "kind", text("String", "x"), true),
            ("a type with a label", "kind", text("Number.cents", "12.5"), true),
            ("an empty text", "kind", text("String", ""), false),
            ("a number that is none", "kind", text("Number", "twelve"), false),
            ("an unknown type", "kind", text("Text", "x"), false),
            ("a reserved name", "AWS.kind", text("String", "x"), false),
            ("a name with a space", "a kind", text("String", "x"), false),
            ("a control character", "kind", text("String", "\u{1}"), false),
            ("bytes given as text", "kind", text("Binary", "x"), false),
        ];
        for (case, name, attribute, is_fine) in cases {
            let content = Content { attributes: [(name.to_owned(), attribute)].into(), ..body("x") };
            assert_eq!(content.check().is_ok(), is_fine, "{case}");
        }
    }

    #[test]
    fn names_types_and_values_of_attributes_count_as_size() {
        let attribute = Attribute { data_type: "String".into(), string_value: Some("olá".into()), binary_value: None };
        let content = Content { attributes: [("kind".to_owned(), attribute)].into(), ..body("é") };
        assert_eq!(content.size_bytes(), 2 + 4 + 6 + 4);
    }

    #[test]
    fn ids_are_printable_and_short() {
        let with = |group: &str| Content { group: Some(group.into()), ..body("x") };
        assert!(with(&"g".repeat(128)).check().is_ok());
        for refused in [String::new(), "g".repeat(129), "a b".into(), "é".into()] {
            assert_eq!(with(&refused).check().unwrap_err().code, "InvalidParameterValue", "{refused:?}");
        }
    }
}
