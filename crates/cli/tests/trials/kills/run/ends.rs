//! How a trial has to end.

use store::{Reply, ReplyState};

use super::{MINUTES, Run};
use crate::check::{Held, Tally, told};
use crate::kills::scenes::{Act, Ends};

impl Run<'_> {
    /// The right end: nothing lost, nothing doubled, nothing that Meta forbids.
    pub(super) async fn check(&self, tally: Tally) {
        let held = self.stage.world.held().await;
        let replies: Vec<&Reply> = held.iter().flat_map(|held| held.item.replies()).collect();
        let scene = self.trial.scene;
        assert!(replies.len() >= scene.replies, "{} replies were planned: {}", replies.len(), told(&replies));
        let hopeless = replies.iter().filter(|reply| reply.state == ReplyState::Parked && is_hopeless(reply));
        assert_eq!(tally.parked, hopeless.count(), "evidence was there: {}", told(&replies));
        if scene.ends == Ends::Sent {
            assert_eq!(tally.failed, 0, "nothing came in between: {}", told(&replies));
        }
        for reply in replies.iter().filter(|reply| reply.state == ReplyState::Failed) {
            let why = reply.reason.as_deref().unwrap_or_default();
            assert!(matches!(why, "cancelled" | "paused" | "earlier_step"), "{}", told(&replies));
        }
        for job in &self.stage.world.jobs {
            let key = store::keys::item(&job.account, &job.peer, &job.event().unwrap(), &job.key);
            let is_it = |held: &&Held| held.sk == key.sk && held.peer == job.peer;
            let found = held.iter().find(is_it).unwrap_or_else(|| panic!("lost: {}", job.key));
            let content = &found.item.content;
            let is_stored = content.kind.is_some() || content.deleted_at.is_some() || content.hinted_at.is_some();
            assert!(is_stored, "stored without content: {}", job.key);
        }
        self.stage.world.check_feed(&held);
        assert_eq!(self.stage.world.dead_letters(), 0);
        assert_eq!(self.stage.world.rules_broken(), 0, "{:?}", self.stage.world.meta.policies_refused());
    }

    /// The conversation is not stuck, and no pause is left by our own messages: the next word is answered.
    pub(super) async fn goes_on(&mut self) {
        self.stage.world.pass(60);
        self.act(Act::Writes("fim"));
        let before = self.stage.world.jobs.len();
        self.settle(MINUTES).await;
        let job = &self.stage.world.jobs[before];
        let key = store::keys::item(&job.account, &job.peer, &job.event().unwrap(), &job.key);
        let item = self.stage.world.store.item(&key, self.stage.world.clock.now_ms()).await.unwrap();
        let why = item.decision.as_ref().map(|decided| decided.why.as_str());
        let is_sent = item.replies().iter().all(|reply| reply.state == ReplyState::Sent) && !item.replies().is_empty();
        assert!(is_sent, "the conversation goes on: {why:?}, {}", told(&item.replies().iter().collect::<Vec<_>>()));
    }
}

/// Nobody could tell, or nobody may try again: its words are gone, or it was in doubt twice and not found twice.
fn is_hopeless(reply: &Reply) -> bool {
    let looks_in_vain = reply.tries.iter().filter(|entry| entry.what == "not_found").count();
    reply.reason.as_deref() == Some("words_gone") || looks_in_vain == 2
}
