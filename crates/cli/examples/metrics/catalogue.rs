//! All functions' metrics in one list.

use boot::{Metric, Scope};
use serde::Serialize;

/// One entry of `infra/watch/metrics.json`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Entry {
    /// The dimension; empty for a metric that has none.
    pub(crate) service: &'static str,
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) what: &'static str,
}

/// Every metric of every function, sorted by service and name; those without a dimension once.
pub(crate) fn entries() -> Vec<Entry> {
    let of = |service: &'static str, metrics: Vec<Metric>| metrics.into_iter().map(move |metric| (service, metric));
    let all = of("ingest", ingest::metrics().collect())
        .chain(of("worker", worker::metrics().collect()))
        .chain(of("caretaker", caretaker::metrics().collect()))
        .chain(of("connect", connect::metrics().collect()))
        .chain(of("desk", desk::metrics().collect()));
    let mut entries: Vec<Entry> = all
        .map(|(service, metric)| Entry {
            service: if metric.scope() == Scope::Service { service } else { "" },
            name: metric.name(),
            unit: metric.unit().word(),
            kind: metric.kind().word(),
            what: metric.what(),
        })
        .collect();
    entries.sort();
    entries.dedup();
    entries
}

/// The file: one entry a line, so that a change shows as the lines that changed.
pub(crate) fn json() -> String {
    let line = |entry: &Entry| serde_json::to_string(entry).expect("an entry has texts only");
    let lines: Vec<String> = entries().iter().map(line).collect();
    format!("[\n  {}\n]\n", lines.join(",\n  "))
}
