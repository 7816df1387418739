//! What keeps an account connected: each write holds only against what its writer read.

use store::{Account, CHORES_SHARD, Login, Renewed, StoreError, Told, Upkeep};

use crate::fixtures::{NOW, Table, account, account_id, table};

async fn connected() -> Table {
    let table = table().await;
    table.store.put_account(&with("old")).await.unwrap();
    table
}

fn with(token: &str) -> Account {
    let login = Login { connected_at: NOW, issued_at: Some(NOW), expires_at: Some(NOW + 1_000), ..Login::default() };
    Account { sealed_token: Some(token.to_owned()), login, due_at: Some(NOW), ..account() }
}

async fn read(table: &Table) -> Account {
    table.store.account(&account_id()).await.unwrap().unwrap()
}

async fn is_due(table: &Table, until: i64) -> bool {
    let keys = table.store.due_keys(CHORES_SHARD, until, 10).await.unwrap();
    assert!(keys.iter().all(|key| store::keys::account_of(key) == Some(account_id())));
    !keys.is_empty()
}

const NEW: Renewed<'_> = Renewed { sealed_token: "new", issued_at: NOW + 5, expires_at: NOW + 9_000 };

#[tokio::test]
async fn an_account_is_written_with_its_place_in_the_list_of_what_is_due() {
    let table = connected().await;
    assert!(is_due(&table, NOW).await && !is_due(&table, NOW - 1).await);
    table.store.put_account(&Account { due_at: None, ..with("old") }).await.unwrap();
    assert!(!is_due(&table, i64::MAX).await);
}

#[tokio::test]
async fn a_new_token_takes_the_place_of_the_one_that_was_read_and_of_no_other() {
    let table = connected().await;
    let before = read(&table).await;
    let renewed = table.store.renew_token(&before, &NEW).await.unwrap();
    assert_eq!(renewed, read(&table).await);
    assert_eq!(renewed.sealed_token.as_deref(), Some("new"));
    assert_eq!((renewed.login.issued_at, renewed.login.expires_at), (Some(NOW + 5), Some(NOW + 9_000)));
    assert_eq!(renewed.login.connected_at, NOW, "it is the same login");
    // Written before, its answer lost: no other text seals the same.
    assert_eq!(table.store.renew_token(&before, &NEW).await.unwrap(), renewed);
    let another = Renewed { sealed_token: "another caretaker's", ..NEW };
    assert!(matches!(table.store.renew_token(&before, &another).await, Err(StoreError::Conflict)));
    table.store.put_account(&Account { sealed_token: None, ..with("") }).await.unwrap();
    assert!(matches!(table.store.renew_token(&renewed, &another).await, Err(StoreError::Conflict)), "it left");
    assert_eq!(read(&table).await.sealed_token, None);
}

#[tokio::test]
async fn what_happens_meanwhile_is_not_planned_away() {
    let table = connected().await;
    let before = read(&table).await;
    table.store.plan_chores(&before, Some(NOW + 50)).await.unwrap();
    assert!(!is_due(&table, NOW + 49).await && is_due(&table, NOW + 50).await);
    let late = table.store.plan_chores(&before, Some(NOW + 60)).await;
    assert!(matches!(late, Err(StoreError::Conflict)), "another caretaker was faster");

    let before = read(&table).await;
    assert!(table.store.mark_broken(&before, "token/190", NOW + 20).await.unwrap());
    assert!(is_due(&table, NOW + 20).await, "it is due at once");
    let late = table.store.plan_chores(&before, None).await;
    assert!(matches!(late, Err(StoreError::Conflict)), "it broke meanwhile");
    table.store.plan_chores(&read(&table).await, None).await.unwrap();
    assert!(!is_due(&table, i64::MAX).await);
}

#[tokio::test]
async fn a_break_waits_to_be_told_until_it_is_whatever_mends_it() {
    let table = connected().await;
    table.store.mark_broken(&read(&table).await, "token/190", NOW + 20).await.unwrap();
    let first = read(&table).await;
    assert_eq!(first.untold.len(), 1);
    // A login mends it, and the next token breaks too.
    let mended = Account { broken: None, sealed_token: Some("new".to_owned()), ..first.clone() };
    table.store.put_account(&mended).await.unwrap();
    table.store.mark_broken(&mended, "token/190/463", NOW + 30).await.unwrap();
    let told = Told { broken_at: NOW + 20, ..Told::default() };
    assert!(matches!(table.store.tell(&first, &told).await, Err(StoreError::Conflict)), "there is more to tell");
    let second = read(&table).await;
    let told = Told { broken_at: NOW + 30, ..Told::default() };
    let after = table.store.tell(&second, &told).await.unwrap();
    assert_eq!((after.untold.len(), &after.told), (0, &told));
}

#[tokio::test]
async fn what_was_found_out_with_one_token_is_not_noted_of_another() {
    let table = connected().await;
    let before = read(&table).await;
    let upkeep = Upkeep { renewals_failed: 2, renew_after: Some(NOW + 7), ..Upkeep::default() };
    let noted = table.store.note_upkeep(&before, &upkeep, Some(NOW + 6)).await.unwrap();
    assert_eq!(
        (&noted.upkeep, noted.login.checked_at, noted.login.expires_at),
        (&upkeep, Some(NOW + 6), Some(NOW + 1_000))
    );
    table.store.renew_token(&noted, &NEW).await.unwrap();
    let late = table.store.note_upkeep(&noted, &Upkeep::default(), None).await;
    assert!(matches!(late, Err(StoreError::Conflict)));
    assert_eq!(read(&table).await.upkeep.renewals_failed, 0, "a new token begins anew");
}

#[tokio::test]
async fn a_break_and_a_restriction_whose_answers_were_lost_are_news_all_the_same() {
    let table = connected().await;
    let account = read(&table).await;
    // The table's client repeats the call: the second write is refused, for the first one was taken.
    for _ in 0..2 {
        assert!(table.store.mark_broken(&account, "token/190", NOW + 20).await.unwrap());
    }
    assert!(!table.store.mark_broken(&account, "token/190", NOW + 21).await.unwrap(), "somebody else's");
    assert_eq!(read(&table).await.untold.len(), 1, "one word of it");
    let restriction = store::Restriction { until: NOW + 50, strikes: 1, why: "restricted".to_owned() };
    for _ in 0..2 {
        assert!(table.store.restrict(&account_id(), &restriction, NOW).await.unwrap());
    }
    let other = store::Restriction { until: NOW + 51, ..restriction };
    assert!(!table.store.restrict(&account_id(), &other, NOW + 1).await.unwrap());
}

#[tokio::test]
async fn all_accounts_are_read_however_many_there_are() {
    let table = table().await;
    for number in 1..=205 {
        let id = instagram::AccountId::parse(format!("{number}")).unwrap();
        table.store.put_account(&Account { id, ..account() }).await.unwrap();
    }
    assert_eq!(table.store.accounts().await.unwrap().len(), 205);
}
