//! A person's word on a reply that nobody else can tell about.

use std::time::Duration;

use automation::WINDOW_MARGIN_MS;
use instagram::limits::{PRIVATE_REPLY_WINDOW, STANDARD_WINDOW};
use outbox::{Resolution, ResolveError};
use serde_json::json;
use store::{Account, Reply, ReplyAction, ReplyState};

use crate::Desk;
use crate::answer::{Answer, Problem};
use crate::ask::Ask;
use crate::replies::{List, ListedReply};

/// How long a direct or public reply may wait for its turn when it is sent again, in milliseconds.
pub const PATIENCE_MS: i64 = 60 * 60 * 1000;

/// The words of a settlement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Sent,
    Resend,
    Drop,
}

impl Desk {
    /// Settles a parked reply. One that shall be sent is due at once; the caretaker sends it.
    pub(crate) async fn settle(&self, ask: &Ask, account: &Account) -> Result<Answer, Problem> {
        let (what, word) = match ask.body.get("as").and_then(serde_json::Value::as_str) {
            Some("sent") => ("settle_sent", Word::Sent),
            Some("resend") => ("settle_resend", Word::Resend),
            Some("drop") => ("settle_drop", Word::Drop),
            _ => return Err(Problem::malformed("as is sent, resend or drop")),
        };
        self.once(ask, account, what, None, async |_| {
            let now = self.clock.now_ms();
            let (parked, _) = self.listed_replies(account, List::Parked, None, usize::MAX, now).await?;
            let id = ask.name("reply");
            let found = parked.into_iter().find(|listed| listed.reply().is_some_and(|reply| reply.id == id));
            let found = found.ok_or_else(Problem::not_found)?;
            let not_after = match word {
                Word::Resend => Some(self.may_leave_until(account, &found, now).await?),
                Word::Sent | Word::Drop => None,
            };
            let resolution = match (word, not_after) {
                (Word::Sent, _) => Resolution::Sent,
                (Word::Resend, Some(not_after)) => Resolution::Resend { not_after },
                (Word::Resend | Word::Drop, _) => Resolution::Drop,
            };
            match self.outbox.resolve(&account.id, &found.place, resolution, now).await {
                Ok(()) => {}
                Err(ResolveError::NotParked) => return Err(Problem::not_found()),
                Err(ResolveError::Store(error)) => return Err(error.into()),
            }
            let state = match word {
                Word::Sent => ReplyState::Sent,
                Word::Resend => ReplyState::Planned,
                Word::Drop => ReplyState::Failed,
            };
            Ok(Answer::ok(json!({"reply": id, "state": state, "not_after": not_after})))
        })
        .await
    }

    /// Until when a reply may leave, if it may at all.
    async fn may_leave_until(&self, account: &Account, listed: &ListedReply, now: i64) -> Result<i64, Problem> {
        let standing = self.store.standing(&account.id, &account.app).await?.ok_or_else(Problem::not_found)?;
        if !standing.may_send() {
            return Err(Problem::refused(
                "stopped",
                "Esta conta não envia nada agora: só observa, está parada ou foi desconectada.",
                "This account sends nothing now: it only observes, is stopped, or was disconnected.",
            ));
        }
        let reply = listed.reply().ok_or_else(Problem::not_found)?;
        let content = &listed.item.content;
        if content.deleted_at.is_some() || (reply.text.is_none() && reply.message.is_none()) {
            return Err(Problem::refused(
                "words_gone",
                "As palavras desta resposta foram apagadas com as que ela responde. Restam: saiu, ou não enviar.",
                "This reply's words were erased with those it answers. Sent and drop are left.",
            ));
        }
        let shown = self.store.shown(account, &listed.peer, now).await?.ok_or_else(Problem::not_found)?;
        let last_user_at = shown.conversation.facts.last_user_at().map(|at| at.0);
        let not_after = latest(reply, content.at, content.live, last_user_at, now);
        if not_after <= now {
            return Err(Problem::refused(
                "window_closed",
                "O prazo da Meta para esta resposta acabou. Restam: saiu, ou não enviar.",
                "Meta's window for this reply is closed. Sent and drop are left.",
            ));
        }
        Ok(not_after)
    }
}

/// The latest moment at which Meta takes a reply that is sent again, and it still makes sense, in milliseconds since 1970.
/// `answered_at` is the time of what it answers.
pub fn latest(reply: &Reply, answered_at: Option<i64>, live: bool, last_user_at: Option<i64>, now: i64) -> i64 {
    let millis = |window: Duration| i64::try_from(window.as_millis()).unwrap_or(i64::MAX);
    let ends = |begin: i64, window| begin.saturating_add(millis(window)).saturating_sub(WINDOW_MARGIN_MS);
    let planned = reply.not_after;
    match reply.action {
        // The window is the broadcast, and nobody tells when it ends.
        ReplyAction::PrivateReply if live => planned,
        ReplyAction::PrivateReply => answered_at.map_or(planned, |at| ends(at, PRIVATE_REPLY_WINDOW)),
        ReplyAction::Message => {
            let window = last_user_at.map_or(planned, |at| ends(at, STANDARD_WINDOW));
            now.saturating_add(PATIENCE_MS).min(window)
        }
        ReplyAction::PublicReply => now.saturating_add(PATIENCE_MS).max(planned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_767_225_600_000;
    const HOUR: i64 = 60 * 60 * 1000;
    const DAY: i64 = 24 * HOUR;

    #[test]
    fn a_reply_that_is_sent_again_stays_within_metas_windows() {
        use ReplyAction::{Message, PrivateReply, PublicReply};
        let planned = NOW - HOUR;
        let cases = [
            ("the person wrote just now", Message, false, Some(NOW), NOW + HOUR),
            ("almost a day ago", Message, false, Some(NOW - 23 * HOUR - HOUR / 2), NOW + HOUR / 2 - WINDOW_MARGIN_MS),
            ("two days ago", Message, false, Some(NOW - 2 * DAY), NOW - DAY - WINDOW_MARGIN_MS),
            ("nobody knows when", Message, false, None, planned),
            ("a comment of three days", PrivateReply, false, None, NOW + 4 * DAY - WINDOW_MARGIN_MS),
            ("a live comment", PrivateReply, true, None, planned),
            ("below a comment", PublicReply, false, None, NOW + HOUR),
        ];
        for (case, action, live, last_user_at, expected) in cases {
            let reply = Reply::planned("r".to_owned(), "rule".to_owned(), action, None, planned);
            assert_eq!(latest(&reply, Some(NOW - 3 * DAY), live, last_user_at, NOW), expected, "{case}");
        }
    }
}
