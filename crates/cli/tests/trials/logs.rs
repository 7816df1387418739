//! Every log line of every trial, looked through for what must not be in it.

use std::io;
use std::sync::{Mutex, Once, PoisonError};

/// Lines that hold a planted word; the first few.
static SPILLED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Planted in what people write.
const PLANTED: &str = "canario";

/// Begins to listen, once in the process: `info` and above, as in production.
pub(crate) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let lines = tracing_subscriber::fmt().json().with_max_level(tracing::Level::INFO).with_writer(|| Ear);
        lines.init();
    });
}

/// A line that holds a word, if there was one.
pub(crate) fn spilled(word: &str) -> Option<String> {
    let spilled = SPILLED.lock().unwrap_or_else(PoisonError::into_inner);
    spilled.iter().find(|line| line.contains(word)).cloned()
}

struct Ear;

impl io::Write for Ear {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if line.windows(PLANTED.len()).any(|part| part == PLANTED.as_bytes()) {
            let line = String::from_utf8_lossy(line).into_owned();
            SPILLED.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
