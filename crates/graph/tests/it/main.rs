//! The client against a Meta with a world behind it, and against sockets that misbehave.

mod meta;
mod socket;
mod support;
