//! What was decided about an event, and what becomes of the replies it asks for.

use instagram::Words;
use serde::{Deserialize, Serialize};

use crate::item::is_false;

/// What was decided about an event, written once together with the replies it asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decided {
    /// The outcome's code, such as `answered` or `no_match`.
    pub why: String,
    /// The version of the rules that decided; 0 without rules.
    pub rules: u32,
    /// The trace, opaque here. Gone when the words it is about are gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    /// The facts decided on, opaque here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<String>,
    /// What was done beside, as codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<String>,
    /// The replies, in the order in which they go out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replies: Vec<Reply>,
}

impl Decided {
    /// When somebody must look at its replies, if the first that goes out is somebody else's turn.
    pub fn due_at(&self) -> Option<i64> {
        self.replies.first().filter(|reply| !reply.state.is_final()).and_then(Reply::people_have_until)
    }
}

/// One intended reply and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// Derived from event key, rule and step.
    pub id: String,
    /// The rule that asks for it.
    pub rule: String,
    /// What it is.
    pub action: ReplyAction,
    /// What people read of it; gone when the message answered was unsent. Absent for a picture and the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Words>,
    /// The whole content as Meta takes it, unless that is the text alone; gone like the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Words>,
    /// Not to be sent later than this, in milliseconds since 1970.
    pub not_after: i64,
    /// It confirms what the person asked for: neither that wish nor a pause holds it back.
    #[serde(default, skip_serializing_if = "is_false")]
    pub confirms: bool,
    /// Its own decision keeps automation silent from now on: that does not hold it back, a person's answer does.
    #[serde(default, skip_serializing_if = "is_false")]
    pub passes_holds: bool,
    /// It holds the line that says a machine answers.
    #[serde(default, skip_serializing_if = "is_false")]
    pub discloses: bool,
    /// Who of the office wrote it, by the CRM's own name for them; absent for what rules say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// It goes out with the tag `HUMAN_AGENT`, which nothing but a person's answer may carry.
    #[serde(default, skip_serializing_if = "is_false")]
    pub human_agent: bool,
    /// The comment it answers, where its item is not that comment's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Somebody outside is asked for its words, and has not answered yet. What stands in `text` meanwhile is said if no answer
    /// comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// A machine outside wrote its words: which, as that says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// It is a draft: a person has to release it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub draft: bool,
    /// Who released or dropped the draft, by the CRM's own name for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released_by: Option<String>,
    /// By which request somebody outside last gave or judged its words, as a digest of the request's key: repeated, it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// When the event it answers was received, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<i64>,
    /// Where it stands.
    pub state: ReplyState,
    /// The attempt under way or the last one ended; 0 before the first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub att: u64,
    /// When the lease of the attempt under way ends, in milliseconds since 1970 (private and public replies; a direct
    /// message's is in the conversation's gate).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
    /// The message or comment it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mid: Option<String>,
    /// Why it failed, waits or is unknown, or how it is known to be sent: a code such as `window` or `echo_text`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who claimed the attempt under way (private and public replies).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Since when it is, or was first, unknown whether it is out, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_since: Option<i64>,
    /// How often evidence that it was not sent put it back into the plan.
    #[serde(default, skip_serializing_if = "is_none_yet")]
    pub again: u32,
    /// The moment it was given by the account's pace, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<i64>,
    /// Its story, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tries: Vec<Try>,
}

/// What came of an attempt, or of looking into one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Try {
    /// The attempt.
    pub k: u64,
    /// When this was known, in milliseconds since 1970.
    pub at: i64,
    /// What: a code such as `sent`, `no_answer`, `not_found`.
    pub what: String,
}

impl Reply {
    /// A reply as it is planned.
    pub fn planned(id: String, rule: String, action: ReplyAction, text: Option<Words>, not_after: i64) -> Self {
        Self {
            id,
            rule,
            action,
            text,
            message: None,
            not_after,
            confirms: false,
            passes_holds: false,
            discloses: false,
            author: None,
            human_agent: false,
            comment: None,
            asked: None,
            request: None,
            model: None,
            draft: false,
            released_by: None,
            received_at: None,
            state: ReplyState::Planned,
            att: 0,
            until: None,
            mid: None,
            reason: None,
            by: None,
            unknown_since: None,
            again: 0,
            slot: None,
            tries: Vec::new(),
        }
    }
}

/// A question to somebody outside, whose answer becomes a reply's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Until when an answer is taken, in milliseconds since 1970.
    pub deadline: i64,
    /// What is put above it: that a machine wrote it.
    pub above: String,
    /// As whom to answer, by a name that whoever is asked knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persona: Option<String>,
    /// The answer is a draft: a person has to release it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub draft: bool,
    /// Where nothing is said without an answer: until when the conversation is left to a person then, in milliseconds since
    /// 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hands_over_until: Option<i64>,
}

/// How long after its deadline nobody takes an answer for late who still could take it, in milliseconds: clocks differ.
const ANSWER_GRACE_MS: i64 = 5_000;

impl Reply {
    /// Until when it is somebody else's turn, in milliseconds since 1970: to answer, or to release a draft.
    pub fn people_have_until(&self) -> Option<i64> {
        match &self.asked {
            Some(asked) => Some(asked.deadline.saturating_add(ANSWER_GRACE_MS)),
            None => self.draft.then_some(self.not_after),
        }
    }

    /// Nobody gave it words, and it has none of its own.
    pub fn is_unanswered(&self) -> bool {
        self.asked.is_some() && self.text.is_none() && self.message.is_none()
    }

    /// The comment that it answers, as a private or public reply in the item `key`.
    pub fn comment<'a>(&'a self, key: &'a crate::Key) -> Option<&'a str> {
        self.comment.as_deref().or_else(|| crate::keys::comment_of(key))
    }
}

/// What a reply is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyAction {
    /// A direct message to the person: one in flight per conversation, by the gate.
    Message,
    /// The one private reply Meta allows per comment: claimed on the comment itself.
    PrivateReply,
    /// A public reply under the comment: claimed on the comment itself.
    PublicReply,
}

/// Where a reply stands. A direct message's attempt under way shows in the conversation's gate, not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyState {
    /// To be sent; not before the item's `due_at`, if it has one.
    Planned,
    /// An attempt is under way (private and public replies).
    Sending,
    /// An attempt ended without proof either way. Never sent again without evidence that it was not sent.
    Unknown,
    /// Meta has it.
    Sent,
    /// It will not be sent; `reason` says why.
    Failed,
    /// Nobody can tell; a person must look.
    Parked,
}

impl ReplyState {
    /// Nothing more will happen by itself.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Sent | Self::Failed | Self::Parked)
    }

    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Sending => "sending",
            Self::Unknown => "unknown",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Parked => "parked",
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if passes references")]
fn is_none_yet(count: &u32) -> bool {
    *count == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if passes references")]
fn is_zero(value: &u64) -> bool {
    *value == 0
}
