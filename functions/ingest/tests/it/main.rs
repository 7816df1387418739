//! The handler, given the gateway's own event JSON, against the sandbox's SQS.
//!
//! Numbers in names and rows are those of the project's list of faults.

#![expect(clippy::unwrap_used, reason = "what a test cannot set up fails the test")]

mod content;
mod handshake;
mod queue_faults;
mod routes;
mod samples;
mod secrets;
mod signature;
mod stage;
