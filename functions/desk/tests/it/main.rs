//! The function from the gateway's event to its answer, against the sandbox's table and Meta.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod binary;
mod comments;
mod conversation;
mod document;
mod erased;
mod forged;
mod keys;
mod list;
mod logs;
mod people;
mod refusals;
mod replies;
mod samples;
mod sending;
mod stage;
mod steering;
