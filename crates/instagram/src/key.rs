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

#[cfg(test)]
mod tests {
    use crate::{AccountId, Element, UnixMillis};

    use super::*;

    fn key_at(entry_time: Option<i64>, raw: &str) -> String {
        let element = Element {
            account: Some(AccountId::parse("178").unwrap()),
            entry_time: entry_time.map(UnixMillis),
            standby: false,
            foreign: false,
            raw,
        };
        event_key(&element.event().unwrap(), raw)
    }

    fn key(raw: &str) -> String {
        key_at(None, raw)
    }

    fn from_person(member: &str) -> String {
        format!(r#"{{"sender":{{"id":"900"}},"recipient":{{"id":"178"}},"timestamp":1767225600789,{member}}}"#)
    }

    #[test]
    fn each_kind_has_its_own_key() {
        let cases = [
            (r#""message":{"mid":"m1"}"#, "msg|178|m1"),
            (r#""message":{"mid":"m1","is_echo":true}"#, "msg|178|m1"),
            (r#""message":{"mid":"m1","is_deleted":true}"#, "del|178|m1"),
            (r#""message_edit":{"mid":"m1","num_edit":2}"#, "edit|178|m1|2"),
            (r#""message_edit":{"mid":"m1","num_edit":0}"#, "hint|178|m1"),
            (r#""reaction":{"mid":"m1","action":"react"}"#, "react|178|m1|900|react|1767225600789"),
            (r#""reaction":{"mid":"m1","action":"unreact"}"#, "react|178|m1|900|unreact|1767225600789"),
            (r#""read":{"mid":"m1"}"#, "read|178|900|m1"),
            (r#""postback":{"mid":"m1","payload":"HOURS"}"#, "pb|178|m1"),
            (r#""referral":{"ref":"a"}"#, "referral|178|900|1767225600789"),
            (r#""optin":{"type":"a"}"#, "optin|178|900|1767225600789"),
            (r#""pass_thread_control":{}"#, "handover|178|900|pass|1767225600789"),
            (r#""take_thread_control":{}"#, "handover|178|900|take|1767225600789"),
            (r#""request_thread_control":{}"#, "handover|178|900|request|1767225600789"),
            (r#""app_roles":{}"#, "handover|178|900|roles|1767225600789"),
        ];
        for (member, expected) in cases {
            assert_eq!(key(&from_person(member)), expected, "{member}");
        }
    }

    #[test]
    fn case_103_one_comment_has_one_key_whichever_field_brought_it() {
        for field in ["comments", "live_comments"] {
            assert_eq!(key(&format!(r#"{{"field":"{field}","value":{{"id":"c1","text":"a"}}}}"#)), "c|178|c1");
        }
    }

    #[test]
    fn where_there_is_no_id_a_hash_stands_in_and_no_words() {
        let postback = from_person(r#""postback":{"payload":"CANARY"}"#);
        insta::assert_snapshot!(key(&postback), @"pb|178|900|fe0344af3e43e190840444ba40c096f5|1767225600789");
        assert_ne!(key(&postback), key(&postback.replace("CANARY", "OTHER")));
        insta::assert_snapshot!(key(&from_person(r#""future":{}"#)), @"unknown|178|fd30f44f5259275ab07dafad0d40a05b");
        insta::assert_snapshot!(key(r#"{"id":"178","changed_fields":["comments"]}"#), @"changed|178|a2374ee9f820a0c72022387d9742a68d");
    }

    #[test]
    fn without_any_time_the_bytes_tell_events_apart() {
        let reaction = r#"{"sender":{"id":"900"},"reaction":{"mid":"m1","action":"react"}}"#;
        assert_eq!(key_at(Some(1_767_225_600_000), reaction), "react|178|m1|900|react|1767225600000");
        assert_eq!(key(reaction), key(reaction));
        assert_ne!(key(reaction), key(&reaction.replace("}}", ",\"emoji\":\"a\"}}")));
    }

    #[test]
    fn a_key_fits_whatever_identifiers_arrive() {
        let long = |end: &str| format!("{}{end}", "9".repeat(470));
        let read = |mid: &str| format!(r#"{{"sender":{{"id":"{}"}},"read":{{"mid":"{mid}"}}}}"#, long("a"));
        assert!(key(&read(&long("b"))).len() <= MAX_KEY_BYTES);
        assert_ne!(key(&read(&long("b"))), key(&read(&long("c"))));
    }
}
