//! Erasures, cut off at every call to the table before or after its effect: they end, and leave what they must.

mod office;

use store::{ErasureState, Extent, Page, keys};

use crate::fixtures::NOW;
use office::{BOTH, CODE, Death, OFFICE, OTHER, OTHER_OFFICE, Office, PERSON, SECOND_ID, account, peer};

const MINUTE: i64 = 60_000;

/// Whose everything is: to be gone, and to be as before.
struct Expected {
    gone: &'static [&'static str],
    kept: &'static [&'static str],
}

const PERSON_GONE: Expected =
    Expected { gone: &["CANARIO", PERSON, SECOND_ID], kept: &["OUTRA PESSOA", "OUTRO GABINETE", OTHER, "RULES#"] };
const ACCOUNT_GONE: Expected = Expected {
    gone: &["CANARIO", "OUTRA PESSOA", PERSON, SECOND_ID, OTHER, "RULES#", "PACE", "S#2700", "sealed", "gabinete"],
    kept: &["OUTRO GABINETE"],
};

async fn check(office: &Office, expected: &Expected, before: &[String], case: &str) {
    let receipt = office.store.receipt(CODE).await.unwrap().unwrap_or_else(|| panic!("{case}: a receipt"));
    assert_eq!(receipt.state, ErasureState::Done, "{case}");
    assert!(office.store.open_orders(office.now.get()).await.unwrap().is_empty(), "{case}: nothing is due");
    let left = office.dump().await;
    let of_other =
        |dump: &[String]| dump.iter().filter(|item| item.contains(OTHER_OFFICE)).cloned().collect::<Vec<_>>();
    assert_eq!(of_other(&left), of_other(before), "{case}: another customer's");
    let own: Vec<&String> = left.iter().filter(|item| !item.contains(OTHER_OFFICE)).collect();
    for canary in expected.gone {
        let found = own.iter().find(|item| item.contains(canary));
        assert!(found.is_none(), "{case}: {canary} is left: {found:?}");
    }
    for canary in expected.kept {
        assert!(left.iter().any(|item| item.contains(canary)), "{case}: {canary} is gone");
    }
}

/// Kills whoever works at the k-th call, before or after its effect, for every k; the erasure ends all the same.
async fn at_every_call(whole_account: bool, expected: &Expected) -> u32 {
    let mut kills = 0;
    for after in [false, true] {
        for k in 1.. {
            let office = Office::new().await;
            let before = office.dump().await;
            let case = format!("killed {} call {k}", if after { "after" } else { "before" });
            office.death.set(Some(Death { left: k, after }));
            office.carry_out(whole_account).await;
            let survived = office.death.is_alive();
            office.death.set(None);
            check(&office, expected, &before, &case).await;
            if survived {
                break;
            }
            kills += 1;
        }
    }
    kills
}

#[tokio::test]
async fn case_89_the_erasure_of_a_person_ends_wherever_it_is_killed() {
    let kills = at_every_call(false, &PERSON_GONE).await;
    assert!(kills > 80, "{kills} kills");
}

#[tokio::test]
async fn case_89_the_erasure_of_an_account_ends_wherever_it_is_killed() {
    let kills = at_every_call(true, &ACCOUNT_GONE).await;
    assert!(kills > 120, "{kills} kills");
}

#[tokio::test]
async fn of_a_person_nothing_is_left_but_tombstones_a_receipt_and_a_record() {
    let office = Office::new().await;
    office.carry_out(false).await;
    let of_person = |item: &&String| ["X#", "ERASURE#", "AUDIT#"].iter().any(|sort| item.contains(sort));
    let left = office.dump().await;
    let new: Vec<&String> = left.iter().filter(of_person).collect();
    // One tombstone for each of the two ids.
    assert_eq!(new.len(), 4, "{new:?}");
    let receipt = office.store.receipt(CODE).await.unwrap().unwrap();
    assert_eq!((receipt.extent, receipt.account), (Extent::Person, account(OFFICE)));
    assert!(receipt.erased > 10 && receipt.done_at.is_some());
    assert_eq!(office.store.receipt("another").await.unwrap(), None);
}

#[tokio::test]
async fn of_an_account_nothing_is_left_but_that_it_was_erased() {
    let office = Office::new().await;
    office.carry_out(true).await;
    let left = office.dump().await;
    let own: Vec<&String> = left.iter().filter(|item| !item.contains(OTHER_OFFICE)).collect();
    // The account's tombstone, its entry in the list of accounts, the record of the order, the receipt.
    assert_eq!(own.len(), 4, "{own:?}");
    let bare = office.store.account(&account(OFFICE)).await.unwrap().unwrap();
    assert_eq!((bare.customer.as_str(), bare.username.as_str(), bare.rules), ("", "", 0));
    assert!(bare.erased_before.is_some() && bare.sealed_token.is_none() && bare.login.scoped_id.is_none());
}

#[tokio::test]
async fn sending_stops_as_the_order_is_opened() {
    for whole_account in [false, true] {
        let office = Office::new().await;
        assert!(office.open(whole_account).await.unwrap());
        let standing = office.store.account(&account(OFFICE)).await.unwrap().unwrap();
        if whole_account {
            assert!(standing.sealed_token.is_none() && standing.erased_before.is_some());
            continue;
        }
        for id in [PERSON, SECOND_ID] {
            let conversation = office.store.conversation(&account(OFFICE), &peer(id), NOW).await.unwrap();
            assert_eq!(conversation.erased_before, Some(NOW), "{id}: whoever has read it before is refused");
            assert!(conversation.profile.is_none() && conversation.linked.is_empty() && !conversation.has_news());
        }
        assert!(standing.sealed_token.is_some(), "the account goes on");
    }
}

#[tokio::test]
async fn an_order_is_opened_once_and_carried_out_once() {
    let office = Office::new().await;
    assert!(office.open(false).await.unwrap());
    assert!(office.open(false).await.unwrap(), "the same order");
    assert_eq!(office.store.open_orders(NOW).await.unwrap().len(), 1);
    office.finish().await;
    let receipt = office.store.receipt(CODE).await.unwrap();
    assert!(office.open(false).await.unwrap(), "and it stays done");
    assert_eq!(office.store.receipt(CODE).await.unwrap(), receipt);
}

#[tokio::test]
async fn what_a_person_writes_after_the_erasure_began_stays() {
    let office = Office::new().await;
    office.open(false).await.unwrap();
    let later = NOW + MINUTE;
    office.write(OFFICE, PERSON, "nova", "DEPOIS", later).await;
    office.finish().await;
    let items = office.store.items(&account(OFFICE), &peer(PERSON), later).await.unwrap();
    assert_eq!(items.iter().map(|(sk, _)| sk.as_str()).collect::<Vec<_>>(), ["M#nova"]);
    let conversation = office.store.conversation(&account(OFFICE), &peer(PERSON), later).await.unwrap();
    assert_eq!(conversation.facts.last_user_at().map(|at| at.0), Some(later));
    assert!(conversation.gate.is_none(), "the gate of an erased reply");
    assert!(!office.dump().await.iter().any(|item| item.contains("CANARIO")));
}

#[tokio::test]
async fn an_account_that_is_connected_again_keeps_what_is_new() {
    let office = Office::new().await;
    office.open(true).await.unwrap();
    let later = NOW + MINUTE;
    office.connect(OFFICE, later).await;
    office.write(OFFICE, PERSON, "nova", "DEPOIS", later + 1).await;
    office.finish().await;
    let left = office.dump().await;
    let own: Vec<&String> = left.iter().filter(|item| !item.contains(OTHER_OFFICE)).collect();
    assert!(own.iter().any(|item| item.contains("DEPOIS")));
    for canary in ["CANARIO", "OUTRA PESSOA"] {
        let found = own.iter().find(|item| item.contains(canary));
        assert!(found.is_none(), "{canary}: {found:?}");
    }
    let again = office.store.account(&account(OFFICE)).await.unwrap().unwrap();
    assert_eq!(again.erased_before, Some(later), "events of before the connection only count");
    assert!(again.sealed_token.is_some());
}

#[tokio::test]
async fn case_99_what_a_backup_brings_back_is_erased_again() {
    for whole_account in [false, true] {
        let erased = Office::new().await;
        erased.carry_out(whole_account).await;
        // As it was before: a table restored from a backup.
        let restored = Office::new().await;
        let before = restored.dump().await;
        let missing = restored.store.erasures_missing(&erased.store, || CODE.to_owned()).await.unwrap();
        assert!(!missing.is_empty());
        for (place, order) in missing.into_iter().enumerate() {
            let code = if place == 0 { order.code.clone() } else { format!("{}{place}", order.code) };
            assert!(restored.store.open_erasure(&store::ErasureOrder { code, ..order }).await.unwrap());
        }
        restored.finish().await;
        let expected = if whole_account { &ACCOUNT_GONE } else { &PERSON_GONE };
        check(&restored, expected, &before, "restored").await;
        let again = restored.store.erasures_missing(&erased.store, || CODE.to_owned()).await.unwrap();
        assert!(again.is_empty(), "{again:?}");
    }
}

#[tokio::test]
async fn requests_older_than_the_latest_connection_change_nothing() {
    let office = Office::new().await;
    office.connect(OFFICE, NOW + 1).await;
    let before = office.dump().await;
    assert!(!office.open(true).await.unwrap());
    assert_eq!(office.dump().await, before);
}

#[tokio::test]
async fn a_conversation_of_5000_messages_is_erased_page_by_page() {
    const MESSAGES: usize = 5_000;
    let office = Office::new().await;
    office.write_many(PERSON, MESSAGES).await;
    office.open(false).await.unwrap();
    let mut pages = 0;
    let mut runs = 0;
    while office.store.receipt(CODE).await.unwrap().unwrap().state != ErasureState::Done {
        runs += 1;
        for key in office.orders().await {
            // A run of at most 40 pages.
            for _ in 0..40 {
                match office.eraser.erase_page(&key, office.now.get()).await.unwrap() {
                    Page::More => pages += 1,
                    Page::Later | Page::Over => break,
                }
            }
        }
        office.now.set(office.now.get() + MINUTE);
    }
    let receipt = office.store.receipt(CODE).await.unwrap().unwrap();
    assert!(receipt.erased > MESSAGES as u64, "{receipt:?}");
    assert!((100..130).contains(&pages) && runs > 3, "{pages} pages in {runs} runs");
    assert!(!office.dump().await.iter().any(|item| item.contains(PERSON) && !item.contains(OTHER_OFFICE)));
}

#[tokio::test]
async fn an_export_holds_every_item_that_an_erasure_deletes() {
    let office = Office::new().await;
    let held = office.store.held_about(&account(OFFICE), &peer(PERSON), NOW).await.unwrap();
    assert_eq!(held.ids, BOTH.map(peer));
    let before = office.dump().await;
    let of_person = |item: &&String| {
        let names = BOTH.iter().any(|id| item.contains(id)) || item.contains("CANARIO");
        names && !item.contains(OTHER_OFFICE)
    };
    assert_eq!(held.items.len(), before.iter().filter(of_person).count());
    for (key, item) in &held.items {
        assert_eq!((item["pk"].as_str(), item["sk"].as_str()), (Some(key.pk.as_str()), Some(key.sk.as_str())));
        assert!(office.json(key).await == *item, "{key:?} as it is stored");
    }
    assert!(held.items.iter().all(|(key, _)| !keys::is_order(key)));
}
