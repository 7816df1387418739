//! What was decided about an event, and what becomes of the replies it asks for.

use instagram::Words;
use serde::{Deserialize, Serialize};

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
    /// The replies, in the order in which they go out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replies: Vec<Reply>,
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
    /// What it says; gone when the message answered was unsent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Words>,
    /// Not to be sent later than this, in milliseconds since 1970.
    pub not_after: i64,
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
    /// Why it failed or is unknown: a code such as `window` or `graph_1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a reply is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyAction {
    /// A direct message to the person: one in flight per conversation, by the gate.
    Text,
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
fn is_zero(value: &u64) -> bool {
    *value == 0
}
