//! One reply: claim it, make one attempt, record how it ended.

use graph::{Said, SendError};
use instagram::outgoing::{Content, MediaKind};
use store::{Bucket, Lane, Postponed, Reply, ReplyAction, ReplyRef, ReplyState, StoreError};

use crate::claim::{Claim, lease_over};
use crate::drive::{Drive, Now, Outbox, OutboxError};
use crate::judge::is_untold;
use crate::learn::Lesson;
use crate::leave::{Leave, forbidden, is_in_order, leave};
use crate::outcome::{after, lease_until};
use crate::resolve::RESENT;
use crate::rhythm::Moment;
use crate::send::{Proof, Sendable, content};
use crate::{Alarm, Attempt, Progress, SETTLE_MS};

/// Why a reply fails whose words nobody gave.
pub(crate) const NO_ANSWER: &str = "no_answer_given";

/// What to do after one reply.
pub(crate) enum Next {
    /// It was out already: on to the next.
    Passed,
    /// It is out: on to the next.
    Sent(Attempt),
    /// An attempt ended otherwise: those after it do not go out now.
    Ended(Attempt),
    /// It failed before, waits or is in doubt: those after it do not go out now.
    Stop,
    /// It may go out after all: once more from its reading.
    Again,
    /// Somebody else was faster: read again.
    Reload,
}

/// How an attempt went.
struct Went {
    outcome: Result<Proof, Progress>,
    /// What the answer taught.
    lesson: Lesson,
    /// How long the Graph call took, in milliseconds; `None` if none was made.
    graph_ms: Option<i64>,
    /// Meta's numbers, where there is no id.
    said: Option<Said>,
}

impl Went {
    fn not_tried(progress: Progress) -> Self {
        Self { outcome: Err(progress), lesson: Lesson::default(), graph_ms: None, said: None }
    }
}

impl Outbox {
    pub(crate) async fn step(&self, drive: &Drive<'_>, step: usize, now: Now<'_>) -> Result<Next, OutboxError> {
        let Some(reply) = drive.item.replies().get(step) else {
            return Ok(Next::Stop);
        };
        let place = ReplyRef { item: drive.key.clone(), step };
        match (reply.state, drive.judges) {
            (ReplyState::Sent, _) => return Ok(Next::Passed),
            (ReplyState::Unknown, Some(pause)) => return self.judge(drive, &place, reply, pause, now).await,
            (ReplyState::Failed | ReplyState::Parked | ReplyState::Unknown, _) => return Ok(Next::Stop),
            (ReplyState::Sending, _) => return self.judge_lease(drive, &place, reply, now()).await,
            (ReplyState::Planned, _) => {}
        }
        let decided_at = now();
        if let Some(until) = reply.people_have_until().filter(|until| decided_at < *until)
            && forbidden(drive.standing, &drive.conversation, &drive.item, reply, decided_at).is_none()
        {
            if drive.item.due_at != Some(until) {
                let wait = Postponed { due_at: until, why: "waits_people", slot: None };
                self.store.postpone(&place, &wait).await?;
            }
            return Ok(Next::Stop);
        }
        let waits_until = self.waiting.until(&drive.standing.account, Lane::of(reply.action));
        let has_token = drive.token.is_some() && !self.waiting.is_token_dead(&drive.standing.account, decided_at);
        let leave = leave(drive.standing, &drive.conversation, &drive.item, reply, has_token, waits_until, decided_at);
        let leave = match leave {
            Leave::Now | Leave::Later(..) if reply.is_unanswered() => Leave::Never(NO_ANSWER),
            leave => leave,
        };
        if !self.is_time(drive, &place, reply, leave, decided_at).await? {
            return Ok(Next::Stop);
        }
        if now() >= drive.begin_before {
            return Err(OutboxError::OutOfTime);
        }
        let cancelled = match leave {
            Leave::Never(why) => Some(why),
            Leave::Now | Leave::Later(..) => None,
        };
        let claimed_at = now();
        let claim = if is_in_order(reply.action) {
            self.claim_conversation(drive, &place, reply, cancelled.is_some(), claimed_at).await?
        } else {
            self.claim_item(&place, reply, claimed_at).await?
        };
        let k = match claim {
            Claim::Won(k) => k,
            Claim::Lost => return Ok(Next::Reload),
            Claim::Busy => return Ok(Next::Stop),
        };
        let went = match cancelled {
            Some(why) => Went::not_tried(Progress::Failed { reason: why.to_owned() }),
            None => self.attempt(drive, reply, claimed_at, now).await,
        };
        Ok(self.record(drive, &place, k, reply, went, claimed_at, now()).await?)
    }

    /// True if a reply may be claimed now, be it to end it. Otherwise it has a due time.
    async fn is_time(
        &self,
        drive: &Drive<'_>,
        place: &ReplyRef,
        reply: &Reply,
        leave: Leave,
        at: i64,
    ) -> Result<bool, StoreError> {
        match leave {
            Leave::Never(_) => return Ok(true),
            Leave::Later(due_at, why) => {
                if drive.item.due_at != Some(due_at) {
                    self.wait(drive, place, reply, &Postponed { due_at, why, slot: None }, at).await?;
                }
                return Ok(false);
            }
            Leave::Now => {}
        }
        if is_in_order(reply.action) && self.waits_for_turn(drive, place, reply, at).await? {
            return Ok(false);
        }
        let Some(bucket) = bucket(drive, reply) else {
            return Ok(true);
        };
        match self.rhythm.moment(&self.store, drive.account(), bucket, reply.slot, at).await? {
            Moment::Now => Ok(true),
            Moment::At(moment) => {
                let due_at = moment.min(reply.not_after);
                let wait = Postponed { due_at, why: "waits_pace", slot: Some(moment) };
                self.wait(drive, place, reply, &wait, at).await?;
                Ok(false)
            }
        }
    }

    async fn wait(
        &self,
        drive: &Drive<'_>,
        place: &ReplyRef,
        reply: &Reply,
        wait: &Postponed<'_>,
        at: i64,
    ) -> Result<(), StoreError> {
        if is_in_order(reply.action) {
            self.wait_in_order(drive, place, reply, wait, at).await
        } else {
            self.store.postpone(place, wait).await
        }
    }

    /// One claimed attempt: refused here, or one Graph call and what it teaches.
    async fn attempt(&self, drive: &Drive<'_>, reply: &Reply, claimed_at: i64, now: Now<'_>) -> Went {
        let failed = |reason: &str| Went::not_tried(Progress::Failed { reason: reason.to_owned() });
        let Some(token) = drive.token else {
            return failed("no_token");
        };
        let sendable = match Sendable::of(reply, drive.peer.as_str(), drive.key, self.settings.marker) {
            Ok(sendable) => sendable,
            Err(why) => return failed(why.reason()),
        };
        let answer = sendable.send(&self.graph, token, drive.account()).await;
        let ended = now();
        let said = answer.result.as_ref().err().and_then(SendError::said).cloned();
        let lesson = self.learn(drive, reply, &answer, ended);
        let outcome = match answer.result {
            Err(SendError::AlreadyReplied(_)) if is_untold(reply) || was_resent(reply) => Ok(Proof::inferred()),
            Err(SendError::CommentUnusable(_)) if is_untold(reply) => self.untold(drive, token, reply).await,
            Err(error) => Err(after(&error, ended, lesson.waits_until)),
            Ok(proof) => Ok(proof),
        };
        Went { outcome, lesson, graph_ms: Some(ended - claimed_at), said }
    }

    /// A comment takes no private reply, and an earlier attempt may be the one it has. If the comment is there, it is.
    async fn untold(&self, drive: &Drive<'_>, token: &secrecy::SecretString, reply: &Reply) -> Result<Proof, Progress> {
        let parked = |reason: &str| Err(Progress::Parked { reason: reason.to_owned() });
        let Ok(Sendable::Message(message)) = Sendable::of(reply, drive.peer.as_str(), drive.key, false) else {
            return parked("no_address");
        };
        let instagram::outgoing::Recipient::Comment(comment) = &message.recipient else {
            return parked("no_address");
        };
        if drive.item.content.live {
            // A comment stays when its broadcast ends, and takes no private reply from then on.
            return parked("comment_unusable");
        }
        match self.graph.comment(token, comment).await.result {
            Ok(_) => Ok(Proof::inferred()),
            Err(error) if error.is_missing() => parked("comment_gone"),
            Err(_) => Err(Progress::Unknown { reason: "no_evidence".to_owned(), may_go_again: true }),
        }
    }

    /// An attempt on the item itself whose end nobody recorded: in doubt once its lease is over, until then under way
    /// somewhere else.
    async fn judge_lease(
        &self,
        drive: &Drive<'_>,
        place: &ReplyRef,
        reply: &Reply,
        now: i64,
    ) -> Result<Next, OutboxError> {
        let until = reply.until.unwrap_or_else(|| lease_until(now));
        let due_at = until.saturating_add(SETTLE_MS);
        if now < until {
            self.store.postpone(place, &Postponed { due_at, why: "under_way", slot: None }).await?;
            return Ok(Next::Stop);
        }
        match lease_over(&self.store, place, reply.att, due_at, drive.item.replies().len(), now).await {
            Ok(()) => Ok(Next::Stop),
            Err(StoreError::Conflict) => Ok(Next::Reload),
            Err(error) => Err(error.into()),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "all that is known of one attempt")]
    async fn record(
        &self,
        drive: &Drive<'_>,
        place: &ReplyRef,
        k: u64,
        reply: &Reply,
        went: Went,
        claimed_at: i64,
        now: i64,
    ) -> Result<Next, StoreError> {
        let Went { outcome, lesson, graph_ms, said } = went;
        let attempt = |progress, message, alarm| Attempt {
            reply: reply.id.clone(),
            step: place.step,
            progress,
            graph_ms,
            said: said.clone(),
            message,
            alarm,
        };
        match outcome {
            Ok(proof) => {
                self.record_proof(drive, place, k, &proof, now).await?;
                let alarm = self.note(drive, reply, lesson, now).await;
                Ok(Next::Sent(attempt(Progress::Sent, proof.id, alarm)))
            }
            Err(progress) => {
                let progress = if is_untold(reply) { progress.not_ended() } else { progress };
                self.record_end(drive, place, k, &progress, claimed_at, now).await?;
                let alarm = self.note(drive, reply, lesson, now).await;
                let parked = matches!(progress, Progress::Parked { .. }).then_some(Alarm::Parked);
                Ok(Next::Ended(attempt(progress, None, alarm.or(parked))))
            }
        }
    }
}

/// Sent again by the word of a person, who may be wrong: Meta knows whether an earlier attempt is out.
fn was_resent(reply: &Reply) -> bool {
    reply.tries.iter().any(|tried| tried.what == RESENT)
}

/// The limit of Meta's that a reply counts towards, if one is known.
fn bucket(drive: &Drive<'_>, reply: &Reply) -> Option<Bucket> {
    match reply.action {
        ReplyAction::Message if is_media(reply) => Some(Bucket::Media),
        ReplyAction::Message => Some(Bucket::Messages),
        ReplyAction::PrivateReply if drive.item.content.live => Some(Bucket::Messages),
        ReplyAction::PrivateReply => Some(Bucket::PrivateReplies),
        ReplyAction::PublicReply => None,
    }
}

fn is_media(reply: &Reply) -> bool {
    let heavy = |content: Content| matches!(content, Content::Media { kind: MediaKind::Audio | MediaKind::Video, .. });
    reply.message.is_some() && content(reply).is_ok_and(heavy)
}
