//! Puts the world's accounts into the table, each with its rules and its sealed token, unless they are there already.

use anyhow::{Context, Result};
use instagram::{AccountId, AppId};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use store::{Account, Mode, Store};
use vault::Vault;

use crate::project::{Project, read_text};

/// What `events/world.json` says of an account beyond what Meta knows.
#[derive(Deserialize)]
struct Seed {
    account: AccountId,
    app_id: AppId,
    username: String,
    customer: String,
    token: String,
    mode: Mode,
    rules: Option<String>,
}

pub(super) async fn accounts(
    store: &Store,
    vault: &Vault,
    project: &Project,
    world: &Value,
    now_ms: i64,
) -> Result<()> {
    for seed in world["accounts"].as_array().into_iter().flatten() {
        let seed: Seed = serde_json::from_value(seed.clone()).context("an account of the world is not understood")?;
        if store.account(&seed.account).await?.is_some() {
            continue;
        }
        let account = Account {
            mode: seed.mode,
            sealed_token: Some(vault.seal(seed.account.as_str(), &SecretString::from(seed.token)).await?),
            ..Account::new(seed.account.clone(), seed.app_id, seed.customer, seed.username)
        };
        store.put_account(&account).await?;
        if let Some(file) = seed.rules {
            let path = project.path(&file);
            let document = read_text(&path)?;
            automation::RuleSet::parse(&document)
                .with_context(|| format!("{} is no valid rule set", path.display()))?;
            store.put_rules(&seed.account, &document, now_ms).await?;
        }
    }
    Ok(())
}
