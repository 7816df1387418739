//! Words from outside: answers that were asked for, and drafts that a person releases or drops.

use automation::labelled;
use instagram::{Peer, Words};
use outbox::Drive;
use serde_json::Value;
use store::{Account, Item, Reply, ReplyAction, ReplyRef, ReplyState, StoreError, keys};

use crate::Desk;
use crate::answer::{Answer, Problem};
use crate::ask::Ask;
use crate::comments::may_be_answered;
use crate::route::Action;
use crate::sending::{fits, tell_step, text};

/// Longest name of who wrote an answer, in bytes.
const MAX_MODEL_BYTES: usize = 128;

/// A reply by its id: where it lies, and how it stands.
struct Found {
    place: ReplyRef,
    item: Item,
}

impl Found {
    fn reply(&self) -> &Reply {
        &self.item.replies()[self.place.step]
    }

    /// This very request was carried out before, by somebody who died before it could say so.
    fn is_done_by(&self, request: &str) -> bool {
        self.reply().request.as_deref() == Some(request)
    }
}

impl Desk {
    /// An answer that was asked for, in time: below what says that a machine wrote it.
    pub(crate) async fn take_answer(&self, ask: &Ask, account: &Account) -> Result<Answer, Problem> {
        let peer = ask.person()?;
        let (words, model) = (text(ask, "text")?, model(ask)?);
        self.once(ask, account, "answer", None, async |_| {
            let found = self.find_reply(account, &peer, ask.name("reply")).await?;
            let standing = self.standing_of(account).await?;
            let request = keys::short_digest(&ask.key);
            if found.is_done_by(&request) {
                return self.go_on(&standing, &peer, &found.place).await;
            }
            let Some(asked) = found.reply().asked.clone() else { return Err(too_late()) };
            let words = Words::from(labelled(&asked.above, words.expose()));
            fits(found.reply().action, &words)?;
            let draft_until = asked.draft.then_some(found.reply().not_after);
            match self.store.answer(&found.place, &words, &model, &request, draft_until, self.clock.now_ms()).await {
                Ok(()) => {}
                Err(StoreError::Conflict) => return Err(too_late()),
                Err(error) => return Err(error.into()),
            }
            self.go_on(&standing, &peer, &found.place).await
        })
        .await
    }

    /// A person's word on a draft.
    pub(crate) async fn judge_draft(&self, ask: &Ask, account: &Account) -> Result<Answer, Problem> {
        let peer = ask.person()?;
        let releases = ask.action == Action::ReleaseDraft;
        let what = if releases { "release_draft" } else { "drop_draft" };
        self.once(ask, account, what, None, async |_| {
            let found = self.find_reply(account, &peer, ask.name("reply")).await?;
            let standing = self.standing_of(account).await?;
            let (now, request) = (self.clock.now_ms(), keys::short_digest(&ask.key));
            let judged = if found.is_done_by(&request) {
                Ok(())
            } else if releases {
                self.may_be_released(&found, now).await?;
                self.store.release(&found.place, &ask.author, &request, now).await
            } else {
                self.store.drop_draft(&found.place, &ask.author, &request, now).await
            };
            match judged {
                Ok(()) => {}
                Err(StoreError::Conflict) => return Err(no_draft()),
                Err(error) => return Err(error.into()),
            }
            if releases {
                return self.go_on(&standing, &peer, &found.place).await;
            }
            let item = self.store.item(&found.place.item, self.clock.now_ms()).await?;
            tell_step(&item, &found.place)
        })
        .await
    }

    /// A draft below a comment waits for hours, in which much may become of the comment.
    async fn may_be_released(&self, found: &Found, now: i64) -> Result<(), Problem> {
        let action = found.reply().action;
        match action {
            ReplyAction::Message => Ok(()),
            ReplyAction::PublicReply | ReplyAction::PrivateReply => {
                let comment = self.store.comment(&found.place.item, now).await?;
                let (item, moderated) = comment.ok_or_else(Problem::not_found)?;
                may_be_answered(&item, &moderated, action)
            }
        }
    }

    /// A reply of a conversation that may be shown, whose words somebody outside was asked for.
    async fn find_reply(&self, account: &Account, peer: &Peer, id: &str) -> Result<Found, Problem> {
        let now = self.clock.now_ms();
        let shown = self.store.shown(account, peer, now).await?.ok_or_else(Problem::not_found)?;
        let question = self.store.question(&account.id, id, now).await?.ok_or_else(Problem::not_found)?;
        let place = question.reply();
        if place.item.pk != keys::thread_partition(&account.id, peer) {
            return Err(Problem::not_found());
        }
        let item = self.store.item(&place.item, now).await?;
        // An entry is there before what it is about, and may outlive it.
        let is_it = item.replies().get(place.step).is_some_and(|reply| reply.id == id);
        if is_it && shown.shows(&item.content) { Ok(Found { place, item }) } else { Err(Problem::not_found()) }
    }

    /// Sends what may go now; the rest is due.
    async fn go_on(&self, standing: &store::Standing, peer: &Peer, place: &ReplyRef) -> Result<Answer, Problem> {
        let token = self.token_of(standing).await?;
        let clock = self.clock.clone();
        let now = move || clock.now_ms();
        let conversation = self.store.conversation(&standing.account.id, peer, now()).await?;
        let item = self.store.item(&place.item, now()).await?;
        if item.replies().get(place.step).is_some_and(|reply| !reply.draft && reply.state == ReplyState::Planned) {
            let drive = Drive {
                standing,
                token: token.as_ref(),
                peer,
                key: &place.item,
                conversation,
                item,
                begin_before: now().saturating_add(crate::sending::LEFT_MS),
                tells: false,
                judges: None,
            };
            // What did not go now is due, and whoever looks for that sends it.
            if let Err(outbox::OutboxError::Store(error)) = Box::pin(self.outbox.drive(drive, &now)).await
                && !matches!(error, StoreError::Conflict)
            {
                return Err(error.into());
            }
        }
        let item = self.store.item(&place.item, self.clock.now_ms()).await?;
        tell_step(&item, place)
    }
}

fn model(ask: &Ask) -> Result<String, Problem> {
    let name = ask.body.get("model").and_then(Value::as_str).unwrap_or_default();
    let is_name = (1..=MAX_MODEL_BYTES).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic());
    if is_name { Ok(name.to_owned()) } else { Err(Problem::malformed("model is 1 to 128 visible ASCII characters")) }
}

fn too_late() -> Problem {
    Problem::refused(
        "too_late",
        "Esta pergunta já foi respondida, ou o prazo para responder acabou.",
        "This question was answered already, or the time for an answer is over.",
    )
}

fn no_draft() -> Problem {
    Problem::refused(
        "no_draft",
        "Este rascunho já foi enviado ou descartado, ou venceu.",
        "This draft was sent or dropped already, or its time is over.",
    )
}
