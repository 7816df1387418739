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

#[cfg(test)]
mod tests {
    use aws_sdk_kms::config::BehaviorVersion;

    use super::*;

    const ACCOUNT: &str = "17841400000000001";

    fn vault() -> Vault {
        Vault::local(LocalKey::parse(&LocalKey::generate().unwrap()).unwrap())
    }

    fn token() -> SecretString {
        SecretString::from("IGAA-example")
    }

    #[tokio::test]
    async fn a_token_opens_for_the_account_it_was_sealed_for() {
        let vault = vault();
        let sealed = vault.seal(ACCOUNT, &token()).await.unwrap();
        // The second time from memory.
        for _ in 0..2 {
            assert_eq!(vault.open(ACCOUNT, &sealed).await.unwrap().expose_secret(), "IGAA-example");
        }
        assert!(!sealed.contains("IGAA"));
        assert_ne!(sealed, vault.seal(ACCOUNT, &token()).await.unwrap(), "never the same twice");
    }

    #[tokio::test]
    async fn a_sealed_token_that_was_moved_or_changed_does_not_open() {
        let vault = vault();
        let sealed = vault.seal(ACCOUNT, &token()).await.unwrap();
        // It is known by heart now, for its own account alone.
        vault.open(ACCOUNT, &sealed).await.unwrap();
        let cases = [
            ("another account's", "17841400000000002", sealed.clone()),
            ("cut short", ACCOUNT, sealed[..sealed.len() - 2].to_owned()),
            ("nothing", ACCOUNT, String::new()),
            ("not base64", ACCOUNT, format!("{LOCAL}!")),
            ("shorter than a nonce", ACCOUNT, format!("{LOCAL}AAAA")),
            ("not sealed", ACCOUNT, "IGAA-example".to_owned()),
            ("sealed by KMS", ACCOUNT, sealed.replace(LOCAL, KMS)),
        ];
        for (case, account, sealed) in cases {
            assert!(matches!(vault.open(account, &sealed).await, Err(VaultError::NotOurs)), "{case}");
        }
        let other_key = self::vault();
        assert!(matches!(other_key.open(ACCOUNT, &sealed).await, Err(VaultError::NotOurs)), "another key");
    }

    #[tokio::test]
    async fn no_more_than_so_many_tokens_are_kept_open() {
        let vault = vault();
        let sealed = vault.seal(ACCOUNT, &token()).await.unwrap();
        for _ in 0..MAX_CACHED {
            let another = vault.seal(ACCOUNT, &token()).await.unwrap();
            vault.open(ACCOUNT, &another).await.unwrap();
        }
        vault.open(ACCOUNT, &sealed).await.unwrap();
        assert!(vault.opened.lock().unwrap().len() <= MAX_CACHED);
    }

    #[tokio::test]
    async fn a_token_sealed_by_another_kind_of_vault_is_refused_before_kms_is_asked() {
        let sealed = vault().seal(ACCOUNT, &token()).await.unwrap();
        // A client without region, credentials or connection: whatever reaches it fails otherwise.
        let config = aws_sdk_kms::Config::builder().behavior_version(BehaviorVersion::latest()).build();
        let vault =
            Vault::kms(aws_sdk_kms::Client::from_conf(config), "arn:aws:kms:sa-east-1:000000000000:key/example");
        assert!(matches!(vault.open(ACCOUNT, &sealed).await, Err(VaultError::NotOurs)));
    }

    #[test]
    fn the_setting_names_a_kms_key_or_a_key_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            format!("file:{}", path.display())
        };
        let aws = aws_types::SdkConfig::builder().behavior_version(BehaviorVersion::latest()).build();
        let outcome = |setting: &str| match Vault::from_setting(setting, &aws) {
            Ok(_) => "a vault",
            Err(VaultError::BadSetting) => "no setting",
            Err(VaultError::KeyFile(_)) => "no file",
            Err(VaultError::BadKey) => "no key",
            Err(_) => "something else",
        };
        let cases = [
            ("a key file", file("good", &LocalKey::generate().unwrap()), "a vault"),
            ("with a line end", file("line", &format!("{}\n", LocalKey::generate().unwrap())), "a vault"),
            ("a KMS key", "arn:aws:kms:sa-east-1:000000000000:key/example".to_owned(), "a vault"),
            ("a missing file", format!("file:{}", folder.path().join("missing").display()), "no file"),
            ("a file of something else", file("bad", "IGAA-example"), "no key"),
            ("a bare path", "token.key".to_owned(), "no setting"),
            ("nothing", String::new(), "no setting"),
        ];
        for (case, setting, expected) in cases {
            assert_eq!(outcome(&setting), expected, "{case}");
        }
    }

    #[tokio::test]
    async fn no_key_and_no_token_is_ever_printed() {
        let vault = vault();
        let sealed = vault.seal(ACCOUNT, &token()).await.unwrap();
        vault.open(ACCOUNT, &sealed).await.unwrap();
        let printed = format!("{vault:?}");
        assert!(!printed.contains("IGAA") && printed.contains("LocalKey(…)"), "{printed}");
    }
}
