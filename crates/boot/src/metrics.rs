//! Metrics as log lines, in CloudWatch's embedded metric format.
//!
//! Format: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>
//! (read 2026-11-22). The crates for it (`metrics_cloudwatch_embedded`, `metrique`) bring a global recorder with
//! histograms and a flush cycle; we write one line of counts, and several functions may run in one process.

use std::fmt;
use std::io::Write;
use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::Clock;

const NAMESPACE: &str = "Politicall/Instagram";

/// Where a function's counts go. Cheap to clone.
#[derive(Clone)]
pub struct Metrics {
    service: &'static str,
    clock: Clock,
    write: Arc<dyn Fn(&str) + Send + Sync>,
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
        Self { service, clock, write: Arc::new(write) }
    }

    /// Writes a sheet as one line; an empty one writes nothing.
    pub fn write(&self, sheet: &Sheet) {
        if sheet.counts.is_empty() {
            return;
        }
        let line = Line { service: self.service, at_ms: self.clock.now_ms(), sheet };
        if let Ok(line) = serde_json::to_string(&line) {
            (self.write)(&line);
        }
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Metrics({})", self.service)
    }
}

/// What one call has to say: counts, and words that explain them.
///
/// Names and words are `&'static str`, so that nothing that came from outside can become a metric or be printed here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    counts: Vec<(&'static str, u64)>,
    words: Vec<(&'static str, &'static str)>,
}

impl Sheet {
    /// Adds to a count.
    pub fn count(&mut self, name: &'static str, by: u64) {
        if by == 0 {
            return;
        }
        match self.counts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count = count.saturating_add(by),
            None => self.counts.push((name, by)),
        }
    }

    /// Sets how much there is of something, nothing included: a gap would read as "not looked".
    pub fn level(&mut self, name: &'static str, value: u64) {
        match self.counts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, level)) => *level = value,
            None => self.counts.push((name, value)),
        }
    }

    /// Whether something was counted under this name.
    pub fn has(&self, name: &str) -> bool {
        self.counts.iter().any(|(known, _)| *known == name)
    }

    /// Sets a word that can be searched for beside the counts but is no dimension, and so costs no metric of its own.
    pub fn word(&mut self, name: &'static str, word: &'static str) {
        match self.words.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = word,
            None => self.words.push((name, word)),
        }
    }
}

struct Line<'a> {
    service: &'static str,
    at_ms: i64,
    sheet: &'a Sheet,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let metrics = self.sheet.counts.iter().map(|(name, _)| Definition { name, unit: "Count" }).collect();
        map.serialize_entry(
            "_aws",
            &Directive {
                timestamp: self.at_ms,
                cloud_watch_metrics: [MetricSet { namespace: NAMESPACE, dimensions: [["service"]], metrics }],
            },
        )?;
        map.serialize_entry("service", self.service)?;
        for (name, count) in &self.sheet.counts {
            map.serialize_entry(name, count)?;
        }
        for (name, word) in &self.sheet.words {
            map.serialize_entry(name, word)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive<'a> {
    timestamp: i64,
    cloud_watch_metrics: [MetricSet<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct MetricSet<'a> {
    namespace: &'static str,
    dimensions: [[&'static str; 1]; 1],
    metrics: Vec<Definition<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Definition<'a> {
    name: &'a str,
    unit: &'static str,
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use aws_smithy_async::time::StaticTimeSource;

    use super::*;

    fn lines_of(sheet: &Sheet) -> Vec<String> {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&lines);
        let clock = Clock::from_source(StaticTimeSource::from_secs(1_700_000_000));
        Metrics::with_writer("ingest", clock, move |line| {
            sink.lock().unwrap().push(line.to_owned());
        })
        .write(sheet);
        lines.lock().unwrap().clone()
    }

    #[test]
    fn a_sheet_becomes_one_line() {
        let mut sheet = Sheet::default();
        sheet.count("Quarantined", 2);
        sheet.count("Quarantined", 1);
        sheet.count("Unknown", 1);
        sheet.word("reason", "not_json");
        assert_eq!(
            lines_of(&sheet),
            [concat!(
                r#"{"_aws":{"Timestamp":1700000000000,"CloudWatchMetrics":[{"Namespace":"Politicall/Instagram","#,
                r#""Dimensions":[["service"]],"Metrics":[{"Name":"Quarantined","Unit":"Count"},{"Name":"Unknown","Unit":"Count"}]}]},"#,
                r#""service":"ingest","Quarantined":3,"Unknown":1,"reason":"not_json"}"#
            )]
        );
    }

    #[test]
    fn a_level_is_written_even_when_there_is_nothing() {
        let mut sheet = Sheet::default();
        sheet.level("Parked", 3);
        sheet.level("Parked", 0);
        assert!(lines_of(&sheet)[0].ends_with(r#""service":"ingest","Parked":0}"#));
    }

    #[test]
    fn nothing_to_say_writes_nothing() {
        let mut sheet = Sheet::default();
        sheet.count("Quarantined", 0);
        sheet.word("reason", "none");
        assert!(lines_of(&sheet).is_empty());
    }
}
