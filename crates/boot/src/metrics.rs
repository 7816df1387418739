//! Metrics as log lines, in CloudWatch's embedded metric format.
//!
//! Format: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>
//! (read 2026-11-22). The crates for it were looked at again on 2026-11-29. `metrics_cloudwatch_embedded` brings a global
//! recorder with histograms and a flush cycle, and several functions may run in one process here. `metrique` writes one
//! entry per unit of work, as we do, but through a sink with a queue and a thread, and neither can list all names that a
//! program may ever write, which is what the catalogue is for. What is left to write by hand is one page.

mod catalogue;
mod graph;
mod line;
mod replies;
mod sheet;

/// What several functions count, under the same names.
pub mod shared {
    pub use super::graph::*;
    pub use super::replies::*;
}

use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

pub use catalogue::{Kind, Metric, Scope, Unit};
pub use sheet::Sheet;

use crate::Clock;

/// Where a function's numbers go. Cheap to clone; clones write the same lines.
#[derive(Clone)]
pub struct Metrics {
    service: &'static str,
    clock: Clock,
    write: Arc<dyn Fn(&str) + Send + Sync>,
    beside: Arc<Mutex<Sheet>>,
}

impl Metrics {
    /// Lines on standard output, with the function's name as the only dimension.
    pub fn new(service: &'static str, clock: Clock) -> Self {
        Self::with_writer(service, clock, |line| {
            // There is nobody left to tell when standard output is gone.
            let _ = writeln!(std::io::stdout().lock(), "{line}");
        })
    }

    /// Lines handed to `write`, without the line feed.
    pub fn with_writer(service: &'static str, clock: Clock, write: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { service, clock, write: Arc::new(write), beside: Arc::default() }
    }

    /// Notes something for the next line, whichever call writes it: for what belongs to the process rather than to one
    /// call's sheet. Calls that run side by side lose nothing, because the last of them writes after all was noted.
    pub fn beside(&self, note: impl FnOnce(&mut Sheet)) {
        note(&mut self.beside.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Writes a sheet and what was noted beside it, as one line wherever it fits; nothing if there is nothing to say.
    pub fn write(&self, mut sheet: Sheet) {
        sheet.add(std::mem::take(&mut *self.beside.lock().unwrap_or_else(PoisonError::into_inner)));
        for line in line::lines(&sheet, self.service, self.clock.now_ms()) {
            if let Ok(line) = serde_json::to_string(&line) {
                (self.write)(&line);
            }
        }
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Metrics({})", self.service)
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_async::time::StaticTimeSource;
    use serde_json::Value;

    use super::*;

    crate::catalogue! {
        /// By function.
        METRICS: Service;

        /// Put aside.
        QUARANTINED: Count "Quarantined";
        /// Not understood,
        /// or not yet.
        UNKNOWN: Count "Unknown";
        /// Waiting for a person.
        PARKED: Level "Parked";
    }

    crate::catalogue! {
        /// Added up over functions.
        COMMON: Everywhere;

        /// Calls.
        CALLS: Count "Calls";
        /// Their length.
        CALL_MS: Distribution "CallMs" in Milliseconds;
    }

    fn metrics() -> (Metrics, Arc<Mutex<Vec<String>>>) {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&lines);
        let clock = Clock::from_source(StaticTimeSource::from_secs(1_700_000_000));
        let metrics = Metrics::with_writer("ingest", clock, move |line| {
            sink.lock().unwrap().push(line.to_owned());
        });
        (metrics, lines)
    }

    fn lines_of(sheet: Sheet) -> Vec<String> {
        let (metrics, lines) = metrics();
        metrics.write(sheet);
        lines.lock().unwrap().clone()
    }

    #[test]
    fn a_sheet_becomes_one_line() {
        let mut sheet = Sheet::default();
        sheet.count(QUARANTINED, 2);
        sheet.count(QUARANTINED, 1);
        sheet.count(UNKNOWN, 1);
        sheet.word("reason", "not_json");
        assert_eq!(
            lines_of(sheet),
            [concat!(
                r#"{"_aws":{"Timestamp":1700000000000,"CloudWatchMetrics":[{"Namespace":"Politicall/Instagram","#,
                r#""Dimensions":[["service"]],"Metrics":[{"Name":"Quarantined","Unit":"Count"},{"Name":"Unknown","Unit":"Count"}]}]},"#,
                r#""service":"ingest","Quarantined":3,"Unknown":1,"reason":"not_json"}"#
            )]
        );
    }

    #[test]
    fn what_all_functions_add_up_has_no_dimension_and_stands_in_the_same_line() {
        let mut sheet = Sheet::default();
        sheet.observe(CALL_MS, 12);
        sheet.count(QUARANTINED, 1);
        sheet.observe(CALL_MS, 7);
        sheet.count(CALLS, 2);
        assert_eq!(
            lines_of(sheet),
            [concat!(
                r#"{"_aws":{"Timestamp":1700000000000,"CloudWatchMetrics":[{"Namespace":"Politicall/Instagram","#,
                r#""Dimensions":[["service"]],"Metrics":[{"Name":"Quarantined","Unit":"Count"}]},"#,
                r#"{"Namespace":"Politicall/Instagram","Dimensions":[[]],"#,
                r#""Metrics":[{"Name":"CallMs","Unit":"Milliseconds"},{"Name":"Calls","Unit":"Count"}]}]},"#,
                r#""service":"ingest","CallMs":[12,7],"Quarantined":1,"Calls":2}"#
            )]
        );
    }

    #[test]
    fn values_that_fit_no_line_go_into_further_lines_that_hold_nothing_else() {
        let mut sheet = Sheet::default();
        (0..250).for_each(|value| sheet.observe(CALL_MS, value));
        sheet.count(QUARANTINED, 1);
        sheet.word("reason", "not_json");
        let lines: Vec<Value> = lines_of(sheet).iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        let told: Vec<Vec<u64>> =
            lines.iter().map(|line| serde_json::from_value(line["CallMs"].clone()).unwrap()).collect();
        assert_eq!(told.iter().map(Vec::len).collect::<Vec<_>>(), [100, 100, 50]);
        assert_eq!(told.concat(), (0..250).collect::<Vec<u64>>());
        assert_eq!(lines[0]["Quarantined"], 1);
        for line in &lines[1..] {
            assert_eq!(line["_aws"]["CloudWatchMetrics"].as_array().unwrap().len(), 1);
            assert!(line["Quarantined"].is_null() && line["reason"].is_null(), "{line}");
        }
    }

    #[test]
    fn what_is_noted_beside_goes_out_once_with_the_next_line_of_any_call() {
        let (metrics, lines) = metrics();
        let other_call = metrics.clone();
        metrics.beside(|sheet| sheet.count(CALLS, 1));
        other_call.beside(|sheet| sheet.count(CALLS, 2));
        metrics.write(Sheet::default());
        other_call.beside(|sheet| sheet.observe(CALL_MS, 3));
        other_call.write(Sheet::default());
        metrics.write(Sheet::default());
        let lines = lines.lock().unwrap();
        let ends: Vec<&str> = lines.iter().map(|line| line.split_once(r#""service":"#).unwrap().1).collect();
        assert_eq!(ends, [r#""ingest","Calls":3}"#, r#""ingest","CallMs":[3]}"#]);
    }

    #[test]
    fn a_level_is_written_even_when_there_is_nothing() {
        let mut sheet = Sheet::default();
        sheet.level(PARKED, 3);
        sheet.level(PARKED, 0);
        assert!(lines_of(sheet)[0].ends_with(r#""service":"ingest","Parked":0}"#));
    }

    #[test]
    fn nothing_to_say_writes_nothing() {
        let mut sheet = Sheet::default();
        sheet.count(QUARANTINED, 0);
        sheet.word("reason", "none");
        assert!(lines_of(sheet).is_empty());
    }

    #[test]
    fn a_catalogue_lists_what_it_makes_and_says_what_it_is() {
        let names: Vec<&str> = METRICS.iter().chain(COMMON).map(|metric| metric.name()).collect();
        assert_eq!(names, ["Quarantined", "Unknown", "Parked", "Calls", "CallMs"]);
        assert_eq!(UNKNOWN.what(), "Not understood, or not yet.");
        assert_eq!((PARKED.unit(), CALL_MS.unit()), (Unit::Count, Unit::Milliseconds));
    }
}
