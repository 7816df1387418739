//! `cargo run -- replies`: replies by state, with what each is waiting for.

pub(crate) mod gather;
mod resolve;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use instagram::AccountId;
use store::ReplyState;

use crate::args::{Replies, RepliesCommand, State};
use crate::moment::{away, span};
use crate::say;
use crate::status;
use crate::table::Table;
use crate::target::Target;

use gather::{Found, Gathered};

/// Most replies shown of a state.
const MOST_SHOWN: usize = 200;

pub(crate) async fn run(data: &Path, args: Replies) -> Result<ExitCode> {
    let target = Target::find(data).await?;
    if let Some(RepliesCommand::Resolve { id, resolution }) = args.command {
        resolve::run(&target, &id, resolution).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let only = match &args.account {
        Some(account) => Some(target.account(account).await?.id),
        None => None,
    };
    for trouble in status::troubles(&target, only.as_ref()).await? {
        say::line(format_args!("! {trouble}"));
    }
    let sections = sections(&target, args.state, only.as_ref()).await?;
    if sections.iter().all(|section| section.gathered.found.is_empty()) {
        say::line(nothing(args.state));
        return Ok(ExitCode::SUCCESS);
    }
    let mut reasons = BTreeSet::new();
    for section in &sections {
        print(section, target.clock.now_ms(), &mut reasons);
    }
    say::line("\nReasons");
    reasons.iter().for_each(|reason| say::line(format_args!("  {}", codes::told(codes::REPLY, reason))));
    if args.reveal.reveal {
        reveal(&target, &sections).await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The replies of one state, and what a person makes of it.
struct Section {
    title: &'static str,
    gathered: Gathered,
}

async fn sections(target: &Target, state: State, only: Option<&AccountId>) -> Result<Vec<Section>> {
    let wants = |wanted| state == State::All || state == wanted;
    let mut sections = Vec::new();
    if wants(State::Parked) {
        let gathered = gather::parked(target, only, MOST_SHOWN).await?;
        sections.push(Section {
            title: "Parked: nobody can tell whether they are out. Look in Instagram, then `replies resolve ID …`",
            gathered,
        });
    }
    if wants(State::Unknown) {
        let gathered = gather::due(target, only, MOST_SHOWN, |state| state == ReplyState::Unknown).await?;
        sections.push(Section { title: "Unknown: they may be out; evidence is looked for", gathered });
    }
    if wants(State::Planned) {
        let is_open = |state| matches!(state, ReplyState::Planned | ReplyState::Sending);
        let gathered = gather::due(target, only, MOST_SHOWN, is_open).await?;
        sections.push(Section { title: "Planned: they wait for their moment", gathered });
    }
    if wants(State::Failed) {
        let gathered = gather::failed(target, only, MOST_SHOWN).await?;
        sections.push(Section { title: "Failed: they were not sent and will not be", gathered });
    }
    Ok(sections)
}

fn nothing(state: State) -> &'static str {
    match state {
        State::Parked => "No reply is parked.",
        State::Failed => "No reply failed within the last 35 days.",
        State::Unknown => "Of no reply is the outcome unknown.",
        State::Planned => "No reply waits.",
        State::All => "No reply waits, is in doubt, is parked, or failed within the last 35 days.",
    }
}

fn print(section: &Section, now: i64, reasons: &mut BTreeSet<String>) {
    let Gathered { found, left_out } = &section.gathered;
    if found.is_empty() {
        return;
    }
    say::line(format_args!("\n{}", section.title));
    let mut table = Table::new(["  reply", "age", "due", "tries", "reason", "account", "kind", "answers"]);
    for entry in found {
        let reply = entry.reply();
        let reason = reply.reason.clone().unwrap_or_default();
        table.row([
            format!("  {}", reply.id),
            entry.item.content.at.map(|at| span(now - at)).unwrap_or_default(),
            entry.item.due_at.filter(|_| !reply.state.is_final()).map(|due| away(due, now)).unwrap_or_default(),
            reply.tries.len().to_string(),
            reason.clone(),
            entry.account.to_string(),
            kind(reply.action).to_owned(),
            answered(&entry.key.sk),
        ]);
        if !reason.is_empty() {
            reasons.insert(reason);
        }
    }
    say::line(table);
    if *left_out > 0 {
        say::line(format_args!("  … and {left_out} more: name an --account or a --state to see others"));
    }
}

/// What a reply is, in a word or two.
pub(crate) fn kind(action: store::ReplyAction) -> &'static str {
    match action {
        store::ReplyAction::Message => "direct message",
        store::ReplyAction::PrivateReply => "private reply",
        store::ReplyAction::PublicReply => "public reply",
    }
}

/// What lies at a sort key: `explain` takes the id.
pub(crate) fn answered(sk: &str) -> String {
    match sk.split_once('#') {
        Some(("M", mid)) => format!("message {mid}"),
        Some(("C", comment)) => format!("comment {comment}"),
        Some(("R", rest)) => format!("a reaction to message {}", rest.split('#').next().unwrap_or_default()),
        _ => "another event".to_owned(),
    }
}

/// What people wrote and what they are to read.
async fn reveal(target: &Target, sections: &[Section]) -> Result<()> {
    let mut by_account: BTreeMap<&str, Vec<&Found>> = BTreeMap::new();
    for entry in sections.iter().flat_map(|section| &section.gathered.found) {
        by_account.entry(entry.account.as_str()).or_default().push(entry);
    }
    for entries in by_account.values() {
        if let Some(first) = entries.first() {
            target.note_reveal(&first.account, &format!("replies: {} of them", entries.len())).await?;
        }
        for entry in entries {
            say::line(format_args!("\n{}", entry.reply().id));
            let asked = entry.item.content.parsed_body().and_then(|body| body.text);
            let words = [("asked", asked.as_ref()), ("answer", entry.reply().text.as_ref())];
            for (who, words) in words {
                let words = words.map_or("(none, or erased)", instagram::Words::expose);
                say::line(format_args!("  {who:<7} {words}"));
            }
        }
    }
    Ok(())
}
