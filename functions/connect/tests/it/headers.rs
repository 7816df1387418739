//! Routes and headers: what every answer carries, whatever it answers.

use serde_json::json;

use crate::browser::{As, Browser};
use crate::stage::{APP_SECRET, OFFICE, Stage, form, request, signed_request};

#[tokio::test]
async fn other_methods_and_paths_are_refused_without_work() {
    let stage = Stage::new().await;
    let cases = [
        ("POST", "/connect/start", 405),
        ("GET", "/connect/go", 405),
        ("POST", "/connect/callback", 405),
        ("GET", "/connect/deauthorize", 405),
        ("GET", "/connect/deletion", 405),
        ("DELETE", "/connect/deletion-status", 405),
        ("HEAD", "/connect/privacy", 405),
        ("GET", "/", 404),
        ("GET", "/connect", 404),
        ("GET", "/connect/", 404),
        ("GET", "/connect/start/", 404),
        ("GET", "/CONNECT/start", 404),
        ("GET", "/api/webhook/instagram", 404),
        ("", "", 404),
    ];
    for (method, path, status) in cases {
        assert_eq!(stage.send(&request(method, path, "")).await.status, status, "{method} {path}");
    }
    assert!(stage.metric_lines().is_empty());
}

#[tokio::test]
async fn what_the_conversion_would_panic_at_is_answered() {
    let stage = Stage::new().await;
    let cases = [
        ("a host that is none", "/headers/host", json!("[::1"), 400),
        ("a query of odd characters", "/rawQueryString", json!("ticket=<script>"), 400),
        ("a header with a line break", "/headers/x-name", json!("a\r\nb"), 404),
        ("a body that is no base64", "/isBase64Encoded", json!(true), 400),
        ("an address that nobody has", "/requestContext/domainName", json!("a b"), 400),
        ("a path without a slash", "/rawPath", json!(":99999"), 404),
        ("a cookie that is none", "/cookies", json!(["a=\n", "b"]), 400),
    ];
    for (case, pointer, value, status) in cases {
        let mut event = request("GET", "/connect/start", "ticket=x");
        event["cookies"] = json!([]);
        event["headers"]["x-name"] = json!("");
        event["body"] = json!("!");
        *event.pointer_mut(pointer).unwrap() = value;
        assert_eq!(stage.send(&event).await.status, status, "{case}");
    }
    assert_eq!(stage.send(&json!({})).await.status, 404);
    assert_eq!(stage.send(&json!({"Records": []})).await.status, 404);
}

#[tokio::test]
async fn no_answer_is_kept_framed_scripted_or_told_to_others() {
    let stage = Stage::new().await;
    let ticket = stage.signed_ticket();
    let signed = signed_request(APP_SECRET, OFFICE, stage.clock.now_ms());
    let mut browser = Browser::new(&stage);
    let mut answers = vec![
        ("start", browser.start(&ticket).await),
        ("start, refused", browser.start("x").await),
        ("go", browser.go(&ticket).await),
        ("callback, refused", browser.come_back("code=a&state=b").await),
        ("login", browser.log_in(&stage.signed_ticket(), As::Account(OFFICE)).await),
        ("deauthorize", stage.signed("/connect/deauthorize", &signed).await),
        ("deletion", stage.signed("/connect/deletion", &signed).await),
        ("deletion, refused", stage.signed("/connect/deletion", "x").await),
    ];
    for path in ["/connect/deletion-status", "/connect/privacy", "/nothing"] {
        answers.push((path, stage.send(&request("GET", path, "")).await));
    }
    answers.push(("405", stage.send(&form("POST", "/connect/privacy", &[])).await));
    for (case, answer) in answers {
        for (name, value) in [
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
        ] {
            assert_eq!(answer.header(name), value, "{case}: {name}");
        }
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{case}: {policy}"
        );
        assert!(!policy.contains("unsafe") && !policy.contains("script"), "{case}: {policy}");
        assert!(!answer.body.contains("<script") && !answer.body.contains(" on"), "{case}: {}", handlers(&answer.body));
        let is_page = answer.header("content-type").starts_with("text/html");
        assert!(!is_page || answer.body.contains("width=device-width"), "{case}: made for phones");
    }
}

/// What stands around ` on`, which begins an event handler's name.
fn handlers(body: &str) -> &str {
    body.find(" on").map_or("", |at| &body[at..body.len().min(at + 20)])
}

#[tokio::test]
async fn the_cookie_is_kept_from_scripts_other_hosts_and_plain_http() {
    let stage = Stage::new().await;
    let page = Browser::new(&stage).start(&stage.signed_ticket()).await;
    let cookie = &page.cookies[0];
    for part in ["__Host-connect=", "; Path=/;", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}

#[tokio::test]
async fn the_privacy_text_is_there_in_both_languages() {
    let stage = Stage::with(&[("PRIVACY_CONTACT", "privacidade@example.com")]).await;
    for (query, title) in
        [("", "Privacidade: Instagram no Politicall"), ("lang=en", "Privacy: Instagram in Politicall")]
    {
        let page = stage.send(&request("GET", "/connect/privacy", query)).await;
        assert_eq!((page.status, page.title()), (200, title));
        assert!(page.body.contains("privacidade@example.com"));
    }
}
