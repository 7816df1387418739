//! Webhook shapes in the platform's own words, read leniently.
//!
//! Every member is optional and an unknown one is ignored (fact sheet 0, warning 3). A member of the wrong type counts
//! as absent, so that it cannot take the event with it; the raw element is kept anyway. Identifiers of people, messages
//! and comments are the exception: one that is no identifier makes the element malformed, because acting on half an
//! address is worse than not acting.

mod comment;
mod message;
mod messaging;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};
use serde_json::value::RawValue;

pub(crate) use comment::Comment;
pub(crate) use message::{Attachment, AttachmentPayload, Message, Referral, ReplyTo};
pub(crate) use messaging::{Item, MessageEdit, OptIn, Postback, Reaction, Read, ThreadControl};

use crate::{Malformed, json};

/// Reads an identifier written as text or as a whole number of any length; none if it is anything else.
pub(crate) fn id<T: DeserializeOwned>(raw: &str) -> Option<T> {
    if !raw.is_empty() && raw.bytes().all(|byte| byte.is_ascii_digit()) {
        // Quoted, the digits reach the identifier as they are, however many.
        return serde_json::from_str(&format!("\"{raw}\"")).ok();
    }
    serde_json::from_str(raw).ok()
}

/// Reads one of this module's shapes from an object.
pub(crate) fn object<'a, T: Deserialize<'a>>(raw: &'a str) -> Result<T, Malformed> {
    if !json::is_object(raw) {
        return Err(Malformed::NotAnObject);
    }
    // Duplicate keys and broken JSON are refused before, everything else but identifiers is read leniently.
    serde_json::from_str(raw).map_err(|_| Malformed::Id)
}

/// An identifier that must be one if it is there.
fn strict_id<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    let Some(raw) = Option::<&RawValue>::deserialize(deserializer)? else {
        return Ok(None);
    };
    id(raw.get()).map(Some).ok_or_else(|| serde::de::Error::custom(crate::InvalidId))
}

/// An identifier that an event can do without.
fn lenient_id<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(id(<&RawValue>::deserialize(deserializer)?.get()))
}

/// Any value that counts as absent if it has another type.
fn lenient<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(serde_json::from_str(<&RawValue>::deserialize(deserializer)?.get()).ok())
}

/// One of this module's shapes that counts as absent if it is no object.
fn lenient_object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(object(<&RawValue>::deserialize(deserializer)?.get()).ok())
}

/// A person or account that counts as unnamed if it is no object, and is refused if its identifier is none.
fn strict_object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    match object(<&RawValue>::deserialize(deserializer)?.get()) {
        Ok(shape) => Ok(Some(shape)),
        Err(Malformed::NotAnObject) => Ok(None),
        Err(error) => Err(serde::de::Error::custom(error)),
    }
}

/// A short word or a number, kept as text.
fn word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?.get();
    let is_number = raw.starts_with(|first: char| first.is_ascii_digit() || first == '-');
    Ok(if is_number { Some(raw.to_owned()) } else { serde_json::from_str(raw).ok() })
}

/// A flag: `true`, also as text or as 1. Anything else is no.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?.get();
    Ok(matches!(raw, "true" | "\"true\"" | "1"))
}
