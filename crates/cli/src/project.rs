//! The files of the project that the local stack plays with: samples, their world, rule sets.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;

/// The folder that holds `events/` and `infra/`.
#[derive(Debug, Clone)]
pub(crate) struct Project(PathBuf);

/// What must become of one sample file.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Expected {
    /// How many events it holds, by a plain walk.
    pub(crate) elements: usize,
    /// Their kinds, sorted.
    pub(crate) kinds: Vec<String>,
    /// The outcomes of the events that have one, sorted.
    pub(crate) outcomes: Vec<String>,
    /// How many messages, private and public replies reach Meta.
    pub(crate) sends: usize,
}

impl Project {
    /// Looks for the project upwards from the current folder.
    pub(crate) fn find() -> Result<Self> {
        let here = std::env::current_dir().context("the current folder cannot be read")?;
        let found = here.ancestors().find(|folder| folder.join("events/world.json").is_file());
        match found {
            Some(folder) => Ok(Self(folder.to_owned())),
            None => bail!("no events/world.json here or above: run this inside the project's folder"),
        }
    }

    pub(crate) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.0.join(relative)
    }

    /// Apps, accounts and people that the samples belong to.
    pub(crate) fn world(&self) -> Result<Value> {
        read_json(&self.path("events/world.json"))
    }

    /// What must become of each sample file, by its name.
    pub(crate) fn expected(&self) -> Result<BTreeMap<String, Expected>> {
        Ok(serde_json::from_value(read_json(&self.path("events/expected.json"))?)?)
    }

    /// All sample deliveries, in alphabetical order.
    pub(crate) fn samples(&self) -> Result<Vec<PathBuf>> {
        let folder = self.path("events/webhook");
        let entries = std::fs::read_dir(&folder).with_context(|| format!("{} cannot be read", folder.display()))?;
        let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.retain(|file| file.extension().is_some_and(|ending| ending == "json"));
        files.sort();
        Ok(files)
    }
}

pub(crate) fn read_json(path: &Path) -> Result<Value> {
    let text = read_text(path)?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))
}

pub(crate) fn read_text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}
