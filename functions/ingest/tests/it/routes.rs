//! Path, method, certificate and size, all before anything is read.

use serde_json::{Value, json};

use crate::stage::{SECRET, Stage, VERIFY_TOKEN, delivery, message, request};

#[tokio::test]
async fn other_methods_and_paths_are_refused_without_work_case_44() {
    let path = "/api/webhook/instagram";
    let cases = [
        ("HEAD", path, 405),
        ("PUT", path, 405),
        ("DELETE", path, 405),
        ("OPTIONS", path, 405),
        ("post", path, 405),
        ("PATCH", "/api/webhook/instagram/politicall", 405),
        ("GET", "/", 404),
        ("POST", "/api/webhook", 404),
        ("POST", "/api/webhook/instagram/", 404),
        ("POST", "/api/webhook/instagram2", 404),
        ("POST", "/api/webhook/instagram/politicall/x", 404),
        ("POST", "/API/webhook/instagram", 404),
        ("PUT", "/", 404),
        ("", "", 404),
    ];
    let stage = Stage::new().await;
    for (method, path, status) in cases {
        assert_eq!(stage.status(request(method, path, "")).await, status, "{method} {path}");
    }
    assert_eq!((stage.secret_looks(), stage.metric_lines()), (0, 0));

    let answer = stage.send(request("PUT", path, "")).await;
    assert_eq!(answer["headers"]["allow"], "GET, POST");
}

#[tokio::test]
async fn an_event_that_is_none_of_the_gateways_is_not_found() {
    let stage = Stage::new().await;
    assert_eq!(stage.status(json!({})).await, 404);
    assert_eq!(stage.status(json!({"Records": []})).await, 404);
    assert_eq!(stage.status(json!({"headers": null, "body": null, "requestContext": {"stage": null}})).await, 404);
}

#[tokio::test]
async fn what_the_conversion_would_panic_at_is_answered_case_10() {
    let long = format!("/{}", "ç".repeat(12_000));
    let cases = [
        ("a host with a port that is none", "/headers/host", json!("hooks.example.com:99999"), 200),
        ("a host that is none", "/headers/host", json!("[::1"), 200),
        ("a host that is no address", "/headers/host", json!("1.2.3.999"), 200),
        ("a domain name that is none", "/requestContext/domainName", json!("a b"), 200),
        ("a scheme that is none", "/headers/x-forwarded-proto", json!("://"), 200),
        ("a header of any script", "/headers/x-name", json!("Pão"), 200),
        ("a header with a line break", "/headers/x-name", json!("a\r\nb"), 404),
        ("a header name that is none", "/headers/x name", json!("a"), 404),
        ("a method that is none", "/requestContext/http/method", json!("G T"), 404),
        ("a path of odd characters", "/rawPath", json!("/api <\"|\\^`{ç}%zz?#[]"), 404),
        ("a path that a URI has no room for", "/rawPath", json!(long), 404),
        ("a path without a slash", "/rawPath", json!(":99999"), 404),
        ("a query of odd characters", "/rawQueryString", json!("a=<script>"), 400),
        ("a query of control characters", "/rawQueryString", json!("a=\u{0}\n"), 400),
        ("a cookie that is none", "/cookies", json!(["a=\n"]), 200),
        ("10: a body that is no base64", "/isBase64Encoded", json!(true), 400),
    ];
    let stage = Stage::new().await;
    for (case, pointer, value, status) in cases {
        let mut event = delivery(message("mid-1", "900001", "Bom dia").as_bytes(), SECRET);
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        event.pointer_mut(parent).unwrap()[name] = value;
        assert_eq!(stage.status(event).await, status, "{case}");
    }
    assert_eq!((stage.metric("BodyRefused"), stage.metric_lines()), (1, 1), "only the body is worth counting");
}

#[tokio::test]
async fn the_stage_may_stand_in_front_of_the_path() {
    let cases = [
        ("$default", "/api/webhook/instagram", 200),
        ("live", "/live/api/webhook/instagram", 200),
        ("live", "/api/webhook/instagram", 200),
        ("live", "/other/api/webhook/instagram", 404),
        ("live", "/lively/api/webhook/instagram", 404),
    ];
    let query = format!("hub.mode=subscribe&hub.challenge=1&hub.verify_token={VERIFY_TOKEN}");
    for (name, path, status) in cases {
        let stage = Stage::new().await;
        let mut event = request("GET", path, &query);
        event["requestContext"]["stage"] = json!(name);
        assert_eq!(stage.status(event).await, status, "{name} {path}");
    }
}

#[tokio::test]
async fn a_client_certificate_is_asked_for_only_when_its_name_is_set() {
    let expected = "client.webhooks.fbclientcerts.com";
    let body = message("mid-1", "900001", "Bom dia");
    let event = |subject: Option<&str>| {
        let mut event = delivery(body.as_bytes(), SECRET);
        event["requestContext"]["authentication"] = match subject {
            Some(subject) => json!({"clientCert": {
                "clientCertPem": "-----BEGIN CERTIFICATE-----",
                "subjectDN": subject,
                "issuerDN": "CN=DigiCert",
                "serialNumber": "a1:b2",
                "validity": {"notBefore": "Jun  1 00:00:00 2026 GMT", "notAfter": "Jun  1 23:59:59 2027 GMT"},
            }}),
            None => Value::Null,
        };
        event
    };
    let cases = [
        ("Meta's", Some("C=US,O=Meta Platforms\\, Inc.,CN=client.webhooks.fbclientcerts.com"), 200),
        ("somebody else's", Some("C=US,CN=evil.example"), 403),
        ("none", None, 403),
    ];
    let strict = Stage::with_setting("MTLS_COMMON_NAME", expected).await;
    for (case, subject, status) in cases {
        assert_eq!(strict.status(event(subject)).await, status, "{case}");
    }
    assert_eq!((strict.jobs().len(), strict.metric("CertificateRefused")), (1, 2));
    assert_eq!(strict.secret_looks(), 1, "a wrong certificate is refused first");
    assert_eq!(Stage::new().await.status(event(None)).await, 200);
}

#[tokio::test]
async fn a_body_of_ten_megabytes_is_not_looked_at_case_24() {
    let stage = Stage::new().await;
    let body = "x".repeat(10_000_000);
    assert_eq!(stage.deliver(&body).await, 413);
    let mut encoded = delivery(b"", SECRET);
    encoded["body"] = json!("eHh4".repeat(3_400_000));
    encoded["isBase64Encoded"] = json!(true);
    assert_eq!(stage.status(encoded).await, 413);
    assert_eq!((stage.secret_looks(), stage.metric("BodyRefused")), (0, 2));
}
