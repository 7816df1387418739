//! One reply: claim it, make one attempt, record how it ended.

use secrecy::SecretString;
use store::{Reply, ReplyAction, ReplyRef, ReplyState, StoreError};

use crate::claim::{self, Claim};
use crate::drive::{Drive, Now, Outbox, OutboxError, Permission};
use crate::outcome::{after, lease_until};
use crate::send::{Proof, Sendable};
use crate::{ACCOUNT_RETRY_MS, Attempt, Progress, SETTLE_MS};

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
    /// Somebody else was faster: read again.
    Reload,
}

impl Outbox {
    pub(crate) async fn step(
        &self,
        permission: Permission<'_>,
        drive: &Drive<'_>,
        step: usize,
        now: Now<'_>,
    ) -> Result<Next, OutboxError> {
        let Some(reply) = drive.item.replies().get(step) else {
            return Ok(Next::Stop);
        };
        let place = ReplyRef { item: drive.key.clone(), step };
        match reply.state {
            ReplyState::Sent => return Ok(Next::Passed),
            ReplyState::Failed | ReplyState::Parked | ReplyState::Unknown => return Ok(Next::Stop),
            ReplyState::Sending => return self.judge_attempt(drive, &place, reply, now()).await,
            ReplyState::Planned => {}
        }
        let is_cancelled = drive.item.content.deleted_at.is_some() || matches!(permission, Permission::Cancel);
        if !is_cancelled && drive.item.due_at.is_some_and(|due_at| due_at > now()) {
            return Ok(Next::Stop);
        }
        if matches!(permission, Permission::Wait) && !is_cancelled {
            claim::postpone(&self.store, &place, now().saturating_add(ACCOUNT_RETRY_MS)).await?;
            return Ok(Next::Stop);
        }
        if now() >= drive.begin_before {
            return Err(OutboxError::OutOfTime);
        }
        let claimed_at = now();
        let claim = match reply.action {
            ReplyAction::Text => claim::conversation(&self.store, drive, &place, claimed_at).await?,
            ReplyAction::PrivateReply | ReplyAction::PublicReply => {
                claim::item(&self.store, &place, reply, claimed_at).await?
            }
        };
        let k = match claim {
            Claim::Won(k) => k,
            Claim::Lost => return Ok(Next::Reload),
            Claim::Busy => return Ok(Next::Stop),
        };
        let token = match permission {
            Permission::Send(token) if !is_cancelled => Some(token),
            Permission::Send(_) | Permission::Wait | Permission::Cancel => None,
        };
        let (outcome, graph_ms) = self.attempt(token, drive, reply, claimed_at, now).await;
        let attempt = |progress, message| Attempt { reply: reply.id.clone(), step, progress, graph_ms, message };
        match outcome {
            Ok(proof) => {
                self.record_proof(drive, &place, k, &proof, now()).await?;
                Ok(Next::Sent(attempt(Progress::Sent, Some(proof.id))))
            }
            Err(progress) => {
                self.record_end(drive, &place, k, &progress, claimed_at).await?;
                Ok(Next::Ended(attempt(progress, None)))
            }
        }
    }

    /// One claimed attempt: refused here, or one Graph call and how long it took, in milliseconds. Without a token it
    /// was claimed only to be cancelled.
    async fn attempt(
        &self,
        token: Option<&SecretString>,
        drive: &Drive<'_>,
        reply: &Reply,
        claimed_at: i64,
        now: Now<'_>,
    ) -> (Result<Proof, Progress>, Option<i64>) {
        let failed = |reason: &str| (Err(Progress::Failed { reason: reason.to_owned() }), None);
        let Some(token) = token else {
            return failed("cancelled");
        };
        if claimed_at >= reply.not_after {
            return failed("expired");
        }
        let sendable = match Sendable::of(reply, drive.peer.as_str(), &drive.key.sk) {
            Ok(sendable) => sendable,
            Err(why) => return failed(why.reason()),
        };
        let outcome = sendable.send(&self.graph, token, drive.account).await;
        let ended = now();
        (outcome.map_err(|error| after(&error, ended)), Some(ended - claimed_at))
    }

    /// An attempt on the item itself whose end nobody recorded: in doubt once its lease is over, until then under way
    /// somewhere else.
    async fn judge_attempt(
        &self,
        drive: &Drive<'_>,
        place: &ReplyRef,
        reply: &Reply,
        now: i64,
    ) -> Result<Next, OutboxError> {
        let until = reply.until.unwrap_or_else(|| lease_until(now));
        let due_at = until.saturating_add(SETTLE_MS);
        if now < until {
            claim::postpone(&self.store, place, due_at).await?;
            return Ok(Next::Stop);
        }
        match claim::lease_over(&self.store, place, reply.att, due_at, drive.item.replies().len()).await {
            Ok(()) => Ok(Next::Stop),
            Err(StoreError::Conflict) => Ok(Next::Reload),
            Err(error) => Err(error.into()),
        }
    }
}
