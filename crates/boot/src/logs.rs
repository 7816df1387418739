//! Log lines: JSON, one per line, on standard output.

use std::sync::Once;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;

use crate::Env;

/// Our rooms: the only code that `LOG_LEVEL` speaks to.
///
/// Everybody else is held at warnings, whatever the level: at debug and below, HTTP and SDK crates print requests and
/// answers, which carry people's words and tokens.
const OUR_ROOMS: [&str; 13] = [
    "automation",
    "boot",
    "caretaker",
    "cli",
    "connect",
    "desk",
    "graph",
    "ingest",
    "job",
    "outbox",
    "store",
    "vault",
    "worker",
];

/// Sends log lines to standard output as JSON, from `LOG_LEVEL` on (default `info`), and keeps panic messages out of them.
///
/// A second call does nothing. A level that is none of `off`, `error`, `warn`, `info`, `debug`, `trace` is reported and
/// taken as `info`: a function should not refuse to start over it.
pub fn logs() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let level = Env::process().optional("LOG_LEVEL", "a level").ok().flatten();
        let parsed = level.as_deref().map(|level| level.trim().parse::<LevelFilter>());
        let chosen = parsed.clone().and_then(Result::ok).unwrap_or(LevelFilter::INFO);

        let lines = tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_ansi(false)
            .with_current_span(false)
            .with_span_list(false);
        // Another subscriber may be in place already, as in a test; then that one stays.
        let _ = tracing_subscriber::registry().with(lines).with(filter(chosen)).try_init();
        report_panics_by_place_only();

        if matches!(parsed, Some(Err(_))) {
            tracing::warn!("LOG_LEVEL is malformed: expected off, error, warn, info, debug or trace");
        }
    });
}

fn filter(level: LevelFilter) -> Targets {
    Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_targets(OUR_ROOMS.into_iter().map(|room| (room, level)))
}

/// A panic's message can quote what was being worked on: slicing a text inside a character prints the text.
fn report_panics_by_place_only() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location();
        tracing::error!(
            code.file = place.map(std::panic::Location::file),
            code.line = place.map(std::panic::Location::line),
            "panicked"
        );
    }));
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn the_level_is_for_our_rooms_and_others_are_held_at_warnings() {
        let cases = [
            (LevelFilter::TRACE, "ingest::queue", Level::TRACE, true),
            (LevelFilter::INFO, "worker", Level::INFO, true),
            (LevelFilter::INFO, "worker", Level::DEBUG, false),
            (LevelFilter::TRACE, "aws_smithy_runtime::client", Level::INFO, false),
            (LevelFilter::TRACE, "hyper_util", Level::WARN, true),
            (LevelFilter::ERROR, "hyper_util", Level::WARN, false),
            (LevelFilter::OFF, "ingest", Level::ERROR, false),
        ];
        for (level, target, line, expected) in cases {
            assert_eq!(filter(level).would_enable(target, &line), expected, "{level} {target} {line}");
        }
    }
}
