//! What an actor's calls to DynamoDB come to.

use std::collections::BTreeMap;

/// Calls and capacity of one actor, per operation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bill {
    /// Keyed by the operation's name, `UpdateItem`.
    pub operations: BTreeMap<String, Usage>,
}

/// What one operation was used for.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Usage {
    /// Calls that reached the door, whatever became of them. The SDK's own retries count.
    pub calls: u64,
    /// Write request units; one is up to 1 KB of one item.
    pub write_units: f64,
    /// Read request units; one is up to 4 KB read consistently.
    pub read_units: f64,
}

impl Bill {
    /// How often `operation` was called.
    pub fn calls_of(&self, operation: &str) -> u64 {
        self.operations.get(operation).map_or(0, |usage| usage.calls)
    }

    /// All operations together.
    pub fn total(&self) -> Usage {
        self.operations.values().fold(Usage::default(), |sum, usage| Usage {
            calls: sum.calls + usage.calls,
            write_units: sum.write_units + usage.write_units,
            read_units: sum.read_units + usage.read_units,
        })
    }

    /// What came on top of an `earlier` state of the same bill; operations not used since are left out.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let added = self.operations.iter().filter_map(|(operation, now)| {
            let before = earlier.operations.get(operation).copied().unwrap_or_default();
            let usage = Usage {
                calls: now.calls - before.calls,
                write_units: now.write_units - before.write_units,
                read_units: now.read_units - before.read_units,
            };
            (usage != Usage::default()).then(|| (operation.clone(), usage))
        });
        Self { operations: added.collect() }
    }

    pub(super) fn add(&mut self, operation: &str, call: Usage) {
        let usage = self.operations.entry(operation.to_owned()).or_default();
        usage.calls += call.calls;
        usage.write_units += call.write_units;
        usage.read_units += call.read_units;
    }
}
