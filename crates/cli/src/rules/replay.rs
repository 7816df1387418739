//! Stored events of an account, decided once more by the rules of then, and by others.
//!
//! Each event is decided with the facts of then. What a new reply would have changed for later events (a cooldown, a
//! pause, a loop) is not followed.

mod read;
mod report;

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use automation::{Outcome, RuleSet};
use instagram::{Kind, UnixMillis, Words};
use jiff::tz::TimeZone;
use store::Account;

use crate::args;
use crate::dry_run::{Case, Skip, Tally};
use crate::say;
use crate::target::Target;

use super::{checked, typed_time};
use read::{Candidate, Entry};

/// Stands for the version where an account had no rules yet.
const NONE: u32 = 0;

/// How long a person waits without a word.
const SILENCE: Duration = Duration::from_secs(2);

pub(super) async fn run(data: &Path, args: &args::Replay) -> Result<()> {
    let (_, new) = checked(&args.file)?;
    let target = Target::find(data).await?;
    let account = target.account(&args.account).await?;
    let now = UnixMillis(target.clock.now_ms());
    let since = typed_time::since(&args.since, now, &TimeZone::system())?;
    if args.reveal.reveal {
        target.note_reveal(&account.id, &format!("rules replay since {}", args.since)).await?;
    }
    let mut progress = Progress { told: Instant::now() };
    let mut entries = read::entries(&target.store, &account.id, since.0, now.0, &mut progress).await?;
    // The latest first, and of one moment always in the same order.
    entries.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.place.cmp(&b.place)));
    entries.truncate(args.limit);
    let mut versions = Versions { target: &target, account: &account, known: HashMap::new() };
    let tally = decide(entries, &new, &mut versions, args.reveal.reveal, &mut progress).await?;
    let mut used: Vec<u32> = versions.known.into_keys().collect();
    used.sort_unstable();
    report::print(tally, since.0, &used);
    Ok(())
}

async fn decide(
    entries: Vec<Entry>,
    new: &RuleSet,
    versions: &mut Versions<'_>,
    reveal: bool,
    progress: &mut Progress,
) -> Result<Tally> {
    let mut tally = Tally::new(reveal);
    let all = entries.len();
    let own_username = Words::from(versions.account.username.as_str());
    for (place, entry) in entries.into_iter().enumerate() {
        progress.tell(|| format!("{place} of {all} events decided"));
        let Candidate { rebuilt, facts, version, why } = match entry.what {
            Ok(candidate) => candidate,
            Err(skip) => {
                tally.skip(skip);
                continue;
            }
        };
        let old = match version {
            NONE => None,
            version => match versions.get(version).await? {
                Some(old) => Some(old),
                None => {
                    tally.skip(Skip::NoRules(version));
                    continue;
                }
            },
        };
        let before = facts.decide(&rebuilt, &own_username, old);
        if !is_as_then(&why, &before.outcome) {
            tally.skip(Skip::DecidedOtherwise);
            continue;
        }
        let after = facts.decide(&rebuilt, &own_username, Some(new));
        let is_live = matches!(&rebuilt.event.kind, Kind::CommentWritten(comment) if comment.live);
        let case = Case { key: &rebuilt.key, at: facts.at.0, is_live, words: rebuilt.words() };
        tally.add(case, &before, &after);
    }
    Ok(tally)
}

/// The stored reason is the one that the rules of then give once more. An account that only observed is replayed as if it
/// answered.
fn is_as_then(why: &str, outcome: &Outcome) -> bool {
    use Outcome::{Answered, Asked, Handled};
    why == outcome.code() || why == "observed" && matches!(outcome, Answered { .. } | Asked { .. } | Handled { .. })
}

/// The rule sets that events were decided by.
struct Versions<'a> {
    target: &'a Target,
    account: &'a Account,
    known: HashMap<u32, Option<RuleSet>>,
}

impl Versions<'_> {
    /// `None` if the version is gone, or this program does not read it.
    async fn get(&mut self, version: u32) -> Result<Option<&RuleSet>> {
        if !self.known.contains_key(&version) {
            let stored = self.target.store.rules(&self.account.id, version).await;
            let stored = stored.with_context(|| format!("version {version} of the rules"))?;
            let set = stored.and_then(|stored| RuleSet::parse(&stored.document).ok());
            self.known.insert(version, set);
        }
        Ok(self.known.get(&version).and_then(Option::as_ref))
    }
}

/// Tells a person who waits what is going on, every two seconds.
struct Progress {
    told: Instant,
}

impl Progress {
    fn tell(&mut self, what: impl FnOnce() -> String) {
        if self.told.elapsed() >= SILENCE {
            say::progress(what());
            self.told = Instant::now();
        }
    }
}
