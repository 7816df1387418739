//! `cargo run -- menu …`: what an account shows before anybody has written, beside what its rule set says.

mod parts;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use automation::RuleSet;
use graph::{Doubt, SendError};
use instagram::outgoing::MessengerProfile;
use secrecy::SecretString;
use store::Connection;

use crate::args::Menu;
use crate::meta::Meta;
use crate::say;
use crate::target::Target;

use parts::Part;

pub(crate) async fn run(data: &Path, command: Menu) -> Result<ExitCode> {
    match command {
        Menu::Show { account } => {
            let scene = Scene::find(data, &account).await?;
            scene.print();
        }
        Menu::Push { account } => {
            let scene = Scene::find(data, &account).await?;
            scene.print();
            scene.push().await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What should be shown, and what is.
struct Scene {
    meta: Meta,
    token: SecretString,
    wanted: MessengerProfile,
    /// `None` if somebody else set what a rule set cannot hold.
    shown: Option<MessengerProfile>,
}

impl Scene {
    async fn find(data: &Path, account: &str) -> Result<Self> {
        let target = Target::find(data).await?;
        let account = target.account(account).await?;
        if account.connection != Connection::Connected {
            bail!("the account {} is no longer connected", account.id);
        }
        let Some(rules) = target.store.rules(&account.id, account.rules).await? else {
            bail!("{0} has no rules: store some with `rules set {0} FILE`", account.id);
        };
        let wanted = RuleSet::parse(&rules.document)?.profile().clone();
        let meta = Meta::find(data).await?;
        let token = meta.token(&account).await?;
        let shown = match meta.graph.messenger_profile(&token).await.result {
            Ok(shown) => Some(shown),
            Err(SendError::OutcomeUnknown(Doubt::Unreadable(_))) => None,
            Err(error) => return Err(anyhow::Error::from(error).context("Meta does not say what the account shows")),
        };
        Ok(Self { meta, token, wanted, shown })
    }

    fn parts(&self) -> [Part; 2] {
        Part::both(&self.wanted, self.shown.as_ref())
    }

    fn print(&self) {
        for part in self.parts() {
            part.lines().into_iter().for_each(say::line);
        }
    }

    /// Sets what differs, and removes what the set does not have.
    async fn push(&self) -> Result<()> {
        let differing: Vec<Part> = self.parts().into_iter().filter(|part| !part.is_equal()).collect();
        if differing.is_empty() {
            say::line("Nothing to do.");
            return Ok(());
        }
        let (graph, token) = (&self.meta.graph, &self.token);
        let (to_set, to_remove): (Vec<Part>, Vec<Part>) = differing.into_iter().partition(Part::is_wanted);
        if !to_set.is_empty() {
            let profile = parts::only(&self.wanted, &to_set);
            graph.set_messenger_profile(token, &profile).await.result.context("Meta did not take it")?;
            to_set.iter().for_each(|part| say::line(format_args!("Meta took the {}.", part.name())));
        }
        if !to_remove.is_empty() {
            let features: Vec<_> = to_remove.iter().map(Part::feature).collect();
            let removed = graph.delete_messenger_profile(token, &features).await.result;
            removed.context("Meta did not remove what the rule set has not")?;
            to_remove.iter().for_each(|part| say::line(format_args!("Meta removed the {}.", part.name())));
        }
        Ok(())
    }
}
