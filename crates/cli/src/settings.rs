//! What a deployment's functions are told, for commands that look at more than the table; or what the local stack tells
//! its own.

use std::error::Error;
use std::path::{Path, PathBuf};

use anyhow::Result;
use boot::{AppsSecret, CallLimits, Clock, Env, SecretPlace};
use connect::CrmSecrets;
use instagram::Apps;
use serde_json::{Value, json};

use crate::data::{DataFolder, Endpoints};
use crate::project::{read_json, read_text};

/// The variable that names the apps' secret.
const META_APPS_SECRET: &str = "META_APPS_SECRET";

/// Where the settings are found.
pub(crate) enum Settings {
    /// The data folder's, and the running stack's if one runs.
    Local { folder: DataFolder, running: Option<Endpoints> },
    /// The environment's.
    Deployment,
}

impl Settings {
    /// By the same choice as [`Target::find`](crate::target::Target::find): a deployment if `TABLE_NAME` is set.
    pub(crate) fn find(data: &Path) -> Result<Self> {
        if Env::process().optional("TABLE_NAME", "the name of a DynamoDB table")?.is_some() {
            return Ok(Self::Deployment);
        }
        let folder = DataFolder::existing(data)?;
        let running = folder.running();
        Ok(Self::Local { folder, running })
    }

    /// The apps with their secrets. Errors never quote them.
    pub(crate) async fn apps(&self) -> Result<Apps> {
        match self {
            Self::Local { folder, .. } => Ok(Apps::parse(&read_text(&folder.file("apps.json"))?)?),
            Self::Deployment => deployed(META_APPS_SECRET, |texts| Apps::parse_parts(texts.iter().copied())).await,
        }
    }

    /// The apps as they are written down, with all that is said of them: for adding to.
    pub(crate) async fn apps_document(&self) -> Result<Value> {
        match self {
            Self::Local { folder, .. } => read_json(&folder.file("apps.json")),
            Self::Deployment => {
                let parse = |texts: &[&str]| {
                    Apps::parse_parts(texts.iter().copied()).map_err(|error| error.to_string())?;
                    joined(texts).ok_or_else(|| "the apps' secrets are no JSON".to_owned())
                };
                deployed(META_APPS_SECRET, parse).await
            }
        }
    }

    /// The file that holds the local stack's apps; a deployment has none.
    pub(crate) fn apps_file(&self) -> Option<PathBuf> {
        match self {
            Self::Local { folder, .. } => Some(folder.file("apps.json")),
            Self::Deployment => None,
        }
    }

    /// The running stack's callback URL.
    pub(crate) fn callback(&self) -> Option<String> {
        match self {
            Self::Local { running, .. } => running.as_ref().map(|running| running.callback.clone()),
            Self::Deployment => None,
        }
    }

    /// Where the running stack connects accounts, without a path.
    pub(crate) fn connect(&self) -> Option<String> {
        match self {
            Self::Local { running, .. } => running.as_ref().map(|running| running.connect.clone()),
            Self::Deployment => None,
        }
    }

    /// The secrets that the CRM signs tickets with. Errors never quote them.
    pub(crate) async fn crm_secrets(&self) -> Result<CrmSecrets> {
        match self {
            Self::Local { folder, .. } => Ok(CrmSecrets::parse_parts([read_text(&folder.file("crm.json"))?.as_str()])?),
            Self::Deployment => deployed("CRM_SECRET", |texts| CrmSecrets::parse_parts(texts.iter().copied())).await,
        }
    }
}

/// A deployment's secret, read where the variable says.
async fn deployed<T: Clone, E: Into<Box<dyn Error + Send + Sync>>>(
    variable: &str,
    parse: impl Fn(&[&str]) -> Result<T, E> + Send + Sync + 'static,
) -> Result<T> {
    let clock = Clock::system();
    let place = SecretPlace::from_env(&Env::process(), variable)?;
    let config = boot::aws_config(&clock, CallLimits::default()).await?;
    let secret = AppsSecret::new(place, Some(&config), clock, parse);
    Ok(T::clone(&*secret.get().await?))
}

/// Apps that are spread over several secrets, as one document.
fn joined(texts: &[&str]) -> Option<Value> {
    let mut all = Vec::new();
    for text in texts {
        let mut part: Value = serde_json::from_str(text).ok()?;
        all.append(part["apps"].as_array_mut()?);
    }
    Some(json!({ "apps": all }))
}
