//! Elements of one account, read.

use instagram::{AccountId, Element, Event, Kind, Malformed, UnixMillis, Words};

pub(crate) const ACCOUNT: &str = "17841400000000001";

pub(crate) fn read(raw: &str, standby: bool) -> Result<Event, Malformed> {
    let element = Element {
        account: Some(AccountId::parse(ACCOUNT).expect("an identifier")),
        entry_time: Some(UnixMillis(1_767_225_690_000)),
        standby,
        foreign: false,
        raw,
    };
    element.event()
}

pub(crate) fn event(raw: &str) -> Event {
    read(raw, false).expect("a readable element")
}

pub(crate) fn kind(raw: &str) -> Kind {
    event(raw).kind
}

/// A messaging object from a person to the account.
pub(crate) fn from_person(member: &str) -> String {
    format!(
        r#"{{"sender":{{"id":"900000000000001"}},"recipient":{{"id":"{ACCOUNT}"}},"timestamp":1767225600789,{member}}}"#
    )
}

/// A messaging object from the account to a person.
pub(crate) fn from_account(member: &str) -> String {
    format!(
        r#"{{"sender":{{"id":"{ACCOUNT}"}},"recipient":{{"id":"900000000000001"}},"timestamp":1767225600789,{member}}}"#
    )
}

pub(crate) fn message(members: &str) -> Kind {
    kind(&from_person(&format!(r#""message":{{"mid":"aWdfM1",{members}}}"#)))
}

pub(crate) fn text_of(kind: &Kind) -> Option<&str> {
    let text = match kind {
        Kind::MessageReceived(message) => &message.content.text,
        Kind::MessageEchoed(echo) => &echo.content.text,
        Kind::MessageEdited { text, .. } | Kind::MessageHinted { text, .. } => text,
        Kind::CommentWritten(comment) => &comment.text,
        _ => &None,
    };
    text.as_ref().map(Words::expose)
}
