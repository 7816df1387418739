//! Deciding without doing: what people did is decided on, and nothing comes of it.
//!
//! Nothing here, nor in the commands that use it, holds a Graph client, a token or a queue.

mod event;
mod facts;
mod invent;
mod pace;
mod tally;
mod tell;

pub(crate) use event::Rebuilt;
pub(crate) use facts::StoredFacts;
pub(crate) use invent::{Invention, decide_alone};
pub(crate) use pace::{Pace, Worst};
pub(crate) use tally::{Case, Skip, Tally};
pub(crate) use tell::{named, said, told};
