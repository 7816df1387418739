//! A message read from the Graph API, written down as Meta's own delivery would have told of it: pure.

use graph::MessageRead;
use instagram::{Element, PersonId, UnixMillis, Words};
use job::{Job, Receipt};
use serde::Serialize;
use store::Account;

/// An item of `messaging[]` (fact sheet 3.3). What a message holds beside text cannot be read: such a one has its id alone,
/// as Meta itself delivers some.
#[derive(Serialize)]
struct Messaging<'a> {
    sender: Party<'a>,
    recipient: Party<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<UnixMillis>,
    message: Message<'a>,
}

#[derive(Serialize)]
struct Party<'a> {
    id: &'a str,
}

#[derive(Serialize)]
struct Message<'a> {
    mid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

/// The job that ingest would have made of the message's own delivery; `None` if no event can be made of it.
///
/// It is received now: how fresh it is, the message's own time tells, or that of the hint where Meta shows none.
pub(crate) fn job(
    account: &Account,
    from: &PersonId,
    read: &MessageRead,
    hinted_at: UnixMillis,
    received_at: UnixMillis,
) -> Option<Job> {
    let messaging = Messaging {
        sender: Party { id: from.as_str() },
        recipient: Party { id: account.id.as_str() },
        timestamp: read.created_at,
        message: Message { mid: read.id.as_str(), text: read.text.as_ref().map(Words::expose) },
    };
    let raw = serde_json::to_string(&messaging).ok()?;
    let element = Element {
        account: Some(account.id.clone()),
        entry_time: Some(hinted_at),
        standby: false,
        foreign: false,
        raw: &raw,
    };
    let event = element.event().ok()?;
    let receipt = Receipt { received_at, app: account.app.clone(), trace: None };
    Some(Job::new(&element, &event, &receipt))
}

#[cfg(test)]
mod tests {
    use instagram::{AccountId, AppId, Kind, MessageId};
    use store::Mode;

    use super::*;

    const HINTED_AT: UnixMillis = UnixMillis(1_767_225_600_900);
    const NOW: UnixMillis = UnixMillis(1_767_225_661_000);

    fn account() -> Account {
        Account {
            mode: Mode::Answer,
            ..Account::new(
                AccountId::parse("17841400000000001").unwrap(),
                AppId::parse("867555782500454").unwrap(),
                "gabinete",
                "gabinete",
            )
        }
    }

    fn read(created_at: Option<i64>, text: Option<&str>) -> MessageRead {
        MessageRead {
            id: MessageId::parse("aWdfExampleMid01").unwrap(),
            created_at: created_at.map(UnixMillis),
            from: None,
            to: Vec::new(),
            text: text.map(Words::from),
        }
    }

    #[test]
    fn it_is_the_job_that_metas_own_delivery_would_have_become() {
        let person = PersonId::parse("900000000000001").unwrap();
        let cases = [
            ("a text", Some(1_767_225_600_000), Some("Olá \u{1f44b}"), 1_767_225_600_000),
            ("no text: a picture, or a sticker", Some(1_767_225_600_000), None, 1_767_225_600_000),
            ("no time", None, Some("oi"), HINTED_AT.0),
        ];
        for (case, created_at, text, at) in cases {
            let job = job(&account(), &person, &read(created_at, text), HINTED_AT, NOW).unwrap();
            assert_eq!(job.key, "msg|17841400000000001|aWdfExampleMid01", "{case}");
            assert_eq!((job.peer.as_str(), &*job.kind), ("900000000000001", "message"), "{case}");
            assert_eq!((job.app.as_str(), job.received_at), ("867555782500454", NOW), "{case}");
            assert!(job.body().is_ascii(), "{case}");
            let event = Job::parse(&job.body()).unwrap().event().unwrap();
            assert_eq!(event.at, Some(UnixMillis(at)), "{case}");
            let Kind::MessageReceived(message) = event.kind else { panic!("{case}") };
            assert_eq!(message.content.text.as_ref().map(Words::expose), text, "{case}");
            assert!(message.content.attachments.is_empty(), "{case}");
        }
    }

    #[test]
    fn the_same_message_is_the_same_to_the_queue() {
        let person = PersonId::parse("900000000000001").unwrap();
        let at = |now| job(&account(), &person, &read(Some(1), Some("oi")), HINTED_AT, UnixMillis(now)).unwrap();
        let (first, second) = (at(NOW.0), at(NOW.0 + 60_000));
        assert_eq!(first.deduplication_id(), second.deduplication_id());
        assert_eq!(first.group_id(), second.group_id());
    }
}
