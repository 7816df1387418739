//! From an item's open replies to the outbox: what the account allows, how long there is time, and how to pause.

use std::pin::Pin;
use std::time::Duration;

use boot::Deadline;
use instagram::Peer;
use outbox::Drive;
use store::{Connection, Conversation, Item, Key, ReplyState, Standing, StoreError, keys};

use crate::Caretaker;
use crate::tally::Tally;
use crate::trouble::Trouble;

impl Caretaker {
    /// Sends what can go, looks into what is in doubt, ends what must not go any more.
    #[expect(clippy::too_many_arguments, reason = "all that is known of one item")]
    pub(crate) async fn drive(
        &self,
        standing: &Standing,
        peer: &Peer,
        key: &Key,
        conversation: Conversation,
        item: Item,
        begin_until: &Deadline,
        tally: &Tally,
    ) -> Result<(), Trouble> {
        let token = if may_call(standing, &item) { self.accounts.token(&standing.account).await? } else { None };
        let now = || self.clock.now_ms();
        let left_ms = i64::try_from(begin_until.remaining().as_millis()).unwrap_or(i64::MAX);
        let pause = |ms| self.pause(ms);
        let drive = Drive {
            standing,
            token: token.as_ref(),
            peer,
            key,
            conversation,
            item,
            begin_before: now().saturating_add(left_ms),
            tells: false,
            judges: Some(&pause),
        };
        let event_key = keys::event_key(key);
        for attempt in Box::pin(self.outbox.drive(drive, &now)).await? {
            tally.attempted(&attempt);
            attempt.log(&standing.account.id, event_key.as_deref(), None);
        }
        Ok(())
    }

    /// Tells the CRM what became of an item's replies, if word was left that nobody did. The word goes once that is told: a
    /// crash in between tells it again.
    pub(crate) async fn tell_of_replies(
        &self,
        standing: &Standing,
        peer: &Peer,
        key: &Key,
        item: &Item,
    ) -> Result<(), Trouble> {
        let Some(untold) = item.untold else {
            return Ok(());
        };
        let account = &standing.account;
        let conversation = feed::Conversation { account: &account.id, customer: &account.customer, peer };
        self.announcer.tell(&announce::replies(&conversation, key, item, None)).await?;
        match self.store.told(key, untold, item.is_done()).await {
            // There is more to tell since: it is due still.
            Ok(()) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Pauses for some milliseconds of the caretaker's clock.
    pub(crate) fn pause(&self, ms: i64) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let clock = self.clock.clone();
        let length = Duration::from_millis(u64::try_from(ms).unwrap_or(0));
        Box::pin(async move { clock.sleep(length).await })
    }
}

/// Whether Meta may be asked at all. An account that was stopped may still look whether a reply in doubt is out: what it
/// must not do any more, the outbox does not do, whatever token it has.
fn may_call(standing: &Standing, item: &Item) -> bool {
    let is_in_doubt = item.replies().iter().any(|reply| reply.state == ReplyState::Unknown);
    let is_by_hand = item.replies().iter().any(|reply| reply.author.is_some());
    standing.may_send()
        || (is_by_hand && standing.may_send_by_hand())
        || (is_in_doubt && standing.account.connection == Connection::Connected)
}
