//! The apps' secrets change, vanish, or were never any good.

use std::fs;

use boot::SecretError;

use crate::stage::{SECRET, Stage, VERIFY_TOKEN, apps, delivery, message, request};

#[tokio::test]
async fn a_new_secret_is_found_at_the_first_delivery_it_signs_case_12() {
    let stage = Stage::new().await;
    let body = message("mid-1", "900001", "Bom dia");
    assert_eq!(stage.deliver(&body).await, 200);
    fs::write(&stage.secrets_path, apps("new-secret")).unwrap();
    assert_eq!(stage.status(delivery(body.as_bytes(), "new-secret")).await, 200);
    assert_eq!(stage.secret_looks(), 2);
}

#[tokio::test]
async fn a_new_verify_token_is_found_when_it_is_tried() {
    let stage = Stage::new().await;
    assert_eq!(stage.deliver(message("mid-1", "900001", "Bom dia")).await, 200);
    fs::write(&stage.secrets_path, apps(SECRET).replace(VERIFY_TOKEN, "new-token")).unwrap();
    let query = "hub.mode=subscribe&hub.challenge=1&hub.verify_token=new-token";
    assert_eq!(stage.status(request("GET", "/api/webhook/instagram", query)).await, 200);
}

#[tokio::test]
async fn ten_thousand_wrong_signatures_cost_one_look_case_13() {
    let stage = Stage::new().await;
    let body = message("mid-1", "900001", "Bom dia");
    assert_eq!(stage.deliver(&body).await, 200);
    for _ in 0..10_000 {
        assert_eq!(stage.status(delivery(body.as_bytes(), "wrong")).await, 401);
    }
    assert_eq!(stage.secret_looks(), 2);
    assert_eq!((stage.jobs().len(), stage.metric("SignatureRefused")), (1, 10_000));
}

#[tokio::test]
async fn deliveries_flow_while_the_store_is_down_if_a_copy_was_ever_made_case_14() {
    let warm = Stage::new().await;
    warm.ingest.warm_up().await.unwrap();
    fs::remove_file(&warm.secrets_path).unwrap();
    warm.clock.advance(std::time::Duration::from_secs(3_600));
    assert_eq!(warm.deliver(message("mid-1", "900001", "Bom dia")).await, 200);

    let cold = Stage::new().await;
    fs::remove_file(&cold.secrets_path).unwrap();
    cold.ingest.warm_up().await.unwrap();
    assert_eq!(cold.deliver(message("mid-1", "900001", "Bom dia")).await, 503);
    assert_eq!((cold.jobs().len(), cold.metric("SecretsUnavailable")), (0, 1));
    fs::write(&cold.secrets_path, apps(SECRET)).unwrap();
    assert_eq!(cold.deliver(message("mid-1", "900001", "Bom dia")).await, 200);
}

#[tokio::test]
async fn the_function_does_not_start_with_secrets_that_verify_nothing_case_15() {
    let cases = [
        ("15: an empty secret", apps("")),
        ("15: a blank secret", apps(" ")),
        ("no app", r#"{"apps":[]}"#.to_owned()),
        ("no JSON", "secret".to_owned()),
        ("nothing", String::new()),
    ];
    for (case, text) in cases {
        let stage = Stage::new().await;
        fs::write(&stage.secrets_path, text).unwrap();
        assert!(matches!(stage.ingest.warm_up().await, Err(SecretError::Invalid(_))), "{case}");
    }
}
