//! A sheet as lines in CloudWatch's embedded metric format.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::catalogue::{Metric, Scope};
use super::sheet::{Sheet, Value};

const NAMESPACE: &str = "Politicall/Instagram";

/// Most values of one metric in a line (the format's own limit, read 2026-11-22).
const MOST_VALUES: usize = 100;

/// Both ways to be counted, and the dimensions that say so. The format allows an empty set of dimensions.
const SETS: [(Scope, &[&[&str]]); 2] = [(Scope::Service, &[&["service"]]), (Scope::Everywhere, &[&[]])];

/// The lines that tell all of a sheet: none if there is nothing to say, and one unless a distribution has more values than
/// a line may hold. What is over goes into further lines that hold nothing else, so that no percentile is bent by what was
/// left out, and no count is told twice.
pub(super) fn lines<'a>(
    sheet: &'a Sheet,
    service: &'static str,
    at_ms: i64,
) -> impl Iterator<Item = impl Serialize + use<'a>> {
    let parts = sheet.values.iter().map(|(_, value)| match value {
        Value::One(_) => 1,
        Value::Many(values) => values.len().div_ceil(MOST_VALUES),
    });
    (0..parts.max().unwrap_or(0)).map(move |part| Line { service, at_ms, sheet, part })
}

struct Line<'a> {
    service: &'static str,
    at_ms: i64,
    sheet: &'a Sheet,
    /// Which of the sheet's lines, from 0.
    part: usize,
}

/// The values of one metric in one line.
#[derive(Serialize)]
#[serde(untagged)]
enum Shown<'a> {
    One(u64),
    Many(&'a [u64]),
}

impl Line<'_> {
    fn shown(&self) -> impl Iterator<Item = (Metric, Shown<'_>)> {
        self.sheet.values.iter().filter_map(|(metric, value)| {
            let shown = match value {
                Value::One(value) => (self.part == 0).then_some(Shown::One(*value)),
                Value::Many(values) => values.chunks(MOST_VALUES).nth(self.part).map(Shown::Many),
            };
            Some((*metric, shown?))
        })
    }
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let sets = SETS.iter().filter_map(|(scope, dimensions)| {
            let of_scope = self.shown().filter(|(metric, _)| metric.scope() == *scope);
            let metrics: Vec<Definition> =
                of_scope.map(|(metric, _)| Definition { name: metric.name(), unit: metric.unit().word() }).collect();
            (!metrics.is_empty()).then_some(MetricSet { namespace: NAMESPACE, dimensions, metrics })
        });
        map.serialize_entry("_aws", &Directive { timestamp: self.at_ms, cloud_watch_metrics: sets.collect() })?;
        map.serialize_entry("service", self.service)?;
        for (metric, shown) in self.shown() {
            map.serialize_entry(metric.name(), &shown)?;
        }
        if self.part == 0 {
            for (name, word) in &self.sheet.words {
                map.serialize_entry(name, word)?;
            }
        }
        map.end()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    timestamp: i64,
    cloud_watch_metrics: Vec<MetricSet>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct MetricSet {
    namespace: &'static str,
    dimensions: &'static [&'static [&'static str]],
    metrics: Vec<Definition>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    name: &'static str,
    unit: &'static str,
}
