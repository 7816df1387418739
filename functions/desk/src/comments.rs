//! Comments are hidden, shown again and deleted, at a person's word.

use boot::Chain;
use graph::{Graph, SendError};
use instagram::CommentId;
use secrecy::SecretString;
use serde_json::json;
use store::{Account, Connection, Deal, Item, Lane, Moderated, ReplyAction, Standing, Store};
use vault::VaultError;

use crate::Desk;
use crate::answer::{Answer, Problem};
use crate::ask::Ask;
use crate::route::Action;

/// How long a person waits when Meta says no more than that it is too much, in seconds.
const WAIT_SECONDS: u64 = 60;

/// What the account's standing keeps a person from doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Obstacle {
    Left,
    Stopped,
    NoToken,
    /// Until a moment, in milliseconds since 1970.
    Wait(i64),
}

impl Desk {
    pub(crate) async fn moderate(&self, ask: &Ask, account: &Account) -> Result<Answer, Problem> {
        let peer = ask.person()?;
        let comment = CommentId::parse(ask.name("comment")).map_err(|_| Problem::not_found())?;
        let (what, deal) = match ask.action {
            Action::Hide => ("hide_comment", Deal::Hidden(true)),
            Action::Unhide => ("unhide_comment", Deal::Hidden(false)),
            _ => ("delete_comment", Deal::Removed),
        };
        self.once(ask, account, what, None, async |_| {
            let now = self.clock.now_ms();
            let shown = self.store.shown(account, &peer, now).await?.ok_or_else(Problem::not_found)?;
            // Only what is known to be a comment of this account's posts is touched.
            let key = Store::comment_key(&account.id, &peer, &comment);
            let (item, moderated) = self.store.comment(&key, now).await?.ok_or_else(Problem::not_found)?;
            if !shown.shows(&item.content) {
                return Err(Problem::not_found());
            }
            match (deal, moderated.removed_at) {
                (Deal::Removed, Some(_)) => return Ok(done(deal)),
                (Deal::Hidden(_), Some(_)) => return Err(removed()),
                (Deal::Hidden(_), None) if item.content.live => return Err(live()),
                (Deal::Hidden(_), None) if is_own(&item) => return Err(own()),
                (Deal::Hidden(_) | Deal::Removed, None) => {}
            }
            let token = self.token(account, now).await?;
            match call(&self.graph, &token, &comment, deal).await {
                Ok(()) => {}
                // Deleted by whomever: as it was to be.
                Err(error) if error.is_missing() && deal == Deal::Removed => {}
                Err(error) if error.is_missing() => {
                    self.store.note_deal(&key, Deal::Removed, now).await?;
                    return Err(removed());
                }
                Err(error) => return Err(self.not_taken(account, &error, now).await),
            }
            if !self.store.note_deal(&key, deal, now).await? {
                return Err(Problem::not_found());
            }
            tracing::info!(account.id = %account.id, effect = what, "a comment was moderated");
            Ok(done(deal))
        })
        .await
    }

    /// The account's token, if a person may act with it now.
    async fn token(&self, account: &Account, now: i64) -> Result<SecretString, Problem> {
        let standing = self.store.standing(&account.id, &account.app).await?.ok_or_else(Problem::not_found)?;
        if let Some(obstacle) = obstacle(&standing, now) {
            return Err(told_obstacle(obstacle, now));
        }
        let Some(sealed) = &standing.account.sealed_token else { return Err(told_obstacle(Obstacle::NoToken, now)) };
        match self.vault.open(account.id.as_str(), sealed).await {
            Ok(token) => Ok(token),
            Err(error @ VaultError::Kms(..)) => {
                tracing::error!(account.id = %account.id, error = %Chain(&error), "a token is not opened: answered 503");
                Err(Problem::unavailable("key"))
            }
            Err(error) => {
                tracing::error!(account.id = %account.id, error = %Chain(&error), "an account's token cannot be opened");
                Err(told_obstacle(Obstacle::NoToken, now))
            }
        }
    }

    /// Why Meta did not do it.
    async fn not_taken(&self, account: &Account, error: &SendError, now: i64) -> Problem {
        let reason = outbox::reason(error);
        // What it teaches of the token is for everybody.
        self.outbox.heed_dead_token(account, error, now).await;
        match error {
            SendError::OutcomeUnknown(_) | SendError::NotSent(_) => Problem::unknown(reason),
            SendError::Throttled { wait, .. } => {
                Problem::throttled(wait.map_or(WAIT_SECONDS, |wait| wait.as_secs())).because(reason)
            }
            SendError::TokenDead { .. } => told_obstacle(Obstacle::NoToken, now).because(reason),
            SendError::WindowClosed(_)
            | SendError::Refused { .. }
            | SendError::AlreadyReplied(_)
            | SendError::CommentUnusable(_)
            | SendError::NotOwner(_)
            | SendError::AccountBlocked { .. } => {
                let words = codes::words(codes::REPLY, &reason);
                let (pt, en) = words.map_or(("", ""), |words| (words.pt, words.en));
                let (pt, en) = (format!("O Instagram recusou: {pt}."), format!("Instagram refused: {en}."));
                Problem::refused("refused_by_meta", &pt, &en).because(reason)
            }
        }
    }
}

async fn call(graph: &Graph, token: &SecretString, comment: &CommentId, deal: Deal) -> Result<(), SendError> {
    match deal {
        Deal::Hidden(hide) => graph.hide_comment(token, comment, hide).await.result,
        Deal::Removed => graph.delete_comment(token, comment).await.result,
    }
}

/// What keeps a person from acting for the account. That it only observes is about automation, and does not.
pub(crate) fn obstacle(standing: &Standing, now: i64) -> Option<Obstacle> {
    let Standing { account, pace, app, everything } = standing;
    if account.connection != Connection::Connected {
        return Some(Obstacle::Left);
    }
    if [account.stopped_at, app.stopped_at, everything.stopped_at].iter().any(Option::is_some) {
        return Some(Obstacle::Stopped);
    }
    if account.broken.is_some() || account.sealed_token.is_none() {
        return Some(Obstacle::NoToken);
    }
    let waits = [pace.wait(Lane::All), pace.wait(Lane::PublicReplies), app.wait];
    let restricted = pace.restricted.as_ref().map(|restricted| restricted.until);
    let until = waits.into_iter().flatten().map(|wait| wait.until).chain(restricted).max();
    until.filter(|until| *until > now).map(Obstacle::Wait)
}

pub(crate) fn told_obstacle(obstacle: Obstacle, now: i64) -> Problem {
    match obstacle {
        Obstacle::Left => Problem::refused(
            "disconnected",
            "Esta conta do Instagram não está mais conectada.",
            "This Instagram account is not connected any more.",
        ),
        Obstacle::Stopped => Problem::refused(
            "stopped",
            "O envio foi parado para esta conta ou para todas. Enquanto estiver parado, nada sai.",
            "Sending was stopped for this account or for all. While it is, nothing leaves.",
        ),
        Obstacle::NoToken => Problem::refused(
            "no_token",
            "O Instagram não aceita mais a autorização desta conta. Clique em Conectar Instagram.",
            "Instagram takes this account's authorisation no more. Click Connect Instagram.",
        ),
        Obstacle::Wait(until) => {
            let seconds = u64::try_from(until.saturating_sub(now).max(0) / 1000).unwrap_or_default();
            Problem::throttled(seconds.saturating_add(1))
        }
    }
}

/// The account's own comments stay visible, though Meta says that they are hidden.
fn is_own(item: &Item) -> bool {
    item.decision.as_ref().is_some_and(|decided| decided.why == "own_message")
}

fn own() -> Problem {
    Problem::refused(
        "own_comment",
        "Comentários da própria conta não podem ser ocultados, só apagados.",
        "The account's own comments cannot be hidden, only deleted.",
    )
}

/// Whether Meta takes an answer to a comment that stands so (fact sheet 3.16 and 5).
pub(crate) fn may_be_answered(item: &Item, moderated: &Moderated, action: ReplyAction) -> Result<(), Problem> {
    let is_public = action == ReplyAction::PublicReply;
    match moderated {
        Moderated { removed_at: Some(_), .. } => Err(removed()),
        _ if is_public && item.content.live => Err(only_privately()),
        Moderated { hidden_at: Some(_), .. } if is_public => Err(hidden()),
        Moderated { .. } => Ok(()),
    }
}

fn removed() -> Problem {
    Problem::refused("removed", "O comentário foi apagado no Instagram.", "The comment was deleted on Instagram.")
}

fn live() -> Problem {
    Problem::refused(
        "live_comment",
        "Comentários de uma transmissão ao vivo não podem ser ocultados, só apagados.",
        "Comments of a live broadcast cannot be hidden, only deleted.",
    )
}

fn only_privately() -> Problem {
    Problem::refused(
        "live_comment",
        "Comentários de uma transmissão ao vivo só podem ser respondidos por mensagem privada.",
        "Comments of a live broadcast can be answered by a private reply alone.",
    )
}

fn hidden() -> Problem {
    Problem::refused(
        "hidden_comment",
        "O Instagram não aceita respostas a um comentário oculto. Mostre o comentário antes de responder.",
        "Instagram takes no replies to a hidden comment. Show the comment before you answer it.",
    )
}

fn done(deal: Deal) -> Answer {
    Answer::ok(match deal {
        Deal::Hidden(hidden) => json!({"hidden": hidden, "removed": false}),
        Deal::Removed => json!({"hidden": false, "removed": true}),
    })
}

#[cfg(test)]
mod tests {
    use instagram::{AccountId, AppId};
    use store::{Broken, Mode, Pace, Switch};

    use super::*;

    const NOW: i64 = 1_767_225_600_000;

    type Change<'a> = &'a dyn Fn(&mut Standing);

    #[test]
    fn a_person_may_act_unless_the_account_cannot() {
        let standing = |change: Change<'_>| {
            let id = AccountId::parse("17841400000000001").unwrap();
            let mut account = Account::new(id, AppId::parse("1").unwrap(), "gabinete", "gabinete");
            account.sealed_token = Some("sealed".to_owned());
            let (app, everything) = (Switch::default(), Switch::default());
            let mut standing = Standing { account, pace: Pace::default(), app, everything };
            change(&mut standing);
            obstacle(&standing, NOW)
        };
        let wait = |until| Some(store::Wait { until, strikes: 1 });
        let cases: [(&str, Option<Obstacle>, Change<'_>); 9] = [
            ("as usual", None, &|_| {}),
            ("it only observes", None, &|s| s.account.mode = Mode::Observe),
            ("it left", Some(Obstacle::Left), &|s| s.account.connection = Connection::Disconnected),
            ("the account is stopped", Some(Obstacle::Stopped), &|s| s.account.stopped_at = Some(NOW)),
            ("everything is", Some(Obstacle::Stopped), &|s| s.everything.stopped_at = Some(NOW)),
            ("its token is dead", Some(Obstacle::NoToken), &|s| {
                s.account.broken = Some(Broken { at: NOW, why: "token/190".to_owned() });
            }),
            ("it has none", Some(Obstacle::NoToken), &|s| s.account.sealed_token = None),
            ("the app waits", Some(Obstacle::Wait(NOW + 5)), &|s| s.app.wait = wait(NOW + 5)),
            ("it waited", None, &|s| s.app.wait = wait(NOW)),
        ];
        for (case, expected, change) in cases {
            assert_eq!(standing(change), expected, "{case}");
        }
    }
}
