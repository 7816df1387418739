//! Meta asks whether the URL is ours.

use serde_json::json;

use crate::stage::{Stage, VERIFY_TOKEN, bare, request};

const PATH: &str = "/api/webhook/instagram";

#[tokio::test]
async fn the_challenge_comes_back_as_plain_text_case_41() {
    let stage = Stage::new().await;
    let query = format!("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={VERIFY_TOKEN}");
    assert_eq!(
        stage.send(request("GET", PATH, &query)).await,
        json!({
            "statusCode": 200,
            "headers": {"content-type": "text/plain", "x-content-type-options": "nosniff"},
            "multiValueHeaders": {},
            "body": "1158201444",
            "isBase64Encoded": false,
            "cookies": [],
        })
    );
    assert_eq!(stage.metric_lines(), 0);
}

#[tokio::test]
async fn every_other_handshake_is_refused() {
    let token = format!("hub.verify_token={VERIFY_TOKEN}");
    let long = "1".repeat(129);
    let cases = [
        ("42: markup", format!("hub.mode=subscribe&hub.challenge=<script>&{token}"), 400),
        ("42: markup, encoded", format!("hub.mode=subscribe&hub.challenge=%3Cscript%3E&{token}"), 400),
        ("42: too long", format!("hub.mode=subscribe&hub.challenge={long}&{token}"), 400),
        ("42: none", format!("hub.mode=subscribe&{token}"), 400),
        ("42: two", format!("hub.mode=subscribe&hub.challenge=1&hub.challenge=2&{token}"), 400),
        ("43: wrong token", "hub.mode=subscribe&hub.challenge=1&hub.verify_token=guess".to_owned(), 403),
        ("43: no token", "hub.mode=subscribe&hub.challenge=1".to_owned(), 403),
        ("43: empty token", "hub.mode=subscribe&hub.challenge=1&hub.verify_token=".to_owned(), 403),
        ("43: token twice", format!("hub.mode=subscribe&hub.challenge=1&{token}&{token}"), 403),
        ("43: wrong mode", format!("hub.mode=unsubscribe&hub.challenge=1&{token}"), 403),
        ("43: no mode", format!("hub.challenge=1&{token}"), 403),
        ("43: nothing at all", String::new(), 403),
    ];
    let stage = Stage::new().await;
    for (case, query, status) in cases {
        let answer = stage.send(request("GET", PATH, &query)).await;
        assert_eq!(answer, bare(status), "{case}");
    }
    assert_eq!(stage.metric("HandshakeRefused"), 7);
    assert!(stage.secret_looks() <= 2, "wrong tokens cost one look more");
}

#[tokio::test]
async fn an_apps_own_path_takes_only_its_own_token() {
    let stage = Stage::new().await;
    let path = format!("{PATH}/zulmira");
    for (token, status) in [("token-of-zulmira", 200), (VERIFY_TOKEN, 403)] {
        let query = format!("hub.mode=subscribe&hub.challenge=1&hub.verify_token={token}");
        assert_eq!(stage.status(request("GET", &path, &query)).await, status, "{token}");
    }
}
