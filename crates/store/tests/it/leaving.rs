//! Accounts that leave, and the requests that name them.

use instagram::{AccountId, AppId, AppScopedId};
use store::{Account, CHORES_SHARD, Connection, Login, Page, retention};

use crate::fixtures::{NOW, Table, account, account_id, table};

const DAY: i64 = 86_400_000;

async fn connected_at(table: &Table, at: i64) {
    let login = Login { scoped_id: Some(scoped()), connected_at: at, ..Login::default() };
    let account = Account { sealed_token: Some("sealed".to_owned()), due_at: Some(at), login, ..account() };
    table.store.put_account(&account).await.unwrap();
}

fn scoped() -> AppScopedId {
    AppScopedId::parse("27000000000000001").unwrap()
}

#[tokio::test]
async fn an_account_is_found_by_either_id_and_by_its_own_app_alone() {
    let table = table().await;
    connected_at(&table, NOW).await;
    let app = account().app;
    let other_app = AppId::parse("1203300000000077").unwrap();
    let cases = [
        ("its own id", &app, account_id().to_string(), 1),
        ("the id scoped to the app", &app, scoped().to_string(), 1),
        ("another app's secret", &other_app, account_id().to_string(), 0),
        ("another app's secret, scoped id", &other_app, scoped().to_string(), 0),
        ("nobody", &app, "1".to_owned(), 0),
        ("no id at all", &app, "a#b".to_owned(), 0),
        ("nothing", &app, String::new(), 0),
    ];
    for (case, app, id, expected) in cases {
        let found = table.store.accounts_named(app, &id).await.unwrap();
        assert_eq!(found.len(), expected, "{case}");
        assert!(found.iter().all(|found| found.id == account_id()), "{case}");
    }
}

#[tokio::test]
async fn an_old_scoped_id_names_nobody_any_more() {
    let table = table().await;
    connected_at(&table, NOW).await;
    let app = AppId::parse("1203300000000077").unwrap();
    let login = Login { scoped_id: Some(AppScopedId::parse("28000000000000002").unwrap()), ..Login::default() };
    table.store.put_account(&Account { app: app.clone(), login, ..account() }).await.unwrap();
    assert!(table.store.accounts_named(&account().app, scoped().as_str()).await.unwrap().is_empty());
    assert_eq!(table.store.accounts_named(&app, "28000000000000002").await.unwrap().len(), 1);
}

#[tokio::test]
async fn disconnecting_stops_at_once_unless_it_was_asked_before_the_latest_connection() {
    let cases = [
        ("after the connection", NOW - 1, NOW, true, Connection::Disconnected),
        ("at the same moment", NOW, NOW, true, Connection::Disconnected),
        ("before the connection", NOW + 1, NOW, false, Connection::Connected),
    ];
    for (case, connected, asked_at, expected, connection) in cases {
        let table = table().await;
        connected_at(&table, connected).await;
        assert_eq!(table.store.disconnect(&account_id(), asked_at, NOW + 5).await.unwrap(), expected, "{case}");
        let left = table.store.account(&account_id()).await.unwrap().unwrap();
        assert_eq!((left.connection, left.sealed_token.is_none()), (connection, expected), "{case}");
        assert_eq!(left.login.left_at, expected.then_some(NOW + 5), "{case}");
        assert_eq!(left.due_at, Some(if expected { NOW + 5 } else { connected }), "{case}: the CRM is to be told");
        assert_eq!(left.login.scoped_id, Some(scoped()), "{case}: a request for deletion may follow");
    }
    let table = table().await;
    let stranger = AccountId::parse("1").unwrap();
    assert!(!table.store.disconnect(&stranger, NOW, NOW).await.unwrap(), "no such account");
}

#[tokio::test]
async fn disconnected_twice_it_left_once() {
    let table = table().await;
    connected_at(&table, NOW - 1).await;
    for at in [NOW, NOW + DAY] {
        assert!(table.store.disconnect(&account_id(), at, at).await.unwrap());
    }
    let left = table.store.account(&account_id()).await.unwrap().unwrap();
    assert_eq!(left.login.left_at, Some(NOW));
}

/// Works on what is due for accounts that left.
async fn run(table: &Table, now: i64) -> usize {
    let mut due = table.store.due_keys(CHORES_SHARD, now, 10).await.unwrap();
    due.retain(store::keys::is_order);
    for key in &due {
        while table.store.erase_page(key, now).await.unwrap() == Page::More {}
    }
    due.len()
}

#[tokio::test]
async fn conversations_end_30_days_after_leaving_unless_the_account_came_back() {
    for came_back in [false, true] {
        let table = table().await;
        connected_at(&table, NOW - 1).await;
        let peer = crate::fixtures::peer();
        let read = store::Conversation::default();
        let next = store::Conversation { expires_at: NOW / 1000 + 180 * 86_400, ..read.clone() };
        table.store.save_facts(&account_id(), &peer, &read, next).await.unwrap();
        let mid = instagram::MessageId::parse("m1").unwrap();
        table.store.bury(&account_id(), &mid, NOW, NOW / 1000 + 180 * 86_400).await.unwrap();
        table.store.disconnect(&account_id(), NOW, NOW).await.unwrap();
        let end = NOW + retention::days_ms(retention::DAYS_AFTER_LEAVING);
        if came_back {
            connected_at(&table, NOW + DAY).await;
        }
        assert_eq!(run(&table, end - 1).await, 0, "not a moment sooner");
        assert_eq!(table.store.conversations(&account_id(), end).await.unwrap().len(), 1);
        run(&table, end).await;
        let left = table.store.conversations(&account_id(), end).await.unwrap();
        assert_eq!(left.len(), usize::from(came_back));
        assert_eq!(run(&table, end + DAY).await, 0, "and that is all");
        assert!(table.store.account(&account_id()).await.unwrap().is_some());
    }
}
