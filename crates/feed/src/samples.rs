//! An event of every shape, for tests. Each has its body in `fixtures/`, as it lies in a queue.

use instagram::{AccountId, CommentId, Element, Kind, MessageId, Peer, PersonId, UnixMillis};

use crate::*;

pub(crate) const AT: i64 = 1_767_225_600_000;
pub(crate) const ACCOUNT: &str = "17841400000000001";
pub(crate) const PERSON: &str = "900000000000001";
const CUSTOMER: &str = "gabinete-ana";
const MID: &str = "aWdfExampleMid01";
const REPLY: &str = "ddd195a8f9fa588494cae97f905de533";

/// Words of people and addresses in what Instagram reports: none may be in a body.
pub(crate) const CANARY: &str = "CANARY";

/// The fixture's name, and the event.
pub(crate) fn samples() -> Vec<(&'static str, Event)> {
    let mut samples = of_accounts();
    samples.extend(of_instagram());
    samples.extend(of_replies());
    samples.extend(of_persons());
    samples
}

fn of_accounts() -> Vec<(&'static str, Event)> {
    let username = || "gabinete.ana".to_owned();
    vec![
        ("connected", event(Happened::Connected { username: username(), missed: None })),
        ("connected-after-a-break", event(Happened::Connected { username: username(), missed: Some(missed()) })),
        (
            "connected-after-a-break-many",
            event(Happened::Connected { username: username(), missed: Some(Missed { more: 1_200, ..missed() }) }),
        ),
        ("repaired", event(Happened::Repaired { username: username(), missed: missed() })),
        (
            "repaired-many",
            event(Happened::Repaired { username: username(), missed: Missed { more: 1_200, ..missed() } }),
        ),
        ("broken", event(Happened::Broken { trouble: Trouble::of("token/190/463") })),
        ("disconnected", event(Happened::Disconnected {})),
        ("erased", event(Happened::Erased {})),
    ]
}

fn of_instagram() -> Vec<(&'static str, Event)> {
    let answered = Known { why: Some("answered"), ..Known::default() };
    let unknown = Known::default();
    let message = r#""message":{"mid":"aWdfExampleMid01","text":"CANARY","quick_reply":{"payload":"CANARY"},
        "reply_to":{"story":{"id":"1","url":"https://CANARY"}},"attachments":[{"type":"image",
        "payload":{"url":"https://CANARY"}},{"type":"image"},{"type":"CANARY"}],"referral":{"ref":"CANARY"}}"#;
    let seen = r#""message":{"mid":"aWdfExampleMid01","is_unsupported":true}"#;
    let comment = r#"{"field":"comments","value":{"id":"17900000000000001","text":"CANARY","parent_id":"17900000000000009",
        "from":{"id":"900000000000001","username":"CANARY"},"media":{"id":"18000000000000001"}}}"#;
    let own = r#"{"field":"comments","value":{"id":"17900000000000001","from":{"id":"17841400000000001"}}}"#;
    vec![
        ("message-received", reported(&from_person(message), answered)),
        ("message-received-unanswered", reported(&from_person(seen), unknown)),
        (
            "message-edited",
            reported(
                &from_person(r#""message_edit":{"mid":"aWdfExampleMid01","text":"CANARY","num_edit":2}"#),
                answered,
            ),
        ),
        (
            "message-edited-of-nobody",
            reported(r#"{"message_edit":{"mid":"aWdfExampleMid01","text":"CANARY","num_edit":2}}"#, unknown),
        ),
        (
            "message-unsent",
            reported(&from_person(r#""message":{"mid":"aWdfExampleMid01","is_deleted":true}"#), answered),
        ),
        ("message-unsent-of-nobody", reported(r#"{"message":{"mid":"aWdfExampleMid01","is_deleted":true}}"#, unknown)),
        (
            "message-reacted",
            reported(
                &from_person(
                    r#""reaction":{"mid":"aWdfExampleMid01","action":"react","reaction":"love","emoji":"CANARY"}"#,
                ),
                answered,
            ),
        ),
        (
            "message-reaction-removed",
            reported(&from_person(r#""reaction":{"mid":"aWdfExampleMid01","action":"unreact"}"#), unknown),
        ),
        ("message-reacted-by-the-account", reacted_by_the_account()),
        ("message-seen", reported(&from_person(r#""read":{"mid":"aWdfExampleMid01"}"#), answered)),
        ("message-seen-undecided", reported(&from_person(r#""read":{"mid":"aWdfExampleMid01"}"#), unknown)),
        (
            "postback-pressed",
            reported(
                &from_person(r#""postback":{"mid":"aWdfExampleMid01","title":"CANARY","payload":"CANARY"}"#),
                answered,
            ),
        ),
        (
            "postback-pressed-by-the-account",
            reported(
                r#"{"sender":{"id":"17841400000000001"},"timestamp":1767225600000,"postback":{"payload":"CANARY"}}"#,
                unknown,
            ),
        ),
        (
            "referral-opened",
            reported(
                &from_person(
                    r#""referral":{"ref":"CANARY","source":"ADS","type":"OPEN_THREAD","ad_id":"6000000000001"}"#,
                ),
                answered,
            ),
        ),
        ("referral-opened-unnamed", reported(&from_person(r#""referral":{"ref":"CANARY"}"#), unknown)),
        (
            "person-answered",
            reported(
                r#"{"sender":{"id":"17841400000000001"},"recipient":{"id":"900000000000001"},"timestamp":1767225600000,
                "message":{"mid":"aWdfExampleMid01","text":"CANARY","is_echo":true}}"#,
                Known { why: Some("own_message"), ..Known::default() },
            ),
        ),
        (
            "person-answered-themselves",
            reported(
                r#"{"sender":{"id":"17841400000000001"},"recipient":{"id":"17841400000000001"},"timestamp":1767225600000,
                "message":{"mid":"aWdfExampleMid01","text":"CANARY","is_echo":true}}"#,
                unknown,
            ),
        ),
        ("comment-written", reported(comment, answered)),
        ("comment-written-by-the-account", reported(own, unknown)),
        ("event-recorded", reported(&from_person(r#""pass_thread_control":{"new_owner_app_id":1}"#), answered)),
        ("event-recorded-of-nobody", reported(r#"{"id":"17841400000000001","changed_fields":["comments"]}"#, unknown)),
    ]
}

fn of_replies() -> Vec<(&'static str, Event)> {
    let by_person =
        Reply { answers: None, by: WrittenBy::Person, author: Some(Code::from("user-7")), source: None, ..reply() };
    let public = Reply { action: ReplyAction::PublicReply, answers: Some("17900000000000001".to_owned()), ..tried() };
    let comment = CommentId::parse("17900000000000002").unwrap();
    let asked = AnswerRequested {
        reply: Code::from(REPLY),
        answers: Some(MID.to_owned()),
        action: ReplyAction::Message,
        deadline: AT + 90_000,
        persona: Some(Code::from("gabinete")),
    };
    let again = Reply { attempt: 7, ..by_person.clone() };
    let private = Reply { action: ReplyAction::PrivateReply, by: WrittenBy::Ai, author: None, ..again.clone() };
    let of_comment = About { key: Some(format!("c|{ACCOUNT}|17900000000000001")), ..about() };
    let parked = Code::from("several_candidates");
    vec![
        ("reply-planned", told(about(), ReplyPlanned { reply: reply() })),
        ("reply-planned-by-a-person", told(nothing(), ReplyPlanned { reply: by_person })),
        (
            "reply-sent",
            told(about(), ReplySent { reply: tried(), mid: Some(MessageId::parse("mOut").unwrap()), comment: None }),
        ),
        (
            "reply-sent-by-a-person",
            told(
                nothing(),
                ReplySent { reply: again.clone(), mid: Some(MessageId::parse("mOut").unwrap()), comment: None },
            ),
        ),
        (
            "reply-sent-below-a-comment",
            told(of_comment, ReplySent { reply: public, mid: None, comment: Some(comment) }),
        ),
        ("reply-sent-unnamed", told(nothing(), ReplySent { reply: private, mid: None, comment: None })),
        ("reply-failed", told(about(), ReplyFailed { reply: tried(), reason: Code::from("window/10/2534022") })),
        (
            "reply-failed-by-a-person",
            told(nothing(), ReplyFailed { reply: again.clone(), reason: Code::from("resolved_drop") }),
        ),
        ("reply-parked", told(about(), ReplyParked { reply: tried(), reason: parked.clone() })),
        ("reply-parked-by-a-person", told(nothing(), ReplyParked { reply: again, reason: parked })),
        ("answer-requested", told(about(), asked.clone())),
        ("answer-requested-plainly", told(nothing(), AnswerRequested { answers: None, persona: None, ..asked })),
    ]
}

fn of_persons() -> Vec<(&'static str, Event)> {
    let handed_over = PersonHandedOver { tags: vec![Code::from("atendimento")], until: AT + 43_200_000 };
    vec![
        ("person-opted-out", told(about(), PersonOptedOut {})),
        ("person-opted-out-at-the-desk", told(nothing(), PersonOptedOut {})),
        ("person-returned", told(about(), PersonReturned {})),
        ("person-returned-at-the-desk", told(nothing(), PersonReturned {})),
        ("person-handed-over", told(about(), handed_over.clone())),
        ("person-handed-over-at-the-desk", told(nothing(), PersonHandedOver { tags: vec![], ..handed_over })),
        ("person-erased", told(about(), PersonErased {})),
        ("person-erased-by-order", told(nothing(), PersonErased {})),
    ]
}

/// What happened to the account.
pub(crate) fn event(happened: Happened) -> Event {
    Event::new(&AccountId::parse(ACCOUNT).unwrap(), CUSTOMER, AT, happened)
}

pub(crate) fn missed() -> Missed {
    let unanswered = Unanswered {
        reply: "3f2c8a61d9".to_owned(),
        person: PERSON.to_owned(),
        answers: MID.to_owned(),
        since: AT - 7_200_000,
    };
    Missed { since: AT - 86_400_000, unanswered: vec![unanswered], more: 0 }
}

/// A reply by a rule, not tried yet.
pub(crate) fn reply() -> Reply {
    Reply {
        reply: Code::from(REPLY),
        answers: Some(MID.to_owned()),
        action: ReplyAction::Message,
        by: WrittenBy::Rule,
        author: None,
        source: Some(Code::from("agenda")),
        step: 0,
        attempt: 0,
    }
}

/// The same after its first attempt.
fn tried() -> Reply {
    Reply { attempt: 1, ..reply() }
}

pub(crate) fn about() -> About {
    About {
        person: Some(PersonId::parse(PERSON).unwrap()),
        key: Some(format!("msg|{ACCOUNT}|{MID}")),
        why: Some(Code::from("answered")),
    }
}

fn nothing() -> About {
    About { person: None, key: None, why: None }
}

/// Something that happened in the conversation with the person.
pub(crate) fn told(about: About, happened: impl Into<InConversation>) -> Event {
    let (account, peer) = (AccountId::parse(ACCOUNT).unwrap(), Peer::parse(PERSON).unwrap());
    Event::in_conversation(&Conversation { account: &account, customer: CUSTOMER, peer: &peer }, AT, about, happened)
}

/// What Instagram reported, understood.
pub(crate) fn understood(raw: &str) -> instagram::Event {
    let element = Element {
        account: Some(AccountId::parse(ACCOUNT).unwrap()),
        entry_time: Some(UnixMillis(AT)),
        standby: false,
        foreign: false,
        raw,
    };
    element.event().unwrap()
}

/// The same, as Instagram may yet report it.
fn reacted_by_the_account() -> Event {
    let raw = from_person(r#""reaction":{"mid":"aWdfExampleMid01","action":"react","reaction":"other"}"#);
    let mut event = understood(&raw);
    let Kind::ReactionChanged(reaction) = &mut event.kind else { panic!("a reaction") };
    reaction.by = PersonId::parse(ACCOUNT).unwrap();
    of_event(&event, &raw, Known::default())
}

pub(crate) fn reported(raw: &str, known: Known<'_>) -> Event {
    of_event(&understood(raw), raw, known)
}

fn of_event(event: &instagram::Event, raw: &str, known: Known<'_>) -> Event {
    let peer = event.peer().unwrap_or(Peer::parse("x1").unwrap());
    let conversation = Conversation { account: &event.account, customer: CUSTOMER, peer: &peer };
    Event::of_instagram(&conversation, &instagram::event_key(event, raw), AT, event, &known).unwrap()
}

pub(crate) fn from_person(member: &str) -> String {
    format!(r#"{{"sender":{{"id":"{PERSON}"}},"recipient":{{"id":"{ACCOUNT}"}},"timestamp":{AT},{member}}}"#)
}

/// The body in `fixtures/`. They must be readable for ever: never edit them.
pub(crate) fn fixture(name: &str) -> String {
    let path = format!("{}/src/fixtures/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}")).trim_end().to_owned()
}
