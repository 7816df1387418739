//! A reply in doubt: wait out, read, decide, in this order and no other.

use std::collections::HashSet;

use graph::SendError;
use instagram::{CommentId, PersonId, Words};
use store::{Ended, Reply, ReplyAction, ReplyRef, ReplyState, SentAs, StoreError, Word};

use crate::drive::{Drive, Now, Outbox, OutboxError, Pause};
use crate::evidence::{Evidence, Seen, since, weigh};
use crate::leave::forbidden;
use crate::outcome::{Alarm, lease_until};
use crate::step::Next;
use crate::{Attempt, DOUBT_MS, LEASE_MS, OnUnknown, Progress, SETTLE_MS};

/// How often evidence that a reply was not sent puts it back into the plan.
pub(crate) const MAX_AGAIN: u32 = 1;

/// When a look that showed nothing, for want of an answer, is repeated.
const LOOK_AGAIN_MS: i64 = 30_000;

impl Outbox {
    pub(crate) async fn judge(
        &self,
        drive: &Drive<'_>,
        place: &ReplyRef,
        reply: &Reply,
        pause: Pause<'_>,
        now: Now<'_>,
    ) -> Result<Next, OutboxError> {
        let began = now();
        if drive.item.due_at.is_some_and(|due_at| due_at > began) {
            return Ok(Next::Stop);
        }
        let lease_end = lease_end(drive, place, reply);
        let settled_at = lease_end.saturating_add(SETTLE_MS);
        if began < settled_at {
            return self.decide(drive, place, reply, ReplyState::Unknown, "settling", Some(settled_at), began).await;
        }
        if began >= drive.begin_before {
            return Err(OutboxError::OutOfTime);
        }
        let since_when = reply.unknown_since.unwrap_or(began);
        let is_over = began >= since_when.saturating_add(DOUBT_MS);
        if drive.item.content.deleted_at.is_some() {
            // Its words are gone with those it answers: there is nothing to look for.
            return self.park(drive, place, reply, "words_gone", began).await;
        }
        // Set by a look that finds the token dead.
        let mut alarm = None;
        let evidence = match reply.action {
            ReplyAction::PrivateReply if is_over => Evidence::NoAnswer,
            // Meta lets a comment have one private reply: trying again shows whether it has it.
            ReplyAction::PrivateReply => {
                match forbidden(drive.standing, &drive.conversation, &drive.item, reply, began) {
                    Some(why) => Evidence::Unclear(why),
                    None => Evidence::Nothing,
                }
            }
            ReplyAction::Message => self.look_in_conversation(drive, reply, lease_end, pause, now, &mut alarm).await,
            ReplyAction::PublicReply => self.look_below_comment(drive, reply, lease_end, pause, now, &mut alarm).await,
        };
        let at = now();
        match evidence {
            Evidence::Found(id) => self.found(drive, place, reply, &id, at).await,
            Evidence::Nothing if self.may_go_again(reply) => {
                self.decide(drive, place, reply, ReplyState::Planned, "not_found", Some(at), at).await
            }
            Evidence::Nothing => self.park(drive, place, reply, "not_found", at).await,
            Evidence::Unclear(why) => self.park(drive, place, reply, why, at).await,
            Evidence::NoAnswer if is_over => self.park(drive, place, reply, "no_evidence", at).await,
            Evidence::NoAnswer => {
                let due_at = at.saturating_add(LOOK_AGAIN_MS);
                let next =
                    self.decide(drive, place, reply, ReplyState::Unknown, "no_evidence", Some(due_at), at).await?;
                Ok(match (next, alarm) {
                    (Next::Stop, Some(alarm)) => {
                        let progress = Progress::Unknown {
                            reason: "no_evidence".to_owned(),
                            may_go_again: self.may_go_again(reply),
                        };
                        Next::Ended(attempt(reply, place, progress, Some(alarm), None))
                    }
                    (next, _) => next,
                })
            }
        }
    }

    fn may_go_again(&self, reply: &Reply) -> bool {
        match reply.action {
            ReplyAction::PrivateReply => true,
            ReplyAction::Message | ReplyAction::PublicReply => {
                self.settings.on_unknown == OnUnknown::Reconcile && reply.again < MAX_AGAIN
            }
        }
    }

    async fn found(
        &self,
        drive: &Drive<'_>,
        place: &ReplyRef,
        reply: &Reply,
        id: &str,
        at: i64,
    ) -> Result<Next, OutboxError> {
        let is_last = place.step + 1 == drive.item.replies().len();
        let sent = SentAs { mid: Some(id), by: Some("found"), is_last, word: self.word_of_doubt(), at };
        match self.store.record_found(place, reply.att, &sent).await {
            Ok(()) => {
                self.doubt_over();
                self.proven(reply, at);
                if reply.action == ReplyAction::PublicReply {
                    self.remember_comment(drive.account(), id, at).await;
                }
                Ok(Next::Sent(attempt(reply, place, Progress::Sent, None, Some(id.to_owned()))))
            }
            Err(StoreError::Conflict) => Ok(Next::Reload),
            Err(error) => Err(error.into()),
        }
    }

    async fn park(
        &self,
        drive: &Drive<'_>,
        place: &ReplyRef,
        reply: &Reply,
        why: &'static str,
        at: i64,
    ) -> Result<Next, OutboxError> {
        self.decide(drive, place, reply, ReplyState::Parked, why, None, at).await
    }

    #[expect(clippy::too_many_arguments, reason = "one decision, spelled out at each of its callers")]
    async fn decide(
        &self,
        drive: &Drive<'_>,
        place: &ReplyRef,
        reply: &Reply,
        state: ReplyState,
        why: &str,
        due_at: Option<i64>,
        at: i64,
    ) -> Result<Next, OutboxError> {
        let again = (state == ReplyState::Planned).then_some(reply.again + 1);
        let word = if state.is_final() { self.word_of_doubt() } else { Word::Nobody };
        let replies = drive.item.replies().len();
        let ended = Ended { state, reason: why.to_owned(), due_at, again, replies, word, at };
        self.list(drive, place, state, why, at).await;
        match self.store.record_judged(place, reply.att, &ended).await {
            Ok(()) if state == ReplyState::Unknown => {}
            Ok(()) => self.doubt_over(),
            Err(StoreError::Conflict) => return Ok(Next::Reload),
            Err(error) => return Err(error.into()),
        }
        let reason = why.to_owned();
        Ok(match state {
            ReplyState::Planned => Next::Again,
            ReplyState::Parked => {
                Next::Ended(attempt(reply, place, Progress::Parked { reason }, Some(Alarm::Parked), None))
            }
            _ => Next::Stop,
        })
    }

    /// All that the conversation shows of the account's own since the attempt.
    async fn look_in_conversation(
        &self,
        drive: &Drive<'_>,
        reply: &Reply,
        lease_end: i64,
        pause: Pause<'_>,
        now: Now<'_>,
        alarm: &mut Option<Alarm>,
    ) -> Evidence {
        let (Some(token), Ok(person)) = (drive.token, PersonId::parse(drive.peer.as_str())) else {
            return Evidence::NoAnswer;
        };
        let claimed_at = lease_end - LEASE_MS;
        self.wait_to_read(drive.account(), pause, now).await;
        let thread = match self.graph.thread_with(token, &person).await.result {
            Ok(Some(thread)) => thread,
            Ok(None) => return Evidence::NoAnswer,
            Err(error) => return self.no_answer(drive, &error, now(), alarm).await,
        };
        self.wait_to_read(drive.account(), pause, now).await;
        let heads = match self.graph.thread_messages(token, &thread).await.result {
            Ok(heads) => heads,
            Err(error) => return self.no_answer(drive, &error, now(), alarm).await,
        };
        let begin = since(claimed_at);
        let reaches_back = heads.messages.last().is_some_and(|oldest| oldest.created_at.0 < begin);
        let mut is_whole = heads.is_whole || reaches_back;
        let bound = bound_ids(drive);
        let mut shown = Vec::new();
        for head in heads.messages.iter().filter(|head| head.created_at.0 >= begin) {
            if bound.contains(head.id.as_str()) || drive.conversation.is_own(head.id.as_str()) {
                continue;
            }
            self.wait_to_read(drive.account(), pause, now).await;
            match self.graph.message(token, &head.id).await.result {
                Ok(read) if read.from.as_ref().is_none_or(|from| from.as_str() == drive.account().as_str()) => {
                    shown.push(Seen { id: head.id.to_string(), at: head.created_at.0, text: read.text });
                }
                Ok(_) => {}
                // One of the twenty newest no more, or unsent.
                Err(error) if error.is_missing() => is_whole = false,
                Err(error) => return self.no_answer(drive, &error, now(), alarm).await,
            }
        }
        let expected = |text: &Words| drive.conversation.expects(text.expose(), claimed_at);
        match self.weigh(reply, claimed_at, &shown, is_whole) {
            // A private reply to a comment of the person says the same, and is bound to nothing here.
            Evidence::Found(_) if reply.text.as_ref().is_some_and(expected) => Evidence::Unclear("several_candidates"),
            evidence => evidence,
        }
    }

    /// A look that Meta did not answer. A token that is dead is nothing to keep to oneself.
    async fn no_answer(&self, drive: &Drive<'_>, error: &SendError, at: i64, alarm: &mut Option<Alarm>) -> Evidence {
        *alarm = self.heed_dead_token(&drive.standing.account, error, at).await;
        Evidence::NoAnswer
    }

    /// All that stands below the comment of the account's own since the attempt.
    async fn look_below_comment(
        &self,
        drive: &Drive<'_>,
        reply: &Reply,
        lease_end: i64,
        pause: Pause<'_>,
        now: Now<'_>,
        alarm: &mut Option<Alarm>,
    ) -> Evidence {
        let comment = reply.comment(drive.key).and_then(|id| CommentId::parse(id).ok());
        let (Some(token), Some(comment)) = (drive.token, comment) else {
            return Evidence::NoAnswer;
        };
        let claimed_at = lease_end - LEASE_MS;
        self.wait_to_read(drive.account(), pause, now).await;
        let below = match self.graph.comment_replies(token, &comment).await.result {
            Ok(below) => below,
            Err(error) if error.is_missing() => return Evidence::Unclear("comment_gone"),
            Err(error) => return self.no_answer(drive, &error, now(), alarm).await,
        };
        let account = &drive.standing.account;
        let bound = bound_ids(drive);
        let begin = since(claimed_at);
        let is_own = |read: &graph::CommentRead| match (&read.from, &read.username) {
            (Some(from), _) => from.as_str() == account.id.as_str(),
            (None, Some(name)) => name.expose().eq_ignore_ascii_case(&account.username),
            (None, None) => true,
        };
        let is_whole = below.is_whole;
        let mut shown: Vec<Seen> = below
            .comments
            .into_iter()
            .filter(|read| is_own(read) && !bound.contains(read.id.as_str()))
            .map(|read| Seen { id: read.id.to_string(), at: read.at.map_or(claimed_at, |at| at.0), text: read.text })
            .filter(|seen| seen.at >= begin)
            .collect();
        // Rules and people may answer one comment, each by an item of their own.
        let mut known = HashSet::new();
        for seen in &shown {
            let Ok(id) = CommentId::parse(seen.id.as_str()) else { continue };
            match self.store.is_own_comment(drive.account(), &id, now()).await {
                Ok(true) => drop(known.insert(seen.id.clone())),
                Ok(false) => {}
                Err(_) => return Evidence::NoAnswer,
            }
        }
        shown.retain(|seen| !known.contains(&seen.id));
        self.weigh(reply, claimed_at, &shown, is_whole)
    }

    /// Weighs what is shown, and tells of a text that is there twice: it is parked, but people have seen both.
    fn weigh(&self, reply: &Reply, claimed_at: i64, shown: &[Seen], is_whole: bool) -> Evidence {
        let evidence = weigh(reply.text.as_ref(), claimed_at, shown, is_whole);
        if evidence == Evidence::Unclear("several_candidates") && reply.text.is_some() {
            self.doubled(reply);
        }
        evidence
    }
}

/// What other replies of the item became.
fn bound_ids<'a>(drive: &'a Drive<'_>) -> HashSet<&'a str> {
    drive.item.replies().iter().filter_map(|reply| reply.mid.as_deref()).collect()
}

/// When the lease of the attempt in doubt ended.
fn lease_end(drive: &Drive<'_>, place: &ReplyRef, reply: &Reply) -> i64 {
    let gate = drive.conversation.gate.as_ref();
    let by_gate = gate.filter(|gate| gate.k == reply.att && gate.item == place.item.sk && gate.step == place.step);
    match (reply.action, by_gate) {
        (ReplyAction::Message, Some(gate)) => gate.until,
        _ => reply.until.unwrap_or_else(|| lease_until(reply.unknown_since.unwrap_or_default())),
    }
}

fn attempt(
    reply: &Reply,
    place: &ReplyRef,
    progress: Progress,
    alarm: Option<Alarm>,
    message: Option<String>,
) -> Attempt {
    Attempt { reply: reply.id.clone(), step: place.step, progress, graph_ms: None, said: None, message, alarm }
}

/// Whether an earlier attempt of a private reply may be out: nobody looks for those, the next attempt tells.
pub(crate) fn is_untold(reply: &Reply) -> bool {
    reply.action == ReplyAction::PrivateReply && reply.unknown_since.is_some()
}
