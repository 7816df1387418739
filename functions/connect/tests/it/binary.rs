//! The built function under the Runtime API, and what it writes to its log.

use crate::browser::{As, Browser};
use crate::stage::{APP_SECRET, CRM_SECRET, OFFICE, Stage, request, signed_request};

#[tokio::test]
async fn case_92_the_built_function_connects_an_account_and_logs_no_secret() {
    let mut stage = Stage::new().await;
    stage.use_binary();
    let ticket = stage.signed_ticket();
    let mut secrets: Vec<String> =
        [APP_SECRET, CRM_SECRET, "IGAA", "sandboxLoginCode", &ticket].map(str::to_owned).into();
    let end = Browser::new(&stage).log_in(&ticket, As::Account(OFFICE)).await;
    assert_eq!((end.status, end.title()), (200, "Instagram conectado"));
    assert!(stage.is_token_good(&stage.account(OFFICE).await.unwrap()).await);

    let signed = signed_request(APP_SECRET, OFFICE, stage.clock.now_ms() + 1_000);
    assert_eq!(stage.signed("/connect/deauthorize", &signed).await.status, 200);
    assert_eq!(stage.send(&request("GET", "/connect/privacy", "")).await.status, 200);
    assert_eq!(Browser::new(&stage).come_back("code=a&state=b").await.status, 400);
    secrets.push(signed);

    let lines = stage.stop_binary().await;
    assert!(lines.iter().any(|line| line.contains("\"LoginsEnded\":1")), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("connected") && line.contains(OFFICE)), "an account has its line");
    for line in lines {
        assert!(secrets.iter().all(|secret| !line.contains(secret.as_str())), "{line}");
    }
}
