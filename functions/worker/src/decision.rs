//! From stored facts to a decision, and from a decision to what is written: pure.

use automation::{Decision, Facts, MediaOwner, ReplyAction as Intended, RuleSet, decide};
use instagram::{Event, Kind, UnixMillis, Words};
use serde_json::json;
use store::{Account, Conversation, Decided, ItemContent, Mark, Mode, Reply, ReplyAction, ReplyState};

/// What a decision about one event depends on.
pub(crate) struct Question<'a> {
    pub(crate) event: &'a Event,
    pub(crate) key: &'a str,
    pub(crate) at: UnixMillis,
    pub(crate) account: &'a Account,
    pub(crate) conversation: &'a Conversation,
    pub(crate) content: &'a ItemContent,
    pub(crate) media_owner: MediaOwner,
    pub(crate) rules: Option<&'a RuleSet>,
}

/// Decides, and puts the decision into the form in which it is stored beside its facts.
pub(crate) fn answer(question: &Question<'_>, now: UnixMillis) -> Decided {
    let known = &question.conversation.facts;
    let first = match &question.event.kind {
        Kind::CommentWritten(comment) => {
            known.first.is_none() && is_mark(known.first_comment.as_ref(), question.at, comment.id.as_str())
        }
        Kind::MessageReceived(message) => is_mark(known.first.as_ref(), question.at, message.mid.as_str()),
        _ => is_mark(known.first.as_ref(), question.at, question.key),
    };
    let control_ours = known
        .holder
        .as_ref()
        .and_then(|holder| holder.app.as_deref())
        .is_none_or(|app| app == question.account.app.as_str());
    let username = Words::from(question.account.username.as_str());
    let facts = Facts {
        event: question.event,
        key: question.key,
        at: question.at,
        mode: mode(question.account.mode),
        own_username: Some(&username),
        created_by_us: false,
        media_owner: question.media_owner,
        unsent: question.content.deleted_at.is_some(),
        last_user_at: known.last_user_at(),
        first_contact: first,
        opted_out: false,
        paused_until: known.paused_until(),
        control_ours,
    };
    let decision = decide(&facts, question.rules, now);
    let facts = json!({
        "at": facts.at,
        "first": facts.first_contact,
        "last_user_at": facts.last_user_at,
        "paused_until": facts.paused_until,
        "control": facts.control_ours,
    });
    stored(&decision, question.account.rules, facts.to_string())
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
    let (action, text) = match &intended.action {
        Intended::TextToPerson { text, .. } => (ReplyAction::Text, text.expose()),
        Intended::PrivateReply { text, .. } => (ReplyAction::PrivateReply, text.expose()),
        Intended::PublicReply { text, .. } => (ReplyAction::PublicReply, text.expose()),
    };
    Reply {
        id: intended.id.to_string(),
        rule: intended.rule.to_string(),
        action,
        text: Some(Words::from(text)),
        not_after: intended.not_after.0,
        state: ReplyState::Planned,
        att: 0,
        until: None,
        mid: None,
        reason: None,
    }
}

/// True if the mark was set by this very event, so that deciding again after a crash decides the same.
fn is_mark(mark: Option<&Mark>, at: UnixMillis, id: &str) -> bool {
    mark.is_some_and(|mark| *mark == Mark::new(at, id))
}

fn mode(mode: Mode) -> automation::Mode {
    match mode {
        Mode::Off => automation::Mode::Off,
        Mode::Observe => automation::Mode::Observe,
        Mode::Answer => automation::Mode::Answer,
    }
}
