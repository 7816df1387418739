#![doc = include_str!("../README.md")]

pub mod clock;
pub mod dynamo;
pub mod ear;
pub mod fault;
pub mod gateway;
pub mod invoke;
pub mod kms;
pub mod mapping;
pub mod meta;
pub mod runtime;
pub mod schedule;
pub mod sqs;
mod wire;
