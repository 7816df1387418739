//! `accounts invite`: the ticket of a CRM, made here, for trying and for offices whose CRM cannot make one.

use std::path::Path;

use anyhow::{Context, Result};
use connect::{CrmSecrets, START_PATH, TICKET_LIFE, Ticket};

use super::app_named;
use crate::args;
use crate::say;
use crate::settings::Settings;

pub(super) async fn run(data: &Path, args: &args::Invite) -> Result<()> {
    let settings = Settings::find(data)?;
    let app = app_named(&settings.apps().await?, args.app.as_deref())?.name.clone();
    let base = args.url.clone().or_else(|| settings.connect());
    let base = base.context("where accounts are connected is not known: start the stack, or name it with --url")?;
    let address = address(
        &base,
        &settings.crm_secrets().await?,
        Invited {
            customer: &args.customer,
            office: &args.office,
            user: &args.user,
            app: Some(app),
            now_ms: boot::Clock::system().now_ms(),
        },
    )?;
    say::line(address);
    say::progress(
        "The office opens this address within ten minutes, once. Whoever has it can connect an account for it.",
    );
    Ok(())
}

/// Who is let in.
pub(crate) struct Invited<'a> {
    pub(crate) customer: &'a str,
    pub(crate) office: &'a str,
    pub(crate) user: &'a str,
    /// The Meta app's name; the first unless said.
    pub(crate) app: Option<String>,
    pub(crate) now_ms: i64,
}

/// The address of a page on which a customer connects an account.
pub(crate) fn address(base: &str, secrets: &CrmSecrets, invited: Invited<'_>) -> Result<String> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).context("the system has no randomness to give")?;
    let ticket = Ticket {
        id: hex::encode(id),
        customer: invited.customer.to_owned(),
        office: invited.office.to_owned(),
        user: invited.user.to_owned(),
        expires_at: invited.now_ms / 1_000 + i64::try_from(TICKET_LIFE.as_secs())?,
        app: invited.app,
        return_to: None,
    };
    Ok(format!("{}{START_PATH}?ticket={}", base.trim_end_matches('/'), ticket.sign(secrets)))
}
