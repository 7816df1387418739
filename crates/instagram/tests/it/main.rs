//! Deliveries in, events out, through the crate's doors.

mod hostile;
mod oddities;
mod reading;
mod samples;
mod shapes;
mod split;
