#![doc = include_str!("../README.md")]

mod apps;
mod element;
mod event;
mod fields;
mod group;
mod ids;
mod json;
mod key;
pub mod limits;
mod normalise;
pub mod outgoing;
mod permissions;
mod signature;
mod signed_request;
mod split;
mod subscribe;
mod time;
mod wire;
mod words;

pub use apps::{App, Apps, AppsError, Signer};
pub use element::{Element, Malformed, TEST_ACCOUNT};
pub use event::*;
pub use fields::{EXTRA_FIELDS, FIELDS, UnknownField, wanted_fields};
pub use group::group_id;
pub use ids::{
    AccountId, AppId, AppScopedId, CommentId, InvalidId, MAX_ID_BYTES, MediaId, MessageId, Peer, PersonId, ThreadId,
};
pub use json::without_lone_surrogates;
pub use key::{MAX_KEY_BYTES, event_key};
pub use permissions::NEEDED_PERMISSIONS;
pub use signature::{AppSecret, EmptySecret, SIGNATURE_HEADER, SignatureError, verify_signature};
pub use signed_request::{SignedRequest, SignedRequestError, parse_signed_request};
pub use split::{Delivery, MAX_ELEMENTS, Unsplittable, split};
pub use subscribe::{Challenge, EmptyToken, SubscribeError, VerifyToken, check_subscription};
pub use time::UnixMillis;
pub use words::Words;
