//! One event, from the table's state before it to the state after it.

use automation::{Effect, MediaOwner, Wish};
use boot::Deadline;
use instagram::{Event, Kind, UnixMillis};
use job::Job;
use outbox::{Echo, Whose};
use store::retention::{DAYS, days_ms};
use store::{
    Account, Connection, Consistency, Conversation, Decided, Item, ItemContent, Loaded, Mode, Question as ToAnswer,
    ReplyRef, ReplyState, Sight, is_erased, is_too_large, keys,
};

use crate::Worker;
use crate::decision::{self, Question};
use crate::effects;
use crate::news::{Happening, news};
use crate::outcome::{Applied, Trouble};
use crate::quarantine::Reason;
use crate::tally::{ERASED_EVENTS, FOREIGN_APP, FORMER_ACCOUNT, QUARANTINED, RULES_UNREADABLE, Tally};
use crate::time::happened_at;
use crate::work::Work;

/// How often an event is applied anew because somebody else wrote its items meanwhile.
const MAX_CONFLICTS: u32 = 5;

impl Worker {
    /// Applies a job. On return it can be acknowledged.
    pub(crate) async fn apply(
        &self,
        job: &Job,
        body: &str,
        deadline: &Deadline,
        tally: &Tally,
    ) -> Result<Applied, Trouble> {
        let Ok(event) = job.event() else {
            return self.set_aside(body, Reason::Malformed).await;
        };
        let at = happened_at(event.at, job.received_at);
        if event.test {
            return self.record_sample(&event, job).await;
        }
        let key = keys::item(&job.account, &job.peer, &event, &job.key);
        let now = self.clock.now_ms();
        let glance = self.accounts.glance(&job.account, now).await?;
        let looked = |(sight, consistency)| Work { event, job, body, at, sight, consistency, key, deadline, tally };
        let mut work = match glance {
            Some(sight) => looked((sight, Consistency::Eventual)),
            None => match self.accounts.get(&job.account, &job.app, now).await? {
                Some(standing) => looked((Sight::Standing(standing), Consistency::Strong)),
                None => return self.set_aside(body, Reason::UnknownAccount).await,
            },
        };
        match self.apply_as_seen(&work).await {
            Err(Trouble::Glanced) => {}
            outcome => return outcome,
        }
        let Some(standing) = self.accounts.get(&job.account, &job.app, now).await? else {
            return self.set_aside(body, Reason::UnknownAccount).await;
        };
        (work.sight, work.consistency) = (Sight::Standing(standing), Consistency::Strong);
        self.apply_as_seen(&work).await
    }

    /// Applies an event, or finds that it has to be looked at more closely.
    async fn apply_as_seen(&self, work: &Work<'_>) -> Result<Applied, Trouble> {
        let (account, job) = (work.account(), work.job);
        if account.app != job.app {
            let _sure = work.standing()?;
            return Ok(Applied::counted("foreign_app", FOREIGN_APP));
        }
        if is_erased(&work.event, work.at, account.erased_before) {
            return Ok(erased());
        }
        if let Some(applied) = unwanted(account) {
            let _sure = work.standing()?;
            // What is erased goes with its replies.
            if account.connection != Connection::Erased {
                self.cancel_open_replies(work).await?;
            }
            return Ok(applied);
        }
        let mut conflicts = 0;
        loop {
            match Box::pin(self.apply_once(work)).await {
                Err(trouble) if trouble.is_conflict() && work.consistency == Consistency::Eventual => {
                    return Err(Trouble::Glanced);
                }
                Err(trouble) if trouble.is_conflict() && conflicts < MAX_CONFLICTS => conflicts += 1,
                Err(trouble) => return Err(trouble),
                Ok(applied) => {
                    self.accounts.hear(&job.app, job.received_at.0, self.clock.now_ms()).await;
                    return Ok(applied);
                }
            }
        }
    }

    /// Reads, merges, decides, writes, sends.
    async fn apply_once(&self, work: &Work<'_>) -> Result<Applied, Trouble> {
        let Work { event, job, at, key, .. } = work;
        let now = self.clock.now_ms();
        let kept_until = work.account().keeps_until(job.received_at);
        let mut read = self.store.load(&job.account, &job.peer, key, work.reads(), now).await?;
        if is_erased(event, *at, read.erased_before) {
            return Ok(erased());
        }
        if read.item.decision.as_ref().is_some_and(has_open_reply) {
            let _sure = work.standing()?;
        }
        self.clear_what_is_erased(work, &mut read).await?;
        let mut content = read.item.content.clone();
        content.apply(event, job.event.get(), *at);
        let is_news = content != read.item.content;
        let decides = read.item.decision.is_none() && asks_for_decision(event);
        if is_news && is_too_large(event, job.event.get()) {
            // First, so that it is kept before the item says so. A crash in between keeps it twice; looking again does not.
            let _sure = work.standing()?;
            self.quarantine.keep(work.body, Reason::TooLarge, now).await?;
        }
        let is_ours = self.is_ours(work, &read, decides).await?;
        let mut next = self.learn_of_conversation(work, &read, decides, is_ours).await?;
        let answer = if decides { Some(self.decide(work, &content, &mut next, is_ours).await?) } else { None };
        if let Some(answer) = &answer {
            if !answer.is_silent() {
                let _sure = work.standing()?;
            }
            effects::remember(&mut next, &answer.decision, &job.key, *at);
            if answer.says_return {
                next.facts.take_wish(false, &job.key, *at);
            }
            effects::expect(&mut next, &answer.stored, &job.key, now);
            self.tell(work, &next.linked, &answer.decision.effects).await?;
        }
        let wished = self.hear_wish_in_edit(work, &mut next).await?;
        // Before the plan: the fence that comes back must be older than what is known of the replies.
        let conversation = self.save_conversation(work, read.conversation, next, decides).await?;
        if is_news && let Kind::MessageUnsent { mid, peer: Some(_) } = &event.kind {
            self.store.bury(&job.account, mid, at.0, kept_until).await?;
        }
        if let Some(Wished { effect, is_news: true }) = &wished {
            self.count_effects(work, std::slice::from_ref(effect));
        }
        let (decision, decided_now) = answer.map(|answer| (answer.decision, answer.stored)).unzip();
        if let Some(decided) = &decided_now {
            self.enter_questions(work, decided).await?;
        }
        if is_news || decides {
            self.store.save_item(key, &read.item, &content, decided_now.as_ref(), kept_until).await?;
        }

        let mut applied = Applied::as_outcome(match (&decided_now, &read.item.decision) {
            (Some(decided), _) => decided.why.clone(),
            (None, Some(_)) if !is_news => "duplicate".to_owned(),
            (None, _) => "merged".to_owned(),
        });
        let effects = decision.map(|decision| decision.effects).unwrap_or_default();
        self.count_effects(work, &effects);
        // What is hidden can have no public reply any more.
        let (hides, gestures): (Vec<&Effect>, Vec<&Effect>) =
            effects.iter().partition(|effect| matches!(effect, Effect::HideComment { .. }));
        self.carry_out(work, &gestures).await;
        let attempts = if decided_now.as_ref().or(read.item.decision.as_ref()).is_some_and(has_open_reply) {
            let item = match decided_now {
                // Written just now, after the fence was read: nobody can know more about these replies.
                Some(decided) => Item { content, due_at: decided.due_at(), decision: Some(decided), ..Item::default() },
                None => self.store.item(key, self.clock.now_ms()).await?,
            };
            self.send(work, conversation.clone(), item).await
        } else {
            Ok(Vec::new())
        };
        self.carry_out(work, &hides).await;
        applied.attempts = attempts?;
        self.announce(work, is_ours, &conversation, wished.as_ref()).await?;
        Ok(applied)
    }

    /// What somebody outside is asked is entered before it is written, so that whoever is asked finds it.
    async fn enter_questions(&self, work: &Work<'_>, decided: &Decided) -> Result<(), Trouble> {
        for (step, reply) in decided.replies.iter().enumerate().filter(|(_, reply)| reply.asked.is_some()) {
            let place = ReplyRef { item: work.key.clone(), step };
            let kept_days = work.account().kept_days();
            let question = ToAnswer::new(&place, self.clock.now_ms(), reply.not_after, kept_days);
            self.store.enter_question(&work.job.account, &reply.id, &question).await?;
        }
        Ok(())
    }

    /// Tells the CRM of an event that is stored and answered, before it is acknowledged. Every time it comes: whoever
    /// applied it before may not have come this far.
    async fn announce(
        &self,
        work: &Work<'_>,
        is_ours: bool,
        conversation: &Conversation,
        wished: Option<&Wished>,
    ) -> Result<(), Trouble> {
        if !self.announcer.is_heard() {
            return Ok(());
        }
        let item = if asks_for_decision(&work.event) {
            Some(self.store.item(&work.key, self.clock.now_ms()).await?)
        } else {
            None
        };
        let happening = Happening {
            event: &work.event,
            job: work.job,
            at: work.at.0,
            account: work.account(),
            key: &work.key,
            is_ours,
            decided: item.as_ref(),
            conversation,
            wished: wished.map(|wished| wished.effect.code()),
        };
        Ok(self.announcer.tell(&news(&happening)).await?)
    }

    /// What was there before an erasure that has not come to it yet does not count for what comes after it.
    async fn clear_what_is_erased(&self, work: &Work<'_>, read: &mut Loaded) -> Result<(), Trouble> {
        let account_before = work.account().erased_before;
        if let Some(before) = account_before
            && read.conversation.is_from_before(before)
        {
            read.conversation = std::mem::take(&mut read.conversation).forget(before);
        }
        let before = account_before.max(read.erased_before);
        let is_old = |before| read.item.rev > 0 && read.item.content.is_from_before(before);
        if before.is_some_and(is_old) {
            self.store.erase_item(&work.key, &read.item).await?;
            read.item = Item::default();
        }
        Ok(())
    }

    /// What is known of the conversation with this event.
    async fn learn_of_conversation(
        &self,
        work: &Work<'_>,
        read: &Loaded,
        decides: bool,
        is_ours: bool,
    ) -> Result<Conversation, Trouble> {
        let Work { event, job, at, key, .. } = work;
        let foreign_echo = decides && !is_ours && matches!(event.kind, Kind::MessageEchoed(_));
        let mut next = read.conversation.clone();
        next.facts.apply(event, &job.key, *at, foreign_echo);
        if decides && next.facts.paused_until().is_some() {
            self.outbox.lift_own_pauses(&key.pk, &mut next, self.clock.now_ms()).await?;
        }
        next.trim_sent();
        next.expires_at = next.expires_at.max(work.account().keeps_until(job.received_at));
        Ok(next)
    }

    /// Writes what is new of the conversation, and gives it as it stands then.
    async fn save_conversation(
        &self,
        work: &Work<'_>,
        read: Conversation,
        next: Conversation,
        decides: bool,
    ) -> Result<Conversation, Trouble> {
        let is_new = read.rev == 0;
        if is_new || next != read {
            if self.announcer.is_heard() {
                // Who is told may want to see the conversations in their order.
                self.store.enter_recent(&work.job.account, &work.job.peer, &read.facts, &next).await?;
            }
            return Ok(self.store.save_facts(&work.job.account, &work.job.peer, &read, next).await?);
        }
        if decides && work.reads() == Consistency::Eventual {
            // Nothing is written that would tell whether it was still so.
            return Err(Trouble::Glanced);
        }
        Ok(read)
    }

    /// Decides about an event whose item holds `content` and whose conversation is known as `next`.
    async fn decide(
        &self,
        work: &Work<'_>,
        content: &ItemContent,
        next: &mut Conversation,
        created_by_us: bool,
    ) -> Result<decision::Answer, Trouble> {
        let Work { event, job, at, .. } = work;
        let account = work.account();
        let (rules, unreadable) = match self.accounts.rules(account).await {
            Ok(rules) => (rules, None),
            // What people write is kept whatever becomes of the rules.
            Err(Trouble::Rules(version)) => (None, Some(version)),
            Err(trouble) => return Err(trouble),
        };
        let media_owner = match &rules {
            Some(_) => self.media_owner(account, event, job).await?,
            None => MediaOwner::Unknown,
        };
        self.learn_profile(work, next, rules.as_deref()).await?;
        let question = Question {
            event,
            key: &job.key,
            at: *at,
            received_at: job.received_at,
            sight: &work.sight,
            conversation: next,
            content,
            media_owner,
            created_by_us,
            rules: rules.as_deref(),
            may_ask: self.announcer.is_heard(),
        };
        let mut answer = decision::answer(&question, UnixMillis(self.clock.now_ms()));
        if let Some(version) = unreadable {
            // Told once, by whoever looks closely.
            let _sure = work.standing()?;
            tracing::error!(account.id = %job.account, rules.version = version, "stored rules cannot be read; nothing is answered");
            work.tally.count(RULES_UNREADABLE, 1);
            if answer.decision.outcome == automation::Outcome::NoRules {
                answer.stored.why = "rules_unreadable".to_owned();
            }
        }
        Ok(answer)
    }

    /// An edit is never answered, but a person who wants no more automatic answers, or to be forgotten, may say so in one.
    /// Heard whatever edit came before, so that the order of arrival does not matter.
    async fn hear_wish_in_edit(&self, work: &Work<'_>, next: &mut Conversation) -> Result<Option<Wished>, Trouble> {
        let Work { event, job, at, .. } = work;
        if !matches!(event.kind, Kind::MessageEdited { .. }) {
            return Ok(None);
        }
        let rules = match self.accounts.rules(work.account()).await {
            Ok(rules) => rules,
            Err(Trouble::Rules(_)) => None,
            Err(trouble) => return Err(trouble),
        };
        let before = next.facts.clone();
        let effect = match automation::wish(event, rules.as_deref()) {
            Some(Wish::Silence) => {
                next.facts.take_wish(true, &job.key, *at);
                Effect::OptedOut
            }
            Some(Wish::Erasure) => {
                next.facts.ask_for_erasure(*at);
                Effect::ErasureRequested
            }
            Some(Wish::Return | Wish::Person) | None => return Ok(None),
        };
        if next.facts == before {
            return Ok(Some(Wished { effect, is_news: false }));
        }
        let _sure = work.standing()?;
        self.tell(work, &next.linked, std::slice::from_ref(&effect)).await?;
        Ok(Some(Wished { effect, is_news: true }))
    }

    /// True for a message or comment of the account that we sent. Asked where it matters: for what is decided on, and for
    /// what the CRM is told of.
    async fn is_ours(&self, work: &Work<'_>, read: &Loaded, decides: bool) -> Result<bool, Trouble> {
        if !decides && !self.announcer.is_heard() {
            return Ok(false);
        }
        let message = match &work.event.kind {
            Kind::MessageEchoed(message) => message,
            Kind::CommentWritten(_) => return self.is_created_by_us(work.account(), &work.event).await,
            _ => return Ok(false),
        };
        let text = message.content.text.as_ref().map(instagram::Words::expose);
        let marker = message.metadata.as_ref().map(instagram::Words::expose);
        let echo = Echo { mid: message.mid.as_str(), text, at: work.at.0, marker };
        let whose = self.outbox.hear(&work.key.pk, &read.conversation, &echo, self.clock.now_ms()).await?;
        Ok(whose == Whose::Ours)
    }

    /// Its own time is the dashboard's, years old and always the same: what counts is when it came.
    async fn record_sample(&self, event: &Event, job: &Job) -> Result<Applied, Trouble> {
        let mut content = ItemContent::default();
        content.apply(event, job.event.get(), job.received_at);
        let why = automation::Outcome::Test.code();
        let decision = Decided {
            why: why.to_owned(),
            rules: 0,
            trace: None,
            facts: None,
            effects: Vec::new(),
            replies: Vec::new(),
        };
        let expires_at = job.received_at.plus_ms(days_ms(DAYS)).0 / 1000;
        let item =
            Item { rev: 1, content, decision: Some(decision), due_at: None, untold: None, hint: None, expires_at };
        self.store.put_sample(&keys::test_sample(&job.app, event.kind_name(), &job.key), &item).await?;
        Ok(Applied::as_outcome(why))
    }

    pub(crate) async fn set_aside(&self, body: &str, reason: Reason) -> Result<Applied, Trouble> {
        self.quarantine.keep(body, reason, self.clock.now_ms()).await?;
        Ok(Applied::counted(reason.code(), QUARANTINED))
    }
}

/// What a person wants who says it in an edit.
struct Wished {
    effect: Effect,
    /// Nobody knew it before.
    is_news: bool,
}

/// An event of somebody, or of an account, that was erased since: counted, and nothing of it is kept.
fn erased() -> Applied {
    Applied::counted("erased", ERASED_EVENTS)
}

/// Events that are counted and leave nothing behind.
fn unwanted(account: &Account) -> Option<Applied> {
    match (account.connection, account.mode) {
        (Connection::Disconnected | Connection::Erased, _) => Some(Applied::counted("former_account", FORMER_ACCOUNT)),
        (Connection::Connected, Mode::Off) => Some(Applied::as_outcome("off")),
        (Connection::Connected, Mode::Observe | Mode::Answer) => None,
    }
}

/// Events with an item of their own are decided on; edits, unsends and hints change another event's item.
fn asks_for_decision(event: &Event) -> bool {
    !matches!(event.kind, Kind::MessageUnsent { .. } | Kind::MessageEdited { .. } | Kind::MessageHinted { .. })
}

pub(crate) fn has_open_reply(decided: &Decided) -> bool {
    decided.replies.iter().any(|reply| matches!(reply.state, ReplyState::Planned | ReplyState::Sending))
}
