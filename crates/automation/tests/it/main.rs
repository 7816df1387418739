//! The crate from outside: the sample rule sets, and what no rule set can bring about.

mod properties;
mod samples;
mod world;
