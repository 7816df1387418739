//! Event keys: the same event has the same key however often and in whichever shape it is delivered.

use sha2::{Digest, Sha256};

use crate::{ControlChange, Event, Kind, PersonId, Words};

/// Longest event key, in bytes. DynamoDB allows 1024 for a sort key; half of it leaves room for what stands around.
/// Real keys have about 200: an account of 17 digits and a `mid` of some 160 characters.
pub const MAX_KEY_BYTES: usize = 512;

/// The key by which an event is recognised when it comes again (fact sheet 1.5).
///
/// `kind|account|…`, parts joined by `|`, which no identifier holds. The kind is part of the key, because a message,
/// its edits, its unsend and its reactions share one `mid`. An echo has the kind of a message and a live comment that
/// of a comment: one thing, one key. Where Meta gives no id, the sender and the time stand in; where there is not even
/// that, a hash of `raw`, the element's bytes. A key holds identifiers, times and hashes, never words of people.
pub fn event_key(event: &Event, raw: &str) -> String {
    let account = event.account.as_str();
    let key = match &event.kind {
        Kind::MessageReceived(message) => format!("msg|{account}|{}", message.mid),
        Kind::MessageEchoed(echo) => format!("msg|{account}|{}", echo.mid),
        Kind::MessageUnsent { mid, .. } => format!("del|{account}|{mid}"),
        Kind::MessageEdited { mid, num_edit, .. } => format!("edit|{account}|{mid}|{num_edit}"),
        Kind::MessageHinted { mid, .. } => format!("hint|{account}|{mid}"),
        Kind::ReactionChanged(reaction) => {
            let action = if reaction.given { "react" } else { "unreact" };
            format!("react|{account}|{}|{}|{action}|{}", reaction.mid, reaction.by, moment(event, raw))
        }
        Kind::MessageSeen { mid, by } => format!("read|{account}|{by}|{mid}"),
        Kind::PostbackPressed(postback) => match &postback.mid {
            Some(mid) => format!("pb|{account}|{mid}"),
            None => {
                let payload = postback.payload.as_ref().or(postback.title.as_ref()).map_or("", Words::expose);
                format!("pb|{account}|{}|{}|{}", postback.from, hash(payload), moment(event, raw))
            }
        },
        Kind::ReferralOpened { from, .. } => format!("referral|{account}|{from}|{}", moment(event, raw)),
        Kind::OptInReceived { from, .. } => format!("optin|{account}|{from}|{}", moment(event, raw)),
        Kind::ControlChanged(control) => {
            let change = match control.change {
                ControlChange::Passed { .. } => "pass",
                ControlChange::Taken { .. } => "take",
                ControlChange::Requested { .. } => "request",
                ControlChange::Roles(_) => "roles",
            };
            let peer = control.peer.as_ref().map_or("", PersonId::as_str);
            format!("handover|{account}|{peer}|{change}|{}", moment(event, raw))
        }
        Kind::CommentWritten(comment) => format!("c|{account}|{}", comment.id),
        Kind::FieldsChanged { .. } => format!("changed|{account}|{}", hash(raw)),
        Kind::Unknown { .. } => format!("unknown|{account}|{}", hash(raw)),
    };
    if key.len() <= MAX_KEY_BYTES {
        return key;
    }
    // Only invented identifiers are that long; their key must still fit and still be their own.
    let kind = key.split('|').next().unwrap_or_default();
    format!("{kind}|{}", hash(&key))
}

/// When it happened, or what tells it apart when no time can be read.
fn moment(event: &Event, raw: &str) -> String {
    event.at.map_or_else(|| hash(raw), |at| at.0.to_string())
}

/// 32 hex digits of SHA-256: 128 bits, no two events of one account will ever share them by chance.
fn hash(text: &str) -> String {
    hex::encode(&Sha256::digest(text)[..16])
}
