//! Logins: what is used up when, and what they come to.

use instagram::{AppId, AppScopedId};
use store::{CHORES_SHARD, ConnectError, Connected, Connection, LoginProof, Mode, PendingLogin};

use crate::fixtures::{NOW, account, account_id, table};

fn pending(customer: &str) -> PendingLogin {
    PendingLogin {
        customer: customer.to_owned(),
        office: "Gabinete".to_owned(),
        user: "u-1".to_owned(),
        app: AppId::parse("867555782500454").unwrap(),
        return_to: None,
        lang: None,
    }
}

fn proof(state: &str, browser: &str) -> LoginProof {
    LoginProof { state: state.to_owned(), browser: browser.to_owned() }
}

fn connected(customer: &str, token: &str, at: i64) -> Connected {
    Connected {
        account: account_id(),
        scoped_id: AppScopedId::parse("27000000000000001").unwrap(),
        app: AppId::parse("867555782500454").unwrap(),
        customer: customer.to_owned(),
        username: "gabinete".to_owned(),
        sealed_token: token.to_owned(),
        permissions: vec!["instagram_business_basic".to_owned()],
        issued_at: at,
        expires_at: at + 1_000,
        connected_at: at,
    }
}

#[tokio::test]
async fn a_ticket_is_used_by_one_browser_and_a_state_once() {
    let table = table().await;
    let store = &table.store;
    let begin = async |state, browser| {
        store.begin_login("t", &pending("a"), &proof(state, browser), NOW + 1_000).await.unwrap()
    };
    let end = async |state, browser, now| store.end_login("t", &proof(state, browser), now).await.unwrap();
    assert_eq!(end("s1", "b", NOW).await, None, "no such login");
    assert!(begin("s1", "b").await);
    assert!(!begin("s2", "other").await, "another browser");
    assert!(begin("s2", "b").await, "the same one again");
    assert_eq!(end("s1", "b", NOW).await, None, "a state that was replaced");
    assert_eq!(end("s2", "other", NOW).await, None, "another browser");
    assert_eq!(end("s2", "b", NOW + 1_000).await, None, "over");
    assert_eq!(end("s2", "b", NOW).await, Some(pending("a")));
    assert_eq!(end("s2", "b", NOW).await, None, "used");
    assert!(!begin("s3", "b").await, "the ticket, too");
}

#[tokio::test]
async fn an_account_is_one_customers_until_it_is_erased() {
    let standings = [
        ("its own", "a", Connection::Connected, true),
        ("its own, disconnected", "a", Connection::Disconnected, true),
        ("its own, erased", "a", Connection::Erased, true),
        ("another's", "b", Connection::Connected, false),
        ("another's, disconnected", "b", Connection::Disconnected, false),
        ("another's, erased", "b", Connection::Erased, true),
    ];
    for (case, customer, connection, is_taken) in standings {
        let table = table().await;
        let mut before = account();
        (before.customer, before.connection, before.mode, before.rules) =
            (customer.to_owned(), connection, Mode::Answer, 3);
        before.stopped_at = Some(NOW);
        table.store.put_account(&before).await.unwrap();
        let outcome = table.store.connect(&connected("a", "sealed", NOW)).await;
        let after = table.store.account(&account_id()).await.unwrap().unwrap();
        if !is_taken {
            assert!(matches!(outcome, Err(ConnectError::OtherCustomer)), "{case}");
            assert_eq!(after, before, "{case}");
            continue;
        }
        outcome.unwrap();
        let is_new = connection == Connection::Erased;
        let expected = if is_new { (Mode::Observe, 0, None) } else { (Mode::Answer, 3, Some(NOW)) };
        assert_eq!((after.mode, after.rules, after.stopped_at), expected, "{case}");
        assert_eq!((after.customer.as_str(), after.sealed_token.as_deref()), ("a", Some("sealed")), "{case}");
        assert_eq!(table.store.due_keys(CHORES_SHARD, NOW, 5).await.unwrap().len(), 1, "{case}: due at once");
    }
}

#[tokio::test]
async fn of_two_customers_at_the_same_moment_one_gets_the_account() {
    for _ in 0..20 {
        let table = table().await;
        let (of_a, of_b) = (connected("a", "of a", NOW), connected("b", "of b", NOW));
        let (one, other) = tokio::join!(table.store.connect(&of_a), table.store.connect(&of_b));
        let account = table.store.account(&account_id()).await.unwrap().unwrap();
        assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1);
        assert_eq!(account.sealed_token.as_deref(), Some(format!("of {}", account.customer).as_str()));
        assert_eq!(one.is_ok(), account.customer == "a");
    }
}
