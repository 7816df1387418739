//! What happens to an account.

use serde::Serialize;

use crate::Trouble;
use crate::members::{Members, members};
use crate::schema::{Object, Type};

/// What happened to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Happened {
    /// The account's owner logged in.
    Connected {
        /// The account's user name.
        username: String,
        /// What could not be answered, if it was broken before.
        #[serde(flatten)]
        missed: Option<Missed>,
    },
    /// The account's owner logged in again after a break.
    Repaired {
        /// The account's user name.
        username: String,
        /// What could not be answered meanwhile.
        #[serde(flatten)]
        missed: Missed,
    },
    /// Meta takes the account's token no more.
    Broken {
        /// Why, and what to do.
        trouble: Trouble,
    },
    /// The account left.
    Disconnected {},
    /// The erasure of the account's data began.
    Erased {},
}

members! {
    /// What could not be answered while an account was broken.
    pub struct Missed {
        /// Since when it was broken, in milliseconds since 1970.
        since: i64,
        /// The replies that became too old meanwhile, the earliest first.
        unanswered: Vec<Unanswered>,
        /// How many more there are than are listed.
        more: usize,
    }
}

members! {
    /// A reply that waited for a login until it was too old.
    pub struct Unanswered {
        /// The reply.
        reply: String,
        /// To whom: the person, or the comment that stands in for one.
        person: String,
        /// To what: the message or comment it was to answer.
        answers: String,
        /// When that came, in milliseconds since 1970.
        since: i64,
    }
}

impl Happened {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Connected { .. } => "account.connected",
            Self::Repaired { .. } => "account.repaired",
            Self::Broken { .. } => "account.broken",
            Self::Disconnected {} => "account.disconnected",
            Self::Erased {} => "account.erased",
        }
    }

    /// All of them.
    pub(crate) const TYPES: &[Type] = &[
        of("account.connected", |object| {
            username(object);
            object.all_or_none::<Missed>();
            object.about("The account's owner logged in.");
        }),
        of("account.repaired", |object| {
            username(object);
            Missed::describe(object);
            object.about("The account's owner logged in again after a break.");
        }),
        of("account.broken", |object| {
            object.member::<Trouble>("trouble", "Why, and what to do.");
            object.about("Meta takes the account's token no more.");
        }),
        of("account.disconnected", |object| object.about("The account left.")),
        of("account.erased", |object| object.about("The erasure of the account's data began.")),
    ];
}

const fn of(kind: &'static str, describe: fn(&mut Object)) -> Type {
    Type { kind, describe, always: &[] }
}

fn username(object: &mut Object) {
    object.member::<String>("username", "The account's user name.");
}
