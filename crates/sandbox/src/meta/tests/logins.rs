//! The login's dialog and what its codes become.

use form_urlencoded::Serializer;
use http::header::LOCATION;

use super::*;
use crate::meta::LoginAnswer;

const BACK: &str = "https://office.example/connect/callback";
const SCOPE: &str = "instagram_business_basic,instagram_business_manage_comments,instagram_business_manage_messages";

/// The dialog's address with `changes` to a good one.
fn dialog(changes: &[(&str, &str)]) -> String {
    let good = [
        ("client_id", "111"),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("scope", SCOPE),
        ("state", "s&1"),
        ("force_reauth", "true"),
    ];
    let changed = |name: &str| changes.iter().find(|(changed, _)| *changed == name).map(|(_, value)| *value);
    let pairs = good.iter().map(|(name, value)| (*name, changed(name).unwrap_or(value)));
    format!("/oauth/authorize?{}", Serializer::new(String::new()).extend_pairs(pairs).finish())
}

async fn get(meta: &Meta, path: &str) -> (u16, String) {
    let request = http::Request::get(format!("{}{path}", meta.endpoint())).body(Bytes::new()).unwrap();
    let response = wire::Client::new().send(request).await.unwrap();
    (response.status().as_u16(), String::from_utf8(response.body().to_vec()).unwrap())
}

/// Presses a button of the dialog: where the browser goes then.
async fn press(meta: &Meta, fields: &[(&str, &str)]) -> String {
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = http::Request::post(format!("{}{}", meta.endpoint(), dialog(&[])))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from(body))
        .unwrap();
    let response = wire::Client::new().send(request).await.unwrap();
    let location = response.headers().get(LOCATION).map(|value| value.to_str().unwrap().to_owned());
    location.unwrap_or_else(|| response.status().to_string())
}

/// A code for what was ticked.
async fn code(meta: &Meta, account: (&str, &str), ticked: &[&str]) -> String {
    let ticks = ticked.iter().map(|permission| ("permission", *permission));
    let fields: Vec<_> = [("answer", "grant"), account].into_iter().chain(ticks).collect();
    let address = press(meta, &fields).await;
    let query = address.strip_prefix(&format!("{BACK}?")).unwrap_or_else(|| panic!("{address}"));
    let query = query.strip_suffix("#_").unwrap();
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    assert_eq!(pairs[1], ("state".to_owned(), "s&1".to_owned()));
    pairs[0].1.clone()
}

async fn redeem(meta: &Meta, code: &str, changes: &[(&str, &str)]) -> (u16, Value) {
    let good = [
        ("client_id", "111"),
        ("client_secret", SECRET),
        ("grant_type", "authorization_code"),
        ("redirect_uri", BACK),
        ("code", code),
    ];
    let changed = |name: &str| changes.iter().find(|(changed, _)| *changed == name).map(|(_, value)| *value);
    let pairs = good.iter().map(|(name, value)| (*name, changed(name).unwrap_or(value)));
    let body = Serializer::new(String::new()).extend_pairs(pairs).finish();
    let request = http::Request::post(format!("{}/oauth/access_token", meta.endpoint()))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from(body))
        .unwrap();
    let response = wire::Client::new().send(request).await.unwrap();
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

#[tokio::test]
async fn the_dialog_shows_who_asks_for_what_and_refuses_what_meta_would() {
    let Scene { meta, .. } = scene().await;
    let (status, html) = get(&meta, &dialog(&[])).await;
    assert_eq!(status, 200);
    for part in ["politicall", "@gabinete", "instagram_business_manage_messages\" checked", "s&amp;1"] {
        assert!(html.contains(part), "{part}");
    }
    meta.world(|world| world.apps[0].redirect_uris = vec![BACK.to_owned()]);
    let cases = [
        ("an app that nobody knows", ("client_id", "112")),
        ("an address that is not registered", ("redirect_uri", "https://office.example/connect/callback/")),
        ("another answer", ("response_type", "token")),
        ("a scope of old", ("scope", "business_basic")),
        ("without the basic one", ("scope", "instagram_business_manage_messages")),
        ("the other login's scope", ("scope", "instagram_business_basic,instagram_manage_comments")),
    ];
    for (case, change) in cases {
        assert_eq!(get(&meta, &dialog(&[change])).await.0, 400, "{case}");
    }
}

#[tokio::test]
async fn a_code_is_good_once_for_an_hour_and_for_who_asked() {
    let Scene { meta, clock } = scene().await;
    let all: Vec<&str> = SCOPE.split(',').collect();
    let first = code(&meta, ("account", ACCOUNT), &all).await;
    let cases = [
        ("another app", ("client_id", "112")),
        ("another secret", ("client_secret", "wrong")),
        ("another grant", ("grant_type", "password")),
        ("another address", ("redirect_uri", "https://office.example/connect/callback/")),
    ];
    for (case, change) in cases {
        let (status, body) = redeem(&meta, &first, &[change]).await;
        assert_eq!((status, &body["error_type"]), (400, &json!("OAuthException")), "{case}");
    }
    let (_, token) = redeem(&meta, &format!("{first}#_"), &[]).await;
    assert_eq!(token["user_id"], 27_000_000_000_000_001_u64, "a number, as observed");
    assert_eq!(token["permissions"], json!(all));
    assert_eq!(redeem(&meta, &first, &[]).await.1["code"], 400, "a code is good once");

    let late = code(&meta, ("account", ACCOUNT), &all).await;
    clock.advance(Duration::from_hours(1));
    assert_eq!(redeem(&meta, &late, &[]).await.0, 400);
}

#[tokio::test]
async fn ended_tokens_are_refused_until_a_new_login() {
    let Scene { meta, .. } = scene().await;
    assert!(!meta.end_tokens("9"), "nobody's");
    let old = meta.world(|world| world.accounts[0].token.clone());
    assert!(meta.end_tokens(ACCOUNT));
    let (status, body) = get(&meta, &format!("/v24.0/me?access_token={old}")).await;
    let body: Value = serde_json::from_str(&body).unwrap();
    let error = &body["error"];
    assert_eq!((status, &error["code"], &error["error_subcode"]), (401, &json!(190), &json!(460)));
    let code = code(&meta, ("account", ACCOUNT), &["instagram_business_basic"]).await;
    let token = redeem(&meta, &code, &[]).await.1["access_token"].as_str().unwrap().to_owned();
    assert_eq!(get(&meta, &format!("/v24.0/me?access_token={token}")).await.0, 200);
    assert_eq!(get(&meta, &format!("/v24.0/me?access_token={old}")).await.0, 401, "the old one stays dead");
}

#[tokio::test]
async fn what_was_unticked_is_not_granted_and_both_shapes_say_so() {
    let Scene { meta, .. } = scene().await;
    meta.set_login_answer(LoginAnswer::Documented);
    let code =
        code(&meta, ("account", ACCOUNT), &["instagram_business_basic", "instagram_business_content_publish"]).await;
    let (_, token) = redeem(&meta, &code, &[]).await;
    assert_eq!(token["data"][0]["permissions"], "instagram_business_basic", "what was not asked for is not granted");
    assert_eq!(token["data"][0]["user_id"], "27000000000000001");
    assert_eq!(meta.world(|world| world.accounts[0].permissions.clone()), ["instagram_business_basic"]);
}

#[tokio::test]
async fn a_new_account_can_log_in_and_anybody_can_cancel() {
    let Scene { meta, .. } = scene().await;
    let code = code(&meta, ("username", "gabinete.novo"), &["instagram_business_basic"]).await;
    assert_eq!(redeem(&meta, &code, &[]).await.0, 200);
    let subscribed = meta.world(|world| world.accounts[1].subscribed_fields.clone());
    assert!(subscribed.is_empty(), "nothing is delivered yet");
    assert_eq!(
        press(&meta, &[("answer", "cancel")]).await,
        format!(
            "{BACK}?error=access_denied&error_reason=user_denied&error_description=The+user+denied+your+request&state=s%261"
        )
    );
    assert_eq!(press(&meta, &[("answer", "grant"), ("account", "1")]).await, "400 Bad Request");
}
