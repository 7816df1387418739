//! The lists of replies that a person should know of.

use instagram::AccountId;
use store::{Key, Listed, ReplyRef, ReplyState};

use crate::fixtures::{NOW, account_id, table};

fn place(sk: &str, step: usize) -> ReplyRef {
    ReplyRef { item: Key { pk: "T#17841400000000001#900000000000001".to_owned(), sk: sk.to_owned() }, step }
}

#[tokio::test]
async fn parked_replies_are_listed_over_all_accounts_and_failed_ones_by_account() {
    let table = table().await;
    let store = &table.store;
    // One's digits begin the other's.
    let accounts = [account_id(), AccountId::parse("178414000000000010").unwrap()];
    for (account, state) in accounts.iter().flat_map(|id| [(id, ReplyState::Parked), (id, ReplyState::Failed)]) {
        for (sk, step) in [("M#1", 0), ("M#1", 1), ("M#2", 0), ("M#1", 0)] {
            store.list(&Listed::new(account, &place(sk, step), state, "not_found", NOW)).await.unwrap();
        }
    }
    assert_eq!(store.parked(None, NOW).await.unwrap().len(), 6, "an entry made twice is one");
    for account in &accounts {
        let (parked, failed) =
            (store.parked(Some(account), NOW).await.unwrap(), store.failed(account, NOW).await.unwrap());
        assert_eq!((parked.len(), failed.len()), (3, 3));
        for entry in parked.iter().chain(&failed) {
            assert_eq!((&entry.account, entry.reason.as_str(), entry.at), (account, "not_found", NOW));
            assert_eq!(entry.expires_at, NOW / 1000 + 35 * 24 * 3600, "as long as what keeps duplicates away");
        }
        assert!(parked.iter().any(|entry| entry.reply() == place("M#1", 1)));
    }
    store.unlist(&Listed::new(&accounts[0], &place("M#1", 1), ReplyState::Parked, "", NOW + 1)).await.unwrap();
    let left: Vec<_> = store.parked(Some(&accounts[0]), NOW).await.unwrap().iter().map(Listed::reply).collect();
    assert_eq!(left.len(), 2);
    assert!(!left.contains(&place("M#1", 1)));
    assert_eq!(
        (store.parked(None, NOW).await.unwrap().len(), store.failed(&accounts[0], NOW).await.unwrap().len()),
        (5, 3)
    );
}
