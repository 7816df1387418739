//! Breadth first through every world that can come about: the first violation found has the shortest story.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::time::{Duration, Instant};

use crate::next::{self, Next};
use crate::properties::{Property, has_ended};
use crate::protocol::Protocol;
use crate::seen::Seen;
use crate::symmetry::likenesses;
use crate::world::World;

/// What came of a search.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) violation: Option<Violation>,
    pub(crate) states: usize,
    pub(crate) edges: usize,
    pub(crate) took: Duration,
    /// The bounds left no room for a claim: then the search was not exhaustive.
    pub(crate) ran_out: bool,
}

/// The shortest way to break a property.
#[derive(Debug)]
pub(crate) struct Violation {
    pub(crate) of: Property,
    pub(crate) trace: Vec<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { states, edges, took, .. } = self;
        writeln!(f, "{states} states, {edges} edges, {:.1} s", took.as_secs_f64())?;
        if let Some(Violation { of, trace }) = &self.violation {
            writeln!(f, "{of:?} is broken after {} steps:", trace.len())?;
            for line in trace {
                writeln!(f, "    {line}")?;
            }
        }
        Ok(())
    }
}

/// Searches until one of the properties is broken, or there is nothing left to search.
pub(crate) fn search(protocol: &Protocol, properties: &[Property]) -> Report {
    let begun = Instant::now();
    let mut graph = Graph::default();
    let mut next = Next::default();
    let mut level = vec![World::default()];
    graph.seen.insert(fingerprint(&level[0]));
    let mut broken = None;
    'levels: while !level.is_empty() {
        let mut deeper = Vec::new();
        for world in &level {
            let here = graph.visited();
            if let Some(property) = properties.iter().find(|property| !property.holds(world)) {
                broken = Some((*property, here));
                break 'levels;
            }
            next::after(world, protocol, &mut next);
            for (_, after) in &next.events {
                if graph.link(here, fingerprint(after)) {
                    deeper.push(*after);
                }
            }
            graph.close(has_ended(world));
        }
        level = deeper;
    }
    if broken.is_none() && properties.contains(&Property::NeverStuck) {
        broken = graph.first_stuck().map(|state| (Property::NeverStuck, state));
    }
    let violation = broken.map(|(of, state)| Violation { of, trace: graph.trace(protocol, state) });
    Report {
        violation,
        states: graph.seen.len(),
        edges: graph.edges.len(),
        took: begun.elapsed(),
        ran_out: next.ran_out,
    }
}

/// The worlds found, numbered in the order in which they were, and what leads to what.
#[derive(Default)]
struct Graph {
    seen: Seen,
    /// From where each world but the first was found.
    found_from: Vec<u32>,
    /// Where the steps of all the worlds visited lead to, one world after the other.
    edges: Vec<u32>,
    /// Where the edges of each world visited end.
    ends: Vec<usize>,
    /// Which of the worlds visited are good to end in.
    ended: Vec<bool>,
}

impl Graph {
    /// How many worlds were visited, which is the number of the one being visited.
    fn visited(&self) -> u32 {
        u32::try_from(self.ends.len()).expect("the table of fingerprints ends before")
    }

    /// Notes that `here` leads to a world; true if it was not known.
    fn link(&mut self, here: u32, to: u64) -> bool {
        let (number, is_new) = self.seen.insert(to);
        self.edges.push(number);
        if is_new {
            self.found_from.push(here);
        }
        is_new
    }

    fn close(&mut self, ended: bool) {
        self.ends.push(self.edges.len());
        self.ended.push(ended);
    }

    /// The first world from which no good end can be reached.
    fn first_stuck(&self) -> Option<u32> {
        let count = self.ends.len();
        // All edges turned around: `into[first[w]..first[w + 1]]` lead to world `w`.
        let mut first = vec![0_usize; count + 1];
        for to in &self.edges {
            first[*to as usize + 1] += 1;
        }
        for world in 0..count {
            first[world + 1] += first[world];
        }
        let mut free = first.clone();
        let mut into = vec![0_u32; self.edges.len()];
        let mut edge = 0;
        for (from, end) in (0_u32..).zip(&self.ends) {
            for to in &self.edges[edge..*end] {
                let place = &mut free[*to as usize];
                into[*place] = from;
                *place += 1;
            }
            edge = *end;
        }
        let mut can_end = self.ended.clone();
        let mut open: Vec<u32> = (0_u32..).zip(&can_end).filter(|(_, ended)| **ended).map(|(world, _)| world).collect();
        while let Some(world) = open.pop() {
            let world = world as usize;
            for from in &into[first[world]..first[world + 1]] {
                if !std::mem::replace(&mut can_end[*from as usize], true) {
                    open.push(*from);
                }
            }
        }
        (0_u32..).zip(can_end).find(|(_, can_end)| !can_end).map(|(world, _)| world)
    }

    /// How a world came about, told by going the way again: worlds themselves are not kept.
    fn trace(&self, protocol: &Protocol, mut state: u32) -> Vec<String> {
        let mut way = Vec::new();
        while state != 0 {
            way.push(self.seen.fingerprint(state));
            state = self.found_from[state as usize - 1];
        }
        let mut world = World::default();
        let mut next = Next::default();
        let mut trace = Vec::new();
        for wanted in way.into_iter().rev() {
            next::after(&world, protocol, &mut next);
            let step = next.events.iter().find(|(_, after)| fingerprint(after) == wanted);
            let (event, after) = step.expect("the same step leads there again");
            trace.push(event.to_string());
            world = *after;
        }
        trace
    }
}

/// What a world is known by. With 47 million worlds, the chance that two of them share one is 1 in 17,000.
fn fingerprint(world: &World) -> u64 {
    let mixed = |world: World| {
        let mut mix = Mix(0);
        world.hash(&mut mix);
        mix.finish()
    };
    likenesses(world).into_iter().flatten().map(mixed).fold(u64::MAX, u64::min)
}

/// Mixes words by an odd multiplier and a shift, both of which lose nothing. Nobody chooses worlds to collide, so this need
/// not withstand what the standard hasher does.
struct Mix(u64);

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        let mixed = (self.0 ^ value).wrapping_add(0x9E37_79B9_7F4A_7C15).wrapping_mul(0xD129_0D3F_8B2C_6A35);
        self.0 = mixed ^ (mixed >> 32);
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    fn write_isize(&mut self, value: isize) {
        self.write_u64(value.cast_unsigned() as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
