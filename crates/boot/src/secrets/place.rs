//! Where a secret is kept.

use std::error::Error;
use std::path::PathBuf;

use aws_sdk_secretsmanager::Client;
use secrecy::SecretString;

use crate::{Env, EnvError};

const EXPECTED: &str = "arn:… of a secret, several of them joined by commas, or file:… with a path";

/// A file, or one or more secrets in AWS Secrets Manager.
///
/// Secrets Manager holds at most 65,536 bytes a secret
/// (<https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html>, read 2026-11-22). A longer
/// list of apps is spread over several, each a whole document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretPlace(Place);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    File(PathBuf),
    Aws(Vec<String>),
}

impl SecretPlace {
    /// Reads the variable `name`.
    ///
    /// # Errors
    /// When it is absent or neither `arn:…` nor `file:…`.
    pub fn from_env(env: &Env, name: &str) -> Result<Self, EnvError> {
        env.parse(name, EXPECTED, Self::parse)
    }

    fn parse(text: &str) -> Option<Self> {
        if let Some(path) = text.strip_prefix("file:") {
            return (!path.is_empty()).then(|| Self(Place::File(PathBuf::from(path))));
        }
        let arns: Vec<_> = text.split(',').map(|arn| arn.trim().to_owned()).collect();
        arns.iter().all(|arn| arn.starts_with("arn:")).then_some(Self(Place::Aws(arns)))
    }

    /// Whether a Secrets Manager client is needed to read it.
    pub(super) fn is_remote(&self) -> bool {
        matches!(self.0, Place::Aws(_))
    }

    pub(super) async fn read(
        &self,
        client: Option<&Client>,
    ) -> Result<Vec<SecretString>, Box<dyn Error + Send + Sync>> {
        match &self.0 {
            // Read in place: a small local file every five minutes is not worth a thread, and in AWS there is none.
            Place::File(path) => Ok(vec![std::fs::read_to_string(path)?.into()]),
            Place::Aws(arns) => {
                let client = client.ok_or("no Secrets Manager client was given")?;
                let mut texts = Vec::with_capacity(arns.len());
                for arn in arns {
                    let answer = client.get_secret_value().secret_id(arn).send().await?;
                    texts.push(answer.secret_string().ok_or("the secret holds bytes instead of text")?.into());
                }
                Ok(texts)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_file_or_one_or_more_arns() {
        let aws = |arns: &[&str]| Some(SecretPlace(Place::Aws(arns.iter().map(ToString::to_string).collect())));
        let cases = [
            ("a file", "file:/data/apps.json", Some(SecretPlace(Place::File("/data/apps.json".into())))),
            ("a relative file", "file:apps.json", Some(SecretPlace(Place::File("apps.json".into())))),
            ("a secret", "arn:aws:secretsmanager:x", aws(&["arn:aws:secretsmanager:x"])),
            ("two secrets", "arn:aws:a, arn:aws:b", aws(&["arn:aws:a", "arn:aws:b"])),
            ("no path", "file:", None),
            ("the value itself", "{\"apps\":[]}", None),
            ("one of two is no place", "arn:aws:a,b", None),
            ("a trailing comma", "arn:aws:a,", None),
        ];
        for (case, text, expected) in cases {
            assert_eq!(SecretPlace::parse(text), expected, "{case}");
        }
    }
}
