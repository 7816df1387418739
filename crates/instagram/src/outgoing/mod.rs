//! What we send: checked contents and the bodies that carry them (fact sheet 4.2, 5, 6.1, 6.2).
//!
//! A value of these types is the proof that it keeps Meta's limits: the constructors check, and reading JSON goes
//! through them. Whether a message may go out at all (windows, consent) is not decided here.

mod content;
mod error;
mod few;
mod locales;
mod message;
mod profile;
mod quick_reply;
mod sender_action;
mod template;
mod text;
mod url;
mod wire;

#[cfg(test)]
mod tests;

pub use content::{Content, MediaKind};
pub use error::ContentError;
pub use few::{CountError, Few};
pub use locales::{ByLocale, Locale, LocaleError, Localised};
pub use message::{Outgoing, Recipient};
pub use profile::{IceBreaker, IceBreakers, MessengerProfile, PersistentMenu, ProfileFeature};
pub use quick_reply::QuickReply;
pub use sender_action::{ActionBody, SenderAction};
pub use template::{Button, Element, Template};
pub use text::{ButtonTitle, CommentText, ElementTitle, MessageText, Payload, ReactionWord, TemplateText, TextError};
pub use url::{LinkUrl, MediaUrl, UrlError};
