//! The caretaker against a whole world: DynamoDB, SQS and Meta in this process, faults at the wire.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod world;

mod accounts;
mod binary;
mod chore_kills;
mod doubt;
mod erasures;
mod hints;
mod neighbours;
mod parked;
mod reconnecting;
mod replies;
mod runs;
mod year;
