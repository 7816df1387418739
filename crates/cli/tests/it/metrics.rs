//! The catalogue of metrics: printed and checked in, counted where it says so, and no longer than what was agreed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use boot::{Clock, Metrics, Sheet, shared};
use graph::{Class, Operation};

#[path = "../../examples/metrics/catalogue.rs"]
mod catalogue;

/// Most series altogether: what CloudWatch is paid for.
const MOST_SERIES: usize = 120;

/// The functions' catalogues, and the code that counts what stands there.
const CATALOGUES: [(&str, &str); 6] = [
    ("functions/ingest/src/tally.rs", "functions/ingest/src"),
    ("functions/worker/src/tally.rs", "functions/worker/src"),
    ("functions/caretaker/src/tally.rs", "functions/caretaker/src"),
    ("functions/connect/src/tally.rs", "functions/connect/src"),
    ("functions/desk/src/tally.rs", "functions/desk/src"),
    ("crates/boot/src/metrics/replies.rs", "functions"),
];

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub(crate) fn source(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// The Rust files below a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
    files
}

/// The constants that the `catalogue!` of a file makes, and the file without it.
fn constants(text: &str) -> (Vec<String>, String) {
    let mut constants = Vec::new();
    let mut rest = String::new();
    let mut is_inside = false;
    for line in text.lines() {
        match line {
            _ if line.trim_end().ends_with("catalogue! {") => is_inside = true,
            "}" => is_inside = false,
            _ if is_inside => {
                let kinds = [": Count \"", ": Level \"", ": Distribution \""];
                constants.extend(
                    kinds.iter().filter_map(|kind| line.split_once(kind)).map(|(name, _)| name.trim().to_owned()),
                );
            }
            _ => {
                rest.push_str(line);
                rest.push('\n');
            }
        }
    }
    (constants, rest)
}

fn is_used(name: &str, text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(name).any(|(place, _)| {
        let before = text[..place].chars().next_back();
        let after = text[place + name.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

/// Lines that only bring a name in do not use it.
fn without_imports(text: &str) -> String {
    let mut kept = String::new();
    let mut is_import = false;
    for line in text.lines() {
        is_import |= line.trim_start().starts_with("use ") || line.trim_start().starts_with("pub use ");
        if !is_import {
            kept.push_str(line);
            kept.push('\n');
        }
        is_import &= !line.trim_end().ends_with(';');
    }
    kept
}

#[test]
fn the_catalogue_that_is_checked_in_is_the_codes_own() {
    let checked_in = source(&root().join("infra/watch/metrics.json"));
    assert!(
        checked_in == catalogue::json(),
        "write it anew: cargo run -p cli --example metrics > infra/watch/metrics.json"
    );
}

#[test]
fn all_series_together_are_no_more_than_was_agreed_and_each_name_says_one_thing() {
    let entries = catalogue::entries();
    assert!(entries.len() <= MOST_SERIES, "{} series", entries.len());
    let series: BTreeSet<(&str, &str)> = entries.iter().map(|entry| (entry.service, entry.name)).collect();
    assert_eq!(series.len(), entries.len(), "one function uses a name twice");
    for entry in &entries {
        assert!(entry.what.ends_with('.') && entry.name.bytes().all(|b| b.is_ascii_alphanumeric()), "{entry:?}");
        let others = entries.iter().filter(|other| other.name == entry.name);
        assert!(others.clone().all(|other| (other.kind, other.unit) == (entry.kind, entry.unit)), "{entry:?}");
        assert!(!entry.service.is_empty() || others.count() == 1, "{} with and without a dimension", entry.name);
    }
}

#[test]
fn every_metric_of_the_catalogue_is_counted_somewhere_else_in_the_code() {
    for (catalogue, folder) in CATALOGUES {
        let catalogue = root().join(catalogue);
        let (constants, rest) = constants(&source(&catalogue));
        assert!(!constants.is_empty(), "{catalogue:?}");
        let others = files(&root().join(folder)).into_iter().filter(|file| !is_same(file, &catalogue));
        let code: String = others.map(|file| source(&file)).chain([rest]).map(|text| without_imports(&text)).collect();
        for constant in constants {
            assert!(is_used(&constant, &code), "{constant} of {catalogue:?} is never counted");
        }
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    one.canonicalize().unwrap() == other.canonicalize().unwrap()
}

#[test]
fn every_call_of_the_graph_api_has_its_metrics_and_there_are_no_others() {
    let mut counted = BTreeSet::new();
    for operation in Operation::ALL {
        let classes = Class::ALL.iter().map(|class| class.name()).chain(["Ms"]);
        counted.extend(classes.map(|class| shared::graph_metric(operation.name(), class).unwrap().name()));
    }
    let listed: BTreeSet<&str> = shared::GRAPH.iter().map(|metric| metric.name()).collect();
    assert_eq!(counted, listed);
    assert_eq!(counted.len(), Operation::ALL.len() * (Class::ALL.len() + 1));
}

#[test]
fn every_word_of_the_outbox_has_its_metric_and_every_such_metric_its_word() {
    let states = [
        outbox::Progress::Sent,
        outbox::Progress::Failed { reason: String::new() },
        outbox::Progress::Unknown { reason: String::new(), may_go_again: true },
        outbox::Progress::Parked { reason: String::new() },
        outbox::Progress::Waiting { reason: String::new(), due_at: 0 },
    ];
    let of_states = states.iter().map(|state| shared::reply_metric(state.name()).unwrap());
    let of_alarms = outbox::Alarm::ALL.iter().map(|alarm| shared::alarm_metric(alarm.name()).unwrap());
    let counted: BTreeSet<&str> = of_states.chain(of_alarms).map(boot::Metric::name).collect();
    let noticed = [shared::UNKNOWNS_RESOLVED, shared::DUPLICATES_DETECTED].map(boot::Metric::name);
    let listed: BTreeSet<&str> = shared::REPLIES.iter().map(|metric| metric.name()).collect();
    assert_eq!(counted.iter().copied().chain(noticed).collect::<BTreeSet<_>>(), listed);
}

#[test]
fn every_notice_of_the_outbox_is_counted_under_its_own_name() {
    let notices = [outbox::Notice::Proven { after_ms: 7 }, outbox::Notice::DoubtOver, outbox::Notice::Doubled];
    let told = notices.map(|notice| {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&lines);
        let metrics =
            Metrics::with_writer("worker", Clock::system(), move |line| sink.lock().unwrap().push(line.to_owned()));
        metrics.reply_notice(notice.name(), notice.after_ms());
        metrics.write(Sheet::default());
        let line = lines.lock().unwrap().concat();
        line.split_once(r#""service":"worker","#).unwrap().1.to_owned()
    });
    assert_eq!(told, [r#""ReplyMs":[7]}"#, r#""UnknownsResolved":1}"#, r#""DuplicatesDetected":1}"#]);
}
