//! What is counted, in the units that AWS counts in.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Something that AWS bills, or that a bill is worked out from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Thing {
    /// Requests to the callback's HTTP API, each started 512 KB one more.
    GatewayRequests,
    /// Invocations of ingest.
    IngestCalls,
    /// Invocations of the worker.
    WorkerCalls,
    /// Invocations of the caretaker.
    CaretakerCalls,
    /// Requests that put events on their queue, each started 64 KB one more.
    QueueSends,
    /// Requests by which Lambda takes batches off the queue, each started 64 KB one more.
    QueueReceives,
    /// Requests by which Lambda deletes what the worker is done with.
    QueueDeletes,
    /// Any other requests to queues: returned records, quarantine.
    QueueOthers,
    /// Write request units as billed.
    WriteUnits,
    /// Read request units as billed.
    ReadUnits,
    /// Calls to the table, which are waited for.
    TableCalls,
    /// Calls to the Graph API, which are waited for and paid for by what is sent.
    GraphCalls,
    /// Entries in the log groups of the functions.
    LogEntries,
    /// Their bytes.
    LogBytes,
    /// Milliseconds that ingest ran on the processor.
    IngestCpu,
    /// Milliseconds that the worker ran on the processor.
    WorkerCpu,
    /// Milliseconds that the caretaker ran on the processor.
    CaretakerCpu,
}

impl Thing {
    /// Its name in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::GatewayRequests => "gateway requests",
            Self::IngestCalls => "ingest invocations",
            Self::WorkerCalls => "worker invocations",
            Self::CaretakerCalls => "caretaker invocations",
            Self::QueueSends => "queue: send batch",
            Self::QueueReceives => "queue: receive",
            Self::QueueDeletes => "queue: delete batch",
            Self::QueueOthers => "queue: change visibility, quarantine",
            Self::WriteUnits => "write units",
            Self::ReadUnits => "read units",
            Self::TableCalls => "table calls",
            Self::GraphCalls => "Graph calls",
            Self::LogEntries => "log entries",
            Self::LogBytes => "log bytes",
            Self::IngestCpu => "ingest, ms of processor",
            Self::WorkerCpu => "worker, ms of processor",
            Self::CaretakerCpu => "caretaker, ms of processor",
        }
    }
}

/// How much of each thing was used.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Counts(BTreeMap<Thing, f64>);

impl Counts {
    pub(crate) fn of(&self, thing: Thing) -> f64 {
        self.0.get(&thing).copied().unwrap_or(0.0)
    }

    pub(crate) fn add(&mut self, thing: Thing, by: f64) {
        *self.0.entry(thing).or_default() += by;
    }

    /// Both together.
    #[must_use]
    pub(crate) fn and(mut self, other: &Self) -> Self {
        other.0.iter().for_each(|(thing, by)| self.add(*thing, *by));
        self
    }

    /// What came on top of an `earlier` state.
    #[must_use]
    pub(crate) fn since(mut self, earlier: &Self) -> Self {
        earlier.0.iter().for_each(|(thing, by)| self.add(*thing, -by));
        self
    }

    /// The share of one of `number`.
    #[must_use]
    pub(crate) fn per(mut self, number: usize) -> Self {
        let number = amount(number);
        self.0.values_mut().for_each(|by| *by /= number);
        self
    }
}

/// Counts that several servers add to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Meter(Arc<Mutex<Counts>>);

impl Meter {
    pub(crate) fn add(&self, thing: Thing, by: f64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).add(thing, by);
    }

    pub(crate) fn read(&self) -> Counts {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A small number as a float.
pub(crate) fn amount(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::INFINITY, f64::from)
}

/// Units billed for `bytes` where every started `unit` counts, and nothing counts as one.
pub(crate) fn started(bytes: usize, unit: usize) -> f64 {
    amount(bytes.div_ceil(unit).max(1))
}
