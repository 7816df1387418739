#![doc = include_str!("../README.md")]

mod queue;
mod replies;

pub use queue::{Announcer, NotTold};
pub use replies::{of_action, replies};
