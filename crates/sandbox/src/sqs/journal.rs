//! The file that lets queues survive a restart of the local stack.
//!
//! One JSON line per change. At start the file is read, rewritten without what is over, and then appended to. Appending
//! is not synced: what the operating system has is kept when this process dies, and a power cut may cost the last lines.

use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::deduplication::{Key, Original};
use super::message::{Handling, Message};
use super::queue::Definition;

/// One thing that happened to the queues.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Change<'a> {
    /// Sequences below this one are used up.
    Sequence {
        next: u64,
    },
    Queue {
        queue: Cow<'a, str>,
        definition: Cow<'a, Definition>,
    },
    QueueGone {
        queue: Cow<'a, str>,
    },
    Sent {
        queue: Cow<'a, str>,
        key: Cow<'a, Key>,
        original: Cow<'a, Original>,
    },
    Message {
        queue: Cow<'a, str>,
        message: Cow<'a, Message>,
    },
    Handling {
        queue: Cow<'a, str>,
        sequence: u64,
        handling: Handling,
    },
    Gone {
        queue: Cow<'a, str>,
        sequence: u64,
    },
}

impl<'a> Change<'a> {
    pub(super) fn queue(queue: &'a str, definition: &'a Definition) -> Self {
        Self::Queue { queue: Cow::Borrowed(queue), definition: Cow::Borrowed(definition) }
    }

    pub(super) fn sent(queue: &'a str, key: &'a Key, original: &'a Original) -> Self {
        Self::Sent { queue: Cow::Borrowed(queue), key: Cow::Borrowed(key), original: Cow::Borrowed(original) }
    }

    pub(super) fn message(queue: &'a str, message: &'a Message) -> Self {
        Self::Message { queue: Cow::Borrowed(queue), message: Cow::Borrowed(message) }
    }

    pub(super) fn handling(queue: &'a str, sequence: u64, handling: Handling) -> Self {
        Self::Handling { queue: Cow::Borrowed(queue), sequence, handling }
    }

    pub(super) fn gone(queue: &'a str, sequence: u64) -> Self {
        Self::Gone { queue: Cow::Borrowed(queue), sequence }
    }
}

/// Counts changes, and collects them as lines where somebody writes them.
#[derive(Default)]
pub(super) struct Log {
    count: u64,
    lines: Option<Vec<u8>>,
}

impl Log {
    pub(super) fn keeping() -> Self {
        Self { count: 0, lines: Some(Vec::new()) }
    }

    pub(super) fn note<'a>(&mut self, change: impl FnOnce() -> Change<'a>) {
        self.count += 1;
        if let Some(lines) = &mut self.lines {
            write_line(lines, &change());
        }
    }

    /// Changes noted so far.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn take(&mut self) -> Vec<u8> {
        self.lines.as_mut().map(std::mem::take).unwrap_or_default()
    }
}

fn write_line(lines: &mut Vec<u8>, change: &Change<'_>) {
    serde_json::to_writer(&mut *lines, change).expect("these types have text keys, and a Vec takes every byte");
    lines.push(b'\n');
}

/// After this much the file is rewritten without what is over, so that a local stack that runs for weeks does not fill
/// a disk. It is some 50 000 messages of 1 KiB from sending to deletion.
const REWRITE_AFTER_BYTES: usize = 64 * 1024 * 1024;

/// The open file.
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    appended_bytes: usize,
    /// An append failed: what the file ends with is not known.
    is_torn: bool,
    /// Held while the journal is open: two processes appending to one file would mix their lines.
    _lock: File,
}

impl Journal {
    /// Opens the file at `path`, which need not exist, and reads it.
    ///
    /// # Errors
    /// `WouldBlock` when another process has the file, `InvalidData` when a line other than the last cannot be read.
    pub(super) fn open(path: &Path) -> io::Result<(Vec<Change<'static>>, Self)> {
        let lock = File::create(beside(path, "lock"))?;
        lock.try_lock().map_err(io::Error::from)?;
        let changes = read(path)?;
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok((changes, Self { path: path.to_owned(), file, appended_bytes: 0, is_torn: false, _lock: lock }))
    }

    /// Puts `lines` in the place of everything written so far, in one step.
    pub(super) fn rewrite(&mut self, lines: &[u8]) -> io::Result<()> {
        let new = beside(&self.path, "new");
        let mut file = File::create(&new)?;
        file.write_all(lines)?;
        file.sync_all()?;
        std::fs::rename(&new, &self.path)?;
        self.file = file;
        self.appended_bytes = 0;
        self.is_torn = false;
        Ok(())
    }

    /// Whether the next change should come by [`Self::rewrite`] and not by [`Self::append`].
    pub(super) fn needs_rewrite(&self) -> bool {
        self.is_torn || self.appended_bytes > REWRITE_AFTER_BYTES
    }

    pub(super) fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        self.appended_bytes += lines.len();
        let written = self.file.write_all(lines);
        self.is_torn = written.is_err();
        written
    }
}

/// Lines for a whole state.
pub(super) fn lines<'a>(changes: impl Iterator<Item = Change<'a>>) -> Vec<u8> {
    let mut lines = Vec::new();
    changes.for_each(|change| write_line(&mut lines, &change));
    lines
}

fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}

/// A process that dies while writing leaves a last line without its end; that change was never answered, so it may go.
fn read(path: &Path) -> io::Result<Vec<Change<'static>>> {
    let bytes = match std::fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let whole = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |end| end + 1);
    let lines = bytes[..whole].split_inclusive(|b| *b == b'\n').enumerate();
    lines
        .map(|(index, line)| {
            // The position only: a line holds people's words.
            let unreadable =
                |_| io::Error::new(io::ErrorKind::InvalidData, format!("unreadable journal line {}", index + 1));
            serde_json::from_slice(line).map_err(unreadable)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = "{\"queue_gone\":{\"queue\":\"a\"}}\n{\"gone\":{\"queue\":\"b\",\"sequence\":3}}\n";

    fn count(text: &[u8]) -> io::Result<usize> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("queues.jsonl");
        std::fs::write(&path, text).unwrap();
        read(&path).map(|changes| changes.len())
    }

    #[test]
    fn a_torn_last_line_is_dropped_and_any_other_is_an_error() {
        assert_eq!(count(LINES.as_bytes()).unwrap(), 2);
        assert_eq!(count(&LINES.as_bytes()[..LINES.len() - 4]).unwrap(), 1);
        assert_eq!(count(b"").unwrap(), 0);
        assert_eq!(count(format!("{{\n{LINES}").as_bytes()).unwrap_err().to_string(), "unreadable journal line 1");
    }

    #[test]
    fn two_processes_cannot_have_one_journal() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("queues.jsonl");
        let (_, first) = Journal::open(&path).unwrap();
        assert_eq!(Journal::open(&path).map(|_| ()).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        drop(first);
        assert!(Journal::open(&path).is_ok());
    }

    #[test]
    fn what_is_appended_follows_what_was_rewritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("queues.jsonl");
        std::fs::write(&path, LINES).unwrap();
        let (changes, mut journal) = Journal::open(&path).unwrap();
        assert_eq!(changes.len(), 2);
        journal.rewrite(b"{\"sequence\":{\"next\":9}}\n").unwrap();
        journal.append(LINES.as_bytes()).unwrap();
        drop(journal);
        assert_eq!(Journal::open(&path).unwrap().0.len(), 3);
    }
}
