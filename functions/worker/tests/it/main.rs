//! The worker against a whole world: DynamoDB, SQS and Meta in this process, faults at the wire.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod world;

mod answers;
mod batches;
mod binary;
mod costs;
mod echoes;
mod events;
mod faults;
mod kills;
mod posts;
mod races;
mod simulation;
mod whose;
