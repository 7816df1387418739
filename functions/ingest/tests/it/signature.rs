//! What is let in: a signature over the raw bytes, made with one of our secrets.

use serde_json::{Value, json};

use crate::stage::{OLDER_SECRET, OTHER_APPS_SECRET, SECRET, Stage, bare, delivery, message, request, sign};

fn with_header(body: &str, name: &str, value: &str) -> Value {
    let mut event = request("POST", "/api/webhook/instagram", "");
    event["headers"][name] = json!(value);
    event["body"] = json!(body);
    event
}

#[tokio::test]
async fn a_valid_signature_is_accepted_however_it_is_written() {
    let body = message("mid-1", "900001", "Bom dia");
    let signature = sign(body.as_bytes(), SECRET);
    let upper = format!("sha256={}", signature[7..].to_uppercase());
    let name = "x-hub-signature-256";
    let cases = [
        ("3: upper-case digits", name, upper),
        ("5: spaces and tabs around", name, format!(" \t{signature}\t ")),
        ("7: upper-case header name", "X-HUB-SIGNATURE-256", signature.clone()),
        ("7: as Meta writes the name", "X-Hub-Signature-256", signature.clone()),
        ("as the gateway sends it", name, signature),
    ];
    for (case, name, value) in cases {
        let stage = Stage::new().await;
        assert_eq!(stage.status(with_header(&body, name, &value)).await, 200, "{case}");
        assert_eq!(stage.jobs().len(), 1, "{case}");
        assert_eq!(stage.metric_lines(), 0, "{case}: a good delivery says nothing");
    }
}

#[tokio::test]
async fn anything_else_is_refused_without_a_word_or_a_call() {
    let body = message("mid-1", "900001", "Bom dia");
    let good = sign(body.as_bytes(), SECRET);
    let spaced = serde_json::to_string_pretty(&serde_json::from_str::<Value>(&body).unwrap()).unwrap();
    let name = "x-hub-signature-256";
    let cases = [
        ("1: no header", "accept", "*/*".to_owned()),
        ("2: sha1= prefix", name, format!("sha1={}", &good[7..])),
        ("2: only the older header", "x-hub-signature", good.clone()),
        ("no prefix", name, good[7..].to_owned()),
        ("4: 63 digits", name, good[..good.len() - 1].to_owned()),
        ("4: 65 digits", name, format!("{good}0")),
        ("4: not hex", name, format!("sha256={}", "g".repeat(64))),
        ("4: nothing after the prefix", name, "sha256=".to_owned()),
        ("4: empty", name, String::new()),
        ("6: two joined", name, format!("{good},{good}")),
        ("6: two joined with a space", name, format!("{good}, {good}")),
        ("8: of the same JSON written again", name, sign(spaced.as_bytes(), SECRET)),
        ("94: another installation's secret", name, sign(body.as_bytes(), "secret-of-staging")),
        ("of another body", name, sign(b"{}", SECRET)),
    ];
    for (case, name, value) in cases {
        let stage = Stage::new().await;
        let answer = stage.send(with_header(&body, name, &value)).await;
        assert_eq!(answer, bare(401), "{case}");
        assert_eq!(stage.jobs().len() + stage.quarantine().len(), 0, "{case}");
        assert_eq!(stage.metric("SignatureRefused"), 1, "{case}");
    }
}

#[tokio::test]
async fn a_header_that_cannot_be_right_costs_no_look_at_the_secrets_case_1() {
    let stage = Stage::new().await;
    let body = message("mid-1", "900001", "Bom dia");
    for value in ["", "sha256=", "sha1=00"] {
        assert_eq!(stage.status(with_header(&body, "x-hub-signature-256", value)).await, 401);
    }
    assert_eq!(stage.secret_looks(), 0);
}

#[tokio::test]
async fn two_signatures_are_none_case_6() {
    let body = message("mid-1", "900001", "Bom dia");
    let good = sign(body.as_bytes(), SECRET);
    let cases = [
        ("joined, as the gateway does it", json!(format!("{good},{good}")), 401),
        ("two values of one name", json!([good, good]), 401),
        ("a good one and another", json!([good, "sha256=00"]), 401),
        ("no value", json!([]), 401),
        ("one value in a list", json!([good]), 200),
    ];
    for (case, value, status) in cases {
        let stage = Stage::new().await;
        let mut event = with_header(&body, "accept", "*/*");
        event["headers"]["x-hub-signature-256"] = value;
        assert_eq!(stage.status(event).await, status, "{case}");
    }
}

#[tokio::test]
async fn a_body_in_base64_is_decoded_before_it_is_verified_case_9() {
    let stage = Stage::new().await;
    let text = message("mid-1", "900001", "Bom dia");
    let mut event = delivery(text.as_bytes(), SECRET);
    event["body"] = json!(base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &text));
    event["isBase64Encoded"] = json!(true);
    assert_eq!(stage.status(event.clone()).await, 200);
    assert_eq!(stage.jobs().len(), 1);

    // Case 10.
    event["body"] = json!("%%%");
    assert_eq!(stage.status(event).await, 400);
    assert_eq!((stage.jobs().len(), stage.metric("BodyRefused")), (1, 1));
}

#[tokio::test]
async fn the_job_says_which_app_signed_and_an_older_secret_is_counted_case_11() {
    let cases = [
        ("the app's first secret", SECRET, "1001", 0),
        ("11: its older one", OLDER_SECRET, "1001", 1),
        ("a customer's own app", OTHER_APPS_SECRET, "1002", 0),
    ];
    for (case, secret, app, older) in cases {
        let stage = Stage::new().await;
        let body = message("mid-1", "900001", "Bom dia");
        assert_eq!(stage.status(delivery(body.as_bytes(), secret)).await, 200, "{case}");
        assert_eq!(stage.jobs()[0].app.as_str(), app, "{case}");
        assert_eq!(stage.metric("OlderSecret"), older, "{case}");
    }
}

#[tokio::test]
async fn a_path_that_names_an_app_admits_only_that_apps_secrets() {
    let cases = [
        ("its own", "/api/webhook/instagram/zulmira", OTHER_APPS_SECRET, 200),
        ("another app's", "/api/webhook/instagram/zulmira", SECRET, 401),
        ("no such app", "/api/webhook/instagram/nobody", SECRET, 401),
    ];
    for (case, path, secret, status) in cases {
        let stage = Stage::new().await;
        let body = message("mid-1", "900001", "Bom dia");
        let mut event = delivery(body.as_bytes(), secret);
        event["rawPath"] = json!(path);
        assert_eq!(stage.status(event).await, status, "{case}");
    }
}

#[tokio::test]
async fn of_ten_thousand_forged_deliveries_none_is_let_in() {
    const EACH: usize = 2_500;
    let stage = Stage::new().await;
    let name = "x-hub-signature-256";
    let (body, other) = (message("mid-1", "900001", "Bom dia"), message("mid-2", "900001", "Bom dia"));
    let good = sign(body.as_bytes(), SECRET);
    for number in 0..EACH {
        let mut changed = good.clone().into_bytes();
        let digit = &mut changed[7 + number % 64];
        *digit = if *digit == b'0' { b'1' } else { b'0' };
        let elsewhere = with_header(&body, name, &sign(body.as_bytes(), OTHER_APPS_SECRET));
        let forgeries = [
            ("a digit is another", with_header(&body, name, str::from_utf8(&changed).unwrap())),
            ("a guessed secret", with_header(&body, name, &sign(body.as_bytes(), &format!("{SECRET}{number}")))),
            ("of another body", with_header(&other.replace("mid-2", &format!("mid-{number}x")), name, &good)),
            ("another app's, at an app's own path", {
                let mut event = elsewhere;
                event["rawPath"] = json!("/api/webhook/instagram/politicall");
                event
            }),
        ];
        for (case, forgery) in forgeries {
            assert_eq!(stage.status(forgery).await, 401, "{number}: {case}");
        }
    }
    assert_eq!(stage.jobs().len() + stage.quarantine().len(), 0);
    assert_eq!(stage.status(with_header(&body, name, &good)).await, 200, "and the real one is");
}
