//! A function that dies at any of its calls, before or after the call's effect.

use store::Connection;

use crate::browser::{As, Browser};
use crate::stage::{CUSTOMER, OFFICE, OFFICE_SCOPED, PERMISSIONS, Stage, request};

/// The account is not there, or whole: with a token that Meta takes, for its customer, and due for the caretaker.
async fn check(stage: &Stage, case: &str) -> bool {
    let Some(account) = stage.account(OFFICE).await else { return false };
    assert_eq!((account.customer.as_str(), account.connection), (CUSTOMER, Connection::Connected), "{case}");
    assert_eq!(account.login.scoped_id.as_ref().unwrap().as_str(), OFFICE_SCOPED, "{case}");
    assert_eq!(account.login.permissions, PERMISSIONS, "{case}");
    assert!(account.login.expires_at.is_some() && account.due_at.is_some(), "{case}");
    assert!(stage.is_token_good(&account).await, "{case}: one valid token");
    let due = stage.store.due_keys(store::CHORES_SHARD, stage.clock.now_ms(), 10).await.unwrap();
    assert_eq!(due.len(), 1, "{case}: the caretaker finds it");
    assert_eq!(stage.store.account_ids().await.unwrap().len(), 1, "{case}: it is listed");
    true
}

#[tokio::test]
async fn a_killed_callback_leaves_no_half_connected_account_and_the_next_login_mends_all() {
    let (mut kills, mut whole, mut absent) = (0, 0, 0);
    for is_there in [false, true] {
        for after in [false, true] {
            for k in 1.. {
                let case = format!("killed {} call {k}, {is_there}", if after { "after" } else { "before" });
                let mut stage = Stage::new().await;
                if is_there {
                    Browser::new(&stage).log_in(&stage.signed_ticket(), As::Account(OFFICE)).await;
                }
                let ticket = stage.signed_ticket();
                let (query, cookie) = {
                    let mut browser = Browser::new(&stage);
                    let dialog = browser.reach_dialog(&ticket).await;
                    (browser.grant(&dialog, As::Account(OFFICE), &PERMISSIONS).await, browser.cookie)
                };
                let mut event = request("GET", "/connect/callback", &query);
                event["cookies"] = serde_json::json!([cookie]);
                stage.trap.set(k, after);
                // The branch that is not taken is dropped, and the call under way with it.
                let crashed = tokio::select! {
                    _ = stage.send(&event) => false,
                    () = stage.trap.sprung() => true,
                };
                stage.trap.disarm();
                if !crashed {
                    break;
                }
                kills += 1;
                stage.restart().await;
                let found = check(&stage, &case).await;
                assert!(found || !is_there, "{case}: what was there stays");
                whole += u32::from(found);
                absent += u32::from(!found);

                // A reload finds the step used, or does it; it never does harm.
                stage.send(&event).await;
                check(&stage, &case).await;
                let mut browser = Browser::new(&stage);
                let answer = browser.log_in(&stage.signed_ticket(), As::Account(OFFICE)).await;
                assert_eq!(answer.title(), "Instagram conectado", "{case}");
                assert!(check(&stage, &case).await, "{case}");
                let fields = stage.meta.world(|world| world.account(OFFICE).unwrap().subscribed_fields.len());
                assert_eq!(fields, 8, "{case}");
            }
        }
    }
    assert!(kills >= 32 && whole > 0 && absent > 0, "{kills} kills: {whole} whole, {absent} absent");
}

#[tokio::test]
async fn a_killed_start_uses_no_ticket_up_that_the_same_browser_cannot_use() {
    for after in [false, true] {
        let mut stage = Stage::new().await;
        let ticket = stage.signed_ticket();
        let cookie = {
            let mut browser = Browser::new(&stage);
            browser.start(&ticket).await;
            browser.cookie
        };
        stage.trap.set(1, after);
        {
            let mut browser = Browser::new(&stage);
            browser.cookie.clone_from(&cookie);
            tokio::select! {
                _ = browser.go(&ticket) => panic!("it makes a call"),
                () = stage.trap.sprung() => {}
            }
        }
        stage.trap.disarm();
        stage.restart().await;
        let mut browser = Browser::new(&stage);
        browser.cookie = cookie;
        let end = browser.log_in(&ticket, As::Account(OFFICE)).await;
        assert_eq!(end.title(), "Instagram conectado");
    }
}
