//! The handler, given the gateway's own event JSON, against the sandbox's table and Meta.
//!
//! Numbers in names and rows are those of the project's list of faults.

#![expect(clippy::unwrap_used, reason = "what a test cannot set up fails the test")]

mod binary;
mod browser;
mod forged;
mod headers;
mod kills;
mod leaving;
mod logins;
mod logs;
mod refusals;
mod samples;
mod stage;
mod subscriptions;
