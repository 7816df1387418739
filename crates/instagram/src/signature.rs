//! The signature over a delivery's raw bytes.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

/// The header that carries the signature. Its older sibling `X-Hub-Signature` (SHA-1) is never looked at.
pub const SIGNATURE_HEADER: &str = "x-hub-signature-256";

/// An app secret: never empty, because an HMAC with an empty key is one that anybody can compute.
///
/// `Debug` prints a placeholder.
#[derive(Clone)]
pub struct AppSecret(SecretString);

/// The secret is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an app secret is empty")]
pub struct EmptySecret;

impl AppSecret {
    /// Takes a secret.
    ///
    /// # Errors
    /// [`EmptySecret`], also when it is only white space.
    pub fn parse(secret: impl Into<String>) -> Result<Self, EmptySecret> {
        let secret = secret.into();
        if secret.trim().is_empty() { Err(EmptySecret) } else { Ok(Self(secret.into())) }
    }

    /// The secret itself: for signing and for the token exchange, never for logging.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// HMAC-SHA256 of `message` under this secret.
    pub fn mac(&self, message: &[u8]) -> [u8; 32] {
        let mac = Hmac::<Sha256>::new_from_slice(self.expose().as_bytes());
        mac.expect("HMAC takes a key of any length").chain_update(message).finalize().into_bytes().into()
    }
}

impl fmt::Debug for AppSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppSecret(…)")
    }
}

/// Why a signature was not accepted. The sender learns nothing of this, only 401.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// No `X-Hub-Signature-256` header.
    #[error("signature header is missing")]
    Missing,
    /// Not `sha256=` and 64 hex digits.
    #[error("signature header is malformed")]
    Malformed,
    /// Well-formed, and no secret of ours made it.
    #[error("signature matches none of the secrets")]
    Mismatch,
}

/// Finds the secret that signed `body` and returns its place among the candidates.
///
/// `header` is the value of [`SIGNATURE_HEADER`]; spaces and tabs around it are ignored, hex digits may be of either
/// case (fact sheet 1.3). `body` must be the bytes as received: parsing and writing them again changes them.
/// Every candidate is tried and compared in constant time, so that the time taken tells nothing about which one came
/// close. Costs one pass over the body per candidate.
///
/// # Errors
/// [`SignatureError`].
pub fn verify_signature<'s>(
    candidates: impl IntoIterator<Item = &'s AppSecret>,
    body: &[u8],
    header: Option<&str>,
) -> Result<usize, SignatureError> {
    let claimed = parse_header(header.ok_or(SignatureError::Missing)?).ok_or(SignatureError::Malformed)?;
    find_signer(candidates, body, &claimed).ok_or(SignatureError::Mismatch)
}

/// The place of the first secret under which `message` has this MAC.
pub(crate) fn find_signer<'s>(
    candidates: impl IntoIterator<Item = &'s AppSecret>,
    message: &[u8],
    claimed: &[u8; 32],
) -> Option<usize> {
    let mut found = Choice::from(0);
    let mut place = 0u64;
    for (candidate, secret) in (0u64..).zip(candidates) {
        let matches = secret.mac(message).ct_eq(claimed);
        place.conditional_assign(&candidate, matches & !found);
        found |= matches;
    }
    bool::from(found).then_some(usize::try_from(place).ok()?)
}

fn parse_header(header: &str) -> Option<[u8; 32]> {
    let hex = header.trim_matches([' ', '\t']).strip_prefix("sha256=")?;
    let mut digest = [0; 32];
    hex::decode_to_slice(hex, &mut digest).ok()?;
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "ig_app_secret_example_0123456789";
    const BODY: &[u8] = br#"{"object": "instagram", "entry": []}"#;
    const DIGEST: &str = "c2a8ba74f01cf62a11f28400c2b9a816857e89bc06df81bfacaabe78251bc48f";

    /// Vector 2 of fact sheet 1.3: escaped, with spaces, as Meta writes it.
    const ESCAPED_BODY: &str = concat!(
        r#"{"object": "instagram", "entry": [{"id": "17841400000000001", "time": 1767225600123, "messaging": "#,
        r#"[{"sender": {"id": "900000000000001"}, "recipient": {"id": "17841400000000001"}, "#,
        r#""timestamp": 1767225600000, "message": {"mid": "m_ex_1", "text": "Gr\u00fc\u00dfe \ud83d\udc4b"}}]}]}"#,
    );
    const ESCAPED_DIGEST: &str = "fd4404109faa0ee7525cbc04855605a46369509219c4a71c54f75d1e5ad0a402";

    fn secrets(texts: &[&str]) -> Vec<AppSecret> {
        texts.iter().map(|text| AppSecret::parse(*text).unwrap()).collect()
    }

    fn verify(secret: &str, body: &[u8], header: &str) -> Result<usize, SignatureError> {
        verify_signature(&secrets(&[secret]), body, Some(header))
    }

    #[test]
    fn what_meta_signs_is_accepted() {
        let spaced = format!(" \t sha256={DIGEST}\t ");
        let upper = format!("sha256={}", DIGEST.to_uppercase());
        let cases = [
            ("vector 1", SECRET, BODY, format!("sha256={DIGEST}")),
            ("vector 2", SECRET, ESCAPED_BODY.as_bytes(), format!("sha256={ESCAPED_DIGEST}")),
            (
                "vector 3, of another project",
                "test_app_secret",
                br#"{"object":"whatsapp_business_account","entry":[]}"#.as_slice(),
                "sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756".to_owned(),
            ),
            ("case 3: upper-case digits", SECRET, BODY, upper),
            ("case 5: spaces and tabs around", SECRET, BODY, spaced),
        ];
        for (case, secret, body, header) in cases {
            assert_eq!(verify(secret, body, &header), Ok(0), "{case}");
        }
    }

    #[test]
    fn what_is_no_signature_of_ours_is_refused() {
        use SignatureError::{Malformed, Mismatch};
        let good = format!("sha256={DIGEST}");
        let cases = [
            ("case 2: the older sibling", format!("sha1={}", "e6bcd094c2a7e906ba105869b0037f2bcaca9d7b"), Malformed),
            ("case 2: its name with the right digest", format!("sha1={DIGEST}"), Malformed),
            ("case 4: 63 digits", good[..good.len() - 1].to_owned(), Malformed),
            ("case 4: 65 digits", format!("{good}0"), Malformed),
            ("case 4: 66 digits", format!("{good}00"), Malformed),
            ("case 4: not hex", good.replace('c', "g"), Malformed),
            ("case 4: beyond ASCII", good.replace('c', "é"), Malformed),
            ("case 4: nothing after the prefix", "sha256=".to_owned(), Malformed),
            ("case 4: empty", String::new(), Malformed),
            ("no prefix", DIGEST.to_owned(), Malformed),
            ("prefix in capitals", format!("SHA256={DIGEST}"), Malformed),
            ("a line break is no space", format!("{good}\n"), Malformed),
            ("case 6: two headers joined, right one first", format!("{good}, sha256={}", "0".repeat(64)), Malformed),
            ("case 6: two headers joined, right one twice", format!("{good},{good}"), Malformed),
            ("another body's digest", format!("sha256={ESCAPED_DIGEST}"), Mismatch),
        ];
        for (case, header, expected) in cases {
            assert_eq!(verify(SECRET, BODY, &header), Err(expected), "{case}");
        }
        assert_eq!(verify_signature(&secrets(&[SECRET]), BODY, None), Err(SignatureError::Missing), "case 1");
        assert_eq!(verify_signature(&[], BODY, Some(&good)), Err(Mismatch), "no candidates");
        assert_eq!(verify("fb_app_secret_example_0123456789", BODY, &good), Err(Mismatch), "another app's secret");
    }

    #[test]
    fn case_8_only_the_bytes_as_received_verify() {
        let header = format!("sha256={ESCAPED_DIGEST}");
        let unescaped = ESCAPED_BODY.replace(r"\u00fc", "ü").replace(r"\u00df", "ß").replace(r"\ud83d\udc4b", "👋");
        let compact = ESCAPED_BODY.replace(": ", ":").replace(", ", ",");
        assert_eq!((unescaped.len(), compact.len()), (264, 260), "the negative controls of fact sheet 1.3");
        for body in [unescaped, compact] {
            assert_eq!(verify(SECRET, body.as_bytes(), &header), Err(SignatureError::Mismatch));
        }
    }

    #[test]
    fn case_11_every_candidate_is_tried_and_the_first_that_matches_is_named() {
        let header = format!("sha256={DIGEST}");
        let cases = [(vec![SECRET, "new"], 0), (vec!["new", SECRET], 1), (vec!["new", "newer", SECRET, SECRET], 2)];
        for (candidates, place) in cases {
            assert_eq!(verify_signature(&secrets(&candidates), BODY, Some(&header)), Ok(place));
        }
    }

    #[test]
    fn case_15_an_empty_secret_cannot_be_made() {
        for secret in ["", " ", "\t\n"] {
            assert_eq!(AppSecret::parse(secret).unwrap_err(), EmptySecret);
        }
    }

    #[test]
    fn a_secret_is_not_printed() {
        assert_eq!(format!("{:?}", AppSecret::parse(SECRET).unwrap()), "AppSecret(…)");
    }
}
