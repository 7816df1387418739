//! What a person may name, and at which keys it can lie: pure.

use anyhow::{Result, bail};
use instagram::{AccountId, Peer};
use store::keys;

/// What was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// An event, by its key.
    Event { account: String, sort_key: String, peer: Option<Peer> },
    /// A message or a comment, by its id.
    Id(String),
    /// A reply, by its id or the beginning of it; or else a message or a comment.
    Reply(String),
}

/// Fewest characters of a reply's id.
const FEWEST: usize = 8;

/// Characters of a reply's whole id.
const REPLY_ID: usize = 32;

impl Wanted {
    pub(crate) fn parse(text: &str) -> Result<Self> {
        if text.contains('|') {
            return Self::parse_key(text);
        }
        if Peer::parse(text).is_err() {
            bail!("{text:?} is no event key and no id");
        }
        let is_hex = text.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
        let is_number = text.chars().all(|c| c.is_ascii_digit());
        if is_hex && (FEWEST..=REPLY_ID).contains(&text.len()) && (!is_number || text.len() == REPLY_ID) {
            return Ok(Self::Reply(text.to_owned()));
        }
        Ok(Self::Id(text.to_owned()))
    }

    /// `kind|account|…`, as [`instagram::event_key`] writes it.
    fn parse_key(key: &str) -> Result<Self> {
        let parts: Vec<&str> = key.split('|').collect();
        let &[kind, account, ref rest @ ..] = parts.as_slice() else {
            bail!("{key:?} is no event key");
        };
        if AccountId::parse(account).is_err() || rest.is_empty() {
            bail!("{key:?} names no account: look for its message or comment instead");
        }
        let (sort_key, person) = match (kind, rest) {
            ("msg" | "del" | "edit" | "hint", [mid, ..]) => (format!("M#{mid}"), None),
            ("c", [comment, ..]) => (format!("C#{comment}"), None),
            ("react", [mid, by, ..]) => (format!("R#{mid}#{by}"), Some(*by)),
            (_, [first, ..]) => (format!("E#{}", keys::digest(key)), Some(*first)),
            (_, []) => bail!("{key:?} is no event key"),
        };
        let peer = person.and_then(|person| Peer::parse(person).ok());
        Ok(Self::Event { account: account.to_owned(), sort_key, peer })
    }

    /// The account, if what was named says which.
    pub(crate) fn account(&self) -> Option<&str> {
        match self {
            Self::Event { account, .. } => Some(account),
            Self::Id(_) | Self::Reply(_) => None,
        }
    }

    /// The sort keys at which it can lie in a conversation of the account.
    pub(crate) fn sort_keys(&self, account: &AccountId) -> Vec<String> {
        match self {
            Self::Event { sort_key, .. } => vec![sort_key.clone()],
            Self::Id(id) | Self::Reply(id) => {
                // A tap on a button has a message id and is an event of its own.
                let tap = keys::digest(&format!("pb|{account}|{id}"));
                vec![format!("M#{id}"), format!("C#{id}"), format!("E#{tap}")]
            }
        }
    }

    /// The conversations in which it lies most likely: the person's, or the one of an event that named nobody.
    pub(crate) fn likely_peers(&self) -> Vec<Peer> {
        match self {
            Self::Event { sort_key, peer, .. } => {
                let own = sort_key.split('#').nth(1).and_then(|id| Peer::parse(id).ok());
                peer.clone().into_iter().chain(own).collect()
            }
            Self::Id(id) | Self::Reply(id) => Peer::parse(id.as_str()).into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "17841400000000001";

    #[test]
    fn what_is_named_tells_where_to_look() {
        let tap = format!("E#{}", keys::digest("pb|17841400000000001|mid.1"));
        let seen = format!("E#{}", keys::digest("read|17841400000000001|910|mid.1"));
        let cases: [(&str, &[&str], &[&str]); 9] = [
            ("msg|17841400000000001|mid.1", &["M#mid.1"], &["mid.1"]),
            ("edit|17841400000000001|mid.1|2", &["M#mid.1"], &["mid.1"]),
            ("hint|17841400000000001|mid.1", &["M#mid.1"], &["mid.1"]),
            ("c|17841400000000001|180", &["C#180"], &["180"]),
            ("react|17841400000000001|mid.1|910|react|17", &["R#mid.1#910"], &["910", "mid.1"]),
            ("read|17841400000000001|910|mid.1", &[&seen], &["910", &seen[2..]]),
            ("mid.1", &["M#mid.1", "C#mid.1", &tap], &["mid.1"]),
            ("pb|17841400000000001|mid.1", &[&tap], &["mid.1", &tap[2..]]),
            ("17900000000000001", &["M#17900000000000001"], &["17900000000000001"]),
        ];
        for (text, sort_keys, peers) in cases {
            let wanted = Wanted::parse(text).unwrap();
            let found = wanted.sort_keys(&AccountId::parse(ACCOUNT).unwrap());
            assert_eq!(found[..sort_keys.len()], *sort_keys, "{text}");
            let likely = wanted.likely_peers();
            assert_eq!(likely.iter().map(Peer::as_str).collect::<Vec<_>>(), peers, "{text}");
        }
    }

    #[test]
    fn a_reply_is_told_from_a_comment_by_its_letters() {
        let cases = [
            ("the whole id", "00000000111111112222222233333333", true),
            ("its beginning", "0f3a9c11", true),
            ("too short to be one", "0f3a9c1", false),
            ("a comment", "17900000000000001", false),
            ("a message", "aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlE", false),
        ];
        for (case, text, is_reply) in cases {
            assert_eq!(matches!(Wanted::parse(text).unwrap(), Wanted::Reply(_)), is_reply, "{case}");
        }
    }

    #[test]
    fn what_can_be_no_name_is_refused() {
        let cases = [
            ("nothing", ""),
            ("words", "qual é a agenda?"),
            ("a key without an account", "msg|"),
            ("a key whose rest is a hash", "msg|0f3a9c110f3a9c110f3a9c110f3a9c11"),
        ];
        for (case, text) in cases {
            assert!(Wanted::parse(text).is_err(), "{case}");
        }
    }
}
