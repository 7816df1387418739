//! One event, from the table's state before it to the state after it, and the replies it asks for.

use std::sync::Arc;

use instagram::{AppId, Event, Kind, Peer, UnixMillis};
use job::Job;
use outbox::{Drive, Sender};
use store::{Account, Connection, Conversation, Decided, Item, ItemContent, Key, Mode, ReplyState, StoreError, keys};

use crate::Worker;
use crate::decision::{self, Question};
use crate::outcome::{Applied, Trouble};
use crate::quarantine::Reason;
use crate::time::{expires_at, happened_at};

/// How often an event is applied anew because somebody else wrote its items meanwhile.
const MAX_CONFLICTS: u32 = 5;

/// An event that will be applied, and where.
struct Work<'a> {
    event: Event,
    job: &'a Job,
    at: UnixMillis,
    account: Arc<Account>,
    key: Key,
}

impl Worker {
    /// Applies a job. On return it can be acknowledged.
    pub(crate) async fn apply(&self, job: &Job, body: &str) -> Result<Applied, Trouble> {
        let Ok(event) = job.event() else {
            return self.set_aside(body, Reason::Malformed).await;
        };
        let at = happened_at(event.at, job.received_at);
        if event.test {
            return self.record_sample(&event, job, at).await;
        }
        let Some(account) = self.accounts.get(&job.account, self.clock.now_ms()).await? else {
            return self.set_aside(body, Reason::UnknownAccount).await;
        };
        if let Some(applied) = unwanted(&account, &job.app) {
            return Ok(applied);
        }
        let key = keys::item(&job.account, &job.peer, &event, &job.key);
        let work = Work { event, job, at, account, key };
        let mut conflicts = 0;
        loop {
            match self.apply_once(&work).await {
                Err(Trouble::Store(StoreError::Conflict)) if conflicts < MAX_CONFLICTS => conflicts += 1,
                Ok((applied, in_quarantine)) => {
                    if in_quarantine {
                        self.quarantine.keep(body, Reason::TooLarge, self.clock.now_ms()).await?;
                    }
                    return Ok(applied);
                }
                Err(trouble) => return Err(trouble),
            }
        }
    }

    /// Reads, merges, decides, writes, sends. The second value says that the event is too large for its item and that
    /// it was stored for the first time.
    async fn apply_once(&self, work: &Work<'_>) -> Result<(Applied, bool), Trouble> {
        let Work { event, job, at, account, key } = work;
        let now = self.clock.now_ms();
        let read = self.store.load(&job.account, &job.peer, key, now).await?;
        let foreign_echo = self.is_foreign_echo(work, &read.conversation, &read.item, now).await?;
        let mut content = read.item.content.clone();
        content.apply(event, job.event.get(), *at);
        let mut next = read.conversation.clone();
        next.facts.apply(event, &job.key, *at, foreign_echo);
        next.trim_sent();
        next.expires_at = next.expires_at.max(expires_at(*at));

        let is_new_conversation = read.conversation.rev == 0;
        let conversation = if is_new_conversation || next.facts != read.conversation.facts {
            self.store.save_facts(&job.account, &job.peer, &read.conversation, next).await?
        } else {
            read.conversation
        };

        let decided_now = if read.item.decision.is_none() && asks_for_decision(event) {
            let rules = self.accounts.rules(account).await?;
            let question = Question {
                event,
                key: &job.key,
                at: *at,
                account,
                conversation: &conversation,
                content: &content,
                rules: rules.as_deref(),
            };
            Some(decision::answer(&question, UnixMillis(self.clock.now_ms())))
        } else {
            None
        };
        let first_too_large = content.in_quarantine && !read.item.content.in_quarantine;
        if decided_now.is_some() || content != read.item.content {
            self.store.save_item(key, &read.item, &content, decided_now.as_ref(), expires_at(*at)).await?;
        }
        if let Kind::MessageUnsent { mid, peer: Some(_) } = &event.kind
            && content != read.item.content
        {
            self.store.bury(&job.account, mid, at.0, expires_at(*at)).await?;
        }

        let outcome = match (&decided_now, &read.item.decision) {
            (Some(decided), _) => decided.why.clone(),
            (None, Some(_)) if content == read.item.content => "duplicate".to_owned(),
            (None, _) => "merged".to_owned(),
        };
        let mut applied = Applied::as_outcome(outcome);
        let decision = decided_now.clone().or(read.item.decision.clone());
        if decision.as_ref().is_some_and(has_open_reply) {
            let item = match decided_now {
                // Written just now, after the fence was read: nobody can know more about these replies.
                Some(decided) => Item { content, decision: Some(decided), ..Item::default() },
                None => self.store.item(key, self.clock.now_ms()).await?,
            };
            applied.attempts = self.send(account, &job.peer, key, conversation, item).await?;
        }
        Ok((applied, first_too_large))
    }

    /// Sends what is due. An account that may not answer, or has no token, sends nothing: its replies wait.
    async fn send(
        &self,
        account: &Account,
        peer: &Peer,
        key: &Key,
        conversation: Conversation,
        item: Item,
    ) -> Result<Vec<outbox::Attempt>, Trouble> {
        let token = match account.mode {
            Mode::Answer => self.accounts.token(account).await?,
            Mode::Off | Mode::Observe => None,
        };
        let Some(token) = token else {
            self.outbox.postpone_all(key, &item, self.clock.now_ms()).await?;
            return Ok(Vec::new());
        };
        let clock = self.clock.clone();
        let now = move || clock.now_ms();
        let sender = Sender { account: &account.id, token: &token };
        Ok(self.outbox.drive(sender, Drive { peer, key, conversation, item }, &now).await?)
    }

    /// True for a message of the account that we did not send.
    ///
    /// Ours are those the conversation remembers, and the one that the last reply at its gate became.
    async fn is_foreign_echo(
        &self,
        work: &Work<'_>,
        conversation: &Conversation,
        item: &Item,
        now: i64,
    ) -> Result<bool, Trouble> {
        let Kind::MessageEchoed(echo) = &work.event.kind else {
            return Ok(false);
        };
        if item.decision.is_some() || conversation.is_own(echo.mid.as_str()) {
            return Ok(false);
        }
        let Some(gate) = &conversation.gate else {
            return Ok(true);
        };
        let owner = self.store.item(&Key { pk: work.key.pk.clone(), sk: gate.item.clone() }, now).await?;
        let mid = owner.decision.as_ref().and_then(|d| d.replies.get(gate.step)).and_then(|reply| reply.mid.as_deref());
        Ok(mid != Some(echo.mid.as_str()))
    }

    async fn record_sample(&self, event: &Event, job: &Job, at: UnixMillis) -> Result<Applied, Trouble> {
        let mut content = ItemContent::default();
        content.apply(event, job.event.get(), at);
        let why = automation::Outcome::Test.code();
        let decision = Decided { why: why.to_owned(), rules: 0, trace: None, facts: None, replies: Vec::new() };
        let item = Item { rev: 1, content, decision: Some(decision), due_at: None, expires_at: expires_at(at) };
        self.store.put_sample(&keys::test_sample(&job.app, event.kind_name(), &job.key), &item).await?;
        Ok(Applied::as_outcome(why))
    }

    pub(crate) async fn set_aside(&self, body: &str, reason: Reason) -> Result<Applied, Trouble> {
        self.quarantine.keep(body, reason, self.clock.now_ms()).await?;
        Ok(Applied::counted(reason.code(), "Quarantined"))
    }
}

/// Events that are counted and leave nothing behind.
fn unwanted(account: &Account, app: &AppId) -> Option<Applied> {
    if account.app != *app {
        return Some(Applied::counted("foreign_app", "ForeignApp"));
    }
    match (account.connection, account.mode) {
        (Connection::Disconnected | Connection::Erased, _) => Some(Applied::counted("former_account", "FormerAccount")),
        (Connection::Connected, Mode::Off) => Some(Applied::as_outcome("off")),
        (Connection::Connected, Mode::Observe | Mode::Answer) => None,
    }
}

/// Events with an item of their own are decided on; edits, unsends and hints change another event's item.
fn asks_for_decision(event: &Event) -> bool {
    !matches!(event.kind, Kind::MessageUnsent { .. } | Kind::MessageEdited { .. } | Kind::MessageHinted { .. })
}

fn has_open_reply(decided: &Decided) -> bool {
    decided.replies.iter().any(|reply| matches!(reply.state, ReplyState::Planned | ReplyState::Sending))
}
