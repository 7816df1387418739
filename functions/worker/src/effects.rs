//! What a decision does beside replying: changes to what is known of the conversation, and calls that nothing hangs on.

use std::time::Duration;

use automation::{Decision, Effect, Otherwise};
use graph::Answer;
use instagram::outgoing::SenderAction;
use instagram::{Peer, UnixMillis};
use store::{Conversation, ReplyAction, Standing};

use crate::Worker;
use crate::apply::Work;
use crate::outcome::Trouble;

/// How long such a call may take: the answer waits for it.
const PATIENCE: Duration = Duration::from_secs(2);

/// Writes into the conversation what a decision changes there: what is known of the person, and what was answered.
///
/// Every change may be made again: deciding a second time, after a crash, ends in the same conversation.
pub(crate) fn remember(next: &mut Conversation, decision: &Decision, event_key: &str, at: UnixMillis) {
    for effect in &decision.effects {
        match effect {
            Effect::Tag { tag } => next.facts.tag(tag),
            Effect::Pause { until } => next.facts.hold(*until),
            Effect::HandOver { tag, until } => hand_over(next, tag.as_deref(), *until),
            Effect::OptedOut => next.facts.take_wish(true, event_key, at),
            Effect::Returned => next.facts.take_wish(false, event_key, at),
            Effect::ErasureRequested => next.facts.ask_for_erasure(at),
            Effect::React { .. }
            | Effect::MarkSeen { .. }
            | Effect::ShowTyping { .. }
            | Effect::HideComment { .. }
            | Effect::Alarm { .. } => {}
        }
    }
    // Nobody is there to be asked yet: what is meant for the case that no answer comes is done at once.
    if let Some(Otherwise::HandOver(Effect::HandOver { tag, until })) = decision.ask.as_ref().map(|ask| &ask.otherwise)
    {
        hand_over(next, tag.as_deref(), *until);
    }
    let is_new = next.recent.len() == next.answers_but_to(event_key).count();
    for reply in decision.replies.iter().filter(|_| is_new) {
        next.remember_answer(&reply.source.to_string(), event_key, at);
    }
}

fn hand_over(next: &mut Conversation, tag: Option<&str>, until: UnixMillis) {
    if let Some(tag) = tag {
        next.facts.tag(tag);
    }
    next.facts.hold(until);
}

/// Of planned private replies: the conversation will show them without having been asked.
pub(crate) fn expect(next: &mut Conversation, decided: &store::Decided, now: i64) {
    for reply in &decided.replies {
        if reply.action == ReplyAction::PrivateReply {
            if let Some(text) = &reply.text {
                next.expect(text.expose(), reply.not_after);
            }
            if reply.discloses {
                next.disclosed_at = Some(now);
            }
        }
    }
}

/// The names of the metrics that a decision's effects count in.
pub(crate) fn alarms(decision: &Decision) -> Vec<&'static str> {
    let metric = |effect: &Effect| match effect {
        Effect::Alarm { .. } => Some("LoopsBroken"),
        Effect::ErasureRequested => Some("ErasuresRequested"),
        Effect::OptedOut => Some("OptOuts"),
        Effect::HandOver { .. } => Some("HandOvers"),
        _ => None,
    };
    decision.effects.iter().filter_map(metric).collect()
}

impl Worker {
    /// Tells the other ids of the person what this one wants, before the decision counts as made: a crash in between
    /// repeats it.
    pub(crate) async fn tell_linked(
        &self,
        work: &Work<'_>,
        linked: &[Peer],
        decision: &Decision,
    ) -> Result<(), Trouble> {
        let account = &work.job.account;
        for effect in &decision.effects {
            let silence = match effect {
                Effect::OptedOut => true,
                Effect::Returned => false,
                Effect::ErasureRequested => {
                    self.store.request_erasure(account, &work.job.peer, work.at.0).await?;
                    continue;
                }
                _ => continue,
            };
            for peer in linked {
                self.store.take_wish(account, peer, silence, &work.job.key, work.at).await?;
            }
        }
        Ok(())
    }

    /// Makes the calls that nothing hangs on: once, in order, before the replies. What fails is left alone.
    pub(crate) async fn carry_out(&self, work: &Work<'_>, decision: &Decision) {
        let standing: &Standing = &work.standing;
        if !standing.may_send() || !decision.effects.iter().any(is_call) {
            return;
        }
        let Ok(Some(token)) = self.usable_token(&standing.account).await else {
            return;
        };
        let account = &standing.account.id;
        let graph = self.graph.impatient(PATIENCE);
        for effect in &decision.effects {
            let Answer { result, .. } = match effect {
                Effect::React { to, mid, reaction } => {
                    let react = SenderAction::React { mid: mid.clone(), reaction: reaction.clone() };
                    graph.sender_action(&token, account, to, &react).await
                }
                Effect::MarkSeen { to } => graph.sender_action(&token, account, to, &SenderAction::MarkSeen).await,
                Effect::ShowTyping { to } => graph.sender_action(&token, account, to, &SenderAction::TypingOn).await,
                Effect::HideComment { comment } => graph.hide_comment(&token, comment, true).await,
                Effect::Tag { .. }
                | Effect::Pause { .. }
                | Effect::HandOver { .. }
                | Effect::OptedOut
                | Effect::Returned
                | Effect::ErasureRequested
                | Effect::Alarm { .. } => continue,
            };
            if let Err(error) = result {
                tracing::warn!(account.id = %account, effect = effect.code(), error = %error, "an effect was not taken");
            }
        }
    }
}

fn is_call(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::React { .. } | Effect::MarkSeen { .. } | Effect::ShowTyping { .. } | Effect::HideComment { .. }
    )
}
