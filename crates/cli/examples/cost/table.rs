//! The figures in Markdown.

use std::fmt::Write;

use super::bill::{self, Bill, Cpu};
use super::counts::{Counts, Thing, amount};
use super::measure::Measured;
use super::prices::{Basis, Region};

/// What a million unanswered events may cost in us-east-1, one at a time and in full batches.
pub(crate) const BARS: [f64; 2] = [4.75, 3.25];

const CHIP: &str = "arm64";
const ALONE: Cpu = Cpu { ingest: "cpu_ingest_one_ms", worker: "cpu_worker_one_ms", cold: "cold_quiet" };
const ANSWERED: Cpu = Cpu { worker: "cpu_worker_answered_ms", ..ALONE };
const FULL: Cpu = Cpu { ingest: "cpu_ingest_full_ms", worker: "cpu_worker_full_ms", cold: "cold_busy" };
const FORGED: Cpu = Cpu { ingest: "cpu_ingest_forged_ms", cold: "cold_busy", ..ALONE };

/// What was measured, and what it is worth.
pub(crate) struct Figures<'a> {
    pub(crate) measured: &'a Measured,
    pub(crate) basis: &'a Basis,
}

impl Figures<'_> {
    fn million(&self, used: &Counts, cpu: Cpu, region: Region) -> Bill {
        bill::million(used, cpu, self.basis, region, CHIP)
    }

    /// Dollars for a million unanswered events, one at a time and in full batches: the dearer kind of both.
    pub(crate) fn unanswered(&self, region: Region) -> [f64; 2] {
        let dearer = |kinds: [&Counts; 2], cpu| {
            kinds.map(|used| self.million(used, cpu, region).total()).into_iter().fold(0.0, f64::max)
        };
        let measured = self.measured;
        [
            dearer([&measured.quiet_message, &measured.quiet_comment], ALONE),
            dearer([&measured.busy_message, &measured.busy_comment], FULL),
        ]
    }

    /// What an answer adds to a million events: itself, and the event that it brings back.
    fn answers(&self, region: Region) -> [(&'static str, f64, f64); 3] {
        let measured = self.measured;
        let adds = |answered: &Counts, plain: &Counts| {
            self.million(answered, ANSWERED, region).total() - self.million(plain, ALONE, region).total()
        };
        let back = |echo: &Counts| self.million(echo, ALONE, region).total();
        [
            ("a message's answer", adds(&measured.answered, &measured.quiet_message), back(&measured.echo)),
            (
                "a comment's private reply",
                adds(&measured.private, &measured.quiet_comment),
                back(&measured.private_echo),
            ),
            ("a comment's public reply", adds(&measured.public, &measured.quiet_comment), back(&measured.public_echo)),
        ]
    }

    /// Dollars for an hour of requests with wrong signatures.
    fn forged_hour(&self, region: Region) -> Bill {
        self.million(&self.measured.forged, FORGED, region)
    }

    fn forged_hours(&self) -> f64 {
        self.basis.assumed("forged_second") * 3_600.0 / 1_000_000.0
    }

    /// The table of the root README.
    pub(crate) fn summary(&self) -> String {
        let mut text = String::from("| dollars | us-east-1 | sa-east-1 |\n| --- | --- | --- |\n");
        let mut row = |name: &str, usd: &dyn Fn(Region) -> f64| {
            let [us, sa] = Region::BOTH.map(usd);
            let _infallible = writeln!(text, "| {name} | {us:.2} | {sa:.2} |");
        };
        row("a million unanswered events, one at a time", &|region| self.unanswered(region)[0]);
        row("a million unanswered events in full deliveries and batches", &|region| self.unanswered(region)[1]);
        for (place, (name, ..)) in self.answers(Region::UsEast1).into_iter().enumerate() {
            let both = |region| {
                let (_, answer, back) = self.answers(region)[place];
                answer + back
            };
            row(&format!("a million times {name}, and the event that it brings back, on top"), &both);
        }
        row("keeping a million messages for 180 days", &|region| bill::stored(self.measured, self.basis, region));
        row("an hour of 1,000 requests a second with wrong signatures", &|region| {
            self.forged_hour(region).total() * self.forged_hours()
        });
        for accounts in [10, 1_000] {
            let month = |region| bill::month(self.measured, f64::from(accounts), self.basis, region, CHIP).total();
            row(&format!("a month in which nothing comes, {accounts} accounts connected"), &month);
        }
        text
    }

    /// All of it: `infra/cost/README.md`.
    pub(crate) fn page(&self) -> String {
        let mut text = String::from(INTRODUCTION);
        text.push_str(&self.summary());
        self.bars(&mut text);
        self.bills(&mut text);
        self.counts(&mut text);
        self.answers_apart(&mut text);
        self.forged(&mut text);
        self.months(&mut text);
        text.push_str(FORMULAS);
        self.assumptions(&mut text);
        self.prices(&mut text);
        text
    }

    fn bars(&self, text: &mut String) {
        text.push_str(
            "\n## Against the bars\n\n| unanswered, us-east-1 | bar | figure | over |\n| --- | --- | --- | --- |\n",
        );
        for ((name, bar), usd) in ["one at a time", "full"].into_iter().zip(BARS).zip(self.unanswered(Region::UsEast1))
        {
            let over = if usd > bar { format!("{:.2}", usd - bar) } else { "no".to_owned() };
            let _infallible = writeln!(text, "| {name} | {bar:.2} | {usd:.2} | {over} |");
        }
        let region = Region::UsEast1;
        let bill = self.million(&self.measured.quiet_message, ALONE, region);
        let standing = bill.total() - self.million(&self.measured.warm_message, ALONE, region).total();
        let _infallible = writeln!(
            text,
            "\nOne at a time, most is the price of being called at all: gateway, functions and queue. What is ours to choose are the \
             writes ({:.2}), the reads ({:.2}), the event's log line ({:.2}) and the access log ({:.2}). Where an account has an event \
             within five seconds of another, it is not looked up again, which saves {standing:.2}.",
            bill.of("DynamoDB writes"),
            bill.of("DynamoDB reads"),
            bill.of("log lines of the functions"),
            bill.of("access log"),
        );
    }

    fn scenarios(&self) -> [(&'static str, &Counts, Cpu); 12] {
        let measured = self.measured;
        [
            ("message", &measured.quiet_message, ALONE),
            ("message, standing known", &measured.warm_message, ALONE),
            ("comment", &measured.quiet_comment, ALONE),
            ("messages, full", &measured.busy_message, FULL),
            ("comments, full", &measured.busy_comment, FULL),
            ("answered message", &measured.answered, ANSWERED),
            ("its echo", &measured.echo, ALONE),
            ("comment, private reply", &measured.private, ANSWERED),
            ("its echo", &measured.private_echo, ALONE),
            ("comment, public reply", &measured.public, ANSWERED),
            ("its own comment", &measured.public_echo, ALONE),
            ("forged", &measured.forged, FORGED),
        ]
    }

    fn heading(&self, text: &mut String, first: &str) {
        let names: Vec<&str> = self.scenarios().iter().map(|(name, ..)| *name).collect();
        let _infallible = writeln!(text, "| {first} | {} |\n|{}", names.join(" | "), " --- |".repeat(names.len() + 1));
    }

    fn bills(&self, text: &mut String) {
        for region in Region::BOTH {
            let _infallible = writeln!(text, "\n## Dollars per million, {}\n", region.name());
            self.heading(text, "for");
            let bills: Vec<Bill> =
                self.scenarios().iter().map(|(_, used, cpu)| self.million(used, *cpu, region)).collect();
            for (name, _) in bills[0].lines() {
                let cells: Vec<String> = bills.iter().map(|bill| format!("{:.3}", bill.of(name))).collect();
                let _infallible = writeln!(text, "| {name} | {} |", cells.join(" | "));
            }
            let totals: Vec<String> = bills.iter().map(|bill| format!("**{:.2}**", bill.total())).collect();
            let _infallible = writeln!(text, "| **all** | {} |", totals.join(" | "));
            if region == Region::UsEast1 {
                let x86 = |(_, used, cpu): &(&str, &Counts, Cpu)| {
                    format!("{:.2}", bill::million(used, *cpu, self.basis, region, "x86_64").total())
                };
                let totals: Vec<String> = self.scenarios().iter().map(x86).collect();
                let _infallible = writeln!(text, "| all, on x86_64 | {} |", totals.join(" | "));
            }
        }
    }

    fn counts(&self, text: &mut String) {
        text.push_str("\n## Counted, for one event\n\n");
        self.heading(text, "of");
        for thing in COUNTED {
            let cells: Vec<String> = self.scenarios().iter().map(|(_, used, _)| count(used.of(thing))).collect();
            let _infallible = writeln!(text, "| {} | {} |", thing.name(), cells.join(" | "));
        }
        let times: Vec<(f64, f64)> =
            self.scenarios().iter().map(|(_, used, cpu)| bill::billed_ms(used, *cpu, self.basis)).collect();
        let cells = |pick: &dyn Fn(&(f64, f64)) -> f64| -> String {
            times.iter().map(|time| count(pick(time))).collect::<Vec<_>>().join(" | ")
        };
        let _infallible =
            writeln!(text, "| billed ms of an ingest invocation (reckoned) | {} |", cells(&|time| time.0));
        let _infallible = writeln!(text, "| billed ms of a worker invocation (reckoned) | {} |", cells(&|time| time.1));
        let stored = self.measured.stored_bytes;
        let _infallible =
            writeln!(text, "\nA message of a person who has written before leaves {stored:.0} bytes in the table.");
    }

    fn answers_apart(&self, text: &mut String) {
        text.push_str("\n## What an answer adds\n\nDollars per million answers: the answer itself, and the event that Meta sends for it.\n\n");
        text.push_str("| | us-east-1: answer | what comes back | sa-east-1: answer | what comes back |\n| --- | --- | --- | --- | --- |\n");
        let [us, sa] = Region::BOTH.map(|region| self.answers(region));
        for ((name, answer, back), (_, there, back_there)) in us.into_iter().zip(sa) {
            let _infallible = writeln!(text, "| {name} | {answer:.2} | {back:.2} | {there:.2} | {back_there:.2} |");
        }
    }

    fn forged(&self, text: &mut String) {
        let hour = self.forged_hours();
        text.push_str("\n## Requests that nobody signed\n\n");
        text.push_str("Dollars for an hour of 1,000 requests a second with wrong signatures.\n\n| for | us-east-1 | sa-east-1 |\n| --- | --- | --- |\n");
        let [us, sa] = Region::BOTH.map(|region| self.forged_hour(region));
        for ((name, usd), (_, there)) in us.lines().iter().zip(sa.lines()).filter(|((_, usd), _)| *usd > 0.0) {
            let _infallible = writeln!(text, "| {name} | {:.2} | {:.2} |", usd * hour, there * hour);
        }
        let _infallible = writeln!(text, "| **all** | **{:.2}** | **{:.2}** |\n", us.total() * hour, sa.total() * hour);
        text.push_str(THROTTLING);
    }

    fn months(&self, text: &mut String) {
        text.push_str("\n## A month in which nothing comes\n\n| for | us-east-1, 10 accounts | 1,000 | sa-east-1, 10 accounts | 1,000 |\n| --- | --- | --- | --- | --- |\n");
        let months: Vec<Bill> = Region::BOTH
            .into_iter()
            .flat_map(|region| {
                [10.0, 1_000.0].map(|accounts| bill::month(self.measured, accounts, self.basis, region, CHIP))
            })
            .collect();
        for (name, _) in months[0].lines() {
            let cells: Vec<String> = months.iter().map(|month| format!("{:.2}", month.of(name))).collect();
            let _infallible = writeln!(text, "| {name} | {} |", cells.join(" | "));
        }
        let totals: Vec<String> = months.iter().map(|month| format!("**{:.2}**", month.total())).collect();
        let _infallible = writeln!(text, "| **all** | {} |", totals.join(" | "));
        let (run, check) = (&self.measured.idle_run, &self.measured.check);
        let most = (self.basis.assumed("metrics_most") - amount(self.measured.run_metrics))
            * self.basis.usd("metric_month", Region::UsEast1);
        let _infallible = writeln!(
            text,
            "\nA run of the caretaker that finds nothing: {} table calls, {} read units, {} metrics, {} log bytes. The check of an \
             account: {} read and {} write units, {} Graph calls.\n\nMetrics are paid by the hour in which they are written. Were all \
             {} series written in every hour, they would add {most:.2}.",
            count(run.of(Thing::TableCalls)),
            count(run.of(Thing::ReadUnits)),
            self.measured.run_metrics,
            count(run.of(Thing::LogBytes)),
            count(check.of(Thing::ReadUnits)),
            count(check.of(Thing::WriteUnits)),
            count(check.of(Thing::GraphCalls)),
            self.basis.assumed("metrics_most"),
        );
    }

    fn assumptions(&self, text: &mut String) {
        text.push_str("\n## Assumed (`assumptions.json`)\n\n| name | value | why |\n| --- | --- | --- |\n");
        for (name, assumption) in &self.basis.assumptions {
            let _infallible = writeln!(text, "| `{name}` | {} | {} |", assumption.value, assumption.why);
        }
    }

    fn prices(&self, text: &mut String) {
        text.push_str("\n## Prices (`prices.json`, with their sources)\n\n| for a | us-east-1 | how sure | sa-east-1 | how sure |\n| --- | --- | --- | --- | --- |\n");
        for price in self.basis.prices.values() {
            let [us, sa] = Region::BOTH.map(|region| {
                let quote = price.quote(region);
                format!("{} | {}, {}", plain(price.usd(region)), quote.sure, quote.date)
            });
            let _infallible = writeln!(text, "| {} | {us} | {sa} |", price.unit);
        }
    }
}

const COUNTED: [Thing; 13] = [
    Thing::GatewayRequests,
    Thing::IngestCalls,
    Thing::WorkerCalls,
    Thing::QueueSends,
    Thing::QueueReceives,
    Thing::QueueDeletes,
    Thing::QueueOthers,
    Thing::WriteUnits,
    Thing::ReadUnits,
    Thing::TableCalls,
    Thing::GraphCalls,
    Thing::LogEntries,
    Thing::LogBytes,
];

/// A count per event: as many decimals as say something.
fn count(value: f64) -> String {
    let text = if value < 10.0 { format!("{value:.3}") } else { format!("{value:.0}") };
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A price without an exponent, to nine places.
fn plain(usd: f64) -> String {
    format!("{usd:.10}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

const INTRODUCTION: &str = "\
# What it costs

Printed by `cargo run -p cli --example cost`, which plays events through the built functions and counts what AWS would bill; a
test of `crates/cli` holds this page against fresh counts. List prices without free allowances, taxes or discounts, on arm64,
without the CRM's feed.

*One at a time*: a delivery holds one event and a batch one record, and the worker looks the account up anew, as it does
where an account has less than one event in five seconds. *Full*: Meta puts 1,000 events into a delivery, and Lambda ten
records into a batch. Of messages and comments the dearer kind counts.

";

const THROTTLING: &str = "\
A wrong signature is found out by ingest, so each such request is paid at the gateway, as an invocation, as a line of metrics
and as a line of the access log; nothing reaches a queue or the table. A stage's or route's rate limit stops them at the gateway:
AWS does not charge for requests that it throttles (answers of its staff on re:Post, the first of June 2020, about REST APIs;
for HTTP APIs it was not found in writing), so a limit of R requests a second caps the hour at R/1,000 of the sum above, plus the
access log's lines of what is refused. Without one, the account's own limit, 10,000 a second unless it was changed, is the cap.
";

const FORMULAS: &str = "
## How it is reckoned

- Counts come from the sandbox: its gateway, queues, table and Meta between the built `ingest`, `worker` and `caretaker`. Write
  and read units are those that the sandbox bills as AWS does; items that do not exist are read for a unit too.
- Lambda's pollers take events off the queue at our cost: one receive and one delete for each batch, which is what the sandbox
  counts. What they ask in vain is in the month's bill, not in the event's.
- Billed milliseconds of an invocation = processor time at full speed / share at 128 MB + waiting, rounded up. Ingest waits for
  its queue calls, eight side by side. A worker's records wait side by side, the calls of one after another.
- Lambda time = invocations × (billed ms + cold starts × start) × 0.125 GB.
- Log bytes = bytes of the lines + 26 for each; a GB is 2³⁰ bytes.
- A month's caretaker = 43,800 runs × an idle run, + accounts × 122 × a check, + accounts × 2,920 × a look.
- Keeping = bytes that a message leaves × months kept × (storage + point-in-time recovery).
";
