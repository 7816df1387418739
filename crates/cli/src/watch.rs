//! Listens to the worker's log: one line per event, with its outcome. What a person sees, and what the demo checks, is
//! what an operator would find in CloudWatch.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::say;

/// The fields of one log line.
pub(crate) type Line = BTreeMap<&'static str, String>;

/// Everything that was logged, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Collected(Arc<Mutex<Vec<Line>>>);

impl Collected {
    /// What the worker said became of the event with this key; what it said of later copies does not count.
    pub(crate) fn outcome(&self, key: &str) -> Option<String> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_key = lines.iter().filter(|line| line.get("event.key").is_some_and(|held| held == key));
        of_key.filter_map(|line| line.get("outcome")).next().cloned()
    }
}

/// From now on collects what this process logs.
pub(crate) fn collect() -> Collected {
    let collected = Collected::default();
    let sink = collected.clone();
    listen(move |level, line| {
        if level <= Level::WARN {
            say::progress(format_args!("{level}: {}", shown(&line)));
        }
        sink.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    });
    collected
}

/// From now on prints a short line per event.
pub(crate) fn print_events() {
    listen(|level, line| {
        let text = |name: &str| line.get(name).map_or("", String::as_str);
        let reply = [text("reply.state"), text("reply.reason")].join(" ");
        match (line.get("event.kind"), line.get("outcome"), line.get("reply.id")) {
            (Some(kind), Some(outcome), _) => {
                say::line(format_args!("{kind:<10} {outcome:<16} {:<10} {}", reply.trim(), text("event.key")));
            }
            _ if level <= Level::WARN => say::line(format_args!("{level}: {}", shown(&line))),
            // The caretaker's, which comes long after the event.
            (None, None, Some(id)) => say::line(format_args!("{:<10} {:<16} {:<10} {id}", "reply", "", reply.trim())),
            _ => {}
        }
    });
}

fn shown(line: &Line) -> String {
    line.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

fn listen(sink: impl Fn(Level, Line) + Send + Sync + 'static) {
    // A subscriber that is there already stays: then somebody else listens.
    let _already_set = tracing_subscriber::registry().with(Listener(sink)).try_init();
}

struct Listener<F>(F);

impl<S: Subscriber, F: Fn(Level, Line) + Send + Sync + 'static> Layer<S> for Listener<F> {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        // Everybody else's info lines are of no interest to a person; their debug lines could hold people's words.
        let ours = ["worker", "ingest", "caretaker", "outbox", "store", "boot", "graph"];
        let is_ours = ours.contains(&metadata.target().split("::").next().unwrap_or_default());
        if *metadata.level() > (if is_ours { Level::INFO } else { Level::WARN }) {
            return;
        }
        let mut line = Line::new();
        event.record(&mut Fields(&mut line));
        (self.0)(*metadata.level(), line);
    }
}

struct Fields<'a>(&'a mut Line);

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}
