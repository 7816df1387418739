//! The whole path: the built functions under a Lambda Runtime API, and the program a person runs.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod accounts;
mod binaries;
mod cost;
mod doctor;
mod feed;
mod forgotten;
mod logs;
mod metrics;
mod numbers;
mod operators;
mod page;
mod program;
mod quarantine;
mod rooms;
mod rules;
mod runbooks;
