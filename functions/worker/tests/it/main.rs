//! The worker against a whole world: DynamoDB, SQS and Meta in this process, faults at the wire.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod world;

mod actions;
mod announced;
mod answers;
mod asked;
mod batches;
mod binary;
mod costs;
mod echoes;
mod erased;
mod events;
mod faults;
mod heard;
mod kills;
mod loops;
mod metrics;
mod names;
mod posts;
mod races;
mod refusals;
mod sends;
mod simulation;
mod times;
mod whose;
mod wishes;
