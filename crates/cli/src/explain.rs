//! `cargo run -- explain`: the whole story of an event.

mod find;
mod story;
mod wanted;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::args;
use crate::say;
use crate::target::Target;

use wanted::Wanted;

pub(crate) async fn run(data: &Path, args: &args::Explain) -> Result<ExitCode> {
    let target = Target::find(data).await?;
    let wanted = Wanted::parse(&args.id)?;
    let accounts = match args.account.as_deref().or(wanted.account()) {
        Some(account) => vec![target.account(account).await?],
        None => target.accounts().await?,
    };
    let found = find::everywhere(&target, &wanted, &accounts).await?;
    let Some(first) = found.first() else {
        bail!(
            "nothing is stored under {:?} in {} account(s). Items live for 180 days. A sent reply is found by the event \
             it answers: its key stands in the log line as event.key",
            args.id,
            accounts.len()
        );
    };
    if args.reveal.reveal {
        target.note_reveal(&first.account, &format!("explain: {}", args.id)).await?;
    }
    for (place, event) in found.iter().enumerate() {
        if place > 0 {
            say::line("");
        }
        let story = story::tell(&target, event, args.reveal.reveal).await?;
        say::line(story.trim_end());
    }
    Ok(ExitCode::SUCCESS)
}
