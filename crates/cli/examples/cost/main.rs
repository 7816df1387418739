//! What the system costs, from counts of what the built functions use: prints `infra/cost/README.md`.
//!
//! `cargo build -p ingest -p worker -p caretaker && cargo run -p cli --example cost > infra/cost/README.md`
//!
//! On standard error it says what the functions took of the processor, which is of use in a release build: those are the
//! figures `cpu_…` of `infra/cost/assumptions.json`.

mod bill;
mod counts;
mod cpu;
mod measure;
mod prices;
mod stage;
mod table;

use std::io::Write;

use counts::{Counts, Thing};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let basis = prices::Basis::read()?;
    let size = measure::Size { alone: 10, full: 1_000, others: 20 };
    let measured = measure::measure(size).await?;
    let figures = table::Figures { measured: &measured, basis: &basis };
    std::io::stdout().write_all(figures.page().as_bytes())?;
    let mut told = std::io::stderr();
    let mut tell = |name: &str, used: &Counts, cpu: Thing, calls: Thing| {
        writeln!(told, "{name}: {:.3} ms of processor for an invocation", used.of(cpu) / used.of(calls))
    };
    tell("cpu_ingest_one_ms", &measured.quiet_message, Thing::IngestCpu, Thing::IngestCalls)?;
    tell("cpu_ingest_full_ms", &measured.busy_message, Thing::IngestCpu, Thing::IngestCalls)?;
    tell("cpu_ingest_forged_ms", &measured.forged, Thing::IngestCpu, Thing::IngestCalls)?;
    tell("cpu_worker_one_ms", &measured.quiet_message, Thing::WorkerCpu, Thing::WorkerCalls)?;
    tell("cpu_worker_full_ms", &measured.busy_message, Thing::WorkerCpu, Thing::WorkerCalls)?;
    tell("cpu_worker_answered_ms", &measured.answered, Thing::WorkerCpu, Thing::WorkerCalls)?;
    tell("cpu_caretaker_ms", &measured.idle_run, Thing::CaretakerCpu, Thing::CaretakerCalls)?;
    Ok(())
}
