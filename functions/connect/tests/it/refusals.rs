//! Everything that is refused, and that it leaves nothing.

use std::time::Duration;

use connect::Ticket;
use sandbox::meta::Reply;
use serde_json::json;

use crate::browser::{As, Browser};
use crate::stage::{
    APP_SECRET, CUSTOMER, MetaFate, OFFICE, PERMISSIONS, Stage, TableFate, apps, crm_secrets, form, request,
};

const STALE_TICKET: &str = "Este link não vale mais";
const STALE_STATE: &str = "Este passo não vale mais";

#[tokio::test]
async fn a_ticket_that_is_none_shows_one_page_whatever_is_wrong_with_it() {
    let stage = Stage::new().await;
    let good = stage.signed_ticket();
    let with = |change: &dyn Fn(&mut Ticket)| {
        let mut ticket = stage.ticket();
        change(&mut ticket);
        ticket.sign(&crm_secrets())
    };
    let cases = [
        ("none", String::new()),
        ("a word", "ticket".to_owned()),
        ("changed", format!("A{good}")),
        ("over", with(&|t| t.expires_at -= 301)),
        ("good for too long", with(&|t| t.expires_at += 301)),
        ("markup", "%3Cscript%3E.%3Cscript%3E".to_owned()),
    ];
    let mut pages = Vec::new();
    for (case, ticket) in &cases {
        let mut browser = Browser::new(&stage);
        let page = browser.start(ticket).await;
        assert_eq!((page.status, page.title()), (400, STALE_TICKET), "{case}");
        assert!(page.cookies.is_empty(), "{case}: no browser is marked");
        pages.push(page.body);
        browser.start(&good).await;
        assert_eq!(browser.go(ticket).await.status, 400, "{case}");
    }
    pages.dedup();
    assert_eq!(pages.len(), 1);
    let twice = format!("ticket={good}&ticket={good}");
    assert_eq!(Browser::new(&stage).get("/connect/start", &twice).await.status, 400, "a ticket given twice");
    let mut browser = Browser::new(&stage);
    let unknown = with(&|t| t.app = Some("nobody".to_owned()));
    browser.start(&unknown).await;
    assert_eq!(browser.go(&unknown).await.title(), STALE_TICKET, "an app that is not configured");
    assert!(stage.everything().await.is_empty());
}

#[tokio::test]
async fn a_ticket_leads_one_browser_to_one_login() {
    let stage = Stage::new().await;
    let ticket = stage.signed_ticket();
    let mut browser = Browser::new(&stage);
    assert_eq!(browser.go(&ticket).await.status, 400, "a browser that never saw the office's name");
    assert!(stage.everything().await.is_empty(), "and the ticket is still unused");
    let dialog = browser.reach_dialog(&ticket).await;

    let mut other = Browser::new(&stage);
    other.start(&ticket).await;
    assert_eq!(other.go(&ticket).await.title(), STALE_TICKET, "another browser");
    let query = browser.grant(&dialog, As::Account(OFFICE), &PERMISSIONS).await;
    assert_eq!(browser.come_back(&query).await.status, 200, "which does not disturb the first");
    assert_eq!(browser.go(&ticket).await.title(), STALE_TICKET, "the same one, after its end");

    let cancelled = stage.signed_ticket();
    let dialog = browser.reach_dialog(&cancelled).await;
    let query = browser.cancel(&dialog).await;
    browser.come_back(&query).await;
    assert_eq!(browser.go(&cancelled).await.title(), STALE_TICKET, "after a cancelled login too");
}

#[tokio::test]
async fn case_86_a_state_that_is_missing_used_over_or_foreign_is_refused_and_leaves_nothing() {
    let stage = Stage::new().await;
    let mut browser = Browser::new(&stage);
    let dialog = browser.reach_dialog(&stage.signed_ticket()).await;
    let query = browser.grant(&dialog, As::Account(OFFICE), &PERMISSIONS).await;
    let (code, state) = query.split_once("&state=").unwrap();
    let mut stranger = Browser::new(&stage);
    stranger.start(&stage.others_ticket()).await;
    let before = stage.everything().await;
    let (rest, last) = state.split_at(state.len() - 1);
    let changed = format!("{rest}{}", if last == "0" { "1" } else { "0" });
    let cases = [
        ("no query", String::new()),
        ("no state", code.to_owned()),
        ("an empty state", format!("{code}&state=")),
        ("a changed one", format!("{code}&state={changed}")),
        ("given twice", format!("{query}&state={state}")),
        ("of a login that never was", format!("{code}&state={}.{}", "0".repeat(32), "0".repeat(64))),
    ];
    for (case, query) in &cases {
        let answer = browser.come_back(query).await;
        assert_eq!((answer.status, answer.title()), (400, STALE_STATE), "{case}");
    }
    let answer = stranger.come_back(&query).await;
    assert_eq!((answer.status, answer.title()), (400, STALE_STATE), "another browser's");
    let answer = Browser::new(&stage).come_back(&query).await;
    assert_eq!((answer.status, answer.title()), (400, STALE_STATE), "a browser without a cookie");
    assert_eq!(stage.everything().await, before, "nothing changed, the login is still open");

    assert_eq!(browser.come_back(&query).await.status, 200);
    let before = stage.everything().await;
    assert_eq!(browser.come_back(&query).await.title(), STALE_STATE, "used");
    assert_eq!(stage.everything().await, before);

    let dialog = browser.reach_dialog(&stage.signed_ticket()).await;
    let query = browser.grant(&dialog, As::Account(OFFICE), &PERMISSIONS).await;
    stage.clock.advance(Duration::from_mins(10));
    assert_eq!(browser.come_back(&query).await.title(), STALE_STATE, "over, by its own time and not the table's");
}

#[tokio::test]
async fn case_86_a_code_that_was_used_or_is_missing_connects_nothing() {
    let stage = Stage::new().await;
    let mut browser = Browser::new(&stage);
    let dialog = browser.reach_dialog(&stage.signed_ticket()).await;
    let first = browser.grant(&dialog, As::Account(OFFICE), &PERMISSIONS).await;
    browser.come_back(&first).await;
    let code = first.split('&').next().unwrap();
    for (case, code) in [("used", code), ("missing", "a=1"), ("made up", "code=AQevil"), ("empty", "code=")] {
        let dialog = browser.reach_dialog(&stage.others_ticket()).await;
        let (_, state) = dialog.rsplit_once("state=").unwrap();
        let state = state.split('&').next().unwrap();
        let answer = browser.come_back(&format!("{code}&state={state}")).await;
        assert_eq!((answer.status, answer.title()), (400, "O Instagram não confirmou"), "{case}");
        assert!(answer.body.contains("Nada foi guardado."), "{case}");
    }
    assert_eq!(stage.account(OFFICE).await.unwrap().customer, CUSTOMER);
}

#[tokio::test]
async fn case_86_whoever_cancels_is_told_so_with_or_without_a_state() {
    let stage = Stage::new().await;
    let mut browser = Browser::new(&stage);
    let dialog = browser.reach_dialog(&stage.signed_ticket()).await;
    let query = browser.cancel(&dialog).await;
    let answer = browser.come_back(&query).await;
    assert_eq!((answer.status, answer.title()), (200, "Conexão cancelada"));
    assert!(answer.body.contains("https://crm.example.com/contas?ok=1"), "the way back to where it began");
    for query in ["error=access_denied", "error=access_denied&error_reason=user_denied&state=x", &query] {
        let answer = browser.come_back(query).await;
        assert_eq!((answer.status, answer.title()), (200, "Conexão cancelada"), "{query}");
    }
    // A refusal with a code beside it is a refusal.
    let dialog = browser.reach_dialog(&stage.signed_ticket()).await;
    let query = browser.grant(&dialog, As::Account(OFFICE), &PERMISSIONS).await;
    assert_eq!(browser.come_back(&format!("{query}&error=access_denied")).await.title(), "Conexão cancelada");
    assert!(stage.store.account_ids().await.unwrap().is_empty(), "nothing is stored");
}

#[tokio::test]
async fn unticked_permissions_are_named_and_nothing_is_stored() {
    for missing in PERMISSIONS {
        let stage = Stage::new().await;
        let mut browser = Browser::new(&stage);
        let granted: Vec<&str> = PERMISSIONS.into_iter().filter(|permission| *permission != missing).collect();
        let dialog = browser.reach_dialog(&stage.signed_ticket()).await;
        let query = browser.grant(&dialog, As::Account(OFFICE), &granted).await;
        let answer = browser.come_back(&query).await;
        assert_eq!((answer.status, answer.title()), (403, "Faltam permissões"), "{missing}");
        assert!(answer.body.contains(missing), "{missing}");
        assert!(granted.iter().all(|granted| !answer.body.contains(granted)), "{missing}: and it alone");
        assert!(stage.store.account_ids().await.unwrap().is_empty(), "{missing}");
    }
}

#[tokio::test]
async fn case_93_an_account_of_another_customer_stays_as_it_is_and_whose_it_is_is_not_told() {
    let stage = Stage::new().await;
    let mut browser = Browser::new(&stage);
    browser.log_in(&stage.signed_ticket(), As::Account(OFFICE)).await;
    let before = stage.account(OFFICE).await.unwrap();
    let answer = browser.log_in(&stage.others_ticket(), As::Account(OFFICE)).await;
    assert_eq!((answer.status, answer.title()), (403, "Esta conta não pode ser conectada"));
    assert!(!answer.body.contains(CUSTOMER) && !answer.body.contains("Helena"), "{}", answer.body);
    assert_eq!(stage.account(OFFICE).await.unwrap(), before);
    assert!(stage.is_token_good(&before).await);
    assert_eq!(stage.metric("OtherCustomer"), 1);

    // Disconnected, it is still the first one's until it is erased.
    let later = stage.clock.now_ms() + 1_000;
    stage.store.disconnect(&before.id, later, later).await.unwrap();
    stage.clock.advance(Duration::from_mins(1));
    let answer = browser.log_in(&stage.others_ticket(), As::Account(OFFICE)).await;
    assert_eq!(answer.title(), "Esta conta não pode ser conectada");
}

#[tokio::test]
async fn case_104_another_customers_login_looks_like_none_at_all() {
    let stage = Stage::new().await;
    let mut helena = Browser::new(&stage);
    let dialog = helena.reach_dialog(&stage.signed_ticket()).await;
    let query = helena.grant(&dialog, As::Account(OFFICE), &PERMISSIONS).await;
    let mut zulmira = Browser::new(&stage);
    zulmira.reach_dialog(&stage.others_ticket()).await;
    let foreign = zulmira.come_back(&query).await;
    let absent = zulmira.come_back(&format!("code=AQ&state={}.{}", "0".repeat(32), "0".repeat(64))).await;
    assert_eq!((foreign.status, foreign.headers, foreign.body), (absent.status, absent.headers, absent.body));
}

#[tokio::test]
async fn when_meta_fails_nothing_is_stored_and_the_person_may_begin_anew() {
    let server_error = || MetaFate::Refuse(Reply::raw(503.try_into().unwrap(), "<html>"));
    let cases = [
        ("no token for the code", "RedeemCode", vec![server_error()], 502),
        ("an answer nobody reads", "RedeemCode", vec![MetaFate::AnswerInstead(Reply::ok(&json!({"a": 1})))], 502),
        ("the code refused", "RedeemCode", vec![MetaFate::Refuse(Reply::refusal(100, None))], 400),
        ("no long token, twice", "ExchangeToken", vec![server_error(), server_error()], 502),
        ("no long token, once", "ExchangeToken", vec![server_error()], 200),
        ("a lost answer", "ExchangeToken", vec![MetaFate::LoseAnswer], 200),
        ("the token refused", "ExchangeToken", vec![MetaFate::Refuse(Reply::refusal(190, None))], 502),
        ("nobody behind the token", "ReadMe", vec![server_error(), server_error()], 502),
        (
            "somebody else behind the token",
            "ReadMe",
            vec![MetaFate::AnswerInstead(Reply::ok(&json!({"id": "27000000000000002", "user_id": OFFICE})))],
            502,
        ),
    ];
    for (case, operation, fates, status) in cases {
        let stage = Stage::new().await;
        stage.graph.script(operation, fates);
        let mut browser = Browser::new(&stage);
        let answer = browser.log_in(&stage.signed_ticket(), As::Account(OFFICE)).await;
        assert_eq!(answer.status, status, "{case}: {}", answer.body);
        assert_eq!(stage.account(OFFICE).await.is_some(), status == 200, "{case}");
        let again = browser.log_in(&stage.signed_ticket(), As::Account(OFFICE)).await;
        assert_eq!(again.title(), "Instagram conectado", "{case}");
    }
}

#[tokio::test]
async fn when_the_table_fails_the_person_is_told_to_come_back() {
    let stage = Stage::new().await;
    let mut browser = Browser::new(&stage);
    let ticket = stage.signed_ticket();
    browser.start(&ticket).await;
    stage.table.script("UpdateItem", [TableFate::BROKEN]);
    assert_eq!(browser.go(&ticket).await.status, 503);
    let dialog = browser.go(&ticket).await.header("location").to_owned();
    let query = browser.grant(&dialog, As::Account(OFFICE), &PERMISSIONS).await;
    stage.table.script("UpdateItem", [TableFate::BROKEN]);
    assert_eq!(browser.come_back(&query).await.status, 503);
    assert_eq!(browser.come_back(&query).await.status, 200, "the state was not used up by that");
    assert_eq!(stage.metric("Unavailable"), 2);
}

#[tokio::test]
async fn secrets_are_looked_at_again_when_a_ticket_or_request_does_not_match() {
    let stage = Stage::new().await;
    let mut browser = Browser::new(&stage);
    assert_eq!(browser.start(&stage.signed_ticket()).await.status, 200);
    let newer = json!({"secrets": ["a-newer-crm-secret-0123456789-abcdef"]}).to_string();
    let ticket = stage.ticket().sign(&connect::CrmSecrets::parse_parts([newer.as_str()]).unwrap());
    assert_eq!(browser.start(&ticket).await.status, 400);
    std::fs::write(&stage.crm_path, &newer).unwrap();
    stage.clock.advance(Duration::from_secs(30));
    assert_eq!(browser.start(&ticket).await.status, 200);

    let signed = crate::stage::signed_request("a-newer-app-secret", OFFICE, stage.clock.now_ms());
    assert_eq!(stage.signed("/connect/deletion", &signed).await.status, 400);
    std::fs::write(&stage.apps_path, json!({"apps": apps("a-newer-app-secret")}).to_string()).unwrap();
    stage.clock.advance(Duration::from_secs(30));
    assert_eq!(stage.signed("/connect/deletion", &signed).await.status, 200);
}

#[tokio::test]
async fn without_secrets_everything_that_needs_them_is_answered_503() {
    let stage = Stage::new().await;
    std::fs::remove_file(&stage.crm_path).unwrap();
    std::fs::remove_file(&stage.apps_path).unwrap();
    let ticket = stage.signed_ticket();
    let signed = crate::stage::signed_request(APP_SECRET, OFFICE, stage.clock.now_ms());
    let cases = [
        request("GET", "/connect/start", &format!("ticket={ticket}")),
        form("POST", "/connect/go", &[("ticket", &ticket)]),
        request("GET", "/connect/callback", "code=a&state=b"),
        form("POST", "/connect/deauthorize", &[("signed_request", &signed)]),
        form("POST", "/connect/deletion", &[("signed_request", &signed)]),
    ];
    for event in cases {
        assert_eq!(stage.send(&event).await.status, 503, "{}", event["rawPath"]);
    }
    assert_eq!(stage.send(&request("GET", "/connect/privacy", "")).await.status, 200);
}
