use instagram::{
    AccountId, Attachment, AttachmentKind, Author, CommentId, Content, Control, ControlChange, Echo, Event, Kind,
    MediaId, Message, MessageId, PersonId, Postback, Reaction, Referral, ReplyTo, Words, outgoing,
};

mod rules;
mod steps;
mod times;
mod wishes;

pub(super) use super::*;
use crate::{MediaOwner, Mode, ReplyAction};

const ACCOUNT: &str = "17841400000000001";
const PERSON: &str = "900000000000001";
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const AT: UnixMillis = UnixMillis(1_767_225_600_000);

fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

fn mid() -> MessageId {
    MessageId::parse("mid.1").unwrap()
}

fn event(kind: Kind) -> Event {
    let account = AccountId::parse(ACCOUNT).unwrap();
    Event { account, at: Some(AT), standby: false, test: false, lossy: false, kind }
}

fn message(text: &str) -> Message {
    Message {
        mid: mid(),
        from: person(PERSON),
        content: Content { text: Some(text.into()), ..Content::default() },
        quick_reply: None,
        reply_to: None,
        referral: None,
    }
}

fn comment(text: &str) -> instagram::Comment {
    instagram::Comment {
        id: CommentId::parse("18000000000000011").unwrap(),
        from: Some(Author { id: person(PERSON), username: Some("curious.reader".into()), is_self: false }),
        media: Some(MediaId::parse("18000000000000010").unwrap()),
        media_product: Some("FEED".to_owned()),
        parent: None,
        text: Some(text.into()),
        live: false,
    }
}

fn postback(payload: &str) -> Postback {
    Postback {
        mid: None,
        from: person(PERSON),
        title: Some("Agenda".into()),
        payload: Some(payload.into()),
        referral: None,
        is_self: false,
    }
}

/// Nothing known that would forbid an answer.
fn facts(event: &Event) -> Facts<'_> {
    Facts {
        event,
        key: "msg:17841400000000001:mid.1",
        at: AT,
        mode: Mode::Answer,
        own_username: None,
        created_by_us: false,
        media_owner: MediaOwner::Own,
        unsent: false,
        last_user_at: Some(AT),
        first_contact: false,
        opted_out: false,
        paused_until: None,
        control_ours: true,
        recent_replies: &[],
        fired: &[],
        follows: None,
        names: crate::Names::default(),
        last_disclosed_at: None,
        person_answered_at: None,
    }
}

fn rules(rules: &str) -> RuleSet {
    RuleSet::parse(&format!(r#"{{"version":1,"rules":[{rules}]}}"#)).unwrap()
}

/// Answers everything that can be answered, as long as possible.
fn eager() -> RuleSet {
    rules(
        r#"{"id":"direct","on":["message","story_reply","story_mention","quick_reply","postback"],
            "do":[{"text":"x"}],"patience_minutes":10080},
           {"id":"live","on":["live_comment"],"in_threads":true,"do":[{"private_reply":"x"}],"patience_minutes":10080},
           {"id":"comment","on":["comment"],"in_threads":true,"on_other_media":true,
            "do":[{"private_reply":"x"},{"public_reply":"y"}],"patience_minutes":10080}"#,
    )
}

fn texts(decision: &Decision) -> Vec<String> {
    let told = |content: &outgoing::Content| content.text().map_or_else(|| content.to_json(), ToOwned::to_owned);
    let told = |reply: &Intended| match &reply.action {
        ReplyAction::Message { to, content } => format!("to {to}: {}", told(content)),
        ReplyAction::PrivateReply { comment, content } => format!("to the author of {comment}: {}", told(content)),
        ReplyAction::PublicReply { comment, text } => format!("below {comment}: {}", text.expose()),
    };
    decision.replies.iter().map(told).collect()
}
