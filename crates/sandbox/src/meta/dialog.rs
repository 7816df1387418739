//! The login's dialog: a page on which an account is chosen and permissions are granted (fact sheet 7.1).
//!
//! Meta's own page asks for a password and shows what this one shows: who logs in, what the app asks for, each with a
//! tick that can be taken away, and two buttons. Meta wants TLS and no localhost behind `redirect_uri`; here it may be
//! any address, because everything is on loopback. Whether Meta brings `state` back with a refusal no source says; here
//! it does, as the standard for such logins has it.

use bytes::Bytes;
use form_urlencoded::Serializer;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderValue, Method, Response, StatusCode};

use super::request::Request;
use super::world::{Account, LoginCode, World};

/// The permissions that an app can ask for here. The names without `instagram_` ended in January 2025.
const SCOPES: [&str; 4] = [
    "instagram_business_basic",
    "instagram_business_content_publish",
    "instagram_business_manage_comments",
    "instagram_business_manage_messages",
];

/// What the address asks for.
struct Asked {
    app_id: String,
    app_name: String,
    redirect_uri: String,
    scopes: Vec<String>,
    state: String,
}

/// `GET` shows the page, `POST` is one of its buttons.
pub(super) fn serve(world: &mut World, request: &Request, now: i64) -> Response<Bytes> {
    let asked = match ask(world, request) {
        Ok(asked) => asked,
        Err(why) => return html(StatusCode::BAD_REQUEST, &format!("<h1>Sorry, there was a problem</h1><p>{why}</p>")),
    };
    if request.method == Method::GET {
        return html(StatusCode::OK, &page(world, &asked));
    }
    if request.param("answer") != Some("grant") {
        let refusal = [
            ("error", "access_denied"),
            ("error_reason", "user_denied"),
            ("error_description", "The user denied your request"),
            ("state", &asked.state),
        ];
        return back(&asked, &refusal, "");
    }
    let account = match request.param("username").map(str::trim).filter(|name| !name.is_empty()) {
        Some(username) => by_username(world, username),
        None => request.param("account").map(str::to_owned),
    };
    let Some(account) = account.filter(|id| world.account(id).is_some()) else {
        return html(StatusCode::BAD_REQUEST, "<h1>Choose an account</h1>");
    };
    let granted = asked.scopes.iter().filter(|scope| request.all("permission").any(|ticked| ticked == *scope));
    let granted: Vec<String> = granted.cloned().collect();
    let code = grant(world, &asked, &account, granted, now);
    back(&asked, &[("code", &code), ("state", &asked.state)], "#_")
}

fn ask(world: &World, request: &Request) -> Result<Asked, &'static str> {
    let param = |name| request.param(name).unwrap_or_default();
    let app = world.apps.iter().find(|app| app.app_id == param("client_id")).ok_or("Invalid platform app")?;
    let redirect_uri = param("redirect_uri");
    let is_registered = app.redirect_uris.is_empty() || app.redirect_uris.iter().any(|uri| uri == redirect_uri);
    if !is_registered || !redirect_uri.parse::<http::Uri>().is_ok_and(|uri| uri.scheme().is_some()) {
        return Err("Invalid redirect_uri");
    }
    if param("response_type") != "code" {
        return Err("Invalid response_type");
    }
    let scopes: Vec<String> = param("scope").split([',', ' ']).map(str::to_owned).collect();
    if !scopes.iter().all(|scope| SCOPES.contains(&scope.as_str())) || !scopes.iter().any(|scope| scope == SCOPES[0]) {
        return Err("Invalid scopes");
    }
    Ok(Asked {
        app_id: app.app_id.clone(),
        app_name: app.name.clone(),
        redirect_uri: redirect_uri.to_owned(),
        scopes,
        state: param("state").to_owned(),
    })
}

/// The account with this name; one that nobody knows yet comes into the world.
fn by_username(world: &mut World, username: &str) -> Option<String> {
    if let Some(account) = world.accounts.iter().find(|account| account.username == username) {
        return Some(account.account.clone());
    }
    let number = world.next_id();
    let id = format!("17841{:012}", 900_000_000_000 + number);
    world.accounts.push(Account {
        account: id.clone(),
        username: username.to_owned(),
        name: username.to_owned(),
        subscribed_fields: Vec::new(),
        ..Account::default()
    });
    Some(id)
}

/// Keeps what was granted under a new code. An account speaks through one app here: the one it last logged in to.
fn grant(world: &mut World, asked: &Asked, id: &str, permissions: Vec<String>, now: i64) -> String {
    let number = world.next_id();
    let code = format!("AQ{:02x}{number:04}sandboxLoginCode", number % 251);
    if let Some(account) = world.account_mut(id)
        && account.app_id != asked.app_id
    {
        account.app_id.clone_from(&asked.app_id);
        account.app_scoped_id = format!("27{:015}", 900_000_000_000_000 + number);
        account.subscribed_fields.clear();
    }
    world.login_codes.push(LoginCode {
        code: code.clone(),
        account: id.to_owned(),
        app_id: asked.app_id.clone(),
        redirect_uri: asked.redirect_uri.clone(),
        permissions,
        made_at: now,
    });
    code
}

fn page(world: &World, asked: &Asked) -> String {
    let mut accounts = String::new();
    for (place, account) in world.accounts.iter().enumerate() {
        let checked = if place == 0 { " checked" } else { "" };
        let (id, name) = (escaped(&account.account), escaped(&account.username));
        accounts.push_str(&format!(
            "<p><label><input type=\"radio\" name=\"account\" value=\"{id}\"{checked}> @{name}</label></p>"
        ));
    }
    let mut permissions = String::new();
    for scope in &asked.scopes {
        let scope = escaped(scope);
        permissions.push_str(&format!(
            "<p><label><input type=\"checkbox\" name=\"permission\" value=\"{scope}\" checked> {scope}</label></p>"
        ));
    }
    let hidden: String = [
        ("client_id", asked.app_id.as_str()),
        ("redirect_uri", &asked.redirect_uri),
        ("response_type", "code"),
        ("scope", &asked.scopes.join(",")),
        ("state", &asked.state),
    ]
    .iter()
    .map(|(name, value)| format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escaped(value)))
    .collect();
    format!(
        "<h1>{} asks for access to your Instagram account</h1>\
         <form method=\"post\" action=\"/oauth/authorize\">{hidden}\
         <h2>Log in as</h2>{accounts}\
         <p><label>or as a new account: <input name=\"username\" placeholder=\"user name\"></label></p>\
         <h2>Allow</h2>{permissions}\
         <p><button name=\"answer\" value=\"grant\">Allow</button> \
         <button name=\"answer\" value=\"cancel\">Cancel</button></p></form>",
        escaped(&asked.app_name)
    )
}

/// Sends the browser back to the app.
fn back(asked: &Asked, query: &[(&str, &str)], fragment: &str) -> Response<Bytes> {
    let query = Serializer::new(String::new()).extend_pairs(query).finish();
    let separator = if asked.redirect_uri.contains('?') { '&' } else { '?' };
    let address = format!("{}{separator}{query}{fragment}", asked.redirect_uri);
    let mut response = html(StatusCode::FOUND, "");
    if let Ok(address) = HeaderValue::from_str(&address) {
        response.headers_mut().insert(LOCATION, address);
    }
    response
}

fn html(status: StatusCode, body: &str) -> Response<Bytes> {
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Instagram (sandbox)</title>\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <style>body{{max-width:30rem;margin:1rem auto;padding:0 1rem;font-family:sans-serif;overflow-wrap:anywhere}}\
         button{{padding:.75rem 1.5rem}}</style></head><body>{body}</body></html>"
    );
    let mut response = Response::new(Bytes::from(page));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
