//! The client against a Meta with a world behind it, and against sockets that misbehave.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod bodies;
mod calls;
mod meta;
mod reads;
mod socket;
mod support;
mod writes;
