//! From stored facts to a decision, and from a decision to what is written: pure.

use std::collections::BTreeMap;

use automation::{
    Ask, AskedFor, Decision, Effect, Facts, Fired, Intended, MediaOwner, Names, Otherwise, Outcome,
    ReplyAction as Action, RuleSet, Wish, decide, wish,
};
use instagram::outgoing::Content;
use instagram::{Event, Kind, UnixMillis, Words};
use serde_json::{Value, json};
use store::{Asked, Connection, Conversation, Decided, ItemContent, Mark, Mode, Recent, Reply, ReplyAction, Sight};

/// What a decision about one event depends on.
pub(crate) struct Question<'a> {
    pub(crate) event: &'a Event,
    pub(crate) key: &'a str,
    pub(crate) at: UnixMillis,
    /// When ingest received it.
    pub(crate) received_at: UnixMillis,
    pub(crate) sight: &'a Sight,
    pub(crate) conversation: &'a Conversation,
    pub(crate) content: &'a ItemContent,
    pub(crate) media_owner: MediaOwner,
    pub(crate) created_by_us: bool,
    pub(crate) rules: Option<&'a RuleSet>,
    /// There is somebody outside who can be asked for an answer.
    pub(crate) may_ask: bool,
}

/// A decision, and the form in which it is stored.
pub(crate) struct Answer {
    pub(crate) decision: Decision,
    /// The person says that they want automatic answers. To who was not silenced it means nothing now; but an earlier
    /// word that comes later must not outlive it.
    pub(crate) says_return: bool,
    pub(crate) stored: Decided,
}

impl Answer {
    /// Nothing comes of it but that it is remembered.
    pub(crate) fn is_silent(&self) -> bool {
        self.decision.replies.is_empty() && self.decision.effects.is_empty() && self.decision.ask.is_none()
    }
}

/// Decides, and puts the decision into the form in which it is stored beside its facts.
pub(crate) fn answer(question: &Question<'_>, now: UnixMillis) -> Answer {
    let account = question.sight.account();
    let conversation = question.conversation;
    let known = &conversation.facts;
    let answers: Vec<&Recent> = conversation.answers_but_to(question.key).collect();
    let said = answers.iter().filter(|recent| !recent.wordless);
    let recent_replies: Vec<UnixMillis> = said.map(|recent| UnixMillis(recent.at)).collect();
    let fired: Vec<Fired<'_>> =
        answers.iter().map(|recent| Fired { source: &recent.rule, at: UnixMillis(recent.at) }).collect();
    let profile = conversation.profile.as_ref();
    let username = Words::from(account.username.as_str());
    let facts = Facts {
        event: question.event,
        key: question.key,
        at: question.at,
        mode: mode(question.sight),
        own_username: Some(&username),
        created_by_us: question.created_by_us,
        media_owner: question.media_owner,
        unsent: question.content.deleted_at.is_some(),
        last_user_at: known.last_user_at(),
        first_contact: is_first(question),
        opted_out: known.was_opted_out_before(question.key),
        paused_until: known.paused_until_before(question.key),
        control_ours: is_ours(question),
        recent_replies: &recent_replies,
        fired: &fired,
        follows: profile.and_then(|profile| profile.follows),
        names: Names {
            username: profile.and_then(|profile| profile.username.as_ref()),
            first_name: profile.and_then(|profile| profile.name.as_ref()),
        },
        last_disclosed_at: conversation.disclosed_before(question.key).map(UnixMillis),
        person_answered_at: known.person_answered_at(),
    };
    let decision = decide(&facts, question.rules, now);
    let decision = if question.may_ask { decision } else { unasked(decision) };
    let mut stored = stored(&decision, account.rules, facts_json(&facts));
    for reply in &mut stored.replies {
        reply.received_at = Some(question.received_at.0);
    }
    let is_own = matches!(decision.outcome, Outcome::OwnMessage | Outcome::AuthorUnknown | Outcome::Test);
    let says_return = !is_own && wish(question.event, question.rules) == Some(Wish::Return);
    Answer { decision, says_return, stored }
}

/// True if this very event is the first that the person wrote, so that deciding again after a crash decides the same.
fn is_first(question: &Question<'_>) -> bool {
    let known = &question.conversation.facts;
    let is_mark = |mark: Option<&Mark>, id: &str| mark.is_some_and(|mark| *mark == Mark::new(question.at, id));
    match &question.event.kind {
        Kind::CommentWritten(comment) => {
            known.first.is_none() && is_mark(known.first_comment.as_ref(), comment.id.as_str())
        }
        Kind::MessageReceived(message) => is_mark(known.first.as_ref(), message.mid.as_str()),
        _ => is_mark(known.first.as_ref(), question.key),
    }
}

fn is_ours(question: &Question<'_>) -> bool {
    let app = question.sight.account().app.as_str();
    let holder = question.conversation.facts.holder.as_ref().and_then(|holder| holder.app.as_deref());
    holder.is_none_or(|holder| holder == app)
}

/// Of this fact "no" says something: it is not the same as not to know.
const FOLLOWS: &str = "follows";

/// What was decided on, for whoever asks why, and for trying other rules on it. Names stay out of it.
fn facts_json(facts: &Facts<'_>) -> String {
    let ago = |at: UnixMillis| (facts.at.0 - at.0) / 1000;
    let looped = facts.recent_replies.iter().filter(|at| ago(**at) * 1000 < automation::LOOP_MS).count();
    // By rule, the last time, in seconds before the event.
    let fired: BTreeMap<&str, i64> = facts.fired.iter().map(|fired| (fired.source, ago(fired.at))).collect();
    let owner = match facts.media_owner {
        MediaOwner::Own => "own",
        MediaOwner::Other => "other",
        MediaOwner::Unknown => "unknown",
    };
    let mut all = json!({
        "at": facts.at,
        "first": facts.first_contact,
        "last_user_at": facts.last_user_at,
        "paused_until": facts.paused_until,
        "control": facts.control_ours,
        "opted_out": facts.opted_out,
        "recent": looped,
        "fired": fired,
        FOLLOWS: facts.follows,
        "disclosed_at": facts.last_disclosed_at,
        "person_answered_at": facts.person_answered_at,
        "media": owner,
    });
    // What says nothing costs nothing: an item's size is what a write is billed by.
    if let Some(all) = all.as_object_mut() {
        let says_nothing = |name: &str, value: &Value| {
            let is_no = *value == json!(false) && name != FOLLOWS;
            value.is_null() || is_no || *value == json!({}) || *value == json!(0) || *value == "own"
        };
        all.retain(|name, value| !says_nothing(name, value));
    }
    all.to_string()
}

/// Nobody is there to be asked: what is meant for the case that no answer comes is done at once.
fn unasked(mut decision: Decision) -> Decision {
    if let Some(ask) = decision.ask.take() {
        match ask.otherwise {
            Otherwise::Send(action) => decision.replies.push(Intended {
                id: ask.id,
                source: ask.source,
                step: ask.step,
                action,
                not_after: ask.not_after,
                discloses: ask.disclosure.is_some(),
                confirms_wish: false,
            }),
            Otherwise::HandOver(effect) => decision.effects.push(effect),
        }
    }
    decision
}

fn stored(decision: &Decision, rules: u32, facts: String) -> Decided {
    let tried_rules = decision.trace.fingerprint().is_some();
    // An account's first rules are tried on what came before them.
    let has_facts = tried_rules || decision.outcome == Outcome::NoRules;
    let holds = decision.effects.iter().any(|effect| matches!(effect, Effect::Pause { .. } | Effect::HandOver { .. }));
    Decided {
        why: decision.outcome.code().to_owned(),
        rules,
        trace: tried_rules.then(|| decision.trace.to_string()),
        facts: has_facts.then_some(facts),
        effects: decision.effects.iter().map(|effect| effect.code().to_owned()).collect(),
        replies: replies(decision, holds),
    }
}

/// What is to be said, in its order: what somebody is asked for has its place among the steps of its rule.
fn replies(decision: &Decision, holds: bool) -> Vec<Reply> {
    let mut replies: Vec<Reply> = decision.replies.iter().map(|intended| reply(intended, holds)).collect();
    if let Some(ask) = &decision.ask {
        let comes_later = |intended: &Intended| intended.source == ask.source && intended.step > ask.step;
        let place = decision.replies.iter().position(comes_later).unwrap_or(replies.len());
        replies.insert(place, asked(ask, holds));
    }
    replies
}

/// A reply without words of its own yet, or with those that are said if nobody answers.
fn asked(ask: &Ask, holds: bool) -> Reply {
    let (fallback, hands_over_until) = match &ask.otherwise {
        Otherwise::Send(action) => (Some(action), None),
        Otherwise::HandOver(Effect::HandOver { until, .. }) => (None, Some(until.0)),
        Otherwise::HandOver(_) => (None, None),
    };
    let (action, draft) = match &ask.to {
        AskedFor::Person(_) => (ReplyAction::Message, false),
        AskedFor::PrivateReply(_) => (ReplyAction::PrivateReply, false),
        AskedFor::PublicReply { draft, .. } => (ReplyAction::PublicReply, *draft),
    };
    let above = match &ask.disclosure {
        Some(line) => format!("{line}\n\n{}", ask.label),
        None => ask.label.clone(),
    };
    let text = fallback.and_then(Action::text).map(Words::from);
    Reply {
        asked: Some(Asked { deadline: ask.deadline.0, above, persona: ask.persona.clone(), draft, hands_over_until }),
        passes_holds: holds,
        discloses: ask.disclosure.is_some(),
        ..Reply::planned(ask.id.to_string(), ask.source.to_string(), action, text, ask.not_after.0)
    }
}

/// `holds` if the decision keeps automation silent from now on: what it says itself goes out all the same.
fn reply(intended: &Intended, holds: bool) -> Reply {
    let (kind, content) = match &intended.action {
        Action::Message { content, .. } => (ReplyAction::Message, Some(content)),
        Action::PrivateReply { content, .. } => (ReplyAction::PrivateReply, Some(content)),
        Action::PublicReply { .. } => (ReplyAction::PublicReply, None),
    };
    let text = intended.action.text().map(Words::from);
    let is_more =
        |content: &&Content| !matches!(content, Content::Text { quick_replies, .. } if quick_replies.is_empty());
    let message = content.filter(is_more).map(|content| Words::from(content.to_json()));
    let (id, source) = (intended.id.to_string(), intended.source.to_string());
    Reply {
        message,
        confirms: intended.confirms_wish,
        passes_holds: holds,
        discloses: intended.discloses,
        ..Reply::planned(id, source, kind, text, intended.not_after.0)
    }
}

/// What is stopped observes: its events are stored and decided on, and nothing is planned. A glance takes an account for
/// one that may send if nothing of its own says otherwise: whoever then finds that it would has to look again.
fn mode(sight: &Sight) -> automation::Mode {
    let account = sight.account();
    let may_send = match sight {
        Sight::Standing(standing) => standing.may_send(),
        Sight::Glance(_) => account.stopped_at.is_none() && account.connection == Connection::Connected,
    };
    match account.mode {
        Mode::Off => automation::Mode::Off,
        Mode::Answer if may_send => automation::Mode::Answer,
        Mode::Observe | Mode::Answer => automation::Mode::Observe,
    }
}
