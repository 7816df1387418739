//! Which table an operator's command works on: the running stack's, the data folder's, or a deployment's.

use std::path::Path;

use anyhow::{Context, Result};
use boot::{CallLimits, Clock, Env};
use sandbox::dynamo::Dynamo;
use store::Store;

use crate::data::DataFolder;
use crate::stack;

/// A table to work on.
pub(crate) struct Target {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    /// The data folder's database, opened because no stack runs on it.
    _opened: Option<Dynamo>,
}

impl Target {
    /// A deployment if `TABLE_NAME` is set, with the AWS settings of the environment; else the local data, beside a
    /// running stack too.
    pub(crate) async fn find(data: &Path) -> Result<Self> {
        let clock = Clock::system();
        if let Some(table) = Env::process().optional("TABLE_NAME", "the name of a DynamoDB table")? {
            let config = boot::aws_config(&clock, CallLimits::default()).await?;
            let store = Store::new(aws_sdk_dynamodb::Client::new(&config), table);
            return Ok(Self { store, clock, _opened: None });
        }
        let folder = DataFolder::existing(data)?;
        let (endpoint, opened) = match folder.running() {
            Some(running) => (running.dynamodb, None),
            None => {
                let dynamo =
                    Dynamo::file(&folder.file("table.db")).await.context("the local table cannot be opened")?;
                (dynamo.endpoint().to_owned(), Some(dynamo))
            }
        };
        let config = boot::aws_config_at(&endpoint, &clock, CallLimits::default()).await;
        let store = Store::new(aws_sdk_dynamodb::Client::new(&config), stack::TABLE);
        Ok(Self { store, clock, _opened: opened })
    }
}
