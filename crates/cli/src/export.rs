//! `cargo run -- export`: everything held about one person, in one file that a person can read.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use instagram::Peer;
use serde_json::json;
use store::keys;

use crate::args;
use crate::data::write_private;
use crate::moment::local;
use crate::say;
use crate::target::Target;

pub(crate) async fn run(data: &Path, args: &args::Export) -> Result<ExitCode> {
    let target = Target::find(data).await?;
    let account = target.account(&args.account).await?;
    let peer = Peer::parse(&args.person).with_context(|| format!("{:?} is no person's id", args.person))?;
    if args.out.exists() {
        bail!("{} is there already", args.out.display());
    }
    // Whose words were handed out must not be kept by their id for longer than the words.
    let whom = keys::digest(&format!("{}|{peer}", account.id));
    target.note_reveal(&account.id, &format!("export of the person {whom}")).await?;
    let now = target.clock.now_ms();
    let held = target.store.held_about(&account.id, &peer, now).await?;
    let count = held.items.len();
    let file = json!({
        "account": account.id,
        "exported_at": local(now),
        "person": held.ids,
        "held": held.by_sort(),
    });
    let text = serde_json::to_string_pretty(&file)?;
    write_private(&args.out, &text).with_context(|| format!("{} cannot be written", args.out.display()))?;
    say::line(format_args!("{count} items about the person are in {}", args.out.display()));
    if count == 0 {
        say::line("Nothing is held about this person, or it is no id of theirs.");
    }
    Ok(ExitCode::SUCCESS)
}
