//! `cargo run -- replies`: what waits, and what nobody knows the outcome of.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use store::DUE_SHARDS;

use crate::say;
use crate::table::{Table, ago};
use crate::target::Target;

/// Due times within this are shown, in milliseconds: no reply waits longer than a week.
const AHEAD_MS: i64 = 8 * 24 * 60 * 60 * 1000;

/// At most so many replies of a shard are shown: the earliest due.
const MOST_PER_SHARD: usize = 100;

pub(crate) async fn run(data: &Path) -> Result<ExitCode> {
    let target = Target::find(data).await?;
    let now = target.clock.now_ms();
    let mut table = Table::new(["state", "age", "due", "rule", "reason", "item"]);
    let mut found = 0;
    for shard in 0..DUE_SHARDS {
        for (key, item) in target.store.due(shard, now + AHEAD_MS, MOST_PER_SHARD).await? {
            let replies = item.decision.iter().flat_map(|decided| &decided.replies);
            for reply in replies.filter(|reply| !reply.state.is_final()) {
                found += 1;
                let due = item.due_at.map_or_else(String::new, |due_at| match due_at - now {
                    ms @ 1.. => format!("in {}", ago(ms).trim_end_matches(" ago")),
                    ms => ago(-ms),
                });
                table.row([
                    reply.state.as_str().to_owned(),
                    ago(now - item.content.at.unwrap_or(now)),
                    due,
                    reply.rule.clone(),
                    reply.reason.clone().unwrap_or_default(),
                    format!("{} {}", key.pk, key.sk),
                ]);
            }
        }
    }
    if found == 0 {
        say::line("No reply waits, and of none is the outcome unknown.");
    } else {
        say::line(table);
    }
    Ok(ExitCode::SUCCESS)
}
