//! Who may be handed out next.

use std::collections::{BTreeMap, HashMap};

/// What a message shares its order and its lock with.
///
/// A standard queue is a FIFO queue in which every message is a group of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Lane {
    Group(String),
    Alone(u64),
}

/// How a message counts in its lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Waiting,
    Delayed,
    InFlight,
}

/// All lanes of a queue, and the order in which they take turns.
///
/// A lane is ready when nothing of it is in flight and its first message waits. The one that became ready first has
/// the first turn, so a group with a long backlog does not hold up the others; the service promises no order between
/// groups. Within a lane the order is the order of arrival for ever, which is why a message whose visibility timeout
/// ends is at the head again.
#[derive(Default)]
pub(super) struct Lanes {
    lines: HashMap<Lane, Line>,
    ready: BTreeMap<u64, Lane>,
    next_turn: u64,
}

#[derive(Default)]
struct Line {
    standings: BTreeMap<u64, Standing>,
    in_flight: usize,
    turn: Option<u64>,
}

impl Lanes {
    /// Says how a message stands now; `None` takes it out.
    pub(super) fn set(&mut self, lane: &Lane, sequence: u64, standing: Option<Standing>) {
        let line = self.lines.entry(lane.clone()).or_default();
        let before = match standing {
            Some(standing) => line.standings.insert(sequence, standing),
            None => line.standings.remove(&sequence),
        };
        line.in_flight += usize::from(standing == Some(Standing::InFlight));
        line.in_flight -= usize::from(before == Some(Standing::InFlight));

        let head_waits = line.standings.first_key_value().is_some_and(|(_, head)| *head == Standing::Waiting);
        match (line.in_flight == 0 && head_waits, line.turn) {
            (true, None) => {
                line.turn = Some(self.next_turn);
                self.ready.insert(self.next_turn, lane.clone());
                self.next_turn += 1;
            }
            (false, Some(turn)) => {
                line.turn = None;
                self.ready.remove(&turn);
            }
            _ => {}
        }
        if line.standings.is_empty() {
            self.lines.remove(lane);
        }
    }

    /// The first messages, at most `most`, of the lane whose turn it is; empty when no lane is ready.
    pub(super) fn next(&self, most: usize) -> Vec<u64> {
        let Some(line) = self.ready.first_key_value().and_then(|(_, lane)| self.lines.get(lane)) else {
            return Vec::new();
        };
        let waiting = line.standings.iter().take_while(|(_, standing)| **standing == Standing::Waiting);
        waiting.map(|(sequence, _)| *sequence).take(most).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str) -> Lane {
        Lane::Group(name.into())
    }

    #[test]
    fn a_lane_with_a_message_in_flight_gives_nothing_else() {
        let mut lanes = Lanes::default();
        lanes.set(&group("a"), 1, Some(Standing::Waiting));
        lanes.set(&group("a"), 2, Some(Standing::Waiting));
        lanes.set(&group("a"), 1, Some(Standing::InFlight));
        assert!(lanes.next(10).is_empty());
        lanes.set(&group("a"), 1, Some(Standing::Waiting));
        assert_eq!(lanes.next(10), [1, 2], "back at the head");
    }

    #[test]
    fn a_delayed_head_holds_its_lane_and_no_other() {
        let mut lanes = Lanes::default();
        lanes.set(&group("a"), 1, Some(Standing::Delayed));
        lanes.set(&group("a"), 2, Some(Standing::Waiting));
        lanes.set(&group("b"), 3, Some(Standing::Waiting));
        assert_eq!(lanes.next(10), [3]);
    }

    #[test]
    fn lanes_take_turns() {
        let mut lanes = Lanes::default();
        for sequence in 1..=5 {
            lanes.set(&group("busy"), sequence, Some(Standing::Waiting));
        }
        lanes.set(&group("quiet"), 6, Some(Standing::Waiting));
        assert_eq!(lanes.next(1), [1]);
        lanes.set(&group("busy"), 1, Some(Standing::InFlight));
        lanes.set(&group("busy"), 1, None);
        assert_eq!(lanes.next(1), [6], "the backlog of one group does not hold up another");
    }

    #[test]
    fn an_empty_lane_is_forgotten() {
        let mut lanes = Lanes::default();
        lanes.set(&Lane::Alone(1), 1, Some(Standing::Waiting));
        lanes.set(&Lane::Alone(1), 1, None);
        assert!(lanes.lines.is_empty() && lanes.ready.is_empty());
    }
}
