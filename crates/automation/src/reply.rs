//! What is meant to be sent, and the name under which it is sent once.

use std::fmt;

use instagram::{
    CommentId, PersonId, UnixMillis,
    outgoing::{CommentText, Content},
};
use sha2::{Digest, Sha256};

use crate::{RuleId, Wish};

/// What wants something to be done.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A rule that matched.
    Rule(RuleId),
    /// The set's fallback: no rule matched.
    Fallback,
    /// The person's own wish.
    Wish(Wish),
}

/// A rule by its name, everything else with a plus sign, which no rule's name holds.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(id) => id.fmt(f),
            Self::Fallback => f.write_str("+fallback"),
            Self::Wish(wish) => write!(f, "+{wish}"),
        }
    }
}

/// The step that a disclosure line has where it goes out as a message of its own: beyond every rule's steps.
pub(crate) const DISCLOSURE_STEP: u8 = u8::MAX;

/// One reply that a decision wants to go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intended {
    /// Its name: the same whenever the same event is decided by the same rule.
    pub id: ReplyId,
    /// What wants it.
    pub source: Source,
    /// Its place among the rule's steps, from 0; 255 for a disclosure line of its own.
    pub step: u8,
    /// What to send.
    pub action: ReplyAction,
    /// It must not leave at or after this moment.
    pub not_after: UnixMillis,
    /// It holds the disclosure line: once it has left, that is `last_disclosed_at`.
    pub discloses: bool,
    /// It confirms that the person wants silence, or comes back. Neither that wish nor a pause may stop it on its way.
    pub confirms_wish: bool,
}

/// What to send, and to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplyAction {
    /// A direct message.
    Message {
        /// To whom.
        to: PersonId,
        /// What it holds.
        content: Content,
    },
    /// A direct message to the author of a comment; Meta allows one per comment.
    PrivateReply {
        /// The comment.
        comment: CommentId,
        /// What it holds: a text, the only content that Meta documents there.
        content: Content,
    },
    /// A reply below a comment.
    PublicReply {
        /// The comment.
        comment: CommentId,
        /// The text.
        text: CommentText,
    },
}

impl ReplyAction {
    /// Its text, where it has one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Message { content, .. } | Self::PrivateReply { content, .. } => content.text(),
            Self::PublicReply { text, .. } => Some(text.expose()),
        }
    }
}

/// Names a reply: 32 hex digits, derived from event, source and step, so that deciding again names the same reply.
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

/// The name of the reply that step `step` of `source` gives to the event with this key.
pub fn reply_id(event_key: &str, source: &Source, step: u8) -> ReplyId {
    name_and_random(event_key, source, step).0
}

/// A reply's name, and a number that is random in the reply but the same every time: it chooses among wordings.
pub(crate) fn name_and_random(event_key: &str, source: &Source, step: u8) -> (ReplyId, u64) {
    let mut hash = Sha256::new();
    hash.update(event_key);
    // A source holds no NUL, so no two triples write the same bytes.
    hash.update([0]);
    hash.update(source.to_string());
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
        let rule = |name: &str| Source::Rule(RuleId::parse(name).unwrap());
        let name = reply_id("msg:1:m", &rule("agenda"), 0);
        // Names lie in the table: a change here would send every open reply a second time.
        assert_eq!(name.as_str(), "ddd195a8f9fa588494cae97f905de533");
        let others = [
            ("another event", reply_id("msg:1:n", &rule("agenda"), 0)),
            ("another rule", reply_id("msg:1:m", &rule("agend"), 0)),
            ("another step", reply_id("msg:1:m", &rule("agenda"), 1)),
            ("the fallback", reply_id("msg:1:m", &Source::Fallback, 0)),
            ("a wish", reply_id("msg:1:m", &Source::Wish(Wish::Silence), 0)),
            ("a rule named like it", reply_id("msg:1:m", &rule("silence"), 0)),
        ];
        for (case, other) in others {
            assert_ne!(other, name, "{case}");
        }
    }
}
