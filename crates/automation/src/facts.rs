//! What a decision is made from.

use instagram::{Event, UnixMillis, Words};

/// Everything a decision may depend on, gathered and stored by the worker.
///
/// A plain struct without defaults: a new fact has to be answered by everyone who asks for a decision. Times of the past
/// are judged against [`at`](Facts::at), so that deciding again after a crash decides the same.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// What happened.
    pub event: &'a Event,
    /// The event's key: the same for every delivery of it. Reply ids and variants hang on it.
    pub key: &'a str,
    /// When it happened: the event's own time, clamped to the time of receipt where it lies in the future.
    pub at: UnixMillis,
    /// What the account's owner allows.
    pub mode: Mode,
    /// The account's user name, where known. It is one way to recognise the account's own comments.
    pub own_username: Option<&'a Words>,
    /// The comment's id is one that our own sending created.
    pub created_by_us: bool,
    /// On whose post the comment stands. Of no matter for anything but comments.
    pub media_owner: MediaOwner,
    /// The message or comment was unsent or erased meanwhile.
    pub unsent: bool,
    /// When the person last did something that opens the 24-hour window, this event included.
    pub last_user_at: Option<UnixMillis>,
    /// This event is the first that the person ever wrote to the account.
    pub first_contact: bool,
    /// The person asked not to be answered by machines, before this event.
    pub opted_out: bool,
    /// Until when automation is silent in this conversation, because a person of the office answered there.
    pub paused_until: Option<UnixMillis>,
    /// Our app may write in the thread: true unless Meta has said otherwise (fact sheet 3.13).
    pub control_ours: bool,
    /// When automatic replies left in this conversation, those of this event not included. The last ten minutes are
    /// enough, in any order.
    pub recent_replies: &'a [UnixMillis],
    /// Which rules matched lately for this person, this event not included. Older than a rule's cooldown is of no matter.
    pub fired: &'a [Fired<'a>],
    /// The person follows the account, where known.
    pub follows: Option<bool>,
    /// What the person is called, where known.
    pub names: Names<'a>,
    /// When a reply with the disclosure line last left in this conversation.
    pub last_disclosed_at: Option<UnixMillis>,
    /// When a person of the office last wrote in this conversation.
    pub person_answered_at: Option<UnixMillis>,
}

/// A rule that matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fired<'a> {
    /// What matched, as [`Source`](crate::Source) writes itself.
    pub source: &'a str,
    /// When the event happened that it matched.
    pub at: UnixMillis,
}

/// What a person is called.
#[derive(Debug, Clone, Copy, Default)]
pub struct Names<'a> {
    /// The user name. A comment's author names it beside the comment, which wins.
    pub username: Option<&'a Words>,
    /// The profile's `name`, or the first word of it.
    pub first_name: Option<&'a Words>,
}

/// What an account's owner allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Nothing is decided.
    Off,
    /// Decisions are made and explained, nothing is sent. A new account starts here.
    #[default]
    Observe,
    /// Decisions are carried out.
    Answer,
}

/// On whose post a comment stands. A mention below somebody else's post arrives as a comment, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaOwner {
    /// The account's own.
    Own,
    /// Somebody else's.
    Other,
    /// Not looked up, or the lookup failed. Treated as somebody else's.
    Unknown,
}
