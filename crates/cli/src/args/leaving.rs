//! What an operator types about what is to be forgotten, handed out, or sent again.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
#[group(skip)]
#[command(group(clap::ArgGroup::new("whom").required(true).multiple(false)))]
pub(crate) struct Erase {
    /// The account's id.
    pub(crate) account: String,
    /// The person's id: `explain` shows it.
    #[arg(group = "whom")]
    pub(crate) person: Option<String>,
    /// The whole account: it is disconnected and everything of it goes.
    #[arg(long, group = "whom")]
    pub(crate) whole_account: bool,
    /// Do not ask first.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Wait until it is done.
    #[arg(long)]
    pub(crate) wait: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The account's id.
    pub(crate) account: String,
    /// The person's id: `explain` shows it.
    pub(crate) person: String,
    /// The file to write. Only you can read it. On a deployment this is noted in the account's records first.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Receipt {
    /// The code that `erase` gave.
    pub(crate) code: String,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Quarantine {
    /// What lies there: why, what, since when. Nobody's words.
    List,
    /// Send it through the events queue again; it leaves the quarantine once that queue has it.
    Replay {
        /// Which, by its id or the beginning of it.
        #[arg(required_unless_present = "all")]
        id: Option<String>,
        /// Everything that can be sent again.
        #[arg(long, conflicts_with = "id")]
        all: bool,
    },
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum DeadLetters {
    /// What lies there: whose, what, since when. Nobody's words.
    List,
    /// Send it back to the events queue; it leaves the dead letters once that queue has it. What is too late for an answer
    /// is stored and not answered.
    Redrive {
        /// Which, by its id or the beginning of it.
        #[arg(required_unless_present = "all")]
        id: Option<String>,
        /// All of them.
        #[arg(long, conflicts_with = "id")]
        all: bool,
    },
}
