//! What an operator types about what the CRM is told.

use clap::Args;

/// What the CRM is told, as it is told: one line for each event, by ids and codes, each once, until Ctrl-C.
///
/// On a deployment (CRM_QUEUE_URL or TABLE_NAME is set) nothing is taken: what is received is given back at once, for the
/// CRM to have. But SQS knows no looking without receiving. While events are out of sight, those of the same conversations
/// cannot be received by the CRM; every look counts as a receipt of the message; of each conversation the first ten events are
/// seen, and those behind them once the CRM has taken these. So look for minutes, not for days.
///
/// On the local stack, whose queue nobody else reads, what is shown is taken.
#[derive(Debug, Args)]
pub(crate) struct Feed {
    /// Take what is shown out of the queue, as the CRM would. On a deployment the CRM never gets it.
    #[arg(long, conflicts_with = "keep")]
    pub(crate) take: bool,
    /// Leave it in the queue, on the local stack too: for trying out a CRM there.
    #[arg(long)]
    pub(crate) keep: bool,
    /// Stop when nothing more waits.
    #[arg(long)]
    pub(crate) once: bool,
    /// Print the bodies as they are, one a line.
    #[arg(long)]
    pub(crate) json: bool,
}
