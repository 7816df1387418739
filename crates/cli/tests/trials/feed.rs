//! What the CRM was told, held against what the table has: nothing is lost in the feed, whoever died between a write and its
//! announcement.

use std::collections::{BTreeMap, BTreeSet};

use instagram::Kind;
use serde_json::{Value, json};
use store::ReplyState;

use crate::check::Held;
use crate::world::{CRM, World};

/// What a reader of the whole feed knows: each event once, by its id.
#[derive(Default)]
struct Reader {
    /// Events of Instagram that were told, by account and key, with their types.
    keys: BTreeMap<(String, String), BTreeSet<String>>,
    /// What was told of replies, by account and name.
    replies: BTreeMap<(String, String), BTreeSet<String>>,
    /// Messages that replies became.
    mids: BTreeSet<String>,
}

impl Reader {
    fn of(bodies: impl IntoIterator<Item = Value>) -> Self {
        let mut reader = Self::default();
        let mut known = BTreeSet::new();
        for body in bodies {
            let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
            if !known.insert(text("id")) {
                continue;
            }
            let (kind, account) = (text("type"), text("account"));
            if kind.starts_with("reply.") {
                reader.mids.extend(body["mid"].as_str().map(str::to_owned));
                reader.replies.entry((account, text("reply"))).or_default().insert(kind);
            } else if !kind.starts_with("account.") {
                reader.keys.entry((account, text("key"))).or_default().insert(kind);
            }
        }
        reader
    }
}

impl World {
    /// Empties the queue, unless that was done within the last minute: events of trials before are in nobody's way.
    pub(crate) async fn forget_feed(&self) {
        let _too_soon = self.sqs.call("PurgeQueue", &json!({"QueueUrl": self.sqs.queue_url(CRM)})).await;
    }

    /// Everything that the table holds was told, and every end of a reply.
    ///
    /// Panics if not.
    pub(crate) fn check_feed(&self, held: &[Held]) {
        let bodies = self.sqs.messages(CRM).into_iter().map(|seen| serde_json::from_str(&seen.body).unwrap());
        let reader = Reader::of(bodies);
        for job in &self.jobs {
            let event = job.event().unwrap();
            let key = store::keys::item(&job.account, &job.peer, &event, &job.key);
            let is_held =
                held.iter().any(|held| held.sk == key.sk && held.peer == job.peer && held.account == job.account);
            let is_known_as_ours = match &event.kind {
                // Told as `reply.sent`, or, where it came before anybody knew, as somebody's answer.
                Kind::MessageEchoed(echo) => self.is_reply(echo.mid.as_str(), held),
                Kind::CommentWritten(comment) => self.is_reply(comment.id.as_str(), held),
                _ => false,
            };
            let is_told = reader.keys.contains_key(&(job.account.to_string(), job.key.clone()))
                || self.put_there.contains(&job.key);
            assert!(is_told || !is_held || is_known_as_ours, "not in the feed: {}", job.key);
        }
        for entry in held {
            for reply in entry.item.replies() {
                let place = (entry.account.to_string(), reply.id.clone());
                let told = reader.replies.get(&place).cloned().unwrap_or_default();
                let end = match reply.state {
                    ReplyState::Sent => Some("reply.sent"),
                    ReplyState::Failed => Some("reply.failed"),
                    ReplyState::Parked => Some("reply.parked"),
                    ReplyState::Planned | ReplyState::Sending | ReplyState::Unknown => None,
                };
                let expected = std::iter::once("reply.planned").chain(end);
                for kind in expected {
                    assert!(told.contains(kind), "{kind} is not in the feed, which has {told:?}: {reply:?}");
                }
                assert!(reply.state == ReplyState::Sent || !told.contains("reply.sent"), "told as sent: {reply:?}");
                let mid = reply.mid.as_ref().filter(|_| reply.state == ReplyState::Sent && end.is_some());
                let is_message = !matches!(reply.action, store::ReplyAction::PublicReply);
                assert!(mid.is_none_or(|mid| !is_message || reader.mids.contains(mid)), "sent as another: {reply:?}");
            }
            assert!(entry.item.untold.is_none(), "word was left and nobody told it: {:?}", entry.item.replies());
        }
    }

    fn is_reply(&self, id: &str, held: &[Held]) -> bool {
        let by_table = held.iter().flat_map(|held| held.item.replies()).any(|reply| reply.mid.as_deref() == Some(id));
        // A private reply whose first answer was lost is proven without its name.
        by_table || self.meta.sent().iter().any(|message| message.mid == id && message.app_id.is_some())
    }
}
