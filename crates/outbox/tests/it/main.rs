//! The reply protocol against a table and a Meta in this process.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod claims;
mod echoes;
mod fixtures;
mod holds;
mod judging;
mod lost_answers;
mod notices;
mod order;
mod pace;
mod people;
mod permissions;
mod private;
mod public;
mod resolving;
mod waits;
