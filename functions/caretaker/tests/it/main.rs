//! The caretaker against a whole world: DynamoDB, SQS and Meta in this process, faults at the wire.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod world;

mod binary;
mod doubt;
mod erasures;
mod hints;
mod neighbours;
mod parked;
mod replies;
mod runs;
