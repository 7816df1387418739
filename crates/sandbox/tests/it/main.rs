//! The sandbox from outside: its doors, asked by the real clients.

#![expect(clippy::unwrap_used, reason = "what a test cannot set up fails the test")]

mod dynamo;
mod gateway;
mod mapping;
mod runtime;
mod schedule;
mod sqs;
