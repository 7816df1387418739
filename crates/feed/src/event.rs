//! One event, its names for the queue, and its body.

use instagram::{AccountId, Peer, PersonId};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::conversation::Identity;
use crate::members::members;
use crate::of_instagram::{self, Known, person_of};
use crate::{Code, Happened, InConversation};

/// The version of the shape. Members may be added to it; anything else is a new version.
pub const VERSION: u32 = 1;

/// Longest body of an event in a conversation, in bytes, whatever identifiers come: three of a person, an account and a
/// comment, a key and whatever else is there, and each letter of an identifier may be one that JSON writes as two. With
/// identifiers as Meta makes them a body has less than 1,000 bytes. A queue takes a million.
pub const MAX_BODY_BYTES: usize = 8 * 1024;

/// Something that the CRM is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// The shape's version: [`VERSION`].
    pub v: u32,
    /// Its own id: 32 hex digits, the same whenever the same is told again.
    pub id: String,
    /// What happened, as a word.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Whose account.
    pub account: AccountId,
    /// The account's customer.
    pub customer: String,
    /// When it happened, in milliseconds since 1970.
    pub at: i64,
    /// Whom and what it is about.
    #[serde(flatten)]
    about: About,
    /// What there is to say of it besides.
    #[serde(flatten)]
    what: What,
    #[serde(skip)]
    group: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum What {
    Account(Happened),
    Conversation(InConversation),
}

/// Where something happens.
#[derive(Debug, Clone, Copy)]
pub struct Conversation<'a> {
    /// Whose account.
    pub account: &'a AccountId,
    /// The account's customer.
    pub customer: &'a str,
    /// The other side, or what stands in for it: what the job and the table have.
    pub peer: &'a Peer,
}

members! {
    /// Whom and what an event in a conversation is about.
    pub struct About {
        /// The person, by the id that holds for this account alone. Missing where nobody is named, and where it is the account.
        person: Option<PersonId>,
        /// The key of the event that Instagram reported, or that brought this about: the desk and explain know it.
        key: Option<String>,
        /// What was decided about that event, as a code: answered, no_match, standby.
        why: Option<Code>,
    }
}

impl Event {
    /// What happened to a customer's account at a moment. Its id is made of what happened, to whom and when.
    pub fn new(account: &AccountId, customer: impl Into<String>, at: i64, happened: Happened) -> Self {
        let kind = happened.kind();
        Self {
            v: VERSION,
            id: digest(&format!("{kind}|{account}|{at}")),
            kind,
            account: account.clone(),
            customer: customer.into(),
            at,
            about: About { person: None, key: None, why: None },
            what: What::Account(happened),
            group: digest(account.as_str()),
        }
    }

    /// What happened in a conversation. Its id is made of what makes that one happening, so that whoever tells it again,
    /// later or from elsewhere, gives it the same one.
    pub fn in_conversation(
        conversation: &Conversation<'_>,
        at: i64,
        mut about: About,
        happened: impl Into<InConversation>,
    ) -> Self {
        let Conversation { account, customer, peer } = conversation;
        let happened = happened.into();
        let kind = happened.kind();
        let identity = happened.identity();
        if identity == Identity::EventAndPeer && about.person.is_none() {
            // Nobody but a person wants something.
            about.person = PersonId::parse(peer.as_str()).ok();
        }
        let which = match (identity, &about.key) {
            (Identity::Event, Some(key)) => key.clone(),
            (Identity::Event | Identity::EventAndPeer, None) => format!("{peer}|{at}"),
            (Identity::EventAndPeer, Some(key)) => format!("{peer}|{key}"),
            (Identity::Reply(reply), _) => reply.to_owned(),
            (Identity::Attempt(reply, attempt), _) => format!("{reply}|{attempt}"),
        };
        Self {
            v: VERSION,
            id: digest(&format!("{kind}|{account}|{which}")),
            kind,
            account: (*account).clone(),
            customer: (*customer).to_owned(),
            at,
            about,
            group: instagram::group_id(account, peer),
            what: What::Conversation(happened),
        }
    }

    /// What Instagram reported, under its [`event_key`](instagram::event_key). `None` where there is nothing to tell: our own
    /// message or comment came back, or it is a sample of the dashboard's.
    ///
    /// `at` is when it happened as the table has it, for Meta's clock may be ahead of ours.
    pub fn of_instagram(
        conversation: &Conversation<'_>,
        key: &str,
        at: i64,
        event: &instagram::Event,
        known: &Known<'_>,
    ) -> Option<Self> {
        let happened = of_instagram::happened(event, known.is_ours)?;
        let about =
            About { person: person_of(event).cloned(), key: Some(key.to_owned()), why: known.why.map(Code::from) };
        Some(Self::in_conversation(conversation, at, about, happened))
    }

    /// The queue message's body: JSON in plain ASCII, for the queue refuses some characters.
    pub fn body(&self) -> String {
        let body = serde_json::to_string(self).expect("an event has text keys only");
        let mut escaped = String::with_capacity(body.len());
        let mut units = [0; 2];
        for letter in body.chars() {
            if letter.is_ascii() {
                escaped.push(letter);
            } else {
                escaped.extend(letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
            }
        }
        escaped
    }

    /// The queue's message group, 32 hex digits: one per conversation, as [`instagram::group_id`] names it, so that it is
    /// the job's; one per account, SHA-256(account), for what happens to the account itself.
    pub fn group_id(&self) -> &str {
        &self.group
    }

    /// The queue's deduplication id: the event's own.
    pub fn deduplication_id(&self) -> &str {
        &self.id
    }
}

fn digest(text: &str) -> String {
    hex::encode(&Sha256::digest(text)[..16])
}

#[cfg(test)]
mod tests;
