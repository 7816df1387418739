//! The two signatures of a delivery, over exactly the bytes that are posted (fact sheet 1.3).

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;

/// The value of `X-Hub-Signature-256`.
pub fn sha256(secret: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    format!("sha256={}", hex::encode(mac.chain_update(body).finalize().into_bytes()))
}

/// The value of `X-Hub-Signature`, the older one that still comes along.
pub fn sha1(secret: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    format!("sha1={}", hex::encode(mac.chain_update(body).finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "ig_app_secret_example_0123456789";

    #[test]
    fn the_signatures_are_those_of_the_fact_sheets_vectors() {
        let empty = br#"{"object": "instagram", "entry": []}"#;
        let hex256 = "c2a8ba74f01cf62a11f28400c2b9a816857e89bc06df81bfacaabe78251bc48f";
        assert_eq!(sha256(SECRET, empty), format!("sha256={hex256}"), "vector 1");
        assert_eq!(sha1(SECRET, empty), "sha1=e6bcd094c2a7e906ba105869b0037f2bcaca9d7b", "vector 1");

        let escaped = br#"{"object": "instagram", "entry": [{"id": "17841400000000001", "time": 1767225600123, "messaging": [{"sender": {"id": "900000000000001"}, "recipient": {"id": "17841400000000001"}, "timestamp": 1767225600000, "message": {"mid": "m_ex_1", "text": "Gr\u00fc\u00dfe \ud83d\udc4b"}}]}]}"#;
        let hex256 = "fd4404109faa0ee7525cbc04855605a46369509219c4a71c54f75d1e5ad0a402";
        assert_eq!(sha256(SECRET, escaped), format!("sha256={hex256}"), "vector 2");
    }
}
