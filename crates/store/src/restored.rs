//! A table that was restored from a backup holds what was erased since. The table it replaces knows of it: its tombstones
//! name nobody, but whoever is here again can be held against them.

use std::collections::HashMap;

use instagram::{AccountId, Peer};

use crate::table::{from_attributes, key_of};
use crate::threads::sort_key;
use crate::tombstones::Tombstone;
use crate::{Connection, ErasureOrder, Store, StoreError, keys};

impl Store {
    /// The erasures that `other`, the table this one was restored beside, knows of and this one does not: of whole
    /// accounts, and of people who are here. Each is to be opened here again, under a code of its own.
    ///
    /// # Errors
    /// Any [`StoreError`] but `Conflict`.
    pub async fn erasures_missing(
        &self,
        other: &Self,
        mut code: impl FnMut() -> String,
    ) -> Result<Vec<ErasureOrder>, StoreError> {
        let mut missing = Vec::new();
        for id in other.account_ids().await? {
            let (Some(there), Some(here)) = (other.account(&id).await?, self.account(&id).await?) else { continue };
            let order = |peer: Option<Peer>, asked_at, code| ErasureOrder {
                code,
                account: id.clone(),
                peer,
                asked_at,
                by: "restore".to_owned(),
            };
            if let Some(before) = there.erased_before
                && here.erased_before < Some(before)
            {
                if there.connection == Connection::Erased {
                    missing.push(order(None, before.max(here.login.connected_at), code()));
                    continue;
                }
                // It was connected again since: it goes on, without what was before.
                self.cut_account(&id, before).await?;
            }
            let (erased, known) = (other.tombstones(&id).await?, self.tombstones(&id).await?);
            for peer in self.people_of(&id).await? {
                let sk = keys::tombstone(&id, &peer).sk;
                if let Some(before) = erased.get(&sk)
                    && known.get(&sk) < Some(before)
                {
                    missing.push(order(Some(peer), *before, code()));
                }
            }
        }
        Ok(missing)
    }

    /// When somebody was erased, by the sort key of their tombstone.
    async fn tombstones(&self, account: &AccountId) -> Result<HashMap<String, i64>, StoreError> {
        let found = self.query_attributes(&keys::account_partition(account), keys::TOMBSTONE).await?;
        let mut tombstones = HashMap::new();
        for attributes in found {
            if let Some(key) = key_of(&attributes) {
                let tombstone: Tombstone = from_attributes(attributes)?;
                tombstones.insert(key.sk, tombstone.erased_before);
            }
        }
        Ok(tombstones)
    }

    /// All with whom an account has a conversation, expired or not.
    async fn people_of(&self, account: &AccountId) -> Result<Vec<Peer>, StoreError> {
        let found = self.query_attributes(&keys::account_partition(account), keys::CONVERSATION).await?;
        let peer = |sk: &str| Peer::parse(sk.strip_prefix(keys::CONVERSATION)?).ok();
        Ok(found.iter().filter_map(|attributes| peer(sort_key(attributes)?)).collect())
    }
}
