#![doc = include_str!("../README.md")]

mod account;
mod code;
mod conversation;
mod event;
mod members;
mod of_instagram;
mod person;
mod received;
mod reply;
#[cfg(test)]
mod samples;
mod schema;
mod trouble;

pub use account::{Happened, Missed, Unanswered};
pub use code::{Code, MAX_CODE_BYTES};
pub use conversation::InConversation;
pub use event::{About, Conversation, Event, MAX_BODY_BYTES, VERSION};
pub use of_instagram::{Known, person_of};
pub use person::{PersonErased, PersonHandedOver, PersonOptedOut, PersonReturned};
pub use received::{
    CommentWritten, EventRecorded, MessageEdited, MessageReacted, MessageReceived, MessageSeen, MessageUnsent,
    PersonAnswered, PostbackPressed, ReferralOpened, Side,
};
pub use reply::{AnswerRequested, Reply, ReplyAction, ReplyFailed, ReplyParked, ReplyPlanned, ReplySent, WrittenBy};
pub use schema::schemas;
pub use trouble::{Advice, Trouble};
