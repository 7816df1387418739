//! The reply protocol against a table and a Meta in this process.

mod claims;
mod fixtures;
mod permissions;
