//! Whose order an event keeps: one per conversation, in every queue that it passes.

use sha2::{Digest, Sha256};

use crate::{AccountId, Peer};

/// The message group of a conversation, for queues with an order: 32 hex digits of SHA-256(account|peer).
pub fn group_id(account: &AccountId, peer: &Peer) -> String {
    hex::encode(&Sha256::digest(format!("{account}|{peer}"))[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_has_one_group_of_its_own() {
        let group = |account, peer| group_id(&AccountId::parse(account).unwrap(), &Peer::parse(peer).unwrap());
        // printf '17841400000000001|900000000000001' | sha256sum, first half
        assert_eq!(group("17841400000000001", "900000000000001"), "0b444b41ec68988b4c4e115fd4acfd73");
        for (case, account, peer) in [
            ("another person", "17841400000000001", "900000000000002"),
            ("another account", "17841400000000002", "900000000000001"),
            ("the same digits, cut elsewhere", "1784140000000000", "1900000000000001"),
        ] {
            assert_ne!(group(account, peer), "0b444b41ec68988b4c4e115fd4acfd73", "{case}");
        }
    }
}
