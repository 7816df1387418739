//! How an attempt ended, written down. A record that is lost leaves its reply in doubt, so it is tried several times.

use std::future::Future;

use instagram::{AccountId, CommentId, Peer, UnixMillis, Words};
use store::{Ended, Listed, ReplyAction, ReplyRef, ReplyState, SentAs, StoreError, Word};

use crate::Progress;
use crate::drive::{Drive, Outbox};
use crate::judge::MAX_AGAIN;
use crate::outcome::settled_at;
use crate::send::Proof;
use crate::step::NO_ANSWER;

/// How often a record is tried when the table does not answer. Each try is one call with the client's own repetitions.
const RECORD_TRIES: u32 = 3;

/// How long a comment of our own is remembered, in milliseconds: as long as its event could come again and be new.
const OWN_COMMENT_KEPT_MS: i64 = 35 * 24 * 60 * 60 * 1000;

/// Until when a conversation is a person's in which nobody gave the words that were asked for.
fn hands_over_until(reply: &store::Reply) -> Option<i64> {
    reply.asked.as_ref()?.hands_over_until
}

impl Outbox {
    /// The reply is out: that is recorded whatever else was learnt meanwhile.
    pub(crate) async fn record_proof(
        &self,
        drive: &Drive<'_>,
        place: &ReplyRef,
        k: u64,
        proof: &Proof,
        now: i64,
    ) -> Result<(), StoreError> {
        let is_last = place.step + 1 == drive.item.replies().len();
        let reply = drive.item.replies().get(place.step);
        let mut word = self.word(drive);
        let recorded = loop {
            let sent = SentAs { mid: proof.id.as_deref(), by: proof.by, is_last, word, at: now };
            match persistently(|| self.store.record_sent(place, k, &sent)).await {
                // Somebody may have acknowledged the event meanwhile.
                Err(StoreError::Conflict) if word == Word::Writer => word = Word::Left,
                outcome => break outcome,
            }
        };
        match recorded {
            Ok(before) => {
                if let Some(reply) = reply {
                    self.recorded(reply, before.as_ref(), proof.id.as_deref(), now);
                }
            }
            // Erased meanwhile: there is nothing left to record it on.
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error),
        }
        if let (Some(reply), Some(mid)) = (reply, &proof.id)
            && reply.action == ReplyAction::PrivateReply
        {
            let peer = proof.recipient.as_ref().map_or_else(|| drive.peer.clone(), Peer::from);
            // Where it was to go its text is expected: that says as much, and is written already.
            let text = reply.text.as_ref().map(Words::expose);
            if peer != *drive.peer {
                self.link(drive, &peer).await;
            }
            if peer != *drive.peer || !text.is_some_and(|text| drive.conversation.expects(text, now)) {
                self.remember_own(drive, &peer, mid, now).await;
            }
        }
        if let (Some(reply), Some(id)) = (reply, &proof.id)
            && reply.action == ReplyAction::PublicReply
        {
            self.remember_comment(drive.account(), id, now).await;
        }
        Ok(())
    }

    /// The attempt ended without proof: that is recorded if the attempt still counts.
    pub(crate) async fn record_end(
        &self,
        drive: &Drive<'_>,
        place: &ReplyRef,
        k: u64,
        progress: &Progress,
        claimed_at: i64,
        now: i64,
    ) -> Result<(), StoreError> {
        let reply = drive.item.replies().get(place.step);
        let not_after = reply.map_or(i64::MAX, |reply| reply.not_after);
        let (due_at, again) = match progress {
            // What is too late by then had better fail then than later.
            Progress::Waiting { due_at, .. } => (Some((*due_at).min(not_after)), None),
            Progress::Unknown { may_go_again, .. } => {
                (Some(settled_at(claimed_at)), (!may_go_again).then_some(MAX_AGAIN))
            }
            Progress::Sent | Progress::Failed { .. } | Progress::Parked { .. } => (None, None),
        };
        let reason = progress.reason().unwrap_or_default().to_owned();
        self.list(drive, place, progress.state(), &reason, now).await;
        let replies = drive.item.replies().len();
        // What is not at its end is no news.
        let mut word = if progress.state().is_final() { self.word(drive) } else { Word::Nobody };
        if let Some(until) = reply.filter(|_| reason == NO_ANSWER).and_then(hands_over_until) {
            // First: a crash in between does it again.
            let (account, reply) = (drive.account(), reply.map(|reply| reply.id.as_str()).unwrap_or_default());
            persistently(|| self.store.hold(account, drive.peer, UnixMillis(until), reply)).await?;
        }
        if reply.is_some_and(|reply| reply.discloses) && matches!(progress, Progress::Failed { .. }) {
            self.undisclose(drive).await;
        }
        let recorded = loop {
            let (state, reason) = (progress.state(), reason.clone());
            let ended = Ended { state, reason, due_at, again, replies, word, at: now };
            match persistently(|| self.store.record_ended(place, k, &ended)).await {
                // Somebody may have acknowledged the event meanwhile.
                Err(StoreError::Conflict) if word == Word::Writer => word = Word::Left,
                outcome => break outcome,
            }
        };
        match recorded {
            // Proof, or a later attempt, was recorded meanwhile and knows more. Or it is this very record, whose answer
            // was lost.
            Ok(()) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// What one of a person's ids asks for holds for the other.
    async fn link(&self, drive: &Drive<'_>, peer: &Peer) {
        if let Err(error) = persistently(|| self.store.link(drive.account(), drive.peer, peer)).await {
            tracing::warn!(account.id = %drive.account(), error = %error, "two ids of a person are not linked");
        }
    }

    /// The disclosure line did not reach the person: the next answer has to hold it again.
    async fn undisclose(&self, drive: &Drive<'_>) {
        if let Err(error) = persistently(|| self.store.not_disclosed(drive.account(), drive.peer)).await {
            tracing::warn!(account.id = %drive.account(), error = %error, "a disclosure counts although it was not sent");
        }
    }

    /// Enters a reply that is about to be parked or to fail in the list of its state. Not worth failing for: its record
    /// says the same.
    pub(crate) async fn list(&self, drive: &Drive<'_>, place: &ReplyRef, state: ReplyState, why: &str, now: i64) {
        if !matches!(state, ReplyState::Failed | ReplyState::Parked) {
            return;
        }
        let account = &drive.standing.account;
        let entry = Listed::new(&account.id, place, state, why, now).kept_for(account.kept_days());
        if let Err(error) = persistently(|| self.store.list(&entry)).await {
            tracing::warn!(account.id = %account.id, error = %error, "a reply that ended is missing in its list");
        }
    }

    /// A public reply comes back as a comment, which must not be answered. Its author says that it is ours, and Meta may
    /// leave the author out, or call it by another id (fact sheet 3.15). Not worth failing for.
    pub(crate) async fn remember_comment(&self, account: &AccountId, id: &str, now: i64) {
        let Ok(comment) = CommentId::parse(id) else { return };
        let expires_at = now.saturating_add(OWN_COMMENT_KEPT_MS) / 1000;
        if let Err(error) = persistently(|| self.store.own_comment(account, &comment, expires_at)).await {
            tracing::warn!(account.id = %account, error = %error, "a public reply is not remembered as ours");
        }
    }

    /// A private reply's direct message lands in a conversation that did not ask for it: it must be known there as
    /// ours, or its echo pauses automation. Not worth failing for: at worst that pause stays.
    async fn remember_own(&self, drive: &Drive<'_>, peer: &Peer, mid: &str, now: i64) {
        let kept_until = drive.standing.account.keeps_until(UnixMillis(now));
        if let Err(error) = persistently(|| self.store.own_message(drive.account(), peer, mid, kept_until, now)).await {
            tracing::warn!(account.id = %drive.account(), error = %error, "a private reply is not remembered as ours");
        }
    }
}

/// Tries a write again while the table gives no answer. All of these may be repeated: they name what they expect.
pub(crate) async fn persistently<T, F>(write: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let mut tries = 1;
    loop {
        match write().await {
            Err(StoreError::Unavailable { .. }) if tries < RECORD_TRIES => tries += 1,
            outcome => return outcome,
        }
    }
}
