#![doc = include_str!("../README.md")]

mod local;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_sdk_kms::primitives::Blob;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use secrecy::{ExposeSecret, SecretString};

pub use local::{KEY_BYTES, LocalKey};

/// What sealed values are for: part of the encryption context, so that one cannot be passed off as another.
const PURPOSE: &str = "instagram-token";

/// Most tokens kept open at once. At 300 bytes each, and one per account that a warm function meets.
const MAX_CACHED: usize = 1_000;

const LOCAL: &str = "local1:";
const KMS: &str = "kms1:";

/// Why a token could not be sealed or opened. Never holds the token.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key file is not what it should be.
    #[error("the key file must hold {KEY_BYTES} bytes as 64 hexadecimal digits")]
    BadKey,
    /// The setting is neither the ARN of a KMS key nor the path of a key file.
    #[error("TOKEN_KEY must be the ARN of a KMS key, or file: and the path of a key file")]
    BadSetting,
    /// The key file cannot be read.
    #[error("the key file named by TOKEN_KEY cannot be read")]
    KeyFile(#[source] std::io::Error),
    /// The sealed text was made by another kind of vault, for another account, or was changed.
    #[error("the sealed token does not belong to this key and account")]
    NotOurs,
    /// KMS did not answer or refused; a later try may work.
    #[error("KMS did not {0} the token")]
    Kms(&'static str, #[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Seals and opens account tokens.
#[derive(Debug)]
pub struct Vault {
    key: Key,
    opened: Mutex<HashMap<String, SecretString>>,
}

#[derive(Debug)]
enum Key {
    Local(LocalKey),
    Kms { client: aws_sdk_kms::Client, key: String },
}

impl Vault {
    /// The vault that the setting `TOKEN_KEY` names: the ARN of a KMS key, or `file:` and the path of a key file.
    ///
    /// # Errors
    /// [`VaultError::BadSetting`], [`VaultError::KeyFile`] or [`VaultError::BadKey`]: the function must not start.
    pub fn from_setting(setting: &str, aws: &aws_types::SdkConfig) -> Result<Self, VaultError> {
        if let Some(path) = setting.strip_prefix("file:") {
            let text = std::fs::read_to_string(path).map_err(VaultError::KeyFile)?;
            return Ok(Self::local(LocalKey::parse(&text)?));
        }
        if setting.starts_with("arn:") {
            return Ok(Self::kms(aws_sdk_kms::Client::new(aws), setting));
        }
        Err(VaultError::BadSetting)
    }

    /// A vault with a key from a local file: for the local stack and tests.
    pub fn local(key: LocalKey) -> Self {
        Self { key: Key::Local(key), opened: Mutex::default() }
    }

    /// A vault with a KMS key, by its ARN.
    pub fn kms(client: aws_sdk_kms::Client, key: impl Into<String>) -> Self {
        Self { key: Key::Kms { client, key: key.into() }, opened: Mutex::default() }
    }

    /// Seals a token for an account.
    ///
    /// # Errors
    /// [`VaultError::Kms`] if KMS did not do it.
    pub async fn seal(&self, account: &str, token: &SecretString) -> Result<String, VaultError> {
        match &self.key {
            Key::Local(key) => {
                let sealed = key.seal(&context(account), token.expose_secret().as_bytes())?;
                Ok(format!("{LOCAL}{}", STANDARD_NO_PAD.encode(sealed)))
            }
            Key::Kms { client, key } => {
                let answer = client
                    .encrypt()
                    .key_id(key)
                    .encryption_context("account", account)
                    .encryption_context("purpose", PURPOSE)
                    .plaintext(Blob::new(token.expose_secret().as_bytes()))
                    .send()
                    .await
                    .map_err(|e| VaultError::Kms("seal", Box::new(e)))?;
                let sealed = answer.ciphertext_blob.ok_or(VaultError::NotOurs)?;
                Ok(format!("{KMS}{}", STANDARD_NO_PAD.encode(sealed)))
            }
        }
    }

    /// Opens a sealed token of an account. Opened tokens are kept by their sealed text, so that a replaced or revoked
    /// one is not found again.
    ///
    /// # Errors
    /// [`VaultError::NotOurs`] for another account's or a changed text, [`VaultError::Kms`] if KMS did not do it.
    pub async fn open(&self, account: &str, sealed: &str) -> Result<SecretString, VaultError> {
        let cache_key = format!("{account} {sealed}");
        if let Some(token) = self.opened.lock().unwrap_or_else(PoisonError::into_inner).get(&cache_key) {
            return Ok(token.clone());
        }
        let token = self.open_uncached(account, sealed).await?;
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.len() >= MAX_CACHED {
            opened.clear();
        }
        opened.insert(cache_key, token.clone());
        Ok(token)
    }

    async fn open_uncached(&self, account: &str, sealed: &str) -> Result<SecretString, VaultError> {
        let decode = |text: &str| STANDARD_NO_PAD.decode(text).map_err(|_| VaultError::NotOurs);
        let plain = match &self.key {
            Key::Local(key) => {
                key.open(&context(account), &decode(sealed.strip_prefix(LOCAL).ok_or(VaultError::NotOurs)?)?)?
            }
            Key::Kms { client, key } => {
                let answer = client
                    .decrypt()
                    .key_id(key)
                    .encryption_context("account", account)
                    .encryption_context("purpose", PURPOSE)
                    .ciphertext_blob(Blob::new(decode(sealed.strip_prefix(KMS).ok_or(VaultError::NotOurs)?)?))
                    .send()
                    .await
                    .map_err(|e| VaultError::Kms("open", Box::new(e)))?;
                answer.plaintext.ok_or(VaultError::NotOurs)?.into_inner()
            }
        };
        String::from_utf8(plain).map(SecretString::from).map_err(|_| VaultError::NotOurs)
    }
}

fn context(account: &str) -> String {
    format!("{PURPOSE} {account}")
}
