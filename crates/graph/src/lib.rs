#![doc = include_str!("../README.md")]

mod answer;
mod classify;
mod client;
mod comment_reply;
mod comments;
mod conversations;
mod error;
mod http_error;
mod media;
mod messenger_profile;
mod moderation;
mod profile;
mod read;
mod send_message;
mod sender_action;
mod sent;
mod tls;
mod usage;
mod version;

pub use answer::Answer;
pub use client::{DEADLINE, GRAPH_URL, Graph, SetupError};
pub use comment_reply::Commented;
pub use comments::{CommentRead, Replies};
pub use conversations::{Heads, MessageHead, MessageRead, ThreadHead};
pub use error::{Condition, Doubt, MAX_WAIT, NotSent, Refusal, Said, Scope, SendError, TokenTrouble};
pub use http_error::HttpError;
pub use profile::Profile;
pub use sent::Sent;
pub use usage::Usage;
pub use version::{GRAPH_VERSION, GRAPH_VERSION_ENDS_MS, VERSION_WARNING_DAYS, version_warning};
