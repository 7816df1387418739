//! The folder in which the local stack keeps what must survive a restart.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::project::{read_json, read_text};

/// The layout of the folder; another one cannot be read.
const LAYOUT: &str = "1";

/// The data folder, opened or made.
#[derive(Debug, Clone)]
pub(crate) struct DataFolder(PathBuf);

/// Where the parts of a running stack listen: how other commands find it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Endpoints {
    /// The callback URL.
    pub(crate) callback: String,
    /// Where accounts are connected, without a path.
    #[serde(default)]
    pub(crate) connect: String,
    /// Where the CRM asks the desk, up to `/v1`.
    #[serde(default)]
    pub(crate) desk: String,
    /// DynamoDB.
    pub(crate) dynamodb: String,
    /// SQS.
    pub(crate) sqs: String,
    /// Graph API.
    pub(crate) graph: String,
}

impl DataFolder {
    /// Opens the folder, or makes it: then secret, verify token and key are new, and the world is the samples'.
    pub(crate) fn open(path: &Path, sample_world: &Value) -> Result<Self> {
        let folder = Self(path.to_owned());
        if !folder.file("layout").exists() {
            folder.make(sample_world).with_context(|| format!("the data folder {} cannot be made", path.display()))?;
        }
        folder.check()?;
        if !folder.file("crm.json").exists() {
            write_private(&folder.file("crm.json"), &crm_secret()?)?;
        }
        Ok(folder)
    }

    /// Opens a folder that an earlier run made.
    pub(crate) fn existing(path: &Path) -> Result<Self> {
        let folder = Self(path.to_owned());
        if !folder.file("layout").exists() {
            bail!("there is no data in {} yet: start the stack with `cargo run` first", path.display());
        }
        folder.check()?;
        Ok(folder)
    }

    fn check(&self) -> Result<()> {
        let layout = read_text(&self.file("layout"))?;
        if layout.trim() != LAYOUT {
            bail!(
                "{} was written by another version (layout {}, this one reads {LAYOUT}): \
                 start afresh with `cargo run -- run --reset`, which deletes it",
                self.0.display(),
                layout.trim()
            );
        }
        Ok(())
    }

    fn make(&self, sample_world: &Value) -> Result<()> {
        fs::create_dir_all(&self.0)?;
        let mut world = sample_world.clone();
        for app in world["apps"].as_array_mut().into_iter().flatten() {
            app["app_secrets"] = json!([random_text()?]);
            app["verify_tokens"] = json!([random_text()?]);
        }
        write_private(&self.file("apps.json"), &serde_json::to_string_pretty(&json!({"apps": world["apps"]}))?)?;
        write_private(&self.file("token.key"), &vault::LocalKey::generate()?)?;
        self.save_world(&world)?;
        // Last: a folder without it is made anew.
        fs::write(self.file("layout"), LAYOUT)?;
        Ok(())
    }

    /// Deletes everything that earlier runs stored. Refuses a folder that is not one of ours, or in use.
    pub(crate) fn delete(path: &Path) -> Result<()> {
        if !path.exists() {
            return Ok(());
        }
        if !path.join("layout").is_file() {
            bail!("{} is no data folder of this program: it stays as it is", path.display());
        }
        if Self(path.to_owned()).running().is_some() {
            bail!("a stack runs on {}: stop it first", path.display());
        }
        fs::remove_dir_all(path).with_context(|| format!("{} cannot be deleted", path.display()))
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Meta's world as the last run left it, with the apps' present secrets.
    pub(crate) fn world(&self) -> Result<Value> {
        let mut world = read_json(&self.file("world.json"))?;
        world["apps"] = read_json(&self.file("apps.json"))?["apps"].take();
        Ok(world)
    }

    pub(crate) fn save_world(&self, world: &Value) -> Result<()> {
        write_private(&self.file("world.json"), &world.to_string())
    }

    /// Says where the running stack listens.
    pub(crate) fn announce(&self, endpoints: &Endpoints) -> Result<()> {
        Ok(fs::write(self.file("stack.json"), serde_json::to_string_pretty(endpoints)?)?)
    }

    /// The stack no longer runs.
    pub(crate) fn retract(&self) {
        let _already_gone = fs::remove_file(self.file("stack.json"));
    }

    /// Where the running stack listens; `None` if none answers there.
    pub(crate) fn running(&self) -> Option<Endpoints> {
        let text = fs::read_to_string(self.file("stack.json")).ok()?;
        let endpoints: Endpoints = serde_json::from_str(&text).ok()?;
        let address = endpoints.dynamodb.strip_prefix("http://")?;
        std::net::TcpStream::connect(address).ok().map(|_| endpoints)
    }
}

/// Writes a file that only its owner may read.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<()> {
    use std::io::Write;
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    Ok(options.open(path)?.write_all(text.as_bytes())?)
}

/// A new secret of the CRM, as `CRM_SECRET` holds it.
pub(crate) fn crm_secret() -> Result<String> {
    Ok(json!({"secrets": [format!("{}{}", random_text()?, random_text()?)]}).to_string())
}

/// 32 random hexadecimal digits.
pub(crate) fn random_text() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).context("the system has no randomness to give")?;
    Ok(hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_folder_has_secrets_of_its_own_and_keeps_them() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("data");
        let sample = json!({"apps": [{"app_id": "1", "app_secrets": ["sample"], "verify_tokens": ["sample"]}]});
        assert!(DataFolder::existing(&path).is_err(), "nothing there yet");
        let first = DataFolder::open(&path, &sample).unwrap().world().unwrap();
        assert_ne!(first["apps"][0]["app_secrets"][0], "sample");
        assert_eq!(DataFolder::open(&path, &sample).unwrap().world().unwrap(), first);
    }

    #[test]
    fn another_layout_is_named_and_a_foreign_folder_is_not_deleted() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("data");
        DataFolder::open(&path, &json!({})).unwrap();
        fs::write(path.join("layout"), "0").unwrap();
        assert!(DataFolder::existing(&path).unwrap_err().to_string().contains("--reset"));
        DataFolder::delete(&path).unwrap();
        assert!(!path.exists());
        assert!(DataFolder::delete(place.path()).is_err());
        assert!(place.path().exists());
    }
}
