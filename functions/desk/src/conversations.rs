//! The list of an account's conversations, newest first.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use instagram::Peer;
use instagram::limits::STANDARD_WINDOW;
use serde_json::{Value, json};
use store::{Account, Conversation, InboxPage, InboxPlace};

use crate::Desk;
use crate::answer::{Answer, Problem};
use crate::ask::{Ask, Cursor};
use crate::replies::List;

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Only {
    All,
    /// The person said something last.
    Unanswered,
    /// Automation is silent.
    Paused,
    /// A reply waits for a person's word.
    Parked,
}

impl Only {
    fn parse(text: Option<&str>) -> Result<Self, Problem> {
        match text {
            None => Ok(Self::All),
            Some("unanswered") => Ok(Self::Unanswered),
            Some("paused") => Ok(Self::Paused),
            Some("parked") => Ok(Self::Parked),
            Some(_) => Err(Problem::malformed("only is unanswered, paused or parked")),
        }
    }
}

impl Desk {
    pub(crate) async fn conversations(&self, ask: &Ask, account: &Account) -> Result<Answer, Problem> {
        let (only, most) = (Only::parse(ask.query("only"))?, ask.limit()?);
        let behind = ask.before()?.map(place).transpose()?;
        let now = self.clock.now_ms();
        let page = match only {
            Only::Parked => self.parked_conversations(account, behind.as_ref(), most, now).await?,
            _ => {
                let is_wanted = |_: &Peer, conversation: &Conversation| match only {
                    Only::Unanswered => conversation.is_unanswered(),
                    Only::Paused => is_paused(conversation, now),
                    Only::All | Only::Parked => true,
                };
                self.store.inbox(account, behind.as_ref(), most, now, is_wanted).await?
            }
        };
        let rows: Vec<Value> = page.rows.iter().map(|(peer, _, conversation)| told(peer, conversation, now)).collect();
        let next = page.next.map(|place| {
            let id = place.peer.map(|peer| peer.to_string()).unwrap_or_default();
            Cursor { at: place.at, id }.text()
        });
        Ok(Answer::ok(json!({"conversations": rows, "next": next})))
    }

    /// Few, whatever the account's size: they are found by the list of parked replies.
    async fn parked_conversations(
        &self,
        account: &Account,
        behind: Option<&InboxPlace>,
        most: usize,
        now: i64,
    ) -> Result<InboxPage, Problem> {
        let (found, _) = self.listed_replies(account, List::Parked, None, usize::MAX, now).await?;
        let peers: BTreeSet<Peer> = found.iter().map(|reply| reply.peer.clone()).collect();
        let peers: Vec<Peer> = peers.into_iter().collect();
        let mut rows = Vec::new();
        for (peer, conversation) in self.store.conversations_of(account, &peers, now).await? {
            let at = conversation.facts.last_at().map_or(0, |at| at.0);
            let place = InboxPlace { at, peer: Some(peer.clone()) };
            if behind.is_none_or(|behind| place < *behind) {
                rows.push((peer, at, conversation));
            }
        }
        rows.sort_by_key(|(peer, at, _)| Reverse((*at, peer.clone())));
        let is_more = rows.len() > most;
        rows.truncate(most);
        let last = rows.last().filter(|_| is_more);
        let next = last.map(|(peer, at, _)| InboxPlace { at: *at, peer: Some(peer.clone()) });
        Ok(InboxPage { rows, next })
    }
}

fn place(cursor: Cursor) -> Result<InboxPlace, Problem> {
    let peer = if cursor.id.is_empty() { None } else { Some(Peer::parse(cursor.id)) };
    let peer = peer.transpose().map_err(|_| Problem::malformed("before is of another list"))?;
    Ok(InboxPlace { at: cursor.at, peer })
}

fn is_paused(conversation: &Conversation, now: i64) -> bool {
    conversation.facts.paused_until().is_some_and(|until| until.0 > now)
}

/// A conversation in a line: who it is with, and how it stands.
pub(crate) fn told(peer: &Peer, conversation: &Conversation, now: i64) -> Value {
    let facts = &conversation.facts;
    let window = i64::try_from(STANDARD_WINDOW.as_millis()).unwrap_or(i64::MAX);
    let profile = conversation.profile.as_ref();
    json!({
        "person": peer,
        "also": conversation.linked,
        "name": profile.and_then(|profile| profile.name.as_ref()),
        "username": profile.and_then(|profile| profile.username.as_ref()),
        "follows": profile.and_then(|profile| profile.follows),
        "last_at": facts.last_at().map(|at| at.0),
        "person_last_at": facts.last_said_at().map(|at| at.0),
        "unanswered": conversation.is_unanswered(),
        // When Meta's window for answers closes, or closed.
        "window_until": facts.last_user_at().map(|at| at.0.saturating_add(window)),
        "seen_at": facts.seen.as_ref().map(|mark| mark.at),
        "paused_until": facts.paused_until().map(|until| until.0).filter(|until| *until > now),
        "opted_out": facts.is_opted_out(),
        "erasure_requested_at": facts.erasure_at,
        "tags": facts.tags,
        "waiting": conversation.queue.iter().filter(|queued| queued.until > now).count(),
    })
}
