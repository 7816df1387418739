//! What this process writes to its log, kept for a test to look through.

use std::io;
use std::sync::{Mutex, Once, PoisonError};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Begins to listen, once in the process: to these rooms at every level, to all others from warnings on, as in production.
pub fn listen(rooms: &[&str]) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let rooms = rooms.iter().map(|room| (*room, LevelFilter::TRACE));
        let filter = Targets::new().with_default(LevelFilter::WARN).with_targets(rooms);
        let lines = tracing_subscriber::fmt::layer().json().with_writer(|| Ear);
        tracing_subscriber::registry().with(lines).with(filter).init();
    });
}

/// Every line until now, of all tests in the process.
pub fn heard() -> Vec<String> {
    LINES.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

struct Ear;

impl io::Write for Ear {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        LINES.lock().unwrap_or_else(PoisonError::into_inner).push(String::from_utf8_lossy(line).into_owned());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
