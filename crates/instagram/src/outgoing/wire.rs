//! Meta's JSON for what we send, member by member, before any check (fact sheet 4.2, 6.1, 6.2).
//!
//! One shape for writing and reading. The order of members is the order on the wire.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::MediaId;

use super::ContentError;

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Message {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quick_replies: Option<Vec<QuickReply>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) attachment: Option<Attachment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) attachments: Option<Vec<Attachment>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) metadata: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuickReply {
    pub(super) content_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payload: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Attachment {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payload: Option<AttachmentPayload>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AttachmentPayload {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<MediaId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) template_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) elements: Option<Vec<Element>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) buttons: Option<Vec<Button>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Element {
    pub(super) title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) subtitle: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) image_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) default_action: Option<Button>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) buttons: Option<Vec<Button>>,
}

/// A button, or a `default_action`, which is one without a title.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Button {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payload: Option<String>,
}

/// Reads a JSON object.
pub(super) fn read<T: DeserializeOwned>(json: &str) -> Result<T, ContentError> {
    // Straight from the text first: that refuses a member that stands twice, and knows the place of what is wrong.
    let read = serde_json::from_str(json).map_err(|error| ContentError::shape(&error))?;
    check_objects(&serde_json::from_str(json).map_err(|error| ContentError::shape(&error))?)?;
    Ok(read)
}

/// Reads a JSON object out of a larger document. Of serde's own complaints, which quote what they met, none remains.
pub(super) fn read_value<T: DeserializeOwned>(value: Value) -> Result<T, ContentError> {
    check_objects(&value)?;
    T::deserialize(value).map_err(|error| ContentError::shape(&error))
}

/// A derived struct also takes an array, member by member. None of ours begins with an object, so it is enough that
/// the whole and every item of a list is one.
fn check_objects(value: &Value) -> Result<(), ContentError> {
    let Value::Object(members) = value else { return Err(ContentError::Shape { line: 0, column: 0 }) };
    for member in members.values() {
        match member {
            Value::Array(items) => items.iter().try_for_each(check_objects)?,
            Value::Object(_) => check_objects(member)?,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    Ok(())
}

/// Every member has to be absent; the first that is not is named.
pub(super) fn check_absent<const N: usize>(members: [(&'static str, bool); N]) -> Result<(), ContentError> {
    match members.into_iter().find(|(_, is_there)| *is_there) {
        Some((name, _)) => Err(ContentError::Misplaced(name)),
        None => Ok(()),
    }
}
