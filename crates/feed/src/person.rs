//! What a person wants of the account, beside an answer.

use crate::Code;
use crate::members::members;

members! {
    /// A person wants no automatic answers.
    pub struct PersonOptedOut {}
}

members! {
    /// A person wants automatic answers again.
    pub struct PersonReturned {}
}

members! {
    /// A person is erased here: whoever keeps something of them under this id deletes it, too.
    pub struct PersonErased {}
}

members! {
    /// A conversation was handed over to the office: somebody should write.
    pub struct PersonHandedOver {
        /// The marks that it was given.
        tags: Vec<Code>,
        /// Until when it gets no automatic answer, in milliseconds since 1970.
        until: i64,
    }
}
