//! Conversations and the items in them: reading both at once, and writing what an event changed.

use instagram::{AccountId, AppId, Peer};

use crate::replies::{clear_due, set_due};
use crate::table::{Attributes, Consistency, from_attributes, has_key, is_over};
use crate::tombstones::Tombstone;
use crate::update::Update;
use crate::{Conversation, Decided, HINT_PATIENCE_MS, Item, ItemContent, Key, Store, StoreError, keys};

/// What the table holds about an event's item and its conversation; both empty if nothing yet.
///
/// Time to live deletes late, sometimes by days. Of what has expired only the counters and the fact that something was
/// decided are left: without them it could not be written anew, or an answer would go out twice.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The conversation.
    pub conversation: Conversation,
    /// The item.
    pub item: Item,
    /// All that happened in the conversation up to this moment was erased, in milliseconds since 1970.
    pub erased_before: Option<i64>,
}

/// A sample of the dashboard's "Test" button that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestSample {
    /// Its sort key: one for each event that the button sends.
    pub sk: String,
    /// The kind of event.
    pub kind: String,
    /// When it last came, in milliseconds since 1970.
    pub at: i64,
}

/// Attributes that [`ItemContent`] may hold; those absent after a merge are removed.
const CONTENT: [&str; 10] =
    ["kind", "at", "body", "raw", "in_quarantine", "standby", "live", "edit", "deleted_at", "hinted_at"];

impl Store {
    /// Reads an item, its conversation and what is left of an erased one in one call.
    ///
    /// Read eventually consistent, each of the three may be as it was at a moment of its own. Whoever writes the first two
    /// is told by their conditions, with a `Conflict`. A tombstone may be missed for as long as a slow worker may have read
    /// before it was there, which erasing waits out ([`SETTLED_MS`](crate::SETTLED_MS)).
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn load(
        &self,
        account: &AccountId,
        peer: &Peer,
        item: &Key,
        consistency: Consistency,
        now_ms: i64,
    ) -> Result<Loaded, StoreError> {
        let (conversation, tombstone) = (keys::conversation(account, peer), keys::tombstone(account, peer));
        let mut loaded = Loaded::default();
        for attributes in self.get_all_at([&conversation, item, &tombstone], consistency).await? {
            let is_expired = is_expired(&attributes, now_ms);
            if has_key(&attributes, item) {
                let item: Item = from_attributes(attributes)?;
                loaded.item = if is_expired { item.expired() } else { item };
            } else if has_key(&attributes, &tombstone) {
                let tombstone: Tombstone = from_attributes(attributes)?;
                loaded.erased_before = Some(tombstone.erased_before);
            } else {
                let conversation: Conversation = from_attributes(attributes)?;
                loaded.conversation = if is_expired { conversation.expired() } else { conversation };
            }
        }
        loaded.erased_before = loaded.erased_before.max(loaded.conversation.erased_before);
        Ok(loaded)
    }

    /// Reads one item again, consistently. An expired or absent item is empty.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn item(&self, key: &Key, now_ms: i64) -> Result<Item, StoreError> {
        let item: Option<Item> = self.get(key).await?;
        Ok(item.filter(|item| !is_over(item.expires_at, now_ms)).unwrap_or_default())
    }

    /// Writes the facts of a conversation that was read as `read`, and returns it as it stands now.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it was written since.
    pub async fn save_facts(
        &self,
        account: &AccountId,
        peer: &Peer,
        read: &Conversation,
        next: Conversation,
    ) -> Result<Conversation, StoreError> {
        let mut update = Update::of(keys::conversation(account, peer));
        update.set("facts", &next.facts)?;
        update.set("sent", &next.sent)?;
        // What was forgotten is in the table still.
        let all = next.is_emptied;
        update.replace("expected", all || next.expected != read.expected, &kept(&next.expected))?;
        update.replace("recent", all || next.recent != read.recent, &kept(&next.recent))?;
        update.replace("linked", all || next.linked != read.linked, &kept(&next.linked))?;
        update.replace("profile", all || next.profile != read.profile, &next.profile)?;
        update.replace("disclosed_at", all || next.disclosed_at != read.disclosed_at, &next.disclosed_at)?;
        update.replace("disclosed_by", all || next.disclosed_by != read.disclosed_by, &next.disclosed_by)?;
        update.replace("queue", all, &kept(&next.queue))?;
        update.replace("erased_before", all || next.erased_before != read.erased_before, &next.erased_before)?;
        update.set("expires_at", next.expires_at)?;
        update.set("rev", read.rev + 1)?;
        update.require_revision(read.rev)?;
        let attributes = self.update_returning(update).await?;
        from_attributes(attributes)
    }

    /// Writes what an event changed in an item that was read as `read`, with the decision if one was made just now.
    ///
    /// A decision is written once: if another worker was faster, nothing is written.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it was written since.
    pub async fn save_item(
        &self,
        key: &Key,
        read: &Item,
        content: &ItemContent,
        decision: Option<&Decided>,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        let mut update = Update::of(key.clone());
        let mut attributes: Attributes = serde_dynamo::to_item(content).map_err(StoreError::Unreadable)?;
        for name in CONTENT {
            match attributes.remove(name) {
                Some(value) => update.set_attribute(name, value),
                None if read.rev > 0 => update.remove(name),
                None => {}
            }
        }
        if let Some(decision) = decision {
            let attributes: Attributes = serde_dynamo::to_item(decision).map_err(StoreError::Unreadable)?;
            for (name, value) in attributes {
                update.set_attribute(&name, value);
            }
            update.require("attribute_not_exists(why)");
            if let Some(due_at) = decision.due_at() {
                set_due(&mut update, key, due_at)?;
            }
        } else if content.deleted_at.is_some() {
            update.remove("trace");
            update.remove("facts");
            for step in 0..read.decision.as_ref().map_or(0, |d| d.replies.len()) {
                update.remove(&format!("replies[{step}].text"));
                update.remove(&format!("replies[{step}].message"));
            }
        }
        let was_hint = read.is_hint() && read.due_at.is_some();
        let is_hint = content.is_hint() && decision.is_none() && read.hint.is_none();
        match content.hinted_at {
            Some(hinted_at) if is_hint && !was_hint => set_due(&mut update, key, hinted_at + HINT_PATIENCE_MS)?,
            _ if was_hint && !is_hint => clear_due(&mut update),
            _ => {}
        }
        update.set("expires_at", expires_at.max(read.expires_at))?;
        update.set("rev", read.rev + 1)?;
        update.require_revision(read.rev)?;
        self.update(update).await
    }

    /// Writes what somebody of the office wrote, due at once: whoever looks for what is due sends it if the writer cannot. The
    /// same `key` is the same answer: gives it as it stands if it was written before.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn write_answer(
        &self,
        key: &Key,
        reply: crate::Reply,
        expires_at: i64,
        now_ms: i64,
    ) -> Result<(Item, bool), StoreError> {
        let decided = Decided {
            why: "by_hand".to_owned(),
            rules: 0,
            trace: None,
            facts: None,
            effects: Vec::new(),
            replies: vec![reply],
        };
        let content = ItemContent { kind: Some("written".to_owned()), at: Some(now_ms), ..ItemContent::default() };
        let mut update = Update::of(key.clone());
        let attributes: [Attributes; 2] = [
            serde_dynamo::to_item(&content).map_err(StoreError::Unreadable)?,
            serde_dynamo::to_item(&decided).map_err(StoreError::Unreadable)?,
        ];
        for (name, value) in attributes.into_iter().flatten() {
            update.set_attribute(&name, value);
        }
        update.set("expires_at", expires_at)?;
        update.set("rev", 1)?;
        set_due(&mut update, key, now_ms)?;
        update.require("attribute_not_exists(pk)");
        match self.update(update).await {
            Ok(()) => Ok((self.item(key, now_ms).await?, true)),
            Err(StoreError::Conflict) => Ok((self.item(key, now_ms).await?, false)),
            Err(error) => Err(error),
        }
    }

    /// Leaves an item without content that says a message was unsent, where an event without a sender would put its
    /// words: so that words which arrive there later are not kept either.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn bury(
        &self,
        account: &AccountId,
        mid: &instagram::MessageId,
        at_ms: i64,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        let mut update = Update::of(keys::unnamed(account, mid));
        update.set_if_absent("deleted_at", at_ms)?;
        update.set("expires_at", expires_at)?;
        update.add("rev", 1)?;
        update.remove("body");
        update.remove("edit");
        self.update(update).await
    }

    /// Writes an item whole: a test sample, which belongs to no account.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn put_sample(&self, key: &Key, item: &Item) -> Result<(), StoreError> {
        self.put(key, item).await
    }

    /// The test samples that came for an app within the last 180 days.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn test_samples(&self, app: &AppId) -> Result<Vec<TestSample>, StoreError> {
        let found = self.query_attributes(&keys::app(app).pk, keys::TEST).await?;
        let mut samples = Vec::with_capacity(found.len());
        for attributes in found {
            let sk = sort_key(&attributes).unwrap_or_default().to_owned();
            let kind = sk.strip_prefix(keys::TEST).and_then(|rest| rest.split('#').next()).unwrap_or_default();
            let kind = kind.to_owned();
            let item: Item = from_attributes(attributes)?;
            samples.push(TestSample { sk, kind, at: item.content.at.unwrap_or_default() });
        }
        Ok(samples)
    }

    /// All conversations of an account that have not expired, in the order of their peers.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn conversations(
        &self,
        account: &AccountId,
        now_ms: i64,
    ) -> Result<Vec<(Peer, Conversation)>, StoreError> {
        let found = self.query_attributes(&keys::account_partition(account), keys::CONVERSATION).await?;
        let mut conversations = Vec::with_capacity(found.len());
        for attributes in found.into_iter().filter(|attributes| !is_expired(attributes, now_ms)) {
            let Some(peer) =
                sort_key(&attributes).and_then(|sk| Peer::parse(sk.strip_prefix(keys::CONVERSATION)?).ok())
            else {
                continue;
            };
            conversations.push((peer, from_attributes(attributes)?));
        }
        Ok(conversations)
    }

    /// All items of one conversation that have not expired, with their sort keys.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn items(
        &self,
        account: &AccountId,
        peer: &Peer,
        now_ms: i64,
    ) -> Result<Vec<(String, Item)>, StoreError> {
        self.items_like(account, peer, "", now_ms).await
    }

    /// What people of the office wrote in one conversation by the CRM, as [`Store::items`].
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn written_by_hand(
        &self,
        account: &AccountId,
        peer: &Peer,
        now_ms: i64,
    ) -> Result<Vec<(String, Item)>, StoreError> {
        self.items_like(account, peer, keys::WRITTEN, now_ms).await
    }

    async fn items_like(
        &self,
        account: &AccountId,
        peer: &Peer,
        prefix: &str,
        now_ms: i64,
    ) -> Result<Vec<(String, Item)>, StoreError> {
        let found = self.query_attributes(&keys::thread_partition(account, peer), prefix).await?;
        found
            .into_iter()
            .filter(|attributes| !is_expired(attributes, now_ms))
            .map(|attributes| Ok((sort_key(&attributes).unwrap_or_default().to_owned(), from_attributes(attributes)?)))
            .collect()
    }
}

/// A list that is worth an attribute.
fn kept<T>(list: &Vec<T>) -> Option<&Vec<T>> {
    (!list.is_empty()).then_some(list)
}

pub(crate) fn sort_key(attributes: &Attributes) -> Option<&str> {
    attributes.get("sk")?.as_s().ok().map(String::as_str)
}

pub(crate) fn is_expired(attributes: &Attributes, now_ms: i64) -> bool {
    let seconds = attributes.get("expires_at").and_then(|v| v.as_n().ok()).and_then(|n| n.parse::<i64>().ok());
    seconds.is_some_and(|seconds| is_over(seconds, now_ms))
}
