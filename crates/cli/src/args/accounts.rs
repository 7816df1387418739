//! What an operator types about accounts.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct Accounts {
    #[command(subcommand)]
    pub(crate) command: Option<AccountsCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccountsCommand {
    /// List all accounts (the default).
    List,
    /// All that is known of an account but its token.
    Show {
        /// The account's id.
        account: String,
    },
    /// What is done for an account.
    Mode {
        /// The account's id.
        account: String,
        /// What is done for it from now on.
        mode: Mode,
    },
    /// How long an account's conversations and messages are kept; holds for what comes from now on.
    Retention {
        /// The account's id.
        account: String,
        /// Days, 180 unless set.
        #[arg(value_parser = clap::value_parser!(u16).range(1..=730))]
        days: u16,
    },
    /// Whether Meta gave the app its Human Agent feature for this account: then people may answer for seven days, not one.
    HumanAgent {
        /// The account's id.
        account: String,
        /// On or off.
        #[arg(value_enum)]
        has_it: HasIt,
    },
    /// Print the address at which an office connects its account: good once, for ten minutes.
    Invite(Invite),
    /// Connect an account by a token made in the app's dashboard, which is read from standard input.
    Connect(Connect),
    /// Take accounts over from another system: corrects their ids, and starts new ones in observe.
    Import(Import),
    /// End an account's connection: Meta is told first, then its token is dropped and nothing is sent any more.
    Disconnect {
        /// The account's id.
        account: String,
        /// Go on although Meta cannot be told, as with a dead token.
        #[arg(long)]
        force: bool,
    },
    /// Subscribe an account, or all, to its webhook fields again, now: the caretaker looks every six hours.
    Subscribe {
        /// The account's id.
        #[arg(required_unless_present = "all")]
        account: Option<String>,
        /// Every connected account.
        #[arg(long, conflicts_with = "account")]
        all: bool,
    },
    /// Make one call for each permission, and print it: the evidence that App Review asks for.
    Prove {
        /// The account's id.
        account: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// Events are counted only.
    Off,
    /// Events are stored and decided on; nothing is sent.
    Observe,
    /// Replies are sent.
    Answer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HasIt {
    /// It has it.
    On,
    /// It has not.
    Off,
}

#[derive(Debug, Args)]
pub(crate) struct Invite {
    /// The customer's id in the CRM.
    #[arg(long)]
    pub(crate) customer: String,
    /// The office's name, as its people know it.
    #[arg(long)]
    pub(crate) office: String,
    /// Who asks, by the CRM's name.
    #[arg(long, default_value = "operator")]
    pub(crate) user: String,
    /// The Meta app to log in to, by its name. Else the first.
    #[arg(long, value_name = "NAME")]
    pub(crate) app: Option<String>,
    /// Where accounts are connected, without a path, if it is not the local stack; CRM_SECRET must be set then.
    #[arg(long, value_name = "URL", env = "CONNECT_BASE_URL")]
    pub(crate) url: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Connect {
    /// The customer's id in the CRM.
    #[arg(long)]
    pub(crate) customer: String,
    /// The Meta app that the token was made for, by its name. Else the first.
    #[arg(long, value_name = "NAME")]
    pub(crate) app: Option<String>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "The file is a JSON array of objects or a CSV with a head line, with the columns customer, token, \
    app_id, app_secret, verify_token, username; all but customer and token may be empty. It is checked as a whole \
    before anything is done, and may be imported again: what is there already is brought up to date."
)]
pub(crate) struct Import {
    /// The accounts, as JSON or CSV.
    pub(crate) file: PathBuf,
    /// Where to write the apps with their secrets, if the file brings new ones to a deployment. Only its owner can read it.
    #[arg(long, value_name = "FILE")]
    pub(crate) apps_out: Option<PathBuf>,
}
