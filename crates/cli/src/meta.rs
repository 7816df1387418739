//! Meta, and what opens the accounts' tokens for it: the running stack's, or as a deployment's settings say.

use std::path::Path;

use anyhow::{Context, Result, bail};
use boot::{CallLimits, Clock, Env};
use graph::Graph;
use secrecy::SecretString;
use store::Account;
use vault::{LocalKey, Vault};

use crate::data::DataFolder;
use crate::project::read_text;

/// The Graph API and the vault.
pub(crate) struct Meta {
    pub(crate) graph: Graph,
    pub(crate) vault: Vault,
}

impl Meta {
    /// By the same choice as [`Target::find`](crate::target::Target::find): a deployment if `TABLE_NAME` is set.
    pub(crate) async fn find(data: &Path) -> Result<Self> {
        let env = Env::process();
        let (graph, vault) = match env.optional("TABLE_NAME", "the name of a DynamoDB table")? {
            Some(_) => {
                let key = env.text("TOKEN_KEY", "the ARN of a KMS key, or file: and the path of a key file")?;
                let config = boot::aws_config(&Clock::system(), CallLimits::default()).await?;
                (env.url("GRAPH_BASE_URL")?, Vault::from_setting(&key, &config)?)
            }
            None => {
                let folder = DataFolder::existing(data)?;
                let running =
                    folder.running().context("there is no Meta to talk to: start the stack with `cargo run`")?;
                (running.graph, Vault::local(LocalKey::parse(&read_text(&folder.file("token.key"))?)?))
            }
        };
        Ok(Self { graph: Graph::new(&graph)?, vault })
    }

    /// The account's token, opened.
    pub(crate) async fn token(&self, account: &Account) -> Result<SecretString> {
        let Some(sealed) = &account.sealed_token else {
            bail!("{} has no token: connect the account again", account.id);
        };
        Ok(self.vault.open(account.id.as_str(), sealed).await?)
    }
}
