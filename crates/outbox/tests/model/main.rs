//! A model of the reply protocol, searched through.
//!
//! Two direct messages, A and B, want to go into one conversation. Two workers at a time handle them: workers with a job of
//! the queue, which is delivered more than once, and a caretaker. Each does one call after the other, to the table or to
//! Meta, as slowly as it likes, and may crash at any moment. Meta loses requests, answers or echoes. [`search`] goes
//! through every order in which all of this can happen, and looks for one that breaks a [`properties::Property`].
//!
//! - [`world`] and [`message`]: what lasts between two steps.
//! - [`actor`]: who works, and at which step: [`claim`], [`send`], [`doubt`].
//! - [`queue`], [`meta`], [`operator`]: the others.
//! - [`protocol`]: what is searched: as built or with a mistake, and how far. [`symmetry`] makes it less.
//! - [`as_built`] and [`broken`]: the tests. [`in_step`] holds the model against the code.
//!
//! Time is not in it. A lease may seem over at any moment, and a due time come at any moment: so nothing rests on a clock
//! but what [`outbox::SETTLE_MS`] assumes of Meta, in [`meta::is_waited_out`]. Left out, as they only hold back or end what
//! may go: pace, permission, the order among replies that wait, and replies to comments, which need no gate.
//!
//! `cargo test -p outbox --test model -- --nocapture` shows how much was searched and the stories of the mistakes.
//! `OUTBOX_MODEL=full` searches further.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]
#![expect(clippy::print_stdout, reason = "a search tells how much it searched")]

mod actor;
mod as_built;
mod broken;
mod claim;
mod doubt;
mod in_step;
mod message;
mod meta;
mod next;
mod operator;
mod properties;
mod protocol;
mod queue;
mod search;
mod seen;
mod send;
mod symmetry;
mod world;
