//! Deliveries as Meta builds them, member by member in Meta's order (fact sheet 3).

use serde::Serialize;

use super::written::as_meta_writes;

#[derive(Serialize)]
struct Delivery<'a> {
    object: &'static str,
    entry: [Entry<'a>; 1],
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    /// Milliseconds beside `messaging`, seconds beside `changes` (fact sheet 3.1).
    time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    messaging: Option<[Messaging<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<[Change<'a>; 1]>,
}

#[derive(Serialize)]
struct Id<'a> {
    id: &'a str,
}

#[derive(Serialize)]
struct Messaging<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    sender: Option<Id<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<Id<'a>>,
    timestamp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_edit: Option<Edit<'a>>,
}

#[derive(Serialize, Default)]
struct Message<'a> {
    mid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    attachments: &'a [serde_json::Value],
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<&'a str>,
    #[serde(skip_serializing_if = "is_false")]
    is_deleted: bool,
    #[serde(skip_serializing_if = "is_false")]
    is_echo: bool,
    #[serde(skip_serializing_if = "is_false")]
    is_self: bool,
}

#[derive(Serialize)]
struct Edit<'a> {
    mid: &'a str,
    num_edit: u32,
}

#[derive(Serialize)]
struct Change<'a> {
    field: &'static str,
    value: Comment<'a>,
}

#[derive(Serialize)]
struct Comment<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<From<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    media: Option<Media<'a>>,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

#[derive(Serialize)]
struct From<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    self_ig_scoped_id: Option<&'a str>,
}

#[derive(Serialize)]
struct Media<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_product_type: Option<&'a str>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands every member over by reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

/// How a message is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Telling {
    /// As itself: incoming, or as an echo.
    Whole,
    /// As unsent.
    Unsent,
    /// By `message_edit` with number 0 alone, neither sender nor text (fact sheet 3.6).
    Hint,
}

/// The delivery that tells of a message, made at `now`.
pub(super) fn message(message: &super::world::Message, telling: Telling, now: i64) -> serde_json::Result<String> {
    let account = message.account.as_str();
    let person = message.person.as_str();
    let (sender, recipient) = if message.outgoing { (account, person) } else { (person, account) };
    let whole = telling == Telling::Whole;
    let hint = telling == Telling::Hint;
    let event = Messaging {
        sender: (!hint).then_some(Id { id: sender }),
        recipient: (!hint).then_some(Id { id: recipient }),
        timestamp: if whole { message.at } else { now },
        message: (!hint).then(|| Message {
            mid: &message.mid,
            text: message.text.as_deref().filter(|_| whole),
            attachments: if whole { &message.attachments } else { &[] },
            metadata: message.metadata.as_deref().filter(|_| whole),
            is_deleted: telling == Telling::Unsent,
            is_echo: message.outgoing,
            is_self: message.outgoing && account == person,
        }),
        message_edit: hint.then_some(Edit { mid: &message.mid, num_edit: 0 }),
    };
    let entry = Entry { id: account, time: now, messaging: Some([event]), changes: None };
    as_meta_writes(&Delivery { object: "instagram", entry: [entry] })
}

/// The delivery that tells of a comment, made at `now`.
pub(super) fn comment(comment: &super::world::Comment, product: Option<&str>, now: i64) -> serde_json::Result<String> {
    let own = comment.from.as_deref() == Some(comment.account.as_str());
    let value = Comment {
        from: comment.from.as_deref().map(|id| From {
            id,
            username: comment.username.as_deref(),
            self_ig_scoped_id: own.then_some(id),
        }),
        media: comment.media.as_deref().map(|id| Media { id, media_product_type: product }),
        id: &comment.id,
        parent_id: comment.parent.as_deref(),
        text: comment.text.as_deref(),
    };
    let field = if comment.live { "live_comments" } else { "comments" };
    let entry =
        Entry { id: &comment.account, time: now / 1000, messaging: None, changes: Some([Change { field, value }]) };
    as_meta_writes(&Delivery { object: "instagram", entry: [entry] })
}

#[cfg(test)]
mod tests {
    use super::super::world;
    use super::*;

    const NOW: i64 = 1_767_225_601_456;

    fn hello() -> world::Message {
        world::Message {
            mid: "aWdfM1".into(),
            account: "178".into(),
            person: "900".into(),
            text: Some("Olá".into()),
            at: 1_767_225_600_789,
            ..world::Message::default()
        }
    }

    #[test]
    fn a_message_reads_as_meta_writes_it() {
        let echo = world::Message { outgoing: true, metadata: Some("r1".into()), ..hello() };
        let cases = [
            (
                "incoming",
                message(&hello(), Telling::Whole, NOW),
                r#"{"sender": {"id": "900"}, "recipient": {"id": "178"}, "timestamp": 1767225600789, "message": {"mid": "aWdfM1", "text": "Ol\u00e1"}}"#,
            ),
            (
                "an echo",
                message(&echo, Telling::Whole, NOW),
                r#"{"sender": {"id": "178"}, "recipient": {"id": "900"}, "timestamp": 1767225600789, "message": {"mid": "aWdfM1", "text": "Ol\u00e1", "metadata": "r1", "is_echo": true}}"#,
            ),
            (
                "unsent",
                message(&hello(), Telling::Unsent, NOW),
                r#"{"sender": {"id": "900"}, "recipient": {"id": "178"}, "timestamp": 1767225601456, "message": {"mid": "aWdfM1", "is_deleted": true}}"#,
            ),
            (
                "hinted at",
                message(&hello(), Telling::Hint, NOW),
                r#"{"timestamp": 1767225601456, "message_edit": {"mid": "aWdfM1", "num_edit": 0}}"#,
            ),
        ];
        for (case, body, event) in cases {
            let expected = format!(
                r#"{{"object": "instagram", "entry": [{{"id": "178", "time": 1767225601456, "messaging": [{event}]}}]}}"#
            );
            assert_eq!(body.unwrap(), expected, "{case}");
        }
    }

    #[test]
    fn a_comment_reads_as_meta_writes_it() {
        let price = world::Comment {
            id: "11".into(),
            account: "178".into(),
            media: Some("10".into()),
            from: Some("900".into()),
            username: Some("curious.reader".into()),
            text: Some("Price please".into()),
            ..world::Comment::default()
        };
        assert_eq!(
            comment(&price, Some("FEED"), NOW).unwrap(),
            r#"{"object": "instagram", "entry": [{"id": "178", "time": 1767225601, "changes": [{"field": "comments", "value": {"from": {"id": "900", "username": "curious.reader"}, "media": {"id": "10", "media_product_type": "FEED"}, "id": "11", "text": "Price please"}}]}]}"#
        );
    }
}
