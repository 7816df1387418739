//! From counts to dollars.

use super::counts::{Counts, Thing, amount};
use super::measure::Measured;
use super::prices::{Basis, Region};

const MILLION: f64 = 1_000_000.0;
/// A GB on AWS's bills.
const GB: f64 = 1_073_741_824.0;
/// Queue calls of one delivery that are waited for together (`functions/ingest/src/queue.rs`).
const SENDS_SIDE_BY_SIDE: f64 = 8.0;

/// What the functions of an event's way take of the processor, in milliseconds at full speed, for one invocation; the
/// names are those of `assumptions.json`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cpu {
    pub(crate) ingest: &'static str,
    pub(crate) worker: &'static str,
    /// Cold starts of a million invocations.
    pub(crate) cold: &'static str,
}

/// Dollars by what they are paid for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bill(Vec<(&'static str, f64)>);

impl Bill {
    pub(crate) fn lines(&self) -> &[(&'static str, f64)] {
        &self.0
    }

    pub(crate) fn total(&self) -> f64 {
        self.0.iter().map(|(_, usd)| usd).sum()
    }

    pub(crate) fn of(&self, name: &str) -> f64 {
        self.0.iter().filter(|(line, _)| *line == name).map(|(_, usd)| usd).sum()
    }
}

/// Milliseconds that are billed for an average invocation, started ones counted: ingest's and the worker's.
pub(crate) fn billed_ms(used: &Counts, cpu: Cpu, basis: &Basis) -> (f64, f64) {
    let per = |amount: f64, calls: f64| if calls > 0.0 { amount / calls } else { 0.0 };
    let ms = |cpu: &str, waits: f64, calls: f64| {
        let busy = basis.assumed(cpu) / basis.assumed("cpu_share");
        if calls > 0.0 { (busy + waits).ceil() } else { 0.0 }
    };
    let (ingests, workers) = (used.of(Thing::IngestCalls), used.of(Thing::WorkerCalls));
    let rounds = (per(used.of(Thing::QueueSends), ingests) / SENDS_SIDE_BY_SIDE).ceil();
    let ingest = ms(cpu.ingest, rounds * basis.assumed("wait_queue_ms"), ingests);
    // What is used is for one event. The records of a batch wait side by side, so a batch waits as long as one event does.
    let chain = used.of(Thing::TableCalls).ceil() * basis.assumed("wait_table_ms")
        + used.of(Thing::GraphCalls) * basis.assumed("wait_graph_ms");
    (ingest, ms(cpu.worker, chain, workers))
}

/// What a million events cost of which each uses `used`.
pub(crate) fn million(used: &Counts, cpu: Cpu, basis: &Basis, region: Region, chip: &str) -> Bill {
    let usd = |name: &str| basis.usd(name, region);
    let (ingest_ms, worker_ms) = billed_ms(used, cpu, basis);
    let calls = used.of(Thing::IngestCalls) + used.of(Thing::WorkerCalls);
    let init_ms = basis.assumed(cpu.cold) / MILLION * basis.assumed("init_ms");
    let seconds = |calls: f64, ms: f64| calls * (ms + init_ms) / 1_000.0;
    let gb_seconds = basis.assumed("memory_gb")
        * (seconds(used.of(Thing::IngestCalls), ingest_ms) + seconds(used.of(Thing::WorkerCalls), worker_ms));
    let requests: f64 = [Thing::QueueSends, Thing::QueueReceives, Thing::QueueDeletes, Thing::QueueOthers]
        .into_iter()
        .map(|thing| used.of(thing))
        .sum();
    let over = basis.assumed("log_overhead_bytes");
    let log_bytes = used.of(Thing::LogBytes) + over * used.of(Thing::LogEntries);
    let access_bytes = (basis.assumed("access_log_bytes") + over) * used.of(Thing::GatewayRequests);
    let sent_bytes = basis.assumed("answer_bytes") * used.of(Thing::GatewayRequests)
        + basis.assumed("graph_request_bytes") * used.of(Thing::GraphCalls);
    let per_gb = |bytes: f64, usd: f64| bytes / GB * usd * MILLION;
    Bill(vec![
        ("API Gateway", used.of(Thing::GatewayRequests) * usd("gateway_million")),
        ("Lambda invocations", calls * usd("lambda_million")),
        ("Lambda time", gb_seconds * usd(&format!("lambda_gb_second_{chip}")) * MILLION),
        ("SQS requests", requests * usd("queue_million")),
        ("DynamoDB writes", used.of(Thing::WriteUnits) * usd("write_million")),
        ("DynamoDB reads", used.of(Thing::ReadUnits) * usd("read_million")),
        ("log lines of the functions", per_gb(log_bytes, usd("logs_gb"))),
        ("access log", per_gb(access_bytes, usd("logs_gb"))),
        ("data sent out", per_gb(sent_bytes, usd("sent_gb"))),
    ])
}

/// What a month costs in which nothing comes, with so many accounts connected.
pub(crate) fn month(measured: &Measured, accounts: f64, basis: &Basis, region: Region, chip: &str) -> Bill {
    let usd = |name: &str| basis.usd(name, region);
    let assumed = |name: &str| basis.assumed(name);
    let (run, check) = (&measured.idle_run, &measured.check);
    let runs = assumed("runs_month");
    let checks = accounts * assumed("checks_month");
    let waits = |used: &Counts| {
        used.of(Thing::TableCalls) * assumed("wait_table_ms") + used.of(Thing::GraphCalls) * assumed("wait_graph_ms")
    };
    // As if nothing were waited for side by side, which is the most it can be.
    let run_ms = (assumed("cpu_caretaker_ms") / assumed("cpu_share") + waits(run)).ceil();
    let gb_seconds = assumed("memory_gb") * (runs * run_ms + checks * waits(check)) / 1_000.0;
    let both = |thing: Thing| runs * run.of(thing) + checks * check.of(thing);
    let reads = both(Thing::ReadUnits) + assumed("surveys_month") * accounts * measured.survey_reads;
    let log_bytes = both(Thing::LogBytes) + assumed("log_overhead_bytes") * both(Thing::LogEntries);
    let month_seconds = 730.0 * 3_600.0;
    let polls = assumed("pollers") * month_seconds / assumed("poll_seconds");
    Bill(vec![
        ("alarms", assumed("alarms") * usd("alarm_month")),
        ("dashboard", assumed("dashboards") * usd("dashboard_month")),
        ("metrics of every minute", amount(measured.run_metrics) * usd("metric_month")),
        ("keys", assumed("keys") * usd("key_month")),
        (
            "secrets",
            assumed("secrets") * usd("secret_month") + assumed("secret_calls_month") / MILLION * usd("secret_million"),
        ),
        ("schedule", runs / MILLION * usd("schedule_million")),
        ("idle polling of the queue", polls / MILLION * usd("queue_million")),
        (
            "caretaker: invocations and time",
            runs / MILLION * usd("lambda_million") + gb_seconds * usd(&format!("lambda_gb_second_{chip}")),
        ),
        ("caretaker: reads", reads / MILLION * usd("read_million")),
        ("caretaker: writes", both(Thing::WriteUnits) / MILLION * usd("write_million")),
        ("caretaker: log lines", log_bytes / GB * usd("logs_gb")),
        ("caretaker: KMS", checks / MILLION * usd("key_million")),
        ("caretaker: data sent out", both(Thing::GraphCalls) * assumed("graph_request_bytes") / GB * usd("sent_gb")),
    ])
}

/// What a million stored messages cost for as long as they are kept.
pub(crate) fn stored(measured: &Measured, basis: &Basis, region: Region) -> f64 {
    let months = basis.assumed("retention_days") / (365.0 / 12.0);
    let month = basis.usd("stored_gb_month", region) + basis.usd("recoverable_gb_month", region);
    measured.stored_bytes * MILLION / GB * months * month
}
