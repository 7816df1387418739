//! What holds of the table: the merges for any order of events, the conditions against an emulator.

mod fixtures;
mod merges;
mod replies;
mod threads;
