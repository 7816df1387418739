//! Invented events and the facts around them.

use automation::{Facts, MediaOwner, Mode, Names};
use instagram::{
    AccountId, Author, Comment, CommentId, Content, Event, Kind, MediaId, Message, MessageId, PersonId, Postback,
    Reaction, Referral, UnixMillis,
};

pub(crate) const ACCOUNT: &str = "17841400000000001";
pub(crate) const PERSON: &str = "900000000000001";
pub(crate) const AT: UnixMillis = UnixMillis(1_767_225_600_000);

pub(crate) fn event(kind: Kind) -> Event {
    let account = AccountId::parse(ACCOUNT).expect("an id");
    Event { account, at: Some(AT), standby: false, test: false, lossy: false, kind }
}

pub(crate) fn message(text: &str) -> Kind {
    Kind::MessageReceived(Message {
        mid: MessageId::parse("mid.1").expect("an id"),
        from: PersonId::parse(PERSON).expect("an id"),
        content: Content { text: Some(text.into()), ..Content::default() },
        quick_reply: None,
        reply_to: None,
        referral: None,
    })
}

pub(crate) fn comment(text: &str, live: bool) -> Kind {
    Kind::CommentWritten(Comment {
        id: CommentId::parse("18000000000000011").expect("an id"),
        from: Some(Author { id: PersonId::parse(PERSON).expect("an id"), username: None, is_self: false }),
        media: MediaId::parse("18000000000000010").ok(),
        media_product: None,
        parent: None,
        text: Some(text.into()),
        live,
    })
}

pub(crate) fn postback(payload: &str) -> Kind {
    Kind::PostbackPressed(Postback {
        mid: None,
        from: PersonId::parse(PERSON).expect("an id"),
        title: Some("Agenda".into()),
        payload: Some(payload.into()),
        referral: None,
        is_self: false,
    })
}

pub(crate) fn edit(text: &str) -> Kind {
    Kind::MessageEdited {
        mid: MessageId::parse("mid.1").expect("an id"),
        peer: PersonId::parse(PERSON).ok(),
        text: Some(text.into()),
        num_edit: 1,
    }
}

pub(crate) fn reaction(given: bool) -> Kind {
    Kind::ReactionChanged(Reaction {
        mid: MessageId::parse("mid.1").expect("an id"),
        by: PersonId::parse(PERSON).expect("an id"),
        given,
        reaction: Some("love".to_owned()),
        emoji: None,
    })
}

pub(crate) fn referral(reference: &str) -> Kind {
    Kind::ReferralOpened {
        from: PersonId::parse(PERSON).expect("an id"),
        referral: Referral { reference: Some(reference.into()), ..Referral::default() },
    }
}

/// Nothing known that would forbid an answer.
pub(crate) fn facts(event: &Event) -> Facts<'_> {
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
        names: Names::default(),
        last_disclosed_at: None,
        person_answered_at: None,
    }
}
