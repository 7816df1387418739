//! One item of `messaging[]` or `standby[]`, one change, or one entry that is itself the event.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Referral, flag, lenient, lenient_id, lenient_object, strict_id, strict_object, word};
use crate::{AppId, MessageId, PersonId, UnixMillis, Words};

/// The members by which an element's kind is told (fact sheet 3.2): the event does not name its field.
#[derive(Deserialize)]
pub(crate) struct Item<'a> {
    #[serde(default, deserialize_with = "word")]
    pub(crate) field: Option<String>,
    #[serde(borrow)]
    pub(crate) value: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) changed_fields: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "strict_object")]
    pub(crate) sender: Option<Party>,
    #[serde(default, deserialize_with = "strict_object")]
    pub(crate) recipient: Option<Party>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) timestamp: Option<UnixMillis>,
    #[serde(default, deserialize_with = "flag")]
    pub(crate) is_self: bool,
    #[serde(borrow)]
    pub(crate) message: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) message_edit: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) reaction: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) read: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) postback: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) referral: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) optin: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) pass_thread_control: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) take_thread_control: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) request_thread_control: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) app_roles: Option<&'a RawValue>,
}

/// `sender` or `recipient`: the account or a person.
#[derive(Deserialize)]
pub(crate) struct Party {
    #[serde(default, deserialize_with = "strict_id")]
    pub(crate) id: Option<PersonId>,
}

/// `message_edit` (fact sheet 3.6).
#[derive(Deserialize)]
pub(crate) struct MessageEdit {
    #[serde(default, deserialize_with = "strict_id")]
    pub(crate) mid: Option<MessageId>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) text: Option<Words>,
    #[serde(default, deserialize_with = "word")]
    pub(crate) num_edit: Option<String>,
}

/// `reaction` (fact sheet 3.9).
#[derive(Deserialize)]
pub(crate) struct Reaction {
    #[serde(default, deserialize_with = "strict_id")]
    pub(crate) mid: Option<MessageId>,
    #[serde(default, deserialize_with = "word")]
    pub(crate) action: Option<String>,
    #[serde(default, deserialize_with = "word")]
    pub(crate) reaction: Option<String>,
    #[serde(default, deserialize_with = "word")]
    pub(crate) emoji: Option<String>,
}

/// `read` (fact sheet 3.10): no watermark, only the message read last.
#[derive(Deserialize)]
pub(crate) struct Read {
    #[serde(default, deserialize_with = "strict_id")]
    pub(crate) mid: Option<MessageId>,
}

/// `postback` (fact sheet 3.11).
#[derive(Deserialize)]
pub(crate) struct Postback {
    #[serde(default, deserialize_with = "strict_id")]
    pub(crate) mid: Option<MessageId>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) title: Option<Words>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) payload: Option<Words>,
    #[serde(default, deserialize_with = "lenient_object")]
    pub(crate) referral: Option<Referral>,
    #[serde(default, deserialize_with = "flag")]
    pub(crate) is_self: bool,
}

/// `optin` (fact sheet 3.12).
#[derive(Deserialize)]
pub(crate) struct OptIn {
    #[serde(default, rename = "type", deserialize_with = "word")]
    pub(crate) kind: Option<String>,
}

/// The bodies of the three handover members (fact sheet 3.13). App ids come as text or number, or null.
#[derive(Deserialize)]
pub(crate) struct ThreadControl {
    #[serde(default, deserialize_with = "lenient_id")]
    pub(crate) previous_owner_app_id: Option<AppId>,
    #[serde(default, deserialize_with = "lenient_id")]
    pub(crate) new_owner_app_id: Option<AppId>,
    #[serde(default, deserialize_with = "lenient_id")]
    pub(crate) requested_owner_app_id: Option<AppId>,
}
