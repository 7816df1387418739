//! From stored facts to a decision, and from a decision to what is written: pure.

use automation::{Decision, Facts, MediaOwner, Names, ReplyAction as Intended, RuleSet, decide};
use instagram::outgoing::Content;
use instagram::{Event, Kind, UnixMillis, Words};
use serde_json::json;
use store::{Conversation, Decided, ItemContent, Mark, Mode, Reply, ReplyAction, Standing};

/// What a decision about one event depends on.
pub(crate) struct Question<'a> {
    pub(crate) event: &'a Event,
    pub(crate) key: &'a str,
    pub(crate) at: UnixMillis,
    pub(crate) standing: &'a Standing,
    pub(crate) conversation: &'a Conversation,
    pub(crate) content: &'a ItemContent,
    pub(crate) media_owner: MediaOwner,
    pub(crate) rules: Option<&'a RuleSet>,
}

/// Decides, and puts the decision into the form in which it is stored beside its facts.
pub(crate) fn answer(question: &Question<'_>, now: UnixMillis) -> Decided {
    let account = &question.standing.account;
    let known = &question.conversation.facts;
    let first = match &question.event.kind {
        Kind::CommentWritten(comment) => {
            known.first.is_none() && is_mark(known.first_comment.as_ref(), question.at, comment.id.as_str())
        }
        Kind::MessageReceived(message) => is_mark(known.first.as_ref(), question.at, message.mid.as_str()),
        _ => is_mark(known.first.as_ref(), question.at, question.key),
    };
    let control_ours =
        known.holder.as_ref().and_then(|holder| holder.app.as_deref()).is_none_or(|app| app == account.app.as_str());
    let username = Words::from(account.username.as_str());
    let facts = Facts {
        event: question.event,
        key: question.key,
        at: question.at,
        mode: mode(question.standing),
        own_username: Some(&username),
        created_by_us: false,
        media_owner: question.media_owner,
        unsent: question.content.deleted_at.is_some(),
        last_user_at: known.last_user_at(),
        first_contact: first,
        opted_out: known.is_opted_out(),
        paused_until: known.paused_until(),
        control_ours,
        recent_replies: &[],
        fired: &[],
        follows: None,
        names: Names::default(),
        last_disclosed_at: None,
        person_answered_at: None,
    };
    let decision = decide(&facts, question.rules, now);
    let facts = json!({
        "at": facts.at,
        "first": facts.first_contact,
        "last_user_at": facts.last_user_at,
        "paused_until": facts.paused_until,
        "control": facts.control_ours,
    });
    stored(&decision, account.rules, facts.to_string())
}

fn stored(decision: &Decision, rules: u32, facts: String) -> Decided {
    let tried_rules = decision.trace.fingerprint().is_some();
    Decided {
        why: decision.outcome.code().to_owned(),
        rules,
        trace: tried_rules.then(|| decision.trace.to_string()),
        facts: tried_rules.then_some(facts),
        replies: decision.replies.iter().map(reply).collect(),
    }
}

fn reply(intended: &automation::Intended) -> Reply {
    let (action, content) = match &intended.action {
        Intended::Message { content, .. } => (ReplyAction::Message, Some(content)),
        Intended::PrivateReply { content, .. } => (ReplyAction::PrivateReply, Some(content)),
        Intended::PublicReply { .. } => (ReplyAction::PublicReply, None),
    };
    let text = intended.action.text().map(Words::from);
    let is_more =
        |content: &&Content| !matches!(content, Content::Text { quick_replies, .. } if quick_replies.is_empty());
    let reply =
        Reply::planned(intended.id.to_string(), intended.source.to_string(), action, text, intended.not_after.0);
    Reply { message: content.filter(is_more).map(|content| Words::from(content.to_json())), ..reply }
}

/// True if the mark was set by this very event, so that deciding again after a crash decides the same.
fn is_mark(mark: Option<&Mark>, at: UnixMillis, id: &str) -> bool {
    mark.is_some_and(|mark| *mark == Mark::new(at, id))
}

/// What is stopped observes: its events are stored and decided on, and nothing is planned.
fn mode(standing: &Standing) -> automation::Mode {
    match standing.account.mode {
        Mode::Off => automation::Mode::Off,
        Mode::Answer if standing.may_send() => automation::Mode::Answer,
        Mode::Observe | Mode::Answer => automation::Mode::Observe,
    }
}
