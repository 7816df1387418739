//! What the functions' processes take of the processor, where `/proc` tells.

use std::fs;
use std::path::Path;
use std::time::Duration;

/// Time that the processes of this program's children named so have been running; nothing where that cannot be seen.
pub(crate) fn spent(name: &str) -> Duration {
    let own = std::process::id().to_string();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes.filter(|process| is_child(&process.path(), name, &own)).map(|process| running(&process.path())).sum()
}

/// `stat` begins with id, name in brackets, state and the parent's id.
fn is_child(process: &Path, name: &str, parent: &str) -> bool {
    let stat = fs::read_to_string(process.join("stat")).unwrap_or_default();
    let rest = stat.split_once(&format!(" ({name}) ")).map(|(_, rest)| rest);
    rest.and_then(|rest| rest.split(' ').nth(1)) == Some(parent)
}

/// The first number of a thread's `schedstat` is its time on a processor, in nanoseconds.
fn running(process: &Path) -> Duration {
    let threads = fs::read_dir(process.join("task")).into_iter().flatten().flatten();
    let nanos = threads.filter_map(|thread| {
        let stat = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        stat.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanos.sum())
}
