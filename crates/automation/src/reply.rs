//! What is meant to be sent, and the name under which it is sent once.

use std::fmt;

use instagram::{
    CommentId, PersonId, UnixMillis,
    outgoing::{CommentText, MessageText},
};
use sha2::{Digest, Sha256};

use crate::RuleId;

/// One reply that a decision wants to go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intended {
    /// Its name: the same whenever the same event is decided by the same rule.
    pub id: ReplyId,
    /// The rule that wants it.
    pub rule: RuleId,
    /// Its place among the rule's actions, from 0.
    pub step: u8,
    /// What to send.
    pub action: ReplyAction,
    /// It must not leave at or after this moment.
    pub not_after: UnixMillis,
}

/// What to send, and to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplyAction {
    /// A direct message.
    TextToPerson {
        /// To whom.
        to: PersonId,
        /// The text.
        text: MessageText,
    },
    /// A direct message to the author of a comment; Meta allows one per comment.
    PrivateReply {
        /// The comment.
        comment: CommentId,
        /// The text.
        text: MessageText,
    },
    /// A reply below a comment.
    PublicReply {
        /// The comment.
        comment: CommentId,
        /// The text.
        text: CommentText,
    },
}

/// Names a reply: 32 hex digits, derived from event, rule and step, so that deciding again names the same reply.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplyId(String);

impl ReplyId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReplyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of the reply that step `step` of `rule` gives to the event with this key.
pub fn reply_id(event_key: &str, rule: &RuleId, step: u8) -> ReplyId {
    name_and_random(event_key, rule, step).0
}

/// A reply's name, and a number that is random in the reply but the same every time: it chooses among wordings.
pub(crate) fn name_and_random(event_key: &str, rule: &RuleId, step: u8) -> (ReplyId, u64) {
    let mut hash = Sha256::new();
    hash.update(event_key);
    // A rule's name holds no NUL, so no two triples write the same bytes.
    hash.update([0]);
    hash.update(rule.as_str());
    hash.update([0, step]);
    let digest: [u8; 32] = hash.finalize().into();
    let (name, rest) = digest.split_at(16);
    let random = rest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte));
    (ReplyId(hex::encode(name)), random)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_keeps_its_name_and_shares_it_with_no_other() {
        let rule = |name: &str| RuleId::parse(name).unwrap();
        let name = reply_id("msg:1:m", &rule("agenda"), 0);
        // Names lie in the table: a change here would send every open reply a second time.
        assert_eq!(name.as_str(), "ddd195a8f9fa588494cae97f905de533");
        let others = [
            ("another event", reply_id("msg:1:n", &rule("agenda"), 0)),
            ("another rule", reply_id("msg:1:m", &rule("agend"), 0)),
            ("another step", reply_id("msg:1:m", &rule("agenda"), 1)),
        ];
        for (case, other) in others {
            assert_ne!(other, name, "{case}");
        }
    }
}
