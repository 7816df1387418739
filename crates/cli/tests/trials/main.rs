//! Trials of the whole path: production worker, caretaker and desk over the sandbox, killed, starved, lied to and raced, and
//! afterwards every reply held against what Meta really has.
//!
//! Each trial is decided by numbers that a failure prints: `TRIAL='…' cargo test -p cli --test trials` plays that one
//! again, alone. `TRIALS=ci` and `TRIALS=full` make the suites as large as the project's bar asks for, and larger.
#![expect(clippy::unwrap_used, reason = "a trial that cannot be set up has failed")]

mod asking;
mod check;
mod feed;
mod kills;
mod logs;
mod rates;
mod sigkill;
mod simulation;
mod size;
mod world;
