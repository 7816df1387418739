//! Logins that end well.

use instagram::{AccountId, AppId};
use sandbox::meta::LoginAnswer;
use store::{Connection, Mode};

use crate::browser::{As, Browser};
use crate::stage::{APP, CALLBACK, CRM, CUSTOMER, OFFICE, OFFICE_SCOPED, OTHER_APP, PERMISSIONS, Stage, crm_secrets};

#[tokio::test]
async fn a_ticket_becomes_a_connected_account_in_both_shapes_of_metas_answer() {
    for shape in [LoginAnswer::Observed, LoginAnswer::Documented] {
        let stage = Stage::new().await;
        stage.meta.set_login_answer(shape);
        let mut browser = Browser::new(&stage);
        let ticket = stage.signed_ticket();
        let page = browser.start(&ticket).await;
        assert_eq!((page.status, page.title()), (200, "Conectar Instagram"));
        assert!(page.body.contains("Gabinete da Vereadora Helena"), "the office is named first");
        assert!(PERMISSIONS.iter().all(|permission| page.body.contains(permission)), "and what will be asked");

        let dialog = browser.go(&ticket).await.header("location").to_owned();
        let query = browser.grant(&dialog, As::Account(OFFICE), &PERMISSIONS).await;
        let end = browser.come_back(&query).await;
        assert_eq!((end.status, end.title()), (200, "Instagram conectado"), "{shape:?}: {}", end.body);
        assert!(end.body.contains("@gabinete.helena"));
        assert!(end.body.contains(&format!("href=\"{CRM}/contas?ok=1\"")), "the way back: {}", end.body);

        let account = stage.account(OFFICE).await.unwrap();
        let now = stage.clock.now_ms();
        assert_eq!(account.customer, CUSTOMER);
        assert_eq!(
            (account.app.as_str(), account.mode, account.connection),
            (APP, Mode::Observe, Connection::Connected)
        );
        assert_eq!(account.login.scoped_id.as_ref().unwrap().as_str(), OFFICE_SCOPED);
        assert_eq!(account.login.permissions, PERMISSIONS);
        assert!(account.login.connected_at <= now && account.login.issued_at.unwrap() <= account.login.connected_at);
        assert_eq!(account.login.expires_at, account.login.issued_at.map(|at| at + 5_183_944_000));
        assert!(account.due_at.unwrap() <= now, "the caretaker announces and checks it");
        assert!(stage.is_token_good(&account).await);
        let due = stage.store.due_keys(store::CHORES_SHARD, now, 10).await.unwrap();
        assert_eq!(due.len(), 1, "and finds it");
        let fields = stage.meta.world(|world| world.account(OFFICE).unwrap().subscribed_fields.clone());
        assert_eq!(fields, instagram::FIELDS);
        assert_eq!(stage.store.account_ids().await.unwrap(), [AccountId::parse(OFFICE).unwrap()]);
        assert_eq!(stage.metric("LoginsEnded"), 1);
    }
}

#[tokio::test]
async fn the_dialog_is_asked_for_what_is_needed_and_for_the_registered_address() {
    let stage = Stage::new().await;
    let dialog = Browser::new(&stage).reach_dialog(&stage.signed_ticket()).await;
    let (_, query) = dialog.split_once("/oauth/authorize?").unwrap();
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let value = |name: &str| pairs.iter().find(|(held, _)| held == name).unwrap().1.as_str();
    assert_eq!(value("client_id"), APP);
    assert_eq!(value("redirect_uri"), CALLBACK);
    assert_eq!(value("scope"), PERMISSIONS.join(","));
    assert_eq!(value("force_reauth"), "true");
    assert_eq!(value("state").len(), 32 + 1 + 64, "256 bits of it random");
}

#[tokio::test]
async fn an_account_that_meta_never_saw_connects_like_any_other() {
    let stage = Stage::new().await;
    let end = Browser::new(&stage).log_in(&stage.signed_ticket(), As::Newcomer("gabinete.novo")).await;
    assert_eq!(end.title(), "Instagram conectado");
    let ids = stage.store.account_ids().await.unwrap();
    let account = stage.store.account(&ids[0]).await.unwrap().unwrap();
    assert_eq!(account.username, "gabinete.novo");
    assert!(stage.is_token_good(&account).await);
}

#[tokio::test]
async fn a_ticket_may_name_the_customers_own_app() {
    let stage = Stage::new().await;
    let mut ticket = stage.ticket();
    ticket.app = Some("zulmira".to_owned());
    let end = Browser::new(&stage).log_in(&ticket.sign(&crm_secrets()), As::Newcomer("vereadora")).await;
    assert_eq!(end.title(), "Instagram conectado", "{}", end.body);
    let ids = stage.store.account_ids().await.unwrap();
    let account = stage.store.account(&ids[0]).await.unwrap().unwrap();
    assert_eq!(account.app, AppId::parse(OTHER_APP).unwrap());
}

#[tokio::test]
async fn connecting_again_mends_an_account_and_leaves_its_mode_and_rules() {
    let stage = Stage::new().await;
    let mut browser = Browser::new(&stage);
    browser.log_in(&stage.signed_ticket(), As::Account(OFFICE)).await;
    let id = AccountId::parse(OFFICE).unwrap();
    stage.store.set_mode(&id, Mode::Answer).await.unwrap();
    stage.store.put_rules(&id, "{}", 1).await.unwrap();
    let mut before = stage.account(OFFICE).await.unwrap();
    before.broken = Some(store::Broken { at: 1, why: "token/190/463".to_owned() });
    before.stopped_at = Some(1);
    stage.store.put_account(&before).await.unwrap();
    let later = stage.clock.now_ms() + 1_000;
    stage.store.disconnect(&id, later, later).await.unwrap();
    stage.clock.advance(std::time::Duration::from_mins(1));

    let end = browser.log_in(&stage.signed_ticket(), As::Account(OFFICE)).await;
    assert_eq!(end.title(), "Instagram conectado");
    let after = stage.account(OFFICE).await.unwrap();
    assert_eq!((after.mode, after.rules, after.broken.clone()), (Mode::Answer, 1, None));
    assert_eq!(after.stopped_at, Some(1), "what a person stopped, a person starts");
    assert_eq!((after.connection, after.login.left_at), (Connection::Connected, None));
    assert!(after.login.connected_at > before.login.connected_at);
    assert!(stage.is_token_good(&after).await);
}

#[tokio::test]
async fn an_erased_account_begins_anew_for_any_customer() {
    let stage = Stage::new().await;
    let mut browser = Browser::new(&stage);
    browser.log_in(&stage.signed_ticket(), As::Account(OFFICE)).await;
    let mut erased = stage.account(OFFICE).await.unwrap();
    (erased.connection, erased.mode, erased.rules) = (Connection::Erased, Mode::Answer, 7);
    stage.store.put_account(&erased).await.unwrap();
    let end = browser.log_in(&stage.others_ticket(), As::Account(OFFICE)).await;
    assert_eq!(end.title(), "Instagram conectado");
    let account = stage.account(OFFICE).await.unwrap();
    assert_eq!((account.customer.as_str(), account.mode, account.rules), ("gabinete-zulmira", Mode::Observe, 0));
}

#[tokio::test]
async fn pages_speak_english_where_it_is_wanted_to_the_end() {
    let stage = Stage::new().await;
    let ticket = stage.signed_ticket();
    let mut browser = Browser::new(&stage);
    browser.language = "en-US,en;q=0.9";
    assert_eq!(browser.start(&ticket).await.title(), "Connect Instagram");
    browser.language = "pt-BR";
    let page = browser.get("/connect/start", &format!("ticket={ticket}&lang=en")).await;
    assert_eq!(page.title(), "Connect Instagram", "what is asked for by name comes first");
    assert!(page.body.contains("<html lang=\"en\">"));
    let dialog = browser.post("/connect/go", &[("ticket", &ticket), ("lang", "en")]).await;
    let query = browser.grant(dialog.header("location"), As::Account(OFFICE), &PERMISSIONS).await;
    assert_eq!(browser.come_back(&query).await.title(), "Instagram connected");
}

#[tokio::test]
async fn an_impatient_or_hesitant_person_still_gets_there() {
    let stage = Stage::new().await;
    let ticket = stage.signed_ticket();
    let mut browser = Browser::new(&stage);
    // Reloads the page, presses the button twice, goes back and presses it again.
    browser.start(&ticket).await;
    let known = browser.cookie.clone();
    browser.start(&ticket).await;
    assert_eq!(browser.cookie, known, "the browser stays the same one");
    let first = browser.go(&ticket).await.header("location").to_owned();
    let second = browser.go(&ticket).await.header("location").to_owned();
    assert_ne!(first, second);
    let old = browser.grant(&first, As::Account(OFFICE), &PERMISSIONS).await;
    assert_eq!(browser.come_back(&old).await.status, 400, "the state before is replaced");
    let query = browser.grant(&second, As::Account(OFFICE), &PERMISSIONS).await;
    assert_eq!(browser.come_back(&query).await.title(), "Instagram conectado");
    assert_eq!(browser.go(&ticket).await.status, 400, "once it has ended, the ticket is used up");
}

#[tokio::test]
async fn where_there_is_no_tls_the_cookie_does_without_and_the_address_is_the_configured_one() {
    let stage = Stage::with(&[("CONNECT_BASE_URL", "http://127.0.0.1:4000")]).await;
    let ticket = stage.signed_ticket();
    let mut browser = Browser::new(&stage);
    let page = browser.start(&ticket).await;
    assert!(page.cookies[0].starts_with("connect=") && !page.cookies[0].contains("Secure"), "{:?}", page.cookies);
    let dialog = browser.go(&ticket).await.header("location").to_owned();
    assert!(dialog.contains("redirect_uri=http%3A%2F%2F127.0.0.1%3A4000%2Fconnect%2Fcallback"), "{dialog}");
}
