//! What became of an item's replies, for the CRM: pure.

use feed::{About, AnswerRequested, Code, Conversation, Event, InConversation, PersonHandedOver};
use feed::{Reply as Named, ReplyAction as Action, WrittenBy};
use feed::{ReplyFailed, ReplyParked, ReplyPlanned, ReplySent};
use instagram::{CommentId, MessageId, PersonId};
use store::{Item, Key, Reply, ReplyAction, ReplyState, keys};

/// What a reply's story says where a person had it sent again.
const RESENT: &str = "resolved_resend";

/// Why a reply failed whose words nobody gave.
const NO_ANSWER: &str = "no_answer_given";

/// What there is to tell of an item's replies: that each was planned, or asked for, and how those ended that did. `event_key` is the key of
/// the event that they answer, where the caller has it and the item's own key does not say it.
///
/// A reply that waits, or is in doubt, is planned still.
pub fn replies(conversation: &Conversation<'_>, key: &Key, item: &Item, event_key: Option<&str>) -> Vec<Event> {
    let event_key = event_key.map(str::to_owned).or_else(|| keys::event_key(key));
    let answered = keys::message_or_comment(key).map(str::to_owned).or_else(|| event_key.clone());
    let about = || About {
        person: PersonId::parse(conversation.peer.as_str()).ok(),
        key: event_key.clone(),
        why: item.decision.as_ref().map(|decided| Code::from(decided.why.as_str())),
    };
    let planned_at = |reply: &Reply| reply.received_at.or(item.content.at).unwrap_or_default();
    let mut events = Vec::new();
    for (step, reply) in item.replies().iter().enumerate() {
        let answers = reply.comment(key).map(str::to_owned).or_else(|| answered.clone());
        let named = |attempt| named(reply, step, attempt, answers.clone());
        let mut tell = |at: i64, happened: InConversation| {
            events.push(Event::in_conversation(conversation, at, about(), happened));
        };
        if let Some(asked) = &reply.asked {
            let (name, action) = (Code::from(reply.id.as_str()), of_action(reply.action));
            let (answers, deadline) = (answers.clone(), asked.deadline);
            let persona = asked.persona.as_deref().map(Code::from);
            let requested = AnswerRequested { reply: name, answers, action, deadline, persona };
            tell(planned_at(reply), requested.into());
        }
        // What nobody answered is planned only once something is said without an answer.
        if reply.asked.is_none() || reply.state != ReplyState::Planned || reply.att > 0 {
            tell(planned_at(reply), ReplyPlanned { reply: named(0) }.into());
        }
        for again in reply.tries.iter().filter(|tried| tried.what == RESENT) {
            tell(again.at, ReplyPlanned { reply: named(again.k) }.into());
        }
        let ended_at = reply.tries.last().map_or_else(|| planned_at(reply), |tried| tried.at);
        let reason = || Code::from(reply.reason.as_deref().unwrap_or_default());
        match reply.state {
            ReplyState::Planned | ReplyState::Sending | ReplyState::Unknown => {}
            ReplyState::Sent => tell(ended_at, sent(named(reply.att), reply).into()),
            ReplyState::Failed => tell(ended_at, ReplyFailed { reply: named(reply.att), reason: reason() }.into()),
            ReplyState::Parked => tell(ended_at, ReplyParked { reply: named(reply.att), reason: reason() }.into()),
        }
        let hands_over_until = reply.asked.as_ref().and_then(|asked| asked.hands_over_until);
        if let Some(until) = hands_over_until.filter(|_| reply.reason.as_deref() == Some(NO_ANSWER)) {
            tell(ended_at, PersonHandedOver { tags: Vec::new(), until }.into());
        }
    }
    events
}

fn sent(named: Named, reply: &Reply) -> ReplySent {
    let became = reply.mid.as_deref();
    match reply.action {
        ReplyAction::PublicReply => {
            ReplySent { reply: named, mid: None, comment: became.and_then(|id| CommentId::parse(id).ok()) }
        }
        ReplyAction::Message | ReplyAction::PrivateReply => {
            ReplySent { reply: named, mid: became.and_then(|id| MessageId::parse(id).ok()), comment: None }
        }
    }
}

fn named(reply: &Reply, step: usize, attempt: u64, answers: Option<String>) -> Named {
    Named {
        reply: Code::from(reply.id.as_str()),
        answers,
        action: of_action(reply.action),
        by: match (&reply.author, &reply.model) {
            (Some(_), _) => WrittenBy::Person,
            (None, Some(_)) => WrittenBy::Ai,
            (None, None) => WrittenBy::Rule,
        },
        author: reply.author.as_deref().map(Code::from),
        // A person's answer has no rule.
        source: Some(reply.rule.as_str()).filter(|rule| !rule.is_empty()).map(Code::from),
        step: u32::try_from(step).unwrap_or(u32::MAX),
        attempt,
    }
}

/// What a reply is, in the feed's words.
pub fn of_action(action: ReplyAction) -> Action {
    match action {
        ReplyAction::Message => Action::Message,
        ReplyAction::PrivateReply => Action::PrivateReply,
        ReplyAction::PublicReply => Action::PublicReply,
    }
}

#[cfg(test)]
mod tests {
    use instagram::{AccountId, Peer};
    use serde_json::Value;
    use store::{Decided, ItemContent, Try};

    use super::*;

    const AT: i64 = 1_767_225_600_000;

    fn reply(state: ReplyState) -> Reply {
        let planned =
            Reply::planned("r1".to_owned(), "agenda".to_owned(), ReplyAction::Message, Some("oi".into()), i64::MAX);
        Reply { state, received_at: Some(AT), ..planned }
    }

    fn tried(what: &str, k: u64) -> Try {
        Try { k, at: AT + i64::try_from(k).unwrap(), what: what.to_owned() }
    }

    /// Type, attempt and whatever else tells one from another, of each event.
    fn told(replies_of_item: Vec<Reply>, sk: &str) -> Vec<String> {
        let account = AccountId::parse("17841400000000001").unwrap();
        let peer = Peer::parse("900000000000001").unwrap();
        let decided = Decided {
            why: "answered".to_owned(),
            rules: 1,
            trace: None,
            facts: None,
            effects: Vec::new(),
            replies: replies_of_item,
        };
        let content = ItemContent { at: Some(AT), ..ItemContent::default() };
        let item = Item { content, decision: Some(decided), ..Item::default() };
        let key = Key { pk: keys::thread_partition(&account, &peer), sk: sk.to_owned() };
        let conversation = Conversation { account: &account, customer: "gabinete", peer: &peer };
        let events = replies(&conversation, &key, &item, None);
        let short = |event: &Event| {
            let body: Value = serde_json::from_str(&event.body()).unwrap();
            let member = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
            let (mid, comment, reason) = (member("mid"), member("comment"), member("reason"));
            format!(
                "{} {} +{} of {} {mid}{comment}{reason}",
                event.kind,
                body["attempt"],
                event.at - AT,
                member("answers")
            )
        };
        events.iter().map(short).collect()
    }

    #[test]
    fn a_reply_is_told_as_planned_and_at_its_end() {
        use ReplyState::{Failed, Parked, Planned, Sent, Unknown};
        let sent = |mid: &str| Reply {
            mid: Some(mid.to_owned()),
            att: 2,
            tries: vec![tried("no_answer", 1), tried("sent", 2)],
            ..reply(Sent)
        };
        let ended = |state| Reply {
            att: 1,
            reason: Some("window/10".to_owned()),
            tries: vec![tried("window/10", 1)],
            ..reply(state)
        };
        let planned = "reply.planned 0 +0 of m1 ";
        let cases: [(&str, Reply, Vec<&str>); 7] = [
            ("waiting", reply(Planned), vec![planned]),
            ("in doubt", reply(Unknown), vec![planned]),
            ("out", sent("m9"), vec![planned, "reply.sent 2 +2 of m1 m9"]),
            ("out by proof without a name", Reply { mid: None, ..sent("m9") }, vec![planned, "reply.sent 2 +2 of m1 "]),
            ("refused", ended(Failed), vec![planned, "reply.failed 1 +1 of m1 window/10"]),
            ("parked", ended(Parked), vec![planned, "reply.parked 1 +1 of m1 window/10"]),
            (
                "sent again by a person's word",
                Reply { tries: vec![tried("no_answer", 1), tried(RESENT, 1)], att: 1, ..reply(Planned) },
                vec![planned, "reply.planned 1 +1 of m1 "],
            ),
        ];
        for (case, reply, expected) in cases {
            assert_eq!(told(vec![reply], "M#m1"), expected, "{case}");
        }
        assert_eq!(told(Vec::new(), "M#m1"), Vec::<String>::new(), "nothing was to be answered");
    }

    #[test]
    fn a_public_reply_becomes_a_comment() {
        let public = Reply {
            action: ReplyAction::PublicReply,
            mid: Some("17900000000000001".to_owned()),
            att: 1,
            ..reply(ReplyState::Sent)
        };
        assert_eq!(
            told(vec![public], "C#17900000000000009"),
            ["reply.planned 0 +0 of 17900000000000009 ", "reply.sent 1 +0 of 17900000000000009 17900000000000001"]
        );
    }
}
