//! The protocol as it is built keeps its promises.

use outbox::OnUnknown;

use crate::properties::Property;
use crate::protocol::{Bounds, Protocol, Surroundings};
use crate::search::search;

/// Set to `full`, it searches as far as some gigabytes of memory and ten minutes allow.
const HOW_FAR: &str = "OUTBOX_MODEL";

/// The usual bounds, and wider ones if asked for.
fn each_size(protocol: Protocol, wider: &[Bounds]) -> Vec<Protocol> {
    let is_full = std::env::var(HOW_FAR).is_ok_and(|word| word == "full");
    let wider = wider.iter().filter(|_| is_full).map(|bounds| Protocol { bounds: *bounds, ..protocol });
    std::iter::once(protocol).chain(wider).collect()
}

fn holds(protocol: &Protocol, properties: &[Property]) {
    let report = search(protocol, properties);
    println!("{:?}: {report}", protocol.bounds);
    assert!(report.violation.is_none(), "{protocol:?}\n{report}");
    assert!(!report.ran_out, "not everything was searched: {protocol:?}\n{report}");
}

/// With twins of the same words, echoes and reads that cannot tell.
#[test]
fn the_protocol_as_built_doubles_nothing_and_loses_nothing() {
    let usual = Protocol::AS_BUILT.bounds;
    let wider = [
        Bounds { faults: 2, ..usual },
        Bounds { deliveries: 3, ..usual },
        Bounds { actors: 3, caretakers: 2, faults: 0, ..usual },
        Bounds { attempts: 3, faults: 0, ..usual },
    ];
    for protocol in each_size(Protocol::AS_BUILT.in_full(), &wider) {
        holds(&protocol, &Property::ALL);
    }
}

#[test]
fn a_persons_word_on_parked_replies_doubles_nothing_and_loses_nothing() {
    let protocol = Protocol::AS_BUILT.in_full().with_operator();
    let usual = protocol.bounds;
    let protocol = Protocol { bounds: Bounds { faults: 0, ..usual }, ..protocol };
    for protocol in each_size(protocol, &[usual]) {
        holds(&protocol, &Property::ALL);
    }
}

#[test]
fn replies_that_say_different_things_are_told_apart_and_go_out_once() {
    let usual = Protocol::AS_BUILT.bounds;
    let wider = [
        Bounds { faults: 3, ..usual },
        Bounds { deliveries: 3, faults: 2, ..usual },
        Bounds { actors: 3, caretakers: 2, ..usual },
        Bounds { attempts: 3, ..usual },
    ];
    for protocol in each_size(Protocol::AS_BUILT, &wider) {
        holds(&protocol, &Property::ALL);
    }
}

/// Then reads miss messages, and requests are accepted whenever Meta likes. An end may be wrong: parked although it is
/// out, or taken for the twin's message. Nothing is doubled, lost, or called failed that is out. (No person has a word
/// here: what they drop could still be accepted.)
#[test]
fn with_doubt_parked_nothing_is_doubled_even_where_the_assumptions_about_meta_are_wrong() {
    let around = Surroundings { reads_may_miss: true, late_requests: true, ..Protocol::AS_BUILT.in_full().around };
    let protocol = Protocol { on_unknown: OnUnknown::Park, around, ..Protocol::AS_BUILT };
    let properties = [Property::AtMostOnce, Property::FailedIsNotOut, Property::NothingLost, Property::NeverStuck];
    for protocol in each_size(protocol, &[Bounds { faults: 2, ..protocol.bounds }]) {
        holds(&protocol, &properties);
    }
}

#[test]
fn with_doubt_parked_everything_holds_where_the_assumptions_do() {
    let protocol = Protocol { on_unknown: OnUnknown::Park, ..Protocol::AS_BUILT.in_full() };
    for protocol in each_size(protocol, &[Bounds { faults: 2, ..protocol.bounds }]) {
        holds(&protocol, &Property::ALL);
    }
}
