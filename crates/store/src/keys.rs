//! Where things lie in the table.
//!
//! Every key carries the account, so that all of an account's or a person's items can be found and erased:
//!
//! | partition (`pk`) | sort key (`sk`) | item |
//! | --- | --- | --- |
//! | `A#account` | `ACCOUNT` | the account: customer, app, mode, sealed token, current rules |
//! | `A#account` | `RULES#version` | one immutable version of the rules |
//! | `A#account` | `PACE` | waits at Meta's request, restrictions, moments handed out |
//! | `A#account` | `F#digest` | a reply that failed, for people to see |
//! | `A#account` | `P#media` | whether a post is the account's own |
//! | `A#account` | `O#comment` | that a comment is one of ours |
//! | `A#account` | `AUDIT#time` | who looked at what people wrote |
//! | `A#account` | `T#peer` | a conversation: facts, gate, fence |
//! | `A#account` | `L#hour#peer` | that a conversation had something new in an hour: the list of conversations, newest last |
//! | `A#account` | `Q#digest` | what somebody outside is asked to answer, by the id of the reply to be |
//! | `A#account` | `I#digest` | what a user of the CRM asked for, by the key of the request |
//! | `A#account` | `X#digest` | that a person was erased, and when: their older events only count |
//! | `T#account#peer` | `M#mid` | a message, its edits and unsending, its decision and replies |
//! | `T#account#peer` | `C#comment` | a comment, its decision and replies |
//! | `T#account#peer` | `W#digest` | what somebody of the office wrote by the CRM: an answer of its own |
//! | `T#account#peer` | `R#mid#actor` | a reaction |
//! | `T#account#peer` | `E#hash` | any other event |
//! | `T#account#peer` | `I#digest` | what was answered to a user of the CRM |
//! | `P#app` | `APP` | whether the app's accounts are stopped or wait; when events came through it |
//! | `P#app` | `S#scoped` | which account has this id within the app: signed requests name it |
//! | `PARKED` | `account#digest` | a reply that nobody can tell about, for people to settle |
//! | `ERASURES` | `account#peer` | that a person asked to be forgotten |
//! | `ERASURE#digest` | `ORDER` | an erasure under way, then its receipt, found by the code it was given |
//! | `LEAVING#account` | `ORDER` | that the conversations of an account that left end, and when |
//! | `ALL` | `SWITCH` | whether everything is stopped |
//! | `ALL` | `A#account` | that the account is here: the list of accounts |
//! | `P#app` | `TEST#kind#hash` | a sample of the dashboard's "Test" button |
//! | `RECEIPT#code` | `RECEIPT` | how far an erasure is |
//! | `L#digest` | `LOGIN` | a login under way or over, by its ticket: the ticket is used, the login's `state` and browser |
//!
//! A peer is a person, or the message or comment that stands in where an event names nobody. Identifiers hold no `#`
//! (see `instagram::InvalidId`), so no two of these keys can be confused.

use instagram::{AccountId, AppId, AppScopedId, CommentId, Event, Kind, MediaId, MessageId, Peer};
use sha2::{Digest, Sha256};

/// The key of one item.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: String,
}

/// The account's own item.
pub(crate) fn account(account: &AccountId) -> Key {
    Key { pk: account_partition(account), sk: ACCOUNT.to_owned() }
}

/// The account's pace.
pub(crate) fn pace(account: &AccountId) -> Key {
    Key { pk: account_partition(account), sk: PACE.to_owned() }
}

/// What holds for all accounts of an app.
pub(crate) fn app(app: &AppId) -> Key {
    Key { pk: format!("P#{app}"), sk: "APP".to_owned() }
}

/// What holds for everything.
pub(crate) fn everything() -> Key {
    Key { pk: ALL.to_owned(), sk: "SWITCH".to_owned() }
}

/// A person's request to be forgotten.
pub(crate) fn erasure(account: &AccountId, peer: &Peer) -> Key {
    Key { pk: ERASURES.to_owned(), sk: format!("{account}#{peer}") }
}

/// A login, by the digest of its ticket.
pub(crate) fn login(digest: &str) -> Key {
    Key { pk: format!("L#{digest}"), sk: "LOGIN".to_owned() }
}

/// That a person was erased. Their id is not in it.
pub(crate) fn tombstone(account: &AccountId, peer: &Peer) -> Key {
    Key { pk: account_partition(account), sk: format!("{TOMBSTONE}{}", digest(&format!("{account}|{peer}"))) }
}

/// The account with an id scoped to an app.
pub(crate) fn scoped(app: &AppId, scoped_id: &AppScopedId) -> Key {
    Key { pk: format!("P#{app}"), sk: format!("S#{scoped_id}") }
}

/// An erasure, by the code of its receipt: any text may be asked for.
pub(crate) fn order(code: &str) -> Key {
    Key { pk: format!("{ORDER}{}", digest(code)), sk: ORDER_ITEM.to_owned() }
}

/// The end of the conversations of an account that left.
pub(crate) fn leaving(account: &AccountId) -> Key {
    Key { pk: format!("{LEAVING}{account}"), sk: ORDER_ITEM.to_owned() }
}

/// Where a message is noted by an event that names no person.
pub(crate) fn unnamed(account: &AccountId, mid: &MessageId) -> Key {
    Key { pk: thread_partition(account, &Peer::from(mid)), sk: format!("{MESSAGE}{mid}") }
}

/// The account's entry in the list of accounts.
pub(crate) fn account_entry(account: &AccountId) -> Key {
    Key { pk: ALL.to_owned(), sk: account_partition(account) }
}

/// One version of an account's rules.
pub(crate) fn rules(account: &AccountId, version: u32) -> Key {
    Key { pk: account_partition(account), sk: format!("{RULES}{version:010}") }
}

/// What a user of the CRM asked for, by the digest of the request's key.
pub(crate) fn deed(account: &AccountId, name: &str) -> Key {
    Key { pk: account_partition(account), sk: format!("{DEED}{name}") }
}

/// What was answered to it, where it was about a person.
pub(crate) fn deed_of(account: &AccountId, peer: &Peer, name: &str) -> Key {
    Key { pk: thread_partition(account, peer), sk: format!("{DEED}{name}") }
}

/// A question to somebody outside, by the id of the reply that the answer becomes: any text may be asked for.
pub(crate) fn question(account: &AccountId, reply_id: &str) -> Key {
    Key { pk: account_partition(account), sk: format!("{QUESTION}{}", digest(reply_id)) }
}

/// What is known of a post.
pub(crate) fn media(account: &AccountId, media: &MediaId) -> Key {
    Key { pk: account_partition(account), sk: format!("{MEDIA}{media}") }
}

const ACCOUNT: &str = "ACCOUNT";
/// A comment that we created.
pub(crate) fn own_comment(account: &AccountId, comment: &CommentId) -> Key {
    Key { pk: account_partition(account), sk: format!("O#{comment}") }
}

pub(crate) const RULES: &str = "RULES#";
pub(crate) const CONVERSATION: &str = "T#";
pub(crate) const FAILED: &str = "F#";
/// The list of conversations by the hours in which something happened in them.
pub(crate) const RECENT: &str = "L#";
/// An hour, in milliseconds.
pub(crate) const HOUR_MS: i64 = 3_600_000;
/// How a stand-in for an event of no conversation begins: see `job`.
pub(crate) const NOBODY: &str = "x";
pub(crate) const AUDIT: &str = "AUDIT#";
pub(crate) const TEST: &str = "TEST#";
pub(crate) const MESSAGE: &str = "M#";
pub(crate) const COMMENT: &str = "C#";
pub(crate) const DEED: &str = "I#";
/// The questions to somebody outside.
pub(crate) const QUESTION: &str = "Q#";
pub(crate) const WRITTEN: &str = "W#";
pub(crate) const MEDIA: &str = "P#";
pub(crate) const PACE: &str = "PACE";
pub(crate) const TOMBSTONE: &str = "X#";
pub(crate) const ORDER: &str = "ERASURE#";
pub(crate) const LEAVING: &str = "LEAVING#";
const ORDER_ITEM: &str = "ORDER";
pub(crate) const PARKED: &str = "PARKED";
pub(crate) const ERASURES: &str = "ERASURES";
pub(crate) const ALL: &str = "ALL";
pub(crate) const ACCOUNT_ENTRY: &str = "A#";

pub(crate) fn account_partition(account: &AccountId) -> String {
    format!("A#{account}")
}

/// The partition that holds the items of one conversation.
pub fn thread_partition(account: &AccountId, peer: &Peer) -> String {
    format!("T#{account}#{peer}")
}

/// A conversation's item, in its account's partition so that the account lists its conversations.
pub fn conversation(account: &AccountId, peer: &Peer) -> Key {
    Key { pk: account_partition(account), sk: format!("{CONVERSATION}{peer}") }
}

/// The hour of a moment, in milliseconds since 1970, as it stands in the list of conversations: eight digits, counted from
/// 1970, so that hours sort as texts do.
pub fn hour(at_ms: i64) -> String {
    format!("{:08}", at_ms.max(0) / HOUR_MS)
}

/// That a conversation had something new in the hour of a moment.
pub fn recent(account: &AccountId, peer: &Peer, at_ms: i64) -> Key {
    Key { pk: account_partition(account), sk: format!("{RECENT}{}#{peer}", hour(at_ms)) }
}

/// The item that an event belongs to. Several events share one: a message with its edits, its unsending, its hint.
///
/// `event_key` is the key of `instagram::event_key`; it names the events that have no item of their own kind.
pub fn item(account: &AccountId, peer: &Peer, event: &Event, event_key: &str) -> Key {
    let sk = match &event.kind {
        Kind::MessageReceived(m) => format!("M#{}", m.mid),
        Kind::MessageEchoed(e) => format!("M#{}", e.mid),
        Kind::MessageUnsent { mid, .. } | Kind::MessageEdited { mid, .. } | Kind::MessageHinted { mid, .. } => {
            format!("M#{mid}")
        }
        Kind::CommentWritten(c) => format!("C#{}", c.id),
        Kind::ReactionChanged(r) => format!("R#{}#{}", r.mid, r.by),
        Kind::MessageSeen { .. }
        | Kind::PostbackPressed(_)
        | Kind::ReferralOpened { .. }
        | Kind::OptInReceived { .. }
        | Kind::ControlChanged(_)
        | Kind::FieldsChanged { .. }
        | Kind::Unknown { .. } => format!("E#{}", digest(event_key)),
    };
    Key { pk: thread_partition(account, peer), sk }
}

/// The key of the event that made an item, where the item's own key tells: of a message or a comment. Other events'
/// items are named after a hash of it.
pub fn event_key(key: &Key) -> Option<String> {
    let (account, _) = thread_of(&key.pk)?;
    let event_key = match key.sk.split_once('#')? {
        ("M", mid) => format!("msg|{account}|{mid}"),
        ("C", comment) => format!("c|{account}|{comment}"),
        _ => return None,
    };
    // A longer one is hashed (`instagram::event_key`).
    (event_key.len() <= instagram::MAX_KEY_BYTES).then_some(event_key)
}

/// The message or comment that an item is of, by its id.
pub fn message_or_comment(key: &Key) -> Option<&str> {
    key.sk.strip_prefix(MESSAGE).or_else(|| key.sk.strip_prefix(COMMENT))
}

/// The comment that an item is of.
pub fn comment_of(key: &Key) -> Option<&str> {
    key.sk.strip_prefix(COMMENT)
}

/// What somebody of the office wrote in a conversation. `name` makes it one and no other: the same name is the same answer.
pub fn written(account: &AccountId, peer: &Peer, name: &str) -> Key {
    Key { pk: thread_partition(account, peer), sk: format!("{WRITTEN}{}", digest(name)) }
}

/// Where a test sample is recorded: under the app, as its entry names no account.
pub fn test_sample(app: &AppId, kind: &str, event_key: &str) -> Key {
    Key { pk: format!("P#{app}"), sk: format!("{TEST}{kind}#{}", digest(event_key)) }
}

/// 32 hex digits that stand for a long identifier where only equality matters.
pub fn digest(text: &str) -> String {
    hex::encode(&Sha256::digest(text.as_bytes())[..16])
}

/// 16 hex digits: enough within one conversation, and small enough to keep several in one item of 1 KB.
pub fn short_digest(text: &str) -> String {
    hex::encode(&Sha256::digest(text.as_bytes())[..8])
}

/// Spreads sort keys evenly over `shards`.
pub(crate) fn shard(sk: &str, shards: u64) -> u64 {
    let hash = Sha256::digest(sk.as_bytes());
    u64::from(hash[0]) % shards
}

/// The account whose own item this is; `None` for any other item.
pub fn account_of(key: &Key) -> Option<AccountId> {
    let account = key.pk.strip_prefix(ACCOUNT_ENTRY).filter(|_| key.sk == ACCOUNT)?;
    AccountId::parse(account).ok()
}

/// True for an erasure under way, or the end of an account that left: what the list of chores holds beside accounts.
pub fn is_order(key: &Key) -> bool {
    key.pk.starts_with(ORDER) || key.pk.starts_with(LEAVING)
}

/// The account and the peer of a conversation's partition; `None` for any other partition.
pub fn thread_of(partition: &str) -> Option<(AccountId, Peer)> {
    let (account, peer) = partition.strip_prefix(CONVERSATION)?.split_once('#')?;
    Some((AccountId::parse(account).ok()?, Peer::parse(peer).ok()?))
}
