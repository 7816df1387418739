//! What holds of the table: the merges for any order of events, the conditions against an emulator.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod conversations;
mod erasing;
mod expiry;
mod fixtures;
mod hints;
mod inbox;
mod leaving;
mod lists;
mod logins;
mod merges;
mod replies;
mod standings;
mod threads;
mod upkeep;
