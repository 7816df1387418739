//! From an item's open replies to the outbox: what the account allows, and how long there is time.

use boot::shared;
use graph::SendError;
use outbox::{Attempt, Drive};
use secrecy::SecretString;
use store::{Account, Consistency, Conversation, Item};
use vault::VaultError;

use crate::Worker;
use crate::apply::has_open_reply;
use crate::outcome::Trouble;
use crate::record::LEAVE;
use crate::work::Work;

impl Worker {
    /// Sends what is due, or lets it wait or fail if the account says so.
    pub(crate) async fn send(
        &self,
        work: &Work<'_>,
        conversation: Conversation,
        item: Item,
    ) -> Result<Vec<Attempt>, Trouble> {
        let standing = work.standing()?;
        let token = if standing.may_send() { self.usable_token(&standing.account).await? } else { None };
        let clock = self.clock.clone();
        let now = move || clock.now_ms();
        let left_ms = i64::try_from(work.deadline.remaining().saturating_sub(LEAVE).as_millis()).unwrap_or(i64::MAX);
        let drive = Drive {
            standing,
            token: token.as_ref(),
            peer: &work.job.peer,
            key: &work.key,
            conversation,
            item,
            begin_before: now().saturating_add(left_ms),
            tells: true,
            judges: None,
        };
        Ok(Box::pin(self.outbox.drive(drive, &now)).await?)
    }

    /// Ends what was planned before the account was switched off or left: its events are not applied any more, and a
    /// worker that died between plan and claim left nobody else to look at its replies.
    pub(crate) async fn cancel_open_replies(&self, work: &Work<'_>) -> Result<(), Trouble> {
        let (job, now) = (work.job, self.clock.now_ms());
        let read = self.store.load(&job.account, &job.peer, &work.key, Consistency::Strong, now).await?;
        if read.item.decision.as_ref().is_some_and(has_open_reply) {
            // Again, now that the conversation with its fence is known.
            let item = self.store.item(&work.key, self.clock.now_ms()).await?;
            self.send(work, read.conversation, item).await?;
        }
        Ok(())
    }

    /// Heeds what a call that sends nothing teaches: a dead token is noted for all, and alarmed once.
    pub(crate) async fn heed(&self, account: &Account, error: &SendError) {
        if let Some(alarm) = self.outbox.heed_dead_token(account, error, self.clock.now_ms()).await {
            self.metrics.beside(|sheet| shared::alarm_metric(alarm.name()).into_iter().for_each(|m| sheet.count(m, 1)));
        }
    }

    /// The account's token, opened; `None` for one that Meta takes no more. One that cannot be opened counts as none:
    /// replies wait for the next login, and what people write is stored all the same.
    pub(crate) async fn usable_token(&self, account: &Account) -> Result<Option<SecretString>, Trouble> {
        if account.broken.is_some() {
            return Ok(None);
        }
        match self.accounts.token(account).await {
            Err(Trouble::Vault(error @ (VaultError::NotOurs | VaultError::BadKey))) => {
                tracing::error!(
                    account.id = %account.id, error = &error as &dyn std::error::Error,
                    "an account's token cannot be opened; its replies wait"
                );
                Ok(None)
            }
            outcome => outcome,
        }
    }
}
