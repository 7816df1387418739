//! The protocol with one mistake in it, or without one of its assumptions: the search finds each out. Each test tells the
//! shortest story of how it goes wrong.

mod doubled;
mod lost;
mod misjudged;

use crate::properties::Property;
use crate::protocol::Protocol;
use crate::search::search;

const AS_BUILT: Protocol = Protocol::AS_BUILT;

/// The property is broken, in this way at the soonest.
fn breaks(protocol: &Protocol, property: Property, trace: &[&str]) {
    let report = search(protocol, &[property]);
    println!("{report}");
    let violation = report.violation.expect("a search that does not find this mistake would find no other");
    assert_eq!(violation.of, property);
    let expected = trace.iter().map(ToString::to_string).collect::<Vec<_>>();
    let told = violation.trace;
    assert_eq!(told, expected, "the story changed: if the protocol did on purpose, this one is now the shortest");
}
