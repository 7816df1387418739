#![doc = include_str!("../README.md")]

mod event;
mod trouble;

pub use event::{Event, Happened, Missed, Unanswered, VERSION};
pub use trouble::{Advice, Trouble};
