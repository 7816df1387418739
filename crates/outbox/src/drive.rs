//! Works on the replies of one item, one after the other, as far as they can go now.

use graph::Graph;
use instagram::{AccountId, Peer};
use secrecy::SecretString;
use store::{Conversation, Ended, Item, Key, Reply, ReplyAction, ReplyRef, ReplyState, Store, StoreError};

use crate::claim::{self, Claim};
use crate::outcome::{after, settled_at};
use crate::send::{Proof, Sendable};
use crate::{ACCOUNT_RETRY_MS, Attempt, Progress, SETTLE_MS};

/// How often a claim lost to somebody else is tried again with fresh knowledge.
const MAX_LOST_CLAIMS: u32 = 5;

/// How long a message of the account's own stays known in a conversation it does not belong to, in milliseconds.
const OWN_MESSAGE_KEPT_MS: i64 = 180 * 24 * 60 * 60 * 1000;

/// Tells milliseconds since 1970.
pub type Now<'a> = &'a (dyn Fn() -> i64 + Send + Sync);

/// The table and the Graph API, joined by the protocol. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Outbox {
    store: Store,
    graph: Graph,
}

/// On whose behalf replies go out.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    /// The account.
    pub account: &'a AccountId,
    /// Its token, opened.
    pub token: &'a SecretString,
}

/// The replies to work on, and what was read of them.
#[derive(Debug, Clone)]
pub struct Drive<'a> {
    /// The person, or the comment that stands in for one.
    pub peer: &'a Peer,
    /// The item the replies lie in.
    pub key: &'a Key,
    /// The conversation, read **before** the item: its fence must be older than what is known of the replies, or a
    /// slow worker sends a second time.
    pub conversation: Conversation,
    /// The item.
    pub item: Item,
}

/// Why work on replies stopped without a place to continue from. The caller lets the event come again.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// The table failed. If a claim was made, its lease runs out and the reply becomes unknown, never doubled.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Others kept claiming first.
    #[error("the conversation stayed busy")]
    Busy,
}

/// What to do after one reply.
enum Next {
    /// It is out: on to the next reply.
    Continue,
    /// It failed, waits or is unknown: those after it do not go out now.
    Stop,
    /// Somebody else was faster: read again.
    Reload,
}

impl Drive<'_> {
    fn replies(&self) -> &[Reply] {
        self.item.decision.as_ref().map_or(&[], |decided| &decided.replies)
    }
}

impl Outbox {
    /// An outbox over the table and the Graph API.
    pub fn new(store: Store, graph: Graph) -> Self {
        Self { store, graph }
    }

    /// Sends what can be sent now. On return every reply is final, or the item says when it is due.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub async fn drive(
        &self,
        sender: Sender<'_>,
        mut drive: Drive<'_>,
        now: Now<'_>,
    ) -> Result<Vec<Attempt>, OutboxError> {
        let mut attempts = Vec::new();
        let mut step = 0;
        let mut lost_claims = 0;
        while let Some(reply) = drive.replies().get(step) {
            match self.step(sender, &drive, reply, step, now, &mut attempts).await? {
                Next::Continue => {
                    step += 1;
                    if reply.state == ReplyState::Sent || step == drive.replies().len() {
                        continue;
                    }
                }
                Next::Stop => break,
                Next::Reload if lost_claims < MAX_LOST_CLAIMS => lost_claims += 1,
                Next::Reload => return Err(OutboxError::Busy),
            }
            drive.conversation = self.store.conversation(sender.account, drive.peer).await?;
            drive.item = self.store.item(drive.key, now()).await?;
        }
        Ok(attempts)
    }

    /// Gives the replies of an account that cannot send now a due time, so that they are looked at again.
    ///
    /// # Errors
    /// [`OutboxError::Store`].
    pub async fn postpone_all(&self, key: &Key, item: &Item, now: i64) -> Result<(), OutboxError> {
        let replies = item.decision.as_ref().map_or(&[][..], |decided| &decided.replies);
        let Some(step) = replies.iter().position(|reply| reply.state == ReplyState::Planned) else {
            return Ok(());
        };
        match self.store.postpone(&ReplyRef { item: key.clone(), step }, now.saturating_add(ACCOUNT_RETRY_MS)).await {
            Ok(()) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn step(
        &self,
        sender: Sender<'_>,
        drive: &Drive<'_>,
        reply: &Reply,
        step: usize,
        now: Now<'_>,
        attempts: &mut Vec<Attempt>,
    ) -> Result<Next, OutboxError> {
        let place = ReplyRef { item: drive.key.clone(), step };
        match reply.state {
            ReplyState::Sent => return Ok(Next::Continue),
            ReplyState::Failed | ReplyState::Parked | ReplyState::Unknown => return Ok(Next::Stop),
            ReplyState::Sending => return self.judge_attempt(drive, &place, reply, now()).await,
            ReplyState::Planned if drive.item.due_at.is_some_and(|due_at| due_at > now()) => return Ok(Next::Stop),
            ReplyState::Planned => {}
        }
        let claimed_at = now();
        let claim = match reply.action {
            ReplyAction::Text => claim::conversation(&self.store, sender.account, drive, &place, claimed_at).await?,
            ReplyAction::PrivateReply | ReplyAction::PublicReply => {
                claim::item(&self.store, &place, reply, claimed_at).await?
            }
        };
        let k = match claim {
            Claim::Won(k) => k,
            Claim::Lost => return Ok(Next::Reload),
            Claim::Busy => return Ok(Next::Stop),
        };
        let (outcome, graph_ms) = self.attempt(sender, drive, reply, claimed_at, now).await;
        let mut attempt = Attempt { reply: reply.id.clone(), step, progress: Progress::Sent, graph_ms, message: None };
        let next = match outcome {
            Ok(proof) => {
                self.store.record_sent(&place, k, &proof.id).await?;
                if reply.action == ReplyAction::PrivateReply {
                    self.remember_own(sender.account, drive.peer, &proof, now()).await;
                }
                attempt.message = Some(proof.id);
                Next::Continue
            }
            Err(progress) => {
                let due_at = match &progress {
                    Progress::Waiting { due_at, .. } => Some(*due_at),
                    Progress::Unknown { .. } => Some(settled_at(claimed_at)),
                    Progress::Sent | Progress::Failed { .. } => None,
                };
                let reason = progress.reason().unwrap_or_default().to_owned();
                let ended = Ended { state: progress.state(), reason, due_at, replies: drive.replies().len() };
                match self.store.record_ended(&place, k, &ended).await {
                    // Proof, or a later attempt, was recorded meanwhile: it knows more than this one.
                    Ok(()) | Err(StoreError::Conflict) => {}
                    Err(error) => return Err(error.into()),
                }
                attempt.progress = progress;
                Next::Stop
            }
        };
        attempts.push(attempt);
        Ok(next)
    }

    /// One claimed attempt: refused here, or one Graph call and how long it took, in milliseconds.
    async fn attempt(
        &self,
        sender: Sender<'_>,
        drive: &Drive<'_>,
        reply: &Reply,
        claimed_at: i64,
        now: Now<'_>,
    ) -> (Result<Proof, Progress>, Option<i64>) {
        let failed = |reason: &str| (Err(Progress::Failed { reason: reason.to_owned() }), None);
        if drive.item.content.deleted_at.is_some() {
            return failed("cancelled");
        }
        if claimed_at >= reply.not_after {
            return failed("expired");
        }
        let sendable = match Sendable::of(reply, drive.peer.as_str(), &drive.key.sk) {
            Ok(sendable) => sendable,
            Err(why) => return failed(why.reason()),
        };
        let outcome = sendable.send(&self.graph, sender.token, sender.account).await;
        let ended = now();
        (outcome.map_err(|error| after(&error, ended)), Some(ended - claimed_at))
    }

    /// An attempt on the item itself whose end nobody recorded: unknown once its lease is over.
    async fn judge_attempt(
        &self,
        drive: &Drive<'_>,
        place: &ReplyRef,
        reply: &Reply,
        now: i64,
    ) -> Result<Next, OutboxError> {
        let due_at = drive.item.due_at.unwrap_or(now);
        if now < due_at.saturating_sub(SETTLE_MS) {
            return Ok(Next::Stop);
        }
        match claim::lease_over(&self.store, place, reply.att, due_at, drive.replies().len()).await {
            Ok(()) => Ok(Next::Stop),
            Err(StoreError::Conflict) => Ok(Next::Reload),
            Err(error) => Err(error.into()),
        }
    }

    /// A private reply's direct message lands in a conversation that did not ask for it: it must be known there as
    /// ours, or its echo pauses automation. Not worth failing for: at worst that pause stays.
    async fn remember_own(&self, account: &AccountId, peer: &Peer, proof: &Proof, now: i64) {
        let peer = proof.recipient.as_ref().map_or_else(|| peer.clone(), Peer::from);
        let expires_at = now.saturating_add(OWN_MESSAGE_KEPT_MS) / 1000;
        if let Err(error) = self.store.own_message(account, &peer, &proof.id, expires_at).await {
            tracing::warn!(account.id = %account, error = %error, "a private reply is not remembered as ours");
        }
    }
}
