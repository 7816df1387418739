//! Owners who leave: what Meta passes on, and what comes of it.

use std::time::Duration;

use serde_json::{Value, json};
use store::Connection;

use crate::browser::{As, Browser};
use crate::stage::{
    APP_SECRET, Answer, OFFICE, OFFICE_SCOPED, OLDER_APP_SECRET, OTHER_APP_SECRET, OTHER_OFFICE, Stage, form, request,
    sign_payload, signed_request,
};

/// A stage with the first two offices connected a minute ago.
async fn connected() -> Stage {
    let stage = Stage::new().await;
    let mut browser = Browser::new(&stage);
    browser.log_in(&stage.signed_ticket(), As::Account(OFFICE)).await;
    browser.log_in(&stage.signed_ticket(), As::Account(OTHER_OFFICE)).await;
    stage.clock.advance(Duration::from_mins(1));
    stage
}

async fn connection(stage: &Stage, id: &str) -> Connection {
    stage.account(id).await.unwrap().connection
}

fn code(answer: &Answer) -> String {
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    let code = body["confirmation_code"].as_str().unwrap().to_owned();
    assert_eq!(body["url"], format!("https://conectar.example.com/connect/deletion-status?code={code}"));
    assert_eq!(body.as_object().unwrap().len(), 2);
    assert!(code.len() == 32 && code.bytes().all(|byte| byte.is_ascii_hexdigit()), "128 bits: {code}");
    code
}

#[tokio::test]
async fn an_owner_who_removes_the_app_is_disconnected_by_either_id_and_any_secret() {
    for (secret, user) in [(APP_SECRET, OFFICE_SCOPED), (APP_SECRET, OFFICE), (OLDER_APP_SECRET, OFFICE_SCOPED)] {
        let stage = connected().await;
        let answer = stage.signed("/connect/deauthorize", &signed_request(secret, user, stage.clock.now_ms())).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, ""), "{user}");
        assert_eq!(connection(&stage, OFFICE).await, Connection::Disconnected, "{user}");
        assert_eq!(stage.account(OFFICE).await.unwrap().sealed_token, None, "{user}: the token is gone");
        assert_eq!(connection(&stage, OTHER_OFFICE).await, Connection::Connected, "{user}: nobody else is touched");
        assert_eq!(stage.metric("Deauthorized"), 1);
    }
}

#[tokio::test]
async fn case_95_another_apps_secret_touches_no_account_of_this_one() {
    let stage = connected().await;
    let before = stage.everything().await;
    let now = stage.clock.now_ms();
    for user in [OFFICE, OFFICE_SCOPED] {
        let request = signed_request(OTHER_APP_SECRET, user, now);
        assert_eq!(stage.signed("/connect/deauthorize", &request).await.status, 200, "{user}: as for anybody unknown");
        code(&stage.signed("/connect/deletion", &request).await);
    }
    assert_eq!(stage.everything().await, before);
}

#[tokio::test]
async fn a_request_older_than_the_latest_connection_changes_nothing() {
    let stage = connected().await;
    let asked = signed_request(APP_SECRET, OFFICE_SCOPED, stage.clock.now_ms());
    stage.clock.advance(Duration::from_mins(1));
    Browser::new(&stage).log_in(&stage.signed_ticket(), As::Account(OFFICE)).await;
    let before = stage.everything().await;
    assert_eq!(stage.signed("/connect/deauthorize", &asked).await.status, 200);
    code(&stage.signed("/connect/deletion", &asked).await);
    assert_eq!(stage.everything().await, before);
    assert!(stage.is_token_good(&stage.account(OFFICE).await.unwrap()).await);
}

#[tokio::test]
async fn case_88_what_is_no_signed_request_is_refused_and_has_no_effect() {
    let stage = connected().await;
    let now = stage.clock.now_ms();
    let good = signed_request(APP_SECRET, OFFICE, now);
    let (signature, payload) = good.split_once('.').unwrap();
    let none = json!({"algorithm": "none", "issued_at": now / 1_000, "user_id": OFFICE});
    let long = "A".repeat(20_000);
    let bent = if signature.starts_with('A') { "B" } else { "A" };
    let cases = [
        ("nothing", String::new()),
        ("no dot", good.replace('.', "")),
        ("padding", format!("{good}=")),
        ("another signature", format!("{bent}{}.{payload}", &signature[1..])),
        ("a secret that no app has", signed_request("another-secret", OFFICE, now)),
        ("algorithm none, and none there", format!(".{payload}")),
        ("algorithm none, signed", sign_payload(APP_SECRET, &none)),
        ("without end", long),
    ];
    let before = stage.everything().await;
    for path in ["/connect/deauthorize", "/connect/deletion"] {
        for (case, request) in &cases {
            let answer = stage.signed(path, request).await;
            assert_eq!((answer.status, answer.body.as_str()), (400, ""), "{path}: {case}");
        }
        let twice = form("POST", path, &[("signed_request", &good), ("signed_request", &good)]);
        assert_eq!(stage.send(&twice).await.status, 400, "{path}: given twice");
        let query = request("POST", path, &format!("signed_request={good}"));
        assert_eq!(stage.send(&query).await.status, 400, "{path}: in the query, which is logged elsewhere");
    }
    assert_eq!(stage.everything().await, before);
}

#[tokio::test]
async fn case_88_a_replay_gets_the_same_code_and_erases_once() {
    let stage = connected().await;
    let request = signed_request(APP_SECRET, OFFICE_SCOPED, stage.clock.now_ms());
    let first = code(&stage.signed("/connect/deletion", &request).await);
    assert_eq!(connection(&stage, OFFICE).await, Connection::Erased, "sending stops at once");
    let before = stage.everything().await;
    for _ in 0..3 {
        stage.clock.advance(Duration::from_mins(1));
        assert_eq!(code(&stage.signed("/connect/deletion", &request).await), first);
    }
    assert_eq!(stage.everything().await, before, "one erasure, as it was ordered first");
    let other = signed_request(APP_SECRET, OFFICE_SCOPED, stage.clock.now_ms());
    assert_ne!(code(&stage.signed("/connect/deletion", &other).await), first, "another request, another code");
}

#[tokio::test]
async fn a_known_and_an_unknown_user_are_answered_alike() {
    let stage = connected().await;
    let now = stage.clock.now_ms();
    let known = stage.signed("/connect/deletion", &signed_request(APP_SECRET, OFFICE_SCOPED, now)).await;
    let unknown = stage.signed("/connect/deletion", &signed_request(APP_SECRET, "27999999999999999", now)).await;
    assert_eq!((known.status, &known.headers), (unknown.status, &unknown.headers));
    assert_ne!(code(&known), code(&unknown));
    assert_eq!(known.body.len(), unknown.body.len());
}

#[tokio::test]
async fn a_status_names_nobody_and_a_code_that_nobody_gave_out_looks_like_one_that_is_done() {
    let stage = connected().await;
    let request_text = signed_request(APP_SECRET, OFFICE_SCOPED, stage.clock.now_ms());
    let open = code(&stage.signed("/connect/deletion", &request_text).await);
    let status =
        async |code: &str| stage.send(&request("GET", "/connect/deletion-status", &format!("code={code}"))).await;
    let page = status(&open).await;
    assert!(page.status == 200 && page.body.contains("Em andamento"), "{}", page.body);
    for word in [OFFICE, OFFICE_SCOPED, "helena", "Helena", &open] {
        assert!(!page.body.contains(word), "{word}");
    }
    let mut pages = Vec::new();
    let zeros = "0".repeat(32);
    for code in [zeros.as_str(), "", "x", "%3Cscript%3E", &open.to_uppercase()] {
        let page = status(code).await;
        assert_eq!(page.status, 200, "{code}");
        assert!(page.body.contains("Nada guardado"), "{code}");
        pages.push(page.body);
    }
    pages.dedup();
    assert_eq!(pages.len(), 1);
}

#[tokio::test]
async fn a_request_whose_effect_failed_is_answered_503_and_done_when_it_comes_again() {
    for (path, end) in [("/connect/deauthorize", Connection::Disconnected), ("/connect/deletion", Connection::Erased)] {
        let stage = connected().await;
        let request = signed_request(APP_SECRET, OFFICE_SCOPED, stage.clock.now_ms());
        stage.table.script("UpdateItem", [crate::stage::TableFate::BROKEN]);
        assert_eq!(stage.signed(path, &request).await.status, 503, "{path}");
        assert_eq!(connection(&stage, OFFICE).await, Connection::Connected, "{path}");
        assert_eq!(stage.signed(path, &request).await.status, 200, "{path}");
        assert_eq!(connection(&stage, OFFICE).await, end, "{path}");
    }
}
