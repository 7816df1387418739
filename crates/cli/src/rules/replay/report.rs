//! What a replay found, for a person to read.

use crate::dry_run::{Pace, Tally, Worst};
use crate::moment::local;
use crate::say;
use crate::table::Table;

pub(super) fn print(mut tally: Tally, since: i64, versions: &[u32]) {
    let versions: Vec<String> = versions.iter().map(u32::to_string).collect();
    let by = if versions.is_empty() { "none".to_owned() } else { versions.join(", ") };
    say::line(format_args!(
        "{} events since {} decided again; by the versions in force then: {by}. Nothing was sent.",
        tally.decided,
        local(since)
    ));
    say::line("");
    say::line(totals(&tally));
    let skipped: usize = tally.skipped.values().sum();
    if skipped > 0 {
        say::line("");
        say::line(format_args!("{skipped} events were skipped:"));
        let mut table = Table::new(["  events", "why"]);
        for (why, count) in &tally.skipped {
            table.row([format!("  {count}"), why.to_string()]);
        }
        say::line(table);
    }
    say::line("");
    say::line("The most that would be wanted, before the outbox spreads it:");
    say::line(pace(&mut tally.pace_before, &mut tally.pace_after));
    if !tally.examples().is_empty() {
        say::line("");
        say::line(format_args!("The latest {} of {} that differ:", tally.examples().len(), tally.differing()));
        tally.examples().iter().for_each(say::line);
    }
}

fn totals(tally: &Tally) -> Table<3> {
    let mut table = Table::new(["  ", "events", "replies"]);
    table.row(["  same".to_owned(), tally.same.to_string(), String::new()]);
    let counts = [("new replies", tally.new), ("lost replies", tally.lost), ("changed replies", tally.changed)];
    for (what, count) in counts {
        table.row([format!("  {what}"), count.events.to_string(), count.replies.to_string()]);
    }
    table.row(["  other things done".to_owned(), tally.beside.to_string(), String::new()]);
    table
}

fn pace(before: &mut Pace, after: &mut Pace) -> Table<5> {
    let mut table = Table::new(["  ", "before", "after", "Meta takes", ""]);
    for (old, new) in before.worst().into_iter().zip(after.worst()) {
        let Worst { what, most, since, limit } = new;
        let is_over = limit.is_some_and(|limit| most > usize::try_from(limit).unwrap_or(usize::MAX));
        let at = since.map(|since| format!("after: from {}", local(since))).unwrap_or_default();
        let at = if is_over { format!("TOO MANY, they wait; {at}") } else { at };
        let limit = limit.map_or_else(|| "-".to_owned(), |limit| limit.to_string());
        table.row([format!("  {what}"), old.most.to_string(), most.to_string(), limit, at]);
    }
    table
}
