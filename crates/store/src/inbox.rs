//! Reading the list of an account's conversations, newest first, page by page.
//!
//! The list has an entry for every hour in which something happened in a conversation (see `recent`), so it is read an hour
//! at a time: the conversations of the hour are read, those that had something new in a later hour are left out, for they
//! were listed further up, and the rest is put in order.

use std::cmp::Reverse;

use aws_sdk_dynamodb::types::AttributeValue;
use instagram::Peer;

use crate::shown::{is_nobody, recent_of};
use crate::table::Attributes;
use crate::threads::sort_key;
use crate::{Account, Conversation, Store, StoreError, keys};

/// How many entries are read at a time: 100 bytes each, so 8 read units of DynamoDB.
const ENTRIES: i32 = 320;

/// How many conversations of one hour are kept in memory at a time.
const AT_ONCE: usize = 100;

/// How many conversations are looked at for one page, unless one hour has more of them: a filter that hardly any passes
/// must not read a whole account. So many are some twenty calls.
const MOST_LOOKED_AT: usize = 2_000;

/// A place in the list: everything behind it is older, or as old and of a smaller id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InboxPlace {
    /// A moment, in milliseconds since 1970.
    pub at: i64,
    /// A conversation in which something happened last at that moment; `None` stands before all of them.
    pub peer: Option<Peer>,
}

/// A page of the list.
#[derive(Debug, Clone, Default)]
pub struct InboxPage {
    /// The conversations, newest first, with the moment when something was last said.
    pub rows: Vec<(Peer, i64, Conversation)>,
    /// Where the list goes on; `None` at its end. A page may be short, or empty, and yet not the last.
    pub next: Option<InboxPlace>,
}

impl Store {
    /// The conversations of an account behind a place in the list, newest first: at most `most` of those that are wanted.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn inbox(
        &self,
        account: &Account,
        behind: Option<&InboxPlace>,
        most: usize,
        now_ms: i64,
        is_wanted: impl Fn(&Peer, &Conversation) -> bool,
    ) -> Result<InboxPage, StoreError> {
        let mut entries = Entries::new(account, behind);
        let mut page = InboxPage::default();
        let mut looked_at = 0;
        while let Some((hour, peers)) = entries.next_hour(self).await? {
            let mut rows = Vec::new();
            for peers in peers.chunks(AT_ONCE) {
                let found = self.conversations_of(account, peers, now_ms).await?;
                rows.extend(found.into_iter().filter_map(|(peer, conversation)| {
                    let at = conversation.facts.last_at()?.0;
                    let place = InboxPlace { at, peer: Some(peer.clone()) };
                    let is_behind = behind.is_none_or(|behind| place < *behind);
                    let is_of_hour = at.max(0) / keys::HOUR_MS == hour;
                    (is_of_hour && is_behind && is_wanted(&peer, &conversation)).then_some((peer, at, conversation))
                }));
                rows.sort_by(|(a, a_at, _), (b, b_at, _)| {
                    (Reverse(a_at), Reverse(a)).cmp(&(Reverse(b_at), Reverse(b)))
                });
                // One more than are shown says that there are more.
                rows.truncate(most.saturating_sub(page.rows.len()).saturating_add(1));
            }
            looked_at += peers.len();
            page.rows.extend(rows);
            if page.rows.len() > most {
                page.rows.truncate(most);
                page.next = page.rows.last().map(|(peer, at, _)| InboxPlace { at: *at, peer: Some(peer.clone()) });
                return Ok(page);
            }
            if looked_at >= MOST_LOOKED_AT || page.rows.len() == most {
                page.next = Some(InboxPlace { at: hour.saturating_mul(keys::HOUR_MS), peer: None });
                return Ok(page);
            }
        }
        Ok(page)
    }

    /// Entries of the list below a sort key, newest first.
    async fn entries_below(&self, pk: &str, below: &str, after: Option<Attributes>) -> Result<Found, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :below")
            .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
            .expression_attribute_values(":first", AttributeValue::S(keys::RECENT.to_owned()))
            .expression_attribute_values(":below", AttributeValue::S(below.to_owned()))
            .consistent_read(true)
            .scan_index_forward(false)
            .limit(ENTRIES)
            .set_exclusive_start_key(after)
            .send()
            .await
            .map_err(|e| StoreError::from_sdk("Query", e))?;
        let found = answer.items.unwrap_or_default();
        Ok((found.iter().filter_map(|item| recent_of(sort_key(item)?)).collect(), answer.last_evaluated_key))
    }
}

/// Entries as hour and peer, and where they go on.
type Found = (Vec<(i64, Peer)>, Option<Attributes>);

/// The list's entries, hour by hour.
struct Entries {
    pk: String,
    below: String,
    read: std::collections::VecDeque<(i64, Peer)>,
    next: Option<Attributes>,
    is_begun: bool,
}

impl Entries {
    fn new(account: &Account, behind: Option<&InboxPlace>) -> Self {
        let below = match behind {
            // `~` comes behind all digits and behind `#`: the whole hour of the place, or what lies before it.
            Some(InboxPlace { at, peer: Some(_) }) => format!("{}{}~", keys::RECENT, keys::hour(*at)),
            Some(InboxPlace { at, peer: None }) => format!("{}{}", keys::RECENT, keys::hour(*at)),
            None => format!("{}~", keys::RECENT),
        };
        Self { pk: keys::account_partition(&account.id), below, read: Default::default(), next: None, is_begun: false }
    }

    /// The next hour, going back, and its conversations.
    async fn next_hour(&mut self, store: &Store) -> Result<Option<(i64, Vec<Peer>)>, StoreError> {
        let mut hour: Option<(i64, Vec<Peer>)> = None;
        loop {
            while let Some((at, peer)) = self.read.pop_front() {
                match &mut hour {
                    Some((begun, _)) if *begun != at => {
                        self.read.push_front((at, peer));
                        return Ok(hour);
                    }
                    Some((_, peers)) if !is_nobody(&peer) => peers.push(peer),
                    Some(_) => {}
                    None => hour = Some((at, if is_nobody(&peer) { Vec::new() } else { vec![peer] })),
                }
            }
            if self.is_begun && self.next.is_none() {
                return Ok(hour);
            }
            self.is_begun = true;
            let (found, next) = store.entries_below(&self.pk, &self.below, self.next.take()).await?;
            self.read.extend(found);
            self.next = next;
        }
    }
}
