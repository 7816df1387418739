//! A key from a file, for the local stack and tests.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::VaultError;

/// Length of a key, in bytes.
pub const KEY_BYTES: usize = 32;

/// Length of a nonce, in bytes. At 24 a random one does not repeat.
const NONCE_BYTES: usize = 24;

/// A key that seals with XChaCha20-Poly1305.
pub struct LocalKey(Zeroizing<[u8; KEY_BYTES]>);

impl LocalKey {
    /// Reads a key from the content of its file: 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`VaultError::BadKey`] for anything else.
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        hex::decode_to_slice(text.trim(), key.as_mut_slice()).map_err(|_| VaultError::BadKey)?;
        Ok(Self(key))
    }

    /// Makes a new key, as the content of its file.
    ///
    /// # Errors
    /// [`VaultError::BadKey`] if the system has no randomness to give.
    pub fn generate() -> Result<String, VaultError> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        getrandom::fill(key.as_mut_slice()).map_err(|_| VaultError::BadKey)?;
        Ok(hex::encode(key.as_slice()))
    }

    pub(crate) fn seal(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|_| VaultError::BadKey)?;
        let payload = Payload { msg: plain, aad: context.as_bytes() };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload).map_err(|_| VaultError::NotOurs)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    pub(crate) fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(VaultError::NotOurs)?;
        let payload = Payload { msg: sealed, aad: context.as_bytes() };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).map_err(|_| VaultError::NotOurs)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.0))
    }
}

impl fmt::Debug for LocalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_token_opens_for_its_account_and_for_no_other() {
        let key = LocalKey::parse(&LocalKey::generate().unwrap()).unwrap();
        let sealed = key.seal("token 1", b"IGAA").unwrap();
        assert_eq!(key.open("token 1", &sealed).unwrap(), b"IGAA");
        assert!(key.open("token 2", &sealed).is_err());
        for at in [0, NONCE_BYTES, sealed.len() - 1] {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key.open("token 1", &changed).is_err(), "byte {at}");
        }
        assert!(key.open("token 1", &sealed[..NONCE_BYTES - 1]).is_err());
    }

    #[test]
    fn a_key_is_64_hexadecimal_digits() {
        for (case, text) in [("empty", ""), ("short", "ab"), ("not hex", &"zz".repeat(32)), ("long", &"ab".repeat(33))]
        {
            assert!(LocalKey::parse(text).is_err(), "{case}");
        }
    }
}
