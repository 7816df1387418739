//! Every log line of every test, looked through for what must not be in it.

use crate::browser::{As, Browser};
use crate::stage::{
    APP_SECRET, CRM_SECRET, MetaFate, OFFICE, OLDER_APP_SECRET, OTHER_APP_SECRET, PERMISSIONS, Stage, exposed,
    signed_request,
};

/// The rooms whose every line is looked through.
pub(crate) const ROOMS: &[&str] = &["boot", "connect", "graph", "store", "vault"];

#[tokio::test]
async fn case_92_no_token_secret_code_ticket_or_state_is_in_any_line_or_metric() {
    let stage = Stage::new().await;
    let mut secrets: Vec<String> =
        [APP_SECRET, OLDER_APP_SECRET, OTHER_APP_SECRET, CRM_SECRET].map(str::to_owned).into();
    // As far as a login gets with each call of Meta's failing, each in its own way.
    let junk = || MetaFate::AnswerInstead(sandbox::meta::Reply::raw(500.try_into().unwrap(), "IGAAshort1 IGAAlong1"));
    for operation in ["RedeemCode", "ExchangeToken", "ReadMe", "Subscription", "none"] {
        for fate in [junk(), MetaFate::LoseAnswer, MetaFate::Refuse(sandbox::meta::Reply::refusal(190, Some(463)))] {
            let fates = [fate.clone(), fate.clone(), fate];
            stage.graph.script(operation, fates);
            let ticket = stage.signed_ticket();
            let mut browser = Browser::new(&stage);
            let dialog = browser.reach_dialog(&ticket).await;
            let query = browser.grant(&dialog, As::Account(OFFICE), &PERMISSIONS).await;
            browser.come_back(&query).await;
            browser.come_back(&query).await;
            secrets.push(ticket);
            secrets.extend(browser.cookie.take().and_then(|cookie| Some(cookie.split_once('=')?.1.to_owned())));
            secrets.extend(form_urlencoded::parse(query.as_bytes()).map(|(_, value)| value.into_owned()));
        }
    }
    let account = stage.account(OFFICE).await.unwrap();
    secrets.push(exposed(&stage.token(&account).await));
    let request = signed_request(APP_SECRET, OFFICE, stage.clock.now_ms());
    assert_eq!(stage.signed("/connect/deletion", &request).await.status, 200);
    secrets.push(request);
    secrets.extend(["IGAA".to_owned(), "sandboxLoginCode".to_owned()]);

    let mut lines = stage.metric_lines();
    lines.extend(sandbox::ear::heard());
    assert!(lines.len() > 30, "{} lines", lines.len());
    for line in &lines {
        for secret in &secrets {
            assert!(!line.contains(secret.as_str()), "{secret} in {line}");
        }
    }
    // What the table keeps: the token sealed, of the rest digests.
    for item in stage.everything().await {
        for secret in &secrets {
            assert!(!item.contains(secret.as_str()), "{secret} in {item}");
        }
    }
}
