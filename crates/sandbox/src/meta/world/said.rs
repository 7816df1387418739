//! What was said, and to whom.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A conversation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Thread {
    /// Its id.
    pub id: String,
    /// The account.
    pub account: String,
    /// The other side.
    pub person: String,
    /// When the person last did something that opens the window, in milliseconds since 1970.
    pub last_user_at: Option<i64>,
    /// Another app that controls it.
    pub controlled_by: Option<String>,
}

/// A direct message.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Message {
    /// Its id.
    pub mid: String,
    /// The account.
    pub account: String,
    /// The other side.
    pub person: String,
    /// Written by the account, not by the person.
    pub outgoing: bool,
    /// The app that sent it through this Graph API; nothing if a human wrote it in Instagram, or if it is known from
    /// somebody else's delivery.
    pub app_id: Option<String>,
    /// Its text.
    pub text: Option<String>,
    /// What it holds beside text, as deliveries show it.
    pub attachments: Vec<Value>,
    /// The account's reaction to it.
    pub reaction: Option<String>,
    /// The marker its sender set.
    pub metadata: Option<String>,
    /// The tag it was sent with.
    pub tag: Option<String>,
    /// The comment it answers privately.
    pub comment: Option<String>,
    /// When it was written, in milliseconds since 1970.
    pub at: i64,
    /// Unsent.
    pub deleted: bool,
    /// The JSON body that asked for it; null if it did not come through this Graph API.
    pub body: Value,
}

/// A reaction, typing or seen, sent by an app.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Action {
    /// The account.
    pub account: String,
    /// The other side.
    pub person: String,
    /// `react`, `unreact`, `typing_on`, `typing_off`, `mark_seen`.
    pub action: String,
    /// The message reacted to.
    pub mid: Option<String>,
    /// The reaction's name, or its emoji.
    pub reaction: Option<String>,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The JSON body that asked for it.
    pub body: Value,
}

/// A comment, or a reply to one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Comment {
    /// Its id.
    pub id: String,
    /// The account that hears of it.
    pub account: String,
    /// Where it was written.
    pub media: Option<String>,
    /// The top-level comment it stands below.
    pub parent: Option<String>,
    /// Its author's id, as far as told: the account's own id for its own comments.
    pub from: Option<String>,
    /// Its author's user name.
    pub username: Option<String>,
    /// Its text.
    pub text: Option<String>,
    /// When it was written, in milliseconds since 1970.
    pub at: i64,
    /// Written during a broadcast.
    pub live: bool,
    /// Hidden by the account.
    pub hidden: bool,
    /// Deleted by its author or the account.
    pub deleted: bool,
    /// The private reply it had.
    pub private_reply: Option<String>,
    /// The app that wrote it; nothing if a human did.
    pub app_id: Option<String>,
}

impl Message {
    /// Nothing of what it held is there any more.
    pub(in crate::meta) fn unsend(&mut self) {
        self.deleted = true;
        self.text = None;
        self.attachments.clear();
    }
}
