//! From the platform's many shapes to one [`Event`].

mod comment;
mod messaging;

use serde_json::value::RawValue;

use crate::element::TEST_ACCOUNT;
use crate::{AccountId, Element, Event, Kind, Malformed, PersonId, UnixMillis, json, wire};

/// Longest name of an unknown member that is kept, in characters.
const MAX_NAME_CHARS: usize = 64;

/// What is understood, before the envelope's facts are added.
struct Understood {
    kind: Kind,
    /// The element's own time.
    at: Option<UnixMillis>,
    /// A change named `standby`: the Test button's form of `standby[]`.
    standby: bool,
}

pub(crate) fn event(element: &Element<'_>) -> Result<Event, Malformed> {
    let account = element.account.clone().ok_or(Malformed::Account)?;
    let raw = json::without_lone_surrogates(element.raw);
    json::check_unambiguous(&raw)?;
    let understood = if element.foreign {
        Understood { kind: unknown("foreign", None), at: None, standby: false }
    } else {
        understand(&raw, &account)?
    };
    Ok(Event {
        at: understood.at.or(element.entry_time),
        standby: element.standby || understood.standby,
        test: account.as_str() == TEST_ACCOUNT,
        lossy: matches!(raw, std::borrow::Cow::Owned(_)),
        kind: understood.kind,
        account,
    })
}

/// Tells the four shapes apart: a change, an entry that lists changed fields, a messaging object, anything else.
fn understand(raw: &str, account: &AccountId) -> Result<Understood, Malformed> {
    let item = wire::object::<wire::Item<'_>>(raw)?;
    match (&item.field, item.value, item.changed_fields) {
        (Some(field), value, _) => change(field, value, account),
        (None, _, Some(fields)) => Ok(Understood { kind: fields_changed(fields), at: item.timestamp, standby: false }),
        (None, _, None) => {
            Ok(Understood { kind: messaging::kind(&item, raw, account)?, at: item.timestamp, standby: false })
        }
    }
}

/// A change: real comments come so, and every sample of the Test button.
fn change(field: &str, value: Option<&RawValue>, account: &AccountId) -> Result<Understood, Malformed> {
    let Some(value) = value.map(RawValue::get).filter(|value| json::is_object(value)) else {
        return Ok(Understood { kind: unknown(field, None), at: None, standby: false });
    };
    if let "comments" | "live_comments" = field {
        let kind = comment::kind(value, field == "live_comments", account)?.unwrap_or_else(|| unknown(field, None));
        return Ok(Understood { kind, at: None, standby: false });
    }
    // Read for an unknown field too: it may name a person in the usual place.
    let item = wire::object::<wire::Item<'_>>(value)?;
    let kind = if is_messaging_field(field) {
        messaging::kind(&item, value, account)?
    } else {
        unknown(field, messaging::other_side(&item, account))
    };
    Ok(Understood { kind, at: item.timestamp, standby: field == "standby" })
}

/// The dashboard's fields whose value is a messaging object (fact sheet 3.2), with the names other editions print.
fn is_messaging_field(field: &str) -> bool {
    matches!(
        field,
        "messages"
            | "message_echoes"
            | "message_edit"
            | "message_reactions"
            | "messaging_seen"
            | "messaging_postbacks"
            | "messaging_referral"
            | "messaging_optins"
            | "messaging_handover"
            | "standby"
    )
}

fn fields_changed(fields: &RawValue) -> Kind {
    let mut names = Vec::new();
    let read = json::for_each_item(fields.get(), |field| {
        names.extend(serde_json::from_str::<String>(field).ok().map(|name| clean_name(&name)));
        Ok::<(), std::convert::Infallible>(())
    });
    match read {
        Ok(Some(())) => Kind::FieldsChanged { fields: names },
        _ => unknown("changed_fields", None),
    }
}

fn unknown(name: &str, peer: Option<PersonId>) -> Kind {
    Kind::Unknown { name: clean_name(name), peer }
}

/// Cut and reduced to what a metric or a log line can carry: the name comes from outside.
fn clean_name(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    name.chars().take(MAX_NAME_CHARS).map(|c| if is_plain(c) { c } else { '_' }).collect()
}
