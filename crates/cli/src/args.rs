//! What a person types.

mod accounts;
mod feed;
mod leaving;
mod operators;
mod rules;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use accounts::{Accounts, AccountsCommand, Connect, HasIt, Import, Invite, Mode};
pub(crate) use feed::Feed;
pub(crate) use leaving::{DeadLetters, Erase, Export, Quarantine, Receipt};
pub(crate) use operators::{Doctor, Explain, Replies, RepliesCommand, Resolution, State, Switch};
pub(crate) use rules::{Kind, Replay, Rules, Try};

/// Instagram webhooks and replies: the local stack, sample deliveries, and the operator's commands.
#[derive(Debug, Parser)]
#[command(name = "politicall-ig", version, max_term_width = 110)]
#[command(
    after_help = "Without a command the local stack starts: everything that runs in AWS, and a Meta to talk to, \
    in one process on 127.0.0.1.\n\nTry, in a second terminal:\n  \
    cargo run -- send --field messages     post a signed direct message\n  \
    cargo run -- demo                      play every sample and check what became of it\n\n\
    accounts, rules, replies, stop, start, status, explain, doctor, erase, erasures, export, receipt, \
    quarantine, dead-letters and feed work on the local data, beside a running stack too; or on a \
    deployment, with TABLE_NAME set to the stack's output TableName and AWS credentials and region as usual \
    (AWS_ENDPOINT_URL_DYNAMODB names another DynamoDB)."
)]
pub(crate) struct Cli {
    /// Where the local stack keeps its data.
    #[arg(long, global = true, value_name = "FOLDER", default_value = ".politicall", env = "POLITICALL_DATA")]
    pub(crate) data: PathBuf,

    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the local stack and keep it running until Ctrl-C (the default).
    Run(Run),
    /// Post signed sample deliveries to the running stack.
    Send(Send),
    /// Play every sample through a fresh stack and check event by event what became of it.
    Demo(Demo),
    /// Rules of an account: store, list, go back; check, compare and try them without sending.
    #[command(subcommand)]
    Rules(Rules),
    /// Questions to begin with, and the menu: what an account shows, and making it show what its rules say.
    #[command(subcommand)]
    Menu(Menu),
    /// Accounts: list, show, connect, import, disconnect; and what is done for them.
    Accounts(Accounts),
    /// Replies by state, with reasons and ages; settle those that nobody can tell about.
    Replies(Replies),
    /// Stop all sending, an app's or an account's. What is due meanwhile is cancelled.
    Stop(Switch),
    /// Let sending go on.
    Start(Switch),
    /// What keeps accounts from sending: stops, dead tokens, restrictions, waits.
    Status,
    /// The whole story of an event: what came, what was decided and why, every reply and every attempt.
    Explain(Explain),
    /// What is wrong with the set-up, how sure that is, and what to do: secrets, callback, queues, and accounts.
    Doctor(Doctor),
    /// Erase everything held about one person, or a whole account. It cannot be undone.
    Erase(Erase),
    /// After a table was restored from a backup: erase there again what was erased since.
    EraseAgain {
        /// The table that it replaces, which knows what was erased.
        #[arg(value_name = "OLD_TABLE")]
        from: String,
    },
    /// Who waits to be forgotten and since when, and which erasures are under way.
    Erasures,
    /// Write everything held about one person to a file, as JSON.
    Export(Export),
    /// How far an erasure is.
    Receipt(Receipt),
    /// What nobody could use: deliveries and events, kept for 14 days. Shows them without words, and sends them again.
    #[command(subcommand)]
    Quarantine(Quarantine),
    /// Events that the worker gave up after eight receipts, kept for 14 days. Shows them without words, and sends them back.
    #[command(subcommand)]
    DeadLetters(DeadLetters),
    Feed(Feed),
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Port of the callback URL on 127.0.0.1.
    #[arg(long, default_value_t = 8787)]
    pub(crate) port: u16,
    /// Start with an empty data folder: deletes what earlier runs stored there.
    #[arg(long)]
    pub(crate) reset: bool,
}

impl Default for Run {
    fn default() -> Self {
        Self { port: 8787, reset: false }
    }
}

#[derive(Debug, Args)]
#[group(skip)]
#[command(group(clap::ArgGroup::new("which").required(true).multiple(true)))]
pub(crate) struct Send {
    /// Delivery bodies to post; see events/webhook/.
    #[arg(value_name = "FILE", group = "which")]
    pub(crate) files: Vec<PathBuf>,
    /// Post the samples of one of the dashboard's webhook fields, such as `comments`.
    #[arg(long, value_name = "FIELD", group = "which")]
    pub(crate) field: Option<String>,
    /// Post every sample.
    #[arg(long, group = "which")]
    pub(crate) all: bool,
    /// Keep times and ids as they stand. Otherwise the newest time becomes now and message and comment ids are made new.
    #[arg(long)]
    pub(crate) as_is: bool,
    /// Where to post, instead of the running stack's callback URL.
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Play only samples whose file name contains this.
    #[arg(value_name = "PART")]
    pub(crate) only: Option<String>,
    /// Keep times and ids as they stand.
    #[arg(long)]
    pub(crate) as_is: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Menu {
    /// What the account shows, beside what its rule set says.
    Show {
        /// The account's id.
        account: String,
    },
    /// Make the account show what its rule set says.
    Push {
        /// The account's id.
        account: String,
    },
}
