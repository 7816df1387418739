//! The outside world in one process, for tests and the local stack.

pub mod clock;
pub mod dynamo;
pub mod gateway;
pub mod mapping;
pub mod meta;
pub mod runtime;
pub mod sqs;
