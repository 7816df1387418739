//! What a function's processes write, line by line.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::task::JoinHandle;

/// The latest lines are kept, so that a stack that runs for days does not grow.
const KEPT_LINES: usize = 200_000;

/// One line that a process wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Where it was written.
    pub stream: Stream,
    /// Its text without the line end; bytes that are not UTF-8 are replaced.
    pub text: String,
}

/// The two ways out of a process. In AWS both end in the log group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Called with every line as it comes.
pub(super) type OnLine = Arc<dyn Fn(&Line) + Send + Sync>;

/// Lines of all processes of one function.
#[derive(Clone, Default)]
pub(super) struct Output {
    lines: Arc<Mutex<VecDeque<Line>>>,
    on_line: Option<OnLine>,
}

impl Output {
    pub(super) fn new(on_line: Option<OnLine>) -> Self {
        Self { lines: Arc::default(), on_line }
    }

    pub(super) fn lines(&self) -> Vec<Line> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Reads `from` to its end, in the background.
    pub(super) fn follow(&self, stream: Stream, from: impl AsyncRead + Send + Unpin + 'static) -> JoinHandle<()> {
        let output = self.clone();
        tokio::spawn(async move {
            let mut from = BufReader::new(from);
            let mut line = Vec::new();
            // A pipe that cannot be read any more has nothing more to say.
            while let Ok(1..) = from.read_until(b'\n', &mut line).await {
                output.add(stream, &line);
                line.clear();
            }
        })
    }

    fn add(&self, stream: Stream, line: &[u8]) {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = Line { stream, text: String::from_utf8_lossy(line).into_owned() };
        if let Some(on_line) = &self.on_line {
            on_line(&line);
        }
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == KEPT_LINES {
            lines.pop_front();
        }
        lines.push_back(line);
    }
}
