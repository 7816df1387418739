//! Somebody of the office answers: a direct message, below a comment, or its author privately.

use automation::{LIVE_PATIENCE_MS, PersonAnswer, Refusal, RuleSet, WINDOW_MARGIN_MS, check_person_answer};
use boot::Chain;
use instagram::outgoing::{CommentText, MessageText, TextError};
use instagram::{CommentId, Peer, UnixMillis, Words, limits};
use outbox::{ByHand, OutboxError};
use secrecy::SecretString;
use serde_json::{Value, json};
use store::{Account, Item, Key, Moderated, Reply, ReplyAction, ReplyRef, ReplyState, Shown, Standing, Store};
use vault::VaultError;

use crate::answer::{Answer, Problem};
use crate::ask::Ask;
use crate::comments::{may_be_answered, obstacle, told_obstacle};
use crate::route::Action;
use crate::{Desk, entry};

/// How long after a request began something may still begin, in milliseconds: a Graph call has 8 s, its record some more, and
/// the request 26.
pub(crate) const LEFT_MS: i64 = 12_000;

/// How it may go out.
struct Allowed {
    human_agent: bool,
    not_after: UnixMillis,
}

impl Desk {
    pub(crate) async fn send(&self, ask: &Ask, account: &Account) -> Result<Answer, Problem> {
        let peer = ask.person()?;
        let began = self.clock.now_ms();
        let (what, action) = match ask.action {
            Action::SendMessage => ("send_message", ReplyAction::Message),
            Action::ReplyPrivately => ("reply_privately", ReplyAction::PrivateReply),
            _ => ("reply_publicly", ReplyAction::PublicReply),
        };
        let comment = match action {
            ReplyAction::Message => None,
            ReplyAction::PrivateReply | ReplyAction::PublicReply => {
                Some(CommentId::parse(ask.name("comment")).map_err(|_| Problem::not_found())?)
            }
        };
        let text = text(ask, "text")?;
        fits(action, &text)?;
        self.once(ask, account, what, None, async |_| {
            let now = self.clock.now_ms();
            let shown = self.store.shown(account, &peer, now).await?.ok_or_else(Problem::not_found)?;
            let standing = self.standing_of(account).await?;
            let answered = match &comment {
                Some(comment) => Some(self.comment_to_answer(account, &peer, &shown, comment, now).await?),
                None => None,
            };
            // What was written under this key before is sent, or told of, whatever holds by now.
            let key = store::keys::written(&account.id, &peer, &ask.key);
            let is_new = self.store.item(&key, now).await?.decision.is_none();
            let allowed = match self.allowed(&standing, &shown, answered.as_ref(), action, now).await {
                Ok(allowed) => allowed,
                Err(problem) if is_new => return Err(problem),
                Err(_) => Allowed { human_agent: false, not_after: UnixMillis(now) },
            };
            if is_new
                && action == ReplyAction::PrivateReply
                && let (Some(comment), Some((item, _))) = (&comment, &answered)
                && self.has_private_reply(account, &peer, comment, item, now).await?
            {
                return Err(refused(Refusal::PrivateReplyTaken));
            }
            let token = self.token_of(&standing).await?;
            let answer = ByHand {
                standing: &standing,
                token: token.as_ref(),
                peer: &peer,
                name: &ask.key,
                action,
                comment: comment.as_ref().map(CommentId::as_str),
                text: &text,
                author: &ask.author,
                human_agent: allowed.human_agent,
                not_after: allowed.not_after,
                begin_before: began.saturating_add(LEFT_MS),
            };
            let clock = self.clock.clone();
            let sent = Box::pin(self.outbox.send_by_hand(&answer, &move || clock.now_ms())).await;
            let (item, key) = self.stored(sent, key).await?;
            tell_step(&item, &ReplyRef { item: key, step: 0 })
        })
        .await
    }

    /// What stands in the table, whatever kept the outbox from going on: what is not at its end is due.
    async fn stored(
        &self,
        sent: Result<(Key, Item, Vec<outbox::Attempt>), OutboxError>,
        key: Key,
    ) -> Result<(Item, Key), Problem> {
        match sent {
            Ok((key, item, attempts)) => {
                for attempt in &attempts {
                    tracing::info!(reply.id = %attempt.reply, reply.state = attempt.progress.name(), "somebody of the office wrote");
                }
                Ok((item, key))
            }
            Err(OutboxError::Busy | OutboxError::OutOfTime) => {
                let item = self.store.item(&key, self.clock.now_ms()).await?;
                Ok((item, key))
            }
            Err(OutboxError::Store(error)) => Err(error.into()),
        }
    }

    pub(crate) async fn standing_of(&self, account: &Account) -> Result<Standing, Problem> {
        let standing = self.store.standing(&account.id, &account.app).await?.ok_or_else(Problem::not_found)?;
        // What only has to wait is written down, and goes out when it may.
        match obstacle(&standing, i64::MAX) {
            Some(obstacle) => Err(told_obstacle(obstacle, self.clock.now_ms())),
            None => Ok(standing),
        }
    }

    /// The account's token, opened.
    pub(crate) async fn token_of(&self, standing: &Standing) -> Result<Option<SecretString>, Problem> {
        let Some(sealed) = &standing.account.sealed_token else { return Ok(None) };
        match self.vault.open(standing.account.id.as_str(), sealed).await {
            Ok(token) => Ok(Some(token)),
            Err(error @ VaultError::Kms(..)) => {
                tracing::error!(error = %Chain(&error), "a token is not opened: answered 503");
                Err(Problem::unavailable("key"))
            }
            Err(error) => {
                tracing::error!(error = %Chain(&error), "an account's token cannot be opened");
                Ok(None)
            }
        }
    }

    /// A comment of this conversation, and what became of it below the post.
    async fn comment_to_answer(
        &self,
        account: &Account,
        peer: &Peer,
        shown: &Shown,
        comment: &CommentId,
        now: i64,
    ) -> Result<(Item, Moderated), Problem> {
        let key = Store::comment_key(&account.id, peer, comment);
        let found = self.store.comment(&key, now).await?;
        found.filter(|(item, _)| shown.shows(&item.content)).ok_or_else(Problem::not_found)
    }

    /// Whether it may go out, by what became of the comment, Meta's windows and the office's own silences.
    async fn allowed(
        &self,
        standing: &Standing,
        shown: &Shown,
        comment: Option<&(Item, Moderated)>,
        action: ReplyAction,
        now: i64,
    ) -> Result<Allowed, Problem> {
        if let Some((item, moderated)) = comment {
            may_be_answered(item, moderated, action)?;
        }
        let account = &standing.account;
        let facts = &shown.conversation.facts;
        let holder = facts.holder.as_ref().and_then(|holder| holder.app.as_deref());
        let rules = match account.rules {
            0 => None,
            version => self.store.rules(&account.id, version).await?,
        };
        let rules = rules.and_then(|stored| RuleSet::parse(&stored.document).ok());
        let asked_at = comment.and_then(|(item, _)| item.content.at);
        let answer = PersonAnswer {
            // A private reply has a window of its own, and a public one none.
            last_user_at: match action {
                ReplyAction::Message => facts.last_user_at(),
                ReplyAction::PrivateReply | ReplyAction::PublicReply => Some(UnixMillis(now)),
            },
            control_ours: action == ReplyAction::PublicReply
                || holder.is_none_or(|holder| holder == account.app.as_str()),
            has_human_agent: account.human_agent,
            rules: rules.as_ref(),
        };
        let allowed = check_person_answer(&answer, UnixMillis(now)).map_err(refused)?;
        let window = i64::try_from(limits::PRIVATE_REPLY_WINDOW.as_millis()).unwrap_or(0) - WINDOW_MARGIN_MS;
        let end = asked_at.filter(|_| action == ReplyAction::PrivateReply).map(|at| at.saturating_add(window));
        if end.is_some_and(|end| end <= now) {
            return Err(refused(Refusal::WindowClosed));
        }
        // A live comment's window is the broadcast, whose end nobody tells: what cannot leave now soon makes no sense.
        let patience = comment.filter(|(item, _)| item.content.live).map(|_| now.saturating_add(LIVE_PATIENCE_MS));
        let ends = end.into_iter().chain(patience).map(UnixMillis);
        let not_after = ends.fold(allowed.not_after, UnixMillis::min);
        Ok(Allowed { human_agent: allowed.human_agent, not_after })
    }

    /// Meta lets a comment have one: a rule's lies with the comment, a person's among what people wrote.
    async fn has_private_reply(
        &self,
        account: &Account,
        peer: &Peer,
        comment: &CommentId,
        item: &Item,
        now: i64,
    ) -> Result<bool, Problem> {
        let has_one = |item: &Item, is_it: &dyn Fn(&Reply) -> bool| {
            let mut replies = item.replies().iter().filter(|reply| reply.action == ReplyAction::PrivateReply);
            replies.any(|reply| is_it(reply) && reply.state != ReplyState::Failed)
        };
        if has_one(item, &|_| true) {
            return Ok(true);
        }
        let written = self.store.written_by_hand(&account.id, peer, now).await?;
        Ok(written.iter().any(|(_, item)| has_one(item, &|reply| reply.comment.as_deref() == Some(comment.as_str()))))
    }
}

/// The text of a body's member.
pub(crate) fn text(ask: &Ask, name: &str) -> Result<Words, Problem> {
    // As the document's pattern has it, whose blanks include the byte order mark.
    let is_blank = |character: char| character.is_whitespace() || character == '\u{feff}';
    let text = ask.body.get(name).and_then(Value::as_str).filter(|text| !text.chars().all(is_blank));
    text.map(Words::from).ok_or_else(|| Problem::malformed(format!("{name} is a text that is not empty")))
}

/// Whether Meta takes a text of this length and kind.
pub(crate) fn fits(action: ReplyAction, text: &Words) -> Result<(), Problem> {
    let fitting: Result<(), TextError> = match action {
        ReplyAction::Message | ReplyAction::PrivateReply => MessageText::parse(text.expose()).map(drop),
        ReplyAction::PublicReply => CommentText::parse(text.expose()).map(drop),
    };
    fitting.map_err(|error| {
        Problem::refused(
            "text_refused",
            "O Instagram não aceita este texto: é longo demais, ou tem menções ou links demais.",
            "Instagram does not take this text: it is too long, or has too many mentions or links.",
        )
        .because(error.to_string())
    })
}

/// Why it may not go out, in plain words.
pub(crate) fn refused(refusal: Refusal) -> Problem {
    let words = codes::words(codes::DECISION, refusal.code());
    let (pt, en) = words.map_or(("", ""), |words| (words.pt, words.en));
    Problem::refused("not_allowed", &format!("Não pode sair: {pt}."), &format!("It may not go out: {en}."))
        .because(refusal.code().to_owned())
}

/// How an answer stands: out, on its way, or refused.
pub(crate) fn tell_step(item: &Item, place: &ReplyRef) -> Result<Answer, Problem> {
    let Some(reply) = item.replies().get(place.step) else { return Err(Problem::not_found()) };
    let (_, name) = entry::sort_and_id(&place.item.sk);
    // Without its words: the answer is remembered, and who asked knows them.
    let told = json!({"id": name, "reply": entry::reply_told(reply, item, true)});
    match reply.state {
        ReplyState::Sent => Ok(Answer::ok(told)),
        ReplyState::Planned | ReplyState::Sending | ReplyState::Unknown | ReplyState::Parked => {
            Ok(Answer::accepted(told))
        }
        // By a person's word: as it was to be.
        ReplyState::Failed if reply.reason.as_deref() == Some("dropped") => Ok(Answer::ok(told)),
        ReplyState::Failed => {
            let reason = reply.reason.clone().unwrap_or_default();
            let words = codes::words(codes::REPLY, &reason);
            let (pt, en) = words.map_or(("", ""), |words| (words.pt, words.en));
            let (pt, en) = (format!("Não saiu: {pt}."), format!("It did not go out: {en}."));
            Err(Problem::refused("not_sent", &pt, &en).because(reason))
        }
    }
}
