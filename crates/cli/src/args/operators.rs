//! What an operator types about replies, sending and events.

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Replies {
    #[command(subcommand)]
    pub(crate) command: Option<RepliesCommand>,
    /// Only replies in this state.
    #[arg(long, value_enum, default_value_t = State::All)]
    pub(crate) state: State,
    /// Only this account's.
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
    #[command(flatten)]
    pub(crate) reveal: Reveal,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RepliesCommand {
    /// Settle a parked reply, of which nobody but a person can tell whether it is out.
    Resolve {
        /// The reply's id, or at least 8 characters of its beginning.
        id: String,
        /// What became of it, or shall become of it.
        resolution: Resolution,
    },
}

/// Which replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum State {
    /// Nobody can tell whether it is out; a person must look.
    Parked,
    /// It will not be sent.
    Failed,
    /// It may be out; evidence is looked for.
    Unknown,
    /// It is to be sent, or being sent.
    Planned,
    /// Any of these.
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Resolution {
    /// The person sees it in Instagram.
    Sent,
    /// It is not there and shall be sent now. If it is there after all, the person gets it twice.
    Resend,
    /// It shall not be sent.
    Drop,
}

/// What to stop, or to let go on.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Switch {
    /// Everything.
    #[arg(long)]
    pub(crate) all: bool,
    /// All accounts that are connected through a Meta app.
    #[arg(long, value_name = "ID")]
    pub(crate) app: Option<String>,
    /// One account.
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// An event key as the log writes it ('msg|…', in quotes), or the id of a message, comment or reply.
    pub(crate) id: String,
    /// Look in this account only.
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
    #[command(flatten)]
    pub(crate) reveal: Reveal,
}

#[derive(Debug, Args)]
#[command(
    after_help = "On a deployment it reads META_APPS_SECRET, EVENTS_QUEUE_URL, QUARANTINE_QUEUE_URL, TOKEN_KEY and \
    GRAPH_BASE_URL beside TABLE_NAME: the stack's outputs. Exit status 1 if something is proved wrong."
)]
pub(crate) struct Doctor {
    /// Look at this account, too.
    #[arg(value_name = "ACCOUNT")]
    pub(crate) account: Option<String>,
    /// Look at every account.
    #[arg(long, conflicts_with = "account")]
    pub(crate) all: bool,
    /// The callback URL, where it is not the local stack's.
    #[arg(long, value_name = "URL", env = "CALLBACK_URL")]
    pub(crate) callback: Option<String>,
}

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Reveal {
    /// Show what people wrote, too. On a deployment this is noted in the account's records first.
    #[arg(long)]
    pub(crate) reveal: bool,
}
