//! What a decision does beside replying: changes to what is known of the conversation, and calls that nothing hangs on.

use std::time::Duration;

use automation::{Decision, Effect, Source};
use boot::Metric;
use graph::SendError;
use instagram::outgoing::SenderAction;
use instagram::{AccountId, Peer, UnixMillis};
use job::Job;
use secrecy::SecretString;
use store::{Conversation, Lane, ReplyAction, Standing};

use crate::Worker;
use crate::outcome::Trouble;
use crate::record::LEAVE;
use crate::tally::{ERASURES_REQUESTED, HAND_OVERS, LOOPS_BROKEN, OPT_OUTS};
use crate::work::Work;

/// How long such a call may take: the answer waits for it.
const PATIENCE: Duration = Duration::from_secs(2);

/// Writes into the conversation what a decision changes there: what is known of the person, and what was answered.
///
/// Every change names its event and may be made again: deciding a second time, after a crash, finds what was known
/// before the first time and ends in the same conversation.
pub(crate) fn remember(next: &mut Conversation, decision: &Decision, event_key: &str, at: UnixMillis) {
    for effect in &decision.effects {
        match effect {
            Effect::Tag { tag } => next.facts.tag(tag),
            Effect::Pause { until } => next.facts.hold(*until, event_key),
            Effect::HandOver { tag, until } => {
                next.facts.hold(*until, event_key);
                tag.iter().for_each(|tag| next.facts.tag(tag));
            }
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
    let is_new = next.recent.len() == next.answers_but_to(event_key).count();
    if is_new {
        remember_answers(next, decision, event_key, at);
    }
}

fn remember_answers(next: &mut Conversation, decision: &Decision, event_key: &str, at: UnixMillis) {
    let asks = |source: &Source| decision.ask.as_ref().is_some_and(|ask| ask.source == *source);
    let is_silent = |source: &&Source| !decision.replies.iter().any(|reply| reply.source == **source) && !asks(source);
    for source in decision.outcome.by().iter().filter(is_silent) {
        next.remember_gesture(&source.to_string(), event_key, at);
    }
    let asked = decision.ask.iter().map(|ask| &ask.source);
    for source in decision.replies.iter().map(|reply| &reply.source).chain(asked) {
        next.remember_answer(&source.to_string(), event_key, at);
    }
}

/// Of planned private replies: the conversation will show them without having been asked.
pub(crate) fn expect(next: &mut Conversation, decided: &store::Decided, event_key: &str, now: i64) {
    for reply in &decided.replies {
        if reply.action == ReplyAction::PrivateReply {
            if let Some(text) = &reply.text {
                next.expect(text.expose(), reply.not_after);
            }
            if reply.discloses {
                next.disclose(event_key, now);
            }
        }
    }
}

/// The metric that an effect counts in.
fn metric(effect: &Effect) -> Option<Metric> {
    match effect {
        Effect::Alarm { .. } => Some(LOOPS_BROKEN),
        Effect::ErasureRequested => Some(ERASURES_REQUESTED),
        Effect::OptedOut => Some(OPT_OUTS),
        Effect::HandOver { .. } => Some(HAND_OVERS),
        Effect::React { .. }
        | Effect::MarkSeen { .. }
        | Effect::ShowTyping { .. }
        | Effect::HideComment { .. }
        | Effect::Tag { .. }
        | Effect::Pause { .. }
        | Effect::Returned => None,
    }
}

impl Worker {
    /// Tells everybody else who has to know what the person wants: the other ids of the person, and who erases. That comes
    /// before the conversation says so, and before the decision counts as made: a crash in between repeats it.
    pub(crate) async fn tell(&self, work: &Work<'_>, linked: &[Peer], effects: &[Effect]) -> Result<(), Trouble> {
        let Job { account, peer: own, key, .. } = work.job;
        for effect in effects {
            match effect {
                Effect::OptedOut | Effect::Returned => {
                    let silence = *effect == Effect::OptedOut;
                    for peer in linked {
                        self.store.take_wish(account, peer, silence, key, work.at).await?;
                    }
                }
                Effect::ErasureRequested => {
                    for peer in linked.iter().chain([own]) {
                        self.store.request_erasure(account, peer, work.at.0).await?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Counts what people should look at, once it is written.
    pub(crate) fn count_effects(&self, work: &Work<'_>, effects: &[Effect]) {
        for metric in effects.iter().filter_map(metric) {
            work.tally.count(metric, 1);
        }
    }

    /// Makes the calls that nothing hangs on: once, in order. What fails is left alone, and who does not answer, or lets
    /// the account wait, is asked for nothing more.
    pub(crate) async fn carry_out(&self, work: &Work<'_>, effects: &[&Effect]) {
        // Who decided on an effect knows the standing.
        let Ok(standing) = work.standing() else {
            return;
        };
        let may_call = standing.may_send() && !has_to_wait(standing, self.clock.now_ms());
        if !may_call || !effects.iter().any(|effect| effect.is_outward()) {
            return;
        }
        let Ok(Some(token)) = self.usable_token(&standing.account).await else {
            return;
        };
        for effect in effects.iter().filter(|effect| effect.is_outward()) {
            if work.deadline.remaining() < LEAVE + PATIENCE {
                return;
            }
            let Err(error) = self.call(&token, &standing.account.id, effect).await else {
                continue;
            };
            self.heed(&standing.account, &error).await;
            tracing::warn!(
                account.id = %standing.account.id, effect = effect.code(), error = %error, "an effect was not taken"
            );
            if !matches!(error, SendError::Refused { .. } | SendError::WindowClosed(_)) {
                return;
            }
        }
    }

    async fn call(&self, token: &SecretString, account: &AccountId, effect: &Effect) -> Result<(), SendError> {
        let graph = self.graph.impatient(PATIENCE);
        let answer = match effect {
            Effect::React { to, mid, reaction } => {
                let react = SenderAction::React { mid: mid.clone(), reaction: reaction.clone() };
                graph.sender_action(token, account, to, &react).await
            }
            Effect::MarkSeen { to } => graph.sender_action(token, account, to, &SenderAction::MarkSeen).await,
            Effect::ShowTyping { to } => graph.sender_action(token, account, to, &SenderAction::TypingOn).await,
            Effect::HideComment { comment } => graph.hide_comment(token, comment, true).await,
            Effect::Tag { .. }
            | Effect::Pause { .. }
            | Effect::HandOver { .. }
            | Effect::OptedOut
            | Effect::Returned
            | Effect::ErasureRequested
            | Effect::Alarm { .. } => return Ok(()),
        };
        answer.result
    }
}

/// Meta lets the account wait: that holds for gestures, too.
fn has_to_wait(standing: &Standing, now: i64) -> bool {
    let pace = &standing.pace;
    let waits = [pace.wait(Lane::All), pace.wait(Lane::Messages), standing.app.wait];
    let restricted = pace.restricted.as_ref().is_some_and(|restricted| restricted.until > now);
    restricted || waits.into_iter().flatten().any(|wait| wait.until > now)
}
