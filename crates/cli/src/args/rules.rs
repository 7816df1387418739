//! What a person types about rules.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::operators::Reveal;

#[derive(Debug, Subcommand)]
pub(crate) enum Rules {
    /// Check a rule set and put it in force as the account's next version.
    Set {
        /// The account's id.
        account: String,
        /// The rule set, as JSON.
        file: PathBuf,
    },
    /// List the versions of an account's rules.
    List {
        /// The account's id.
        account: String,
    },
    /// Put an earlier version back in force; without a number the one before.
    Rollback {
        /// The account's id.
        account: String,
        /// The version.
        version: Option<u32>,
    },
    /// Check a rule set without storing it, and say what it holds.
    Check {
        /// The rule set, as JSON.
        file: PathBuf,
    },
    /// What changes from one rule set to another.
    Diff {
        /// A rule set, or the id of an account: the set that is in force there.
        #[arg(value_name = "ACCOUNT|FILE")]
        before: String,
        /// The other rule set, as JSON.
        #[arg(value_name = "FILE")]
        after: PathBuf,
    },
    /// What a rule set answers to a text, or to the events of a delivery, and why. Sends nothing and needs no stack.
    Try(Try),
    /// Decide stored events of an account again, by the rules of then and by others, and tell what differs. Sends nothing.
    Replay(Replay),
    /// Print the JSON Schema of rule sets.
    Schema,
}

#[derive(Debug, Args)]
pub(crate) struct Try {
    /// The rule set, as JSON.
    pub(crate) file: PathBuf,
    /// What the person writes; of a button its title, of a reaction its name or emoji, of a link its ref.
    #[arg(value_name = "TEXT", required_unless_present_any = ["events", "payload"])]
    pub(crate) text: Option<String>,
    /// What the text comes as.
    #[arg(long = "as", value_enum, value_name = "KIND", default_value_t = Kind::Message)]
    pub(crate) kind: Kind,
    /// The payload of a tap.
    #[arg(long, value_name = "TEXT")]
    pub(crate) payload: Option<String>,
    /// It is the first thing that the person ever sent. Else a conversation is under way and its window open.
    #[arg(long)]
    pub(crate) first: bool,
    /// When it happens, such as 2026-11-02T10:30, in the set's time zone. Else now, or the event's own time.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// A delivery as Meta posts it, see events/webhook/, instead of a text.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["text", "kind", "payload"])]
    pub(crate) events: Option<PathBuf>,
}

/// Kinds of event, as in a rule's `on`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// A direct message.
    Message,
    /// A comment on a post of the account.
    Comment,
    /// A direct message that answers a story.
    StoryReply,
    /// A tap on a button, menu item or ice breaker.
    Postback,
    /// A tap on a quick reply.
    QuickReply,
    /// A comment during a broadcast.
    LiveComment,
    /// A reaction to a message.
    Reaction,
    /// A person came through a link or an ad.
    Referral,
}

#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// The account's id.
    pub(crate) account: String,
    /// The rule set to try, as JSON.
    pub(crate) file: PathBuf,
    /// From when on: so many days, hours or minutes back, or a date such as 2026-11-01.
    #[arg(long, value_name = "7d|DATE", default_value = "7d")]
    pub(crate) since: String,
    /// At most this many events, the latest.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) reveal: Reveal,
}
